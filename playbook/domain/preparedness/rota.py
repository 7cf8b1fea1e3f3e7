"""Rotas: who is on duty at an instant, from a pattern that returns and from what differs on a day.

A shift is wall-clock time in the rota's zone and belongs to the day on which it starts. Every wall-clock time becomes
an instant by one rule that never turns back: a time that the clocks skip is the moment of the change, a time that they
show twice is its first occurrence. So shifts that follow each other on the wall follow each other in every such night.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Literal

#: The weekday of shifts that stand on public holidays; Monday is 0.
HOLIDAY = 7

#: Where an entry comes from; where two overlap, the later kind here wins.
EntryKind = Literal["imported", "exception", "swap"]
Why = Literal["pattern", "holiday", "imported", "exception", "swap"]

_RANK: dict[str, int] = {"pattern": 0, "holiday": 0, "imported": 1, "exception": 2, "swap": 3}
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
#: A shift lasts a day at most, and clocks change by an hour or three: nothing of a pattern reaches further.
_REACH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Shift:
    """A turn that returns: `week` of the cycle from 0, `weekday` 0–6 from Monday or HOLIDAY, local wall-clock times.

    An end that is not after the start lies on the next day, so 07:00–07:00 is a whole day. `position` 0 is on duty, 1
    stands behind, and so on.
    """

    person_id: int
    position: int
    week: int
    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated stretch that stands before the pattern; `person_id` None says that nobody is on duty then."""

    person_id: int | None
    position: int
    starts_at: datetime
    ends_at: datetime
    kind: EntryKind
    made_at: datetime


@dataclass(frozen=True)
class Pattern:
    """A whole rota. `anchor` is the Monday of a week 0; `holidays` are the city's, as local dates."""

    cycle_weeks: int
    anchor: date
    shifts: tuple[Shift, ...]
    entries: tuple[Entry, ...]
    zone: tzinfo
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Turn:
    """One position's stretch in one person's hands, and why; `person_id` None where an entry says nobody."""

    person_id: int | None
    position: int
    starts_at: datetime
    ends_at: datetime
    why: Why


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nobody is on duty, at any position."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Claim:
    """Somebody's claim on a position, before it is known who prevails; the greater rank does."""

    person_id: int | None
    position: int
    starts_at: datetime
    ends_at: datetime
    why: Why
    rank: tuple[int, datetime, int]


def turns(pattern: Pattern, start: datetime, end: datetime) -> tuple[Turn, ...]:
    """Return every turn within [start, end), cut at both, by start and position.

    No instant has two turns at one position: a swap stands before an exception, that before an imported entry, that
    before the pattern; among equals the later made, and among shifts the one that began later.
    """
    by_position: dict[int, list[_Claim]] = {}
    for claim in (*_entries(pattern), *_occurrences(pattern, start, end)):
        if claim.starts_at < end and claim.ends_at > start:
            by_position.setdefault(claim.position, []).append(claim)
    found = [turn for claims in by_position.values() for turn in _prevailing(claims, start, end)]
    return tuple(sorted(found, key=lambda t: (t.starts_at, t.position)))


def on_duty(pattern: Pattern, at: datetime) -> tuple[Turn, ...]:
    """Return the turns at the instant `at` by position, whole: with the times at which they really began and end.

    Empty in a gap. Positions at which an entry says nobody are left out.
    """
    near = [*_entries(pattern), *_occurrences(pattern, at - _REACH, at + _REACH)]
    winners: dict[int, _Claim] = {}
    for claim in near:
        if claim.starts_at <= at < claim.ends_at:
            other = winners.get(claim.position)
            if other is None or claim.rank > other.rank:
                winners[claim.position] = claim
    return tuple(
        _whole(winner, near, at)
        for _, winner in sorted(winners.items())
        if winner.person_id is not None
    )


