"""Rotas as the city keeps them: saved, changed, read as patterns. Every change goes into the log."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as calendars
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import check_role, check_time_zone
from playbook.domain.preparedness.rota import HOLIDAY, Entry, EntryKind, Pattern, Shift
from playbook.errors import BadInput, NotFound
from playbook.models import (
    CityHoliday,
    Person,
    Rota,
    RotaEntry,
    RotaEntryKind,
    RotaShift,
    RotaSwap,
    SwapState,
    User,
)
from playbook.services import log

#: A year of weeks; a pattern that returns less often is no pattern.
MOST_WEEKS = 53
#: Deputies beyond these are the standing line's.
MOST_POSITIONS = 10
#: How far behind and ahead of a window entries are read, so that its turns are whole and the next one is known.
_BEHIND, _AHEAD = timedelta(days=3), timedelta(days=35)
_KINDS: dict[str, EntryKind] = {
    RotaEntryKind.IMPORTED: "imported",
    RotaEntryKind.EXCEPTION: "exception",
    RotaEntryKind.SWAP: "swap",
}


@dataclass(frozen=True)
class RotaFacts:
    """How a rota returns: every `cycle_weeks` weeks, counted from the week of `anchor`; an empty zone is the city's."""

    cycle_weeks: int
    anchor: date
    time_zone: str = ""


@dataclass(frozen=True)
class EntryFacts:
    """A dated stretch of duty; no person says that nobody is on duty.

    `source` is a calendar's id of it, unique within a rota; None for what people write.
    """

    person_id: int | None
    starts_at: datetime
    ends_at: datetime
    kind: RotaEntryKind = RotaEntryKind.EXCEPTION
    position: int = 0
    source: str | None = None


def save_rota(
    session: Session, role: str, facts: RotaFacts, *, now: datetime, user: User | None
) -> Rota:
    """Give `role` a rota, or change how its rota returns; return it.

    Raises BadCell for what is no role or no zone, BadInput for a cycle that cannot be or that leaves shifts outside.
    """
    check_role(role)
    if not 1 <= facts.cycle_weeks <= MOST_WEEKS:
        raise BadInput("A rota returns after 1 to {most} weeks.", most=MOST_WEEKS)
    rota = session.scalar(select(Rota).where(Rota.role == role))
    if rota is None:
        rota = Rota(role=role, shifts=[], entries=[])
        session.add(rota)
    outside = [shift.week for shift in rota.shifts if shift.week >= facts.cycle_weeks]
    if outside:
        raise BadInput(
            "Week {week} still has shifts. Remove them first; nothing was saved.",
            week=min(outside) + 1,
        )
    before = (rota.cycle_weeks, rota.anchor, rota.time_zone)
    rota.cycle_weeks = facts.cycle_weeks
    rota.anchor = facts.anchor - timedelta(days=facts.anchor.weekday())
    rota.time_zone = check_time_zone(facts.time_zone.strip())
    session.flush()
    if before != (rota.cycle_weeks, rota.anchor, rota.time_zone):
        _log(session, "rota.saved", rota, now, user, {"weeks": rota.cycle_weeks})
    return rota


def set_shifts(
    session: Session, rota: Rota, shifts: Iterable[Shift], *, now: datetime, user: User | None
) -> bool:
    """Make `shifts` the whole pattern of `rota`; return whether that changed anything.

    Raises BadInput for a shift outside the cycle, NotFound for somebody who is not in the directory.
    """
    wanted = sorted(set(shifts), key=_order)
    for shift in wanted:
        _check_shift(rota, shift)
    _check_people(session, {shift.person_id for shift in wanted})
    if wanted == sorted(map(_shift, rota.shifts), key=_order):
        return False
    rota.shifts[:] = [
        RotaShift(
            person_id=shift.person_id,
            position=shift.position,
            week=shift.week,
            weekday=shift.weekday,
            starts=shift.starts.strftime("%H:%M"),
            ends=shift.ends.strftime("%H:%M"),
        )
        for shift in wanted
    ]
    session.flush()
    people = len({shift.person_id for shift in wanted})
    _log(session, "rota.shifts-set", rota, now, user, {"shifts": len(wanted), "people": people})
    return True


