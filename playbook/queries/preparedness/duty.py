"""What the screens of duty read: a person's own coming turns, and a rota's coming weeks day by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.preparedness.rota import Gap, Pattern, Turn, gaps, instant_of, turns
from playbook.models import (
    Person,
    RoleHolder,
    Rota,
    RotaEntry,
    RotaShift,
    RotaSwap,
    SwapState,
)
from playbook.services.preparedness.duty import pattern_of, patterns, zone_of
from playbook.settings import Settings

#: How far ahead people see their own turns, and a city its rota.
OWN_WEEKS = timedelta(weeks=8)
CITY_WEEKS = 4
#: How long a settled swap is still shown to the two people whom it concerns.
REMEMBERED = timedelta(days=14)
#: A turn is shown whole where it began or ends this far beyond the window.
_BEYOND = timedelta(days=8)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OwnTurn:
    """A coming turn of one person's; `behind` are the names of whoever stands behind meanwhile."""

    rota_id: int
    role: str
    zone: ZoneInfo
    position: int
    starts_at: datetime
    ends_at: datetime
    why: str
    behind: tuple[str, ...]
    #: Whom this person has asked to take it, and who has not answered yet.
    asked: tuple[RotaSwap, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A part of a day's strip, in minutes since its midnight; `hand` tells people apart, None is a gap."""

    start: int
    length: int
    hand: int | None


@dataclass(frozen=True)
class RotaDay:
    """A local day: the turns and gaps that begin on it (on the first day also what runs on), and its strip."""

    on: date
    holiday: bool
    stretches: tuple[Turn | Gap, ...]
    strip: tuple[Piece, ...]
    minutes: int


def own_turns(session: Session, person: Person, settings: Settings, now: datetime) -> list[OwnTurn]:
    """Return `person`'s turns of the coming eight weeks, of every rota, by start."""
    rotas = _rotas_of(session, person)
    start, end = now - _BEYOND, now + OWN_WEEKS
    found = patterns(session, [rota.role for rota in rotas], settings, start, end + _BEYOND)
    wishes = [s for s in swaps_of(session, person, now) if s.state == SwapState.ASKED]
    mine: list[OwnTurn] = []
    for rota in rotas:
        listed = turns(found[rota.role], start, end + _BEYOND)
        line = _line(session, rota.role)
        names = _names(session, listed)
        for turn in listed:
            if turn.person_id == person.id and turn.ends_at > now and turn.starts_at < end:
                mine.append(
                    OwnTurn(
                        rota.id,
                        rota.role,
                        zone_of(rota, settings),
                        turn.position,
                        turn.starts_at,
                        turn.ends_at,
                        turn.why,
                        _behind(turn, listed, names, line),
                        tuple(s for s in wishes if _concerns(s, rota, turn, person)),
                    )
                )
    return sorted(mine, key=lambda t: (t.starts_at, t.position))


def swaps_of(session: Session, person: Person, now: datetime) -> Sequence[RotaSwap]:
    """Return the swaps that concern `person`: the open ones, and those settled lately, by start."""
    return session.scalars(
        select(RotaSwap)
        .where(
            or_(RotaSwap.from_person_id == person.id, RotaSwap.to_person_id == person.id),
            RotaSwap.ends_at > now,
            or_(RotaSwap.state == SwapState.ASKED, RotaSwap.settled_at > now - REMEMBERED),
        )
        .options(
            joinedload(RotaSwap.rota),
            joinedload(RotaSwap.from_person),
            joinedload(RotaSwap.to_person),
        )
        .order_by(RotaSwap.starts_at, RotaSwap.id)
    ).all()


def swaps_on(session: Session, rota: Rota, limit: int = 30) -> Sequence[RotaSwap]:
    """Return the swaps of a rota, the last asked first."""
    return session.scalars(
        select(RotaSwap)
        .where(RotaSwap.rota_id == rota.id)
        .options(joinedload(RotaSwap.from_person), joinedload(RotaSwap.to_person))
        .order_by(RotaSwap.asked_at.desc(), RotaSwap.id.desc())
        .limit(limit)
    ).all()


def coming_days(
    session: Session, rota: Rota, settings: Settings, now: datetime, weeks: int = CITY_WEEKS
) -> tuple[list[RotaDay], dict[int, int]]:
    """Return the coming weeks of a rota by local day, from today, and person id → their number in the picture."""
    zone = zone_of(rota, settings)
    first = now.astimezone(zone).date()
    days = [first + _DAY * number for number in range(weeks * 7)]
    start, end = _midnight(zone, first), _midnight(zone, days[-1] + _DAY)
    pattern = pattern_of(session, rota, settings, start, end)
    listed, open_ = turns(pattern, start, end), gaps(pattern, start, end)
    hands = {person: number for number, person in enumerate(_hands(listed))}
    held = [turn for turn in listed if turn.person_id is not None]
    together: list[Turn | Gap] = sorted([*held, *open_], key=lambda one: one.starts_at)
    found = [
        RotaDay(
            on=day,
            holiday=day in pattern.holidays,
            stretches=tuple(
                one for one in together if one.starts_at.astimezone(zone).date() == day
            ),
            strip=_strip(listed, open_, hands, _midnight(zone, day), _midnight(zone, day + _DAY)),
            minutes=_minutes(_midnight(zone, day + _DAY) - _midnight(zone, day)),
        )
        for day in days
    ]
    return found, hands


def gaps_soon(pattern: Pattern, now: datetime, days: int = 14) -> tuple[Gap, ...]:
    """Return the stretches of the coming days in which nobody is on duty."""
    return gaps(pattern, now, now + _DAY * days)


def names_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people by id, removed or not."""
    wanted = {person_id for person_id in ids if person_id is not None}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {person_id: name for person_id, name in rows}  # noqa: C416 - rows are no pairs to the type checker


def _rotas_of(session: Session, person: Person) -> Sequence[Rota]:
    ids = (
        select(RotaShift.rota_id)
        .where(RotaShift.person_id == person.id)
        .union(select(RotaEntry.rota_id).where(RotaEntry.person_id == person.id))
    )
    return session.scalars(select(Rota).where(Rota.id.in_(ids)).order_by(Rota.role)).all()


def _line(session: Session, role: str) -> list[tuple[int, str]]:
    rows = session.execute(
        select(Person.id, Person.name)
        .join(RoleHolder, RoleHolder.person_id == Person.id)
        .where(RoleHolder.role == role, Person.removed_at.is_(None))
        .order_by(RoleHolder.position, RoleHolder.id)
    )
    return [(person_id, name) for person_id, name in rows]


def _names(session: Session, listed: Iterable[Turn]) -> dict[int, str]:
    return names_of(session, (turn.person_id for turn in listed))


def _behind(
    turn: Turn,
    listed: Iterable[Turn],
    names: Mapping[int, str],
    line: Sequence[tuple[int, str]],
) -> tuple[str, ...]:
    """Return who stands behind: the rota's next position meanwhile, else the standing line's first other one."""
    behind = [
        names[t.person_id]
        for t in listed
        if t.position == turn.position + 1
        and t.person_id is not None
        and t.starts_at < turn.ends_at
        and t.ends_at > turn.starts_at
    ]
    others = [name for person_id, name in line if person_id != turn.person_id]
    return tuple(dict.fromkeys(behind or others[:1]))


def _concerns(swap: RotaSwap, rota: Rota, turn: Turn, person: Person) -> bool:
    return (
        swap.rota_id == rota.id
        and swap.position == turn.position
        and swap.from_person_id == person.id
        and swap.starts_at < turn.ends_at
        and swap.ends_at > turn.starts_at
    )


def _hands(listed: Iterable[Turn]) -> list[int]:
    return list(dict.fromkeys(t.person_id for t in listed if t.person_id is not None))


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    return instant_of(zone, day, time())


def _minutes(length: timedelta) -> int:
    return round(length.total_seconds() / 60)


def _strip(
    listed: Iterable[Turn],
    open_: Iterable[Gap],
    hands: Mapping[int, int],
    start: datetime,
    end: datetime,
) -> tuple[Piece, ...]:
    """Return who is on duty first within a day, and the gaps, as pieces of a picture."""
    held: list[tuple[datetime, datetime, int | None]] = [
        (t.starts_at, t.ends_at, hands[t.person_id])
        for t in sorted(listed, key=lambda t: -t.position)
        if t.person_id is not None
    ]
    held += [(g.starts_at, g.ends_at, None) for g in open_]
    pieces = []
    for starts_at, ends_at, hand in held:
        begins, ends = max(starts_at, start), min(ends_at, end)
        if begins < ends:
            pieces.append(Piece(_minutes(begins - start), _minutes(ends - begins), hand))
    return tuple(pieces)
