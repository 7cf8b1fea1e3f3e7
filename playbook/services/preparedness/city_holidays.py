"""Public holidays as the city keeps them: its region's calendar, with days added and days set aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import one_line
from playbook.errors import BadInput
from playbook.models import CityHoliday, User
from playbook.services import log
from playbook.services.preparedness.rotas import region_holidays
from playbook.settings import Settings

LONGEST_NAME = 120
#: Further ahead no calendar is worth keeping.
FURTHEST_YEARS = 10


@dataclass(frozen=True)
class Holiday:
    """One day: kept or not, and whether the region's calendar has it."""

    on: date
    name: str
    kept: bool
    of_region: bool


def list_holidays(session: Session, settings: Settings, year: int) -> list[Holiday]:
    """Return the days of `year` that the region's calendar or the city itself names, in order."""
    region = _region(settings, year)
    own = {
        row.on: row
        for row in session.scalars(
            select(CityHoliday).where(
                CityHoliday.on >= date(year, 1, 1), CityHoliday.on <= date(year, 12, 31)
            )
        )
    }
    return [
        Holiday(
            on=day,
            name=(own[day].name if day in own else "") or region.get(day, ""),
            kept=own[day].kept if day in own else True,
            of_region=day in region,
        )
        for day in sorted({*region, *own})
    ]


def keep_day(
    session: Session,
    on: date,
    name: str,
    *,
    settings: Settings,
    now: datetime,
    user: User | None,
) -> None:
    """Keep `on` as a public holiday; keeping it twice changes nothing but its name.

    Raises BadInput for a day that lies more than ten years from now, or one of the city's own without a name.
    """
    _check_near(on, now)
    name = one_line(name)
    if len(name) > LONGEST_NAME:
        raise BadInput("This name is longer than {most} characters.", most=LONGEST_NAME)
    of_region = on in _region(settings, on.year)
    if not name and not of_region:
        raise BadInput("Give the day a name. Nothing was saved.")
    row = _row(session, on)
    if of_region and not name:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(CityHoliday(on=on, name=name, kept=True))
    else:
        row.name, row.kept = name, True
    _log(session, "holiday.kept", on, now, user)


def drop_day(
    session: Session,
    on: date,
    *,
    settings: Settings,
    now: datetime,
    user: User | None,
) -> None:
    """Work on `on`: a day of the region's calendar is set aside, one of the city's own is taken out."""
    _check_near(on, now)
    row = _row(session, on)
    if on not in _region(settings, on.year):
        if row is None:
            return
        session.delete(row)
    elif row is None:
        session.add(CityHoliday(on=on, name="", kept=False))
    else:
        row.kept = False
    _log(session, "holiday.set-aside", on, now, user)


def _region(settings: Settings, year: int) -> Mapping[date, str]:
    return region_holidays(settings.city_region, settings.city_subdivision, [year])


def _row(session: Session, on: date) -> CityHoliday | None:
    return session.scalar(select(CityHoliday).where(CityHoliday.on == on))


def _check_near(on: date, now: datetime) -> None:
    if abs(on.year - now.year) > FURTHEST_YEARS:
        raise BadInput("Choose a day within ten years from now. Nothing was saved.")


def _log(session: Session, kind: str, on: date, now: datetime, user: User | None) -> None:
    session.flush()
    log.record(session, kind, now=now, user=user, subject=f"holiday:{on.isoformat()}")