def gaps(pattern: Pattern, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Return the stretches within [start, end) in which nobody is on duty at any position, in order."""
    found: list[Gap] = []
    covered_to = start
    for turn in turns(pattern, start, end):
        if turn.person_id is None:
            continue
        if turn.starts_at > covered_to:
            found.append(Gap(covered_to, turn.starts_at))
        covered_to = max(covered_to, turn.ends_at)
    if covered_to < end:
        found.append(Gap(covered_to, end))
    return tuple(found)


def next_after(pattern: Pattern, at: datetime) -> Turn | None:
    """Return the next turn of anybody that begins after `at`; None if the rota knows of none.

    In a gap it is the one that ends the gap. Of two that begin together it is the one of the lower position.
    """
    last = max((entry.ends_at for entry in pattern.entries), default=at)
    limit = max(last, at) + (pattern.cycle_weeks + 2) * _WEEK
    reach = _WEEK
    while True:
        end = min(at + reach, limit)
        for turn in turns(pattern, at, end):
            if turn.person_id is not None and turn.starts_at > at:
                return next((t for t in on_duty(pattern, turn.starts_at) if _same(t, turn)), turn)
        if end >= limit:
            return None
        reach *= 2


def _same(one: Turn, other: Turn) -> bool:
    return (one.position, one.starts_at) == (other.position, other.starts_at)


def _entries(pattern: Pattern) -> Iterator[_Claim]:
    for index, entry in enumerate(pattern.entries):
        yield _Claim(
            entry.person_id,
            entry.position,
            entry.starts_at,
            entry.ends_at,
            entry.kind,
            (_RANK[entry.kind], entry.made_at, index),
        )


def _occurrences(pattern: Pattern, start: datetime, end: datetime) -> Iterator[_Claim]:
    """Yield the shifts of every day that can touch [start, end); one that a clock change swallows is none."""
    if not pattern.shifts:
        return
    day = start.astimezone(pattern.zone).date() - _REACH
    last = end.astimezone(pattern.zone).date() + _DAY
    while day <= last:
        for index, shift in _shifts_of(pattern, day):
            claim = _occurrence(pattern.zone, shift, day, index)
            if claim.starts_at < claim.ends_at:
                yield claim
        day += _DAY


def _shifts_of(pattern: Pattern, day: date) -> list[tuple[int, Shift]]:
    """Return the shifts that start on `day`: on a holiday those of holidays, if the rota has any.

    A week of the cycle without holiday shifts of its own takes those of the first week that has some.
    """
    week = (day - pattern.anchor).days // 7 % pattern.cycle_weeks
    listed = list(enumerate(pattern.shifts))
    if day in pattern.holidays:
        festive = [(i, s) for i, s in listed if s.weekday == HOLIDAY]
        if festive:
            weeks = {s.week for _, s in festive}
            chosen = week if week in weeks else min(weeks)
            return [(i, s) for i, s in festive if s.week == chosen]
    return [(i, s) for i, s in listed if s.week == week and s.weekday == day.weekday()]


def _occurrence(zone: tzinfo, shift: Shift, day: date, index: int) -> _Claim:
    starts_at = instant_of(zone, day, shift.starts)
    ends_at = instant_of(zone, day + _DAY if shift.ends <= shift.starts else day, shift.ends)
    why: Why = "holiday" if shift.weekday == HOLIDAY else "pattern"
    rank = (_RANK[why], starts_at, index)
    return _Claim(shift.person_id, shift.position, starts_at, ends_at, why, rank)


def _prevailing(claims: list[_Claim], start: datetime, end: datetime) -> Iterator[Turn]:
    """Yield the turns of one position: between any two boundaries the claim of the greatest rank."""
    edges = {start, end}
    for claim in claims:
        edges.update(edge for edge in (claim.starts_at, claim.ends_at) if start < edge < end)
    waiting = deque(sorted(claims, key=lambda c: c.starts_at))
    active: list[_Claim] = []
    held: tuple[_Claim, datetime, datetime] | None = None
    for begin, finish in pairwise(sorted(edges)):
        while waiting and waiting[0].starts_at <= begin:
            active.append(waiting.popleft())
        active = [claim for claim in active if claim.ends_at > begin]
        winner = max(active, key=lambda c: c.rank, default=None)
        if held and winner is held[0]:
            held = (winner, held[1], finish)
            continue
        if held:
            yield _turn(*held)
        held = (winner, begin, finish) if winner else None
    if held:
        yield _turn(*held)


def _whole(winner: _Claim, near: list[_Claim], at: datetime) -> Turn:
    """Return the stretch around `at` that stays the winner's: until something that prevails over it begins."""
    begin, finish = winner.starts_at, winner.ends_at
    for rival in near:
        if rival.position == winner.position and rival.rank > winner.rank:
            if rival.ends_at <= at:
                begin = max(begin, rival.ends_at)
            elif rival.starts_at > at:
                finish = min(finish, rival.starts_at)
    return _turn(winner, begin, finish)


def _turn(claim: _Claim, begin: datetime, finish: datetime) -> Turn:
    return Turn(claim.person_id, claim.position, begin, finish, claim.why)


@lru_cache(maxsize=4096)
def instant_of(zone: tzinfo, day: date, wall: time) -> datetime:
    """Return the instant (UTC) at which the clocks of `zone` show `wall` on `day`.

    A skipped time is the moment at which the clocks skip it; a time shown twice is its first occurrence. A later
    wall-clock time is never an earlier instant.
    """
    local = datetime.combine(day, wall, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    return _moment_of_change(zone, local.replace(fold=1).astimezone(UTC), instant)


def _moment_of_change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Return the instant in (before, after] from which `zone` has the offset that it has at `after`, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
