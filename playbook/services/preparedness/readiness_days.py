"""When people may be asked something that is no alarm: their zones, and the days that the city keeps."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness import daytime
from playbook.models import Activation, ActivationKind, Person
from playbook.services.preparedness.rotas import city_holidays
from playbook.settings import Settings


@dataclass(frozen=True)
class Days:
    """The city's zone and public holidays (local dates), read once per piece of work."""

    zone: ZoneInfo
    holidays: frozenset[date]

    def zone_of(self, person: Person | None) -> tzinfo:
        """Return where `person` lives: their own zone, else the city's."""
        if person is None or not person.time_zone:
            return self.zone
        try:
            return ZoneInfo(person.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return self.zone

    def is_daytime(self, instant: datetime, person: Person | None) -> bool:
        """Whether `person` may be asked at `instant`."""
        return daytime.is_daytime(instant, self.zone_of(person), self.holidays)

    def opening(self, now: datetime, days: int) -> datetime:
        """Return the city's next opening, `days` or more from today."""
        return daytime.next_opening(now, days, self.zone, self.holidays)


def days_of(session: Session, settings: Settings, now: datetime) -> Days:
    """Return the days of this city around `now`: its region's public holidays, as the city has changed them."""
    kept = city_holidays(
        session,
        settings.city_region,
        settings.city_subdivision,
        now - timedelta(days=2),
        now + timedelta(days=366),
    )
    return Days(ZoneInfo(settings.city_time_zone), kept)


def real_incident_runs(session: Session) -> bool:
    """Whether a real activation is running: then nobody is asked anything that can wait."""
    running = select(Activation.id).where(
        Activation.kind == ActivationKind.REAL, Activation.ended_at.is_(None)
    )
    return session.scalar(running.limit(1)) is not None