def add_entry(
    session: Session,
    rota: Rota,
    facts: EntryFacts,
    *,
    now: datetime,
    user: User | None,
    partner: Person | None = None,
) -> RotaEntry:
    """Write a dated stretch into `rota`, by a user or by a partner themselves; return it.

    Raises BadInput for an end that is not after the start, NotFound for somebody who is not in the directory.
    """
    if facts.ends_at <= facts.starts_at:
        raise BadInput("The end must come after the start. Nothing was saved.")
    if not 0 <= facts.position < MOST_POSITIONS:
        raise BadInput("A rota has {most} places at most.", most=MOST_POSITIONS)
    names = _check_people(session, {facts.person_id} - {None})
    entry = RotaEntry(
        person_id=facts.person_id,
        position=facts.position,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        kind=facts.kind,
        source=facts.source,
        made_at=now,
        made_by_name=user.shown_name if user else partner.name if partner else "",
    )
    rota.entries.append(entry)
    session.flush()
    payload = _told(entry, names.get(facts.person_id or 0, ""))
    _log(session, "rota.entry-added", rota, now, user, payload, partner)
    return entry


def remove_entry(
    session: Session, rota: Rota, entry: RotaEntry, *, now: datetime, user: User | None
) -> None:
    """Take a dated stretch out of `rota`: what stood behind it stands again. Raises NotFound for another rota's."""
    if entry.rota_id != rota.id:
        raise NotFound("There is no such entry in this rota.")
    payload = _told(entry, entry.person.name if entry.person else "")
    rota.entries.remove(entry)
    session.flush()
    _log(session, "rota.entry-removed", rota, now, user, payload)


def remove_rota(session: Session, rota: Rota, *, now: datetime, user: User | None) -> None:
    """Remove a rota with its shifts, entries and swaps: the standing line holds the role at every hour again."""
    _log(session, "rota.removed", rota, now, user, {"shifts": len(rota.shifts)})
    for swap in session.scalars(select(RotaSwap).where(RotaSwap.rota_id == rota.id)):
        session.delete(swap)
    session.flush()
    session.delete(rota)
    session.flush()


def leave_all_rotas(session: Session, person: Person, *, now: datetime, user: User | None) -> None:
    """Take `person` off every rota. Their turns become gaps, so that somebody fills them knowingly.

    What is past stays as it was. Dated stretches say "nobody" instead of falling back to whom they stood in for.
    """
    coming = (RotaEntry.person_id == person.id) & (RotaEntry.ends_at > now)
    rotas = session.scalars(
        select(Rota)
        .where(
            or_(
                Rota.id.in_(select(RotaShift.rota_id).where(RotaShift.person_id == person.id)),
                Rota.id.in_(select(RotaEntry.rota_id).where(coming)),
            )
        )
        .order_by(Rota.id)
    ).all()
    for rota in rotas:
        rota.shifts[:] = [shift for shift in rota.shifts if shift.person_id != person.id]
        for entry in rota.entries:
            if entry.person_id == person.id and entry.ends_at > now:
                entry.person = None
        _log(session, "rota.left", rota, now, user, {"name": person.name})
    session.execute(
        update(RotaSwap)
        .where(
            or_(RotaSwap.from_person_id == person.id, RotaSwap.to_person_id == person.id),
            RotaSwap.state == SwapState.ASKED,
        )
        .values(state=SwapState.WITHDRAWN, settled_at=now)
    )
    session.flush()


def patterns_of(
    session: Session,
    roles: Iterable[str] | None,
    city_zone: str,
    region: str,
    subdivision: str,
    start: datetime,
    end: datetime,
) -> dict[str, Pattern]:
    """Return role id → its rota as the rule sees it within [start, end); a role without a rota is absent.

    `roles` None means every rota. Entries are known until five weeks after `end`. Whoever was removed from the
    directory is on no shift, and their entries say nobody. Four queries at most, however many rotas there are.
    """
    query = select(Rota.id, Rota.role, Rota.cycle_weeks, Rota.anchor, Rota.time_zone)
    if roles is not None:
        query = query.where(Rota.role.in_(list(roles)))
    rotas = session.execute(query).all()
    if not rotas:
        return {}
    ids = [rota.id for rota in rotas]
    shifts = _shifts_of(session, ids)
    entries = _entries_of(session, ids, start - _BEHIND, end + _AHEAD)
    kept = city_holidays(session, region, subdivision, start - _BEHIND, end + _AHEAD)
    return {
        rota.role: Pattern(
            rota.cycle_weeks,
            rota.anchor,
            tuple(shifts.get(rota.id, ())),
            tuple(entries.get(rota.id, ())),
            ZoneInfo(rota.time_zone or city_zone),
            kept,
        )
        for rota in rotas
    }


def city_holidays(
    session: Session, region: str, subdivision: str, start: datetime, end: datetime
) -> frozenset[date]:
    """Return the public holidays that the city keeps in the years of [start, end]: its region's, and its own."""
    kept = set(region_holidays(region, subdivision, range(start.year, end.year + 1)))
    for on, is_kept in session.execute(select(CityHoliday.on, CityHoliday.kept)):
        (kept.add if is_kept else kept.discard)(on)
    return frozenset(kept)


def region_holidays(region: str, subdivision: str, years: Iterable[int]) -> Mapping[date, str]:
    """Return the public holidays of a region (ISO 3166) in `years`, with their names, in order.

    A subdivision that the calendar does not know gives the country's own; a country that it does not know, none.
    """
    found: dict[date, str] = {}
    for year in years:
        found |= _year_of_holidays(region, subdivision, year)
    return dict(sorted(found.items()))


@lru_cache(maxsize=64)
def _year_of_holidays(region: str, subdivision: str, year: int) -> dict[date, str]:
    for part in dict.fromkeys((subdivision or None, None)):
        try:
            return dict(calendars.country_holidays(region, subdiv=part, years=[year]).items())
        except NotImplementedError:
            continue
    return {}


def _shifts_of(session: Session, ids: Sequence[int]) -> dict[int, list[Shift]]:
    rows = session.execute(
        select(RotaShift.rota_id, RotaShift)
        .join(Person, RotaShift.person_id == Person.id)
        .where(RotaShift.rota_id.in_(ids), Person.removed_at.is_(None))
        .order_by(RotaShift.rota_id, RotaShift.week, RotaShift.weekday, RotaShift.id)
    )
    found: dict[int, list[Shift]] = {}
    for rota_id, row in rows:
        found.setdefault(rota_id, []).append(_shift(row))
    return found


def _entries_of(
    session: Session, ids: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[Entry]]:
    rows = session.execute(
        select(
            RotaEntry.rota_id,
            RotaEntry.person_id,
            Person.removed_at,
            RotaEntry.position,
            RotaEntry.starts_at,
            RotaEntry.ends_at,
            RotaEntry.kind,
            RotaEntry.made_at,
        )
        .outerjoin(Person, RotaEntry.person_id == Person.id)
        .where(RotaEntry.rota_id.in_(ids), RotaEntry.ends_at > start, RotaEntry.starts_at < end)
        .order_by(RotaEntry.rota_id, RotaEntry.starts_at, RotaEntry.id)
    )
    found: dict[int, list[Entry]] = {}
    for rota_id, person_id, removed_at, position, starts_at, ends_at, kind, made_at in rows:
        present = person_id if removed_at is None else None
        found.setdefault(rota_id, []).append(
            Entry(present, position, starts_at, ends_at, _KINDS[kind], made_at)
        )
    return found


def _shift(row: RotaShift) -> Shift:
    return Shift(
        row.person_id,
        row.position,
        row.week,
        row.weekday,
        time.fromisoformat(row.starts),
        time.fromisoformat(row.ends),
    )


def _order(shift: Shift) -> tuple[int, int, time, int, int, time]:
    return shift.week, shift.weekday, shift.starts, shift.position, shift.person_id, shift.ends


def _check_shift(rota: Rota, shift: Shift) -> None:
    if not 0 <= shift.week < rota.cycle_weeks:
        raise BadInput(
            "The rota has {weeks} weeks; week {week} is none of them.",
            weeks=rota.cycle_weeks,
            week=shift.week + 1,
        )
    if not 0 <= shift.weekday <= HOLIDAY:
        raise BadInput("Choose a day of the week, or public holidays.")
    if not 0 <= shift.position < MOST_POSITIONS:
        raise BadInput("A rota has {most} places at most.", most=MOST_POSITIONS)


def _check_people(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """Return the names of these people; raise NotFound for one who is not, or no longer, in the directory."""
    rows = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(list(ids)), Person.removed_at.is_(None))
    )
    names = dict(rows.tuples().all())
    if len(names) != len(ids):
        raise NotFound("There is no such person in the directory.")
    return names


def _told(entry: RotaEntry, name: str) -> dict[str, object]:
    return {
        "name": name,
        "kind": str(entry.kind),
        "from": entry.starts_at.isoformat(),
        "until": entry.ends_at.isoformat(),
    }


def _log(
    session: Session,
    kind: str,
    rota: Rota,
    now: datetime,
    user: User | None,
    payload: Mapping[str, object],
    partner: Person | None = None,
) -> None:
    log.record(
        session,
        kind,
        now=now,
        user=user,
        person_id=partner.id if partner and not user else None,
        subject=f"role:{rota.role}",
        payload=payload,
    )
