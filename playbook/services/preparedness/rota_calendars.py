"""Turns of duty from somebody's calendar: read, shown first, then written in place of what was imported before."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from playbook.domain.preparedness.rota import Gap, gaps, instant_of
from playbook.domain.text import tidy
from playbook.errors import BadInput, Conflict
from playbook.models import Rota, RotaEntry, RotaEntryKind, User
from playbook.services import log
from playbook.services.preparedness import calendar_reading
from playbook.services.preparedness.calendar_people import Finder
from playbook.services.preparedness.duty import as_entry, pattern_of
from playbook.settings import Settings

#: How far ahead a calendar is read.
WINDOW = timedelta(weeks=26)
#: Of a file, and of the entries written in it before repetitions are spread out.
MOST_BYTES = 1024 * 1024
MOST_ENTRIES = 2000
#: Reading takes the reader's own limit of processor time; a busy machine gets three times that.
PATIENCE = 3 * calendar_reading.MOST_SECONDS


@dataclass(frozen=True)
class CalendarTurn:
    """One turn as the calendar has it, repetitions spread out."""

    uid: str
    summary: str
    mails: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime

    def source(self, position: int) -> str:
        """Return what this turn is found again by: the calendar's id for it, its start, its place."""
        text = f"{self.uid}@{self.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}#{position}"
        return text if len(text) <= 250 else sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class PlannedTurn:
    """One turn as it will stand in the rota; `position` 0 is on duty, 1 stands behind."""

    person_id: int
    name: str
    position: int
    starts_at: datetime
    ends_at: datetime
    source: str


@dataclass(frozen=True)
class CalendarPlan:
    """What importing a file would do; the window is 26 weeks from now."""

    turns: tuple[PlannedTurn, ...]
    #: Turns whose person was not found: nobody would be on duty by them.
    unmatched: tuple[CalendarTurn, ...]
    added: int
    unchanged: int
    removed: int
    gaps: tuple[Gap, ...]
    #: The last end of any turn; after it this calendar says nothing.
    ends_at: datetime | None

    @property
    def digest(self) -> str:
        """A text that changes when what would be written changes."""
        facts = [(t.person_id, t.position, t.starts_at, t.ends_at, t.source) for t in self.turns]
        return sha256(repr((facts, self.removed)).encode()).hexdigest()


def read_calendar(data: bytes, zone: tzinfo, now: datetime) -> tuple[CalendarTurn, ...]:
    """Return the turns of an iCalendar file that touch the coming 26 weeks, by start.

    A time without a zone, and a whole day, is read in `zone`, the rota's own. Raises BadInput for what is no calendar
    and for one that is too large. Needs no database, so that none is locked while it reads.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(
            "This calendar is larger than 1 MB. Export the coming half year only, then choose it "
            "again. Nothing was written."
        )
    # One without its end was cut off on the way: the turns that it lacks would be taken out.
    if b"BEGIN:VCALENDAR" not in data[:4096].upper() or b"END:VCALENDAR" not in data.upper():
        raise _no_calendar()
    if data.upper().count(b"BEGIN:VEVENT") > MOST_ENTRIES:
        raise _too_many()
    start, end = now - timedelta(days=2), window_end(now)
    found = [_turn(event, zone) for event in _events(data, start, end + timedelta(days=2))]
    kept = {
        (t.uid, t.starts_at): t
        for t in found
        if t.starts_at < t.ends_at and t.ends_at > now and t.starts_at < end
    }
    return tuple(sorted(kept.values(), key=lambda t: (t.starts_at, t.uid)))


def window_end(now: datetime) -> datetime:
    """Return how far calendars are read: the same all day, so that what was shown is what is written."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + WINDOW


def plan_calendar(
    session: Session,
    rota: Rota,
    read: Sequence[CalendarTurn],
    settings: Settings,
    now: datetime,
) -> CalendarPlan:
    """Return what importing `read` would do to `rota`; nothing is written."""
    finder = Finder(session, {mail for turn in read for mail in turn.mails})
    planned: list[PlannedTurn] = []
    unmatched = []
    for turn in read:
        people = finder.people_of(turn.summary, turn.mails)
        if not people:
            unmatched.append(turn)
        planned += [
            PlannedTurn(p.id, p.name, place, turn.starts_at, turn.ends_at, turn.source(place))
            for place, p in enumerate(people)
        ]
    before = {_facts(entry) for entry in _replaceable(rota, now)}
    after = {(t.person_id, t.position, t.starts_at, t.ends_at, t.source) for t in planned}
    return CalendarPlan(
        turns=tuple(planned),
        unmatched=tuple(unmatched),
        added=len(after - before),
        unchanged=len(after & before),
        removed=len(before - after),
        gaps=_gaps_with(session, rota, planned, settings, now),
        ends_at=max((t.ends_at for t in planned), default=None),
    )


def apply_calendar(
    session: Session,
    rota: Rota,
    read: Sequence[CalendarTurn],
    settings: Settings,
    *,
    expected: str,
    now: datetime,
    user: User | None,
) -> CalendarPlan:
    """Write what was shown: the coming imported turns of `rota` become those of `read`.

    Importing the same file again changes nothing. Raises Conflict if what would be written is no longer what was shown
    (`expected` is its digest).
    """
    plan = plan_calendar(session, rota, read, settings, now)
    if plan.digest != expected:
        raise Conflict(
            "The rota or the directory has changed since this was shown. Nothing was written; look "
            "again, then import."
        )
    known = {entry.source: entry for entry in _replaceable(rota, now)}
    for turn in plan.turns:
        entry = known.pop(turn.source, None)
        if entry is None:
            entry = RotaEntry(kind=RotaEntryKind.IMPORTED, source=turn.source, made_at=now)
            rota.entries.append(entry)
        elif _facts(entry) == _facts_of(turn):
            continue
        entry.person_id, entry.position = turn.person_id, turn.position
        entry.starts_at, entry.ends_at = turn.starts_at, turn.ends_at
        entry.made_at, entry.made_by_name = now, user.shown_name if user else ""
    for entry in known.values():
        rota.entries.remove(entry)
    session.flush()
    if plan.added or plan.removed:
        numbers = {"added": plan.added, "removed": plan.removed, "unmatched": len(plan.unmatched)}
        log.record(
            session,
            "rota.imported",
            now=now,
            user=user,
            subject=f"role:{rota.role}",
            payload=numbers,
        )
    return plan


def _events(data: bytes, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Run the reader in a process of its own; see `calendar_reading`."""
    command = [sys.executable, "-I", calendar_reading.__file__, start.isoformat(), end.isoformat()]
    try:
        done = subprocess.run(  # noqa: S603 - our own file and two dates of our own
            command, input=data, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise _too_many() from None
    if done.returncode == calendar_reading.NO_CALENDAR:
        raise _no_calendar()
    if done.returncode != 0:
        raise _too_many()
    return list(json.loads(done.stdout))


def _too_many() -> BadInput:
    return BadInput(
        "This calendar holds more turns than a rota can have: at most {entries} entries, and {turns} "
        "turns in 26 weeks. Export one role's calendar only. Nothing was written.",
        entries=MOST_ENTRIES,
        turns=calendar_reading.MOST_TURNS,
    )


def _no_calendar() -> BadInput:
    return BadInput(
        "This file could not be read as a calendar. Export it as iCalendar (.ics), then choose it "
        "again. Nothing was written."
    )


def _turn(event: dict[str, Any], zone: tzinfo) -> CalendarTurn:
    return CalendarTurn(
        uid=event["uid"],
        summary=tidy(event["summary"].replace("\x00", "")),
        mails=tuple(tidy(mail).lower() for mail in event["mails"]),
        starts_at=_instant(event["starts"], zone),
        ends_at=_instant(event["ends"], zone),
    )


def _instant(text: str, zone: tzinfo) -> datetime:
    """Return the instant of an ISO 8601 text: a date alone begins at midnight, a floating time is local in `zone`."""
    if len(text) == len("2026-03-14"):
        return instant_of(zone, date.fromisoformat(text), time())
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return instant_of(zone, moment.date(), moment.time())


def _replaceable(rota: Rota, now: datetime) -> list[RotaEntry]:
    return [e for e in rota.entries if e.kind == RotaEntryKind.IMPORTED and e.ends_at > now]


def _facts(entry: RotaEntry) -> tuple[int | None, int, datetime, datetime, str | None]:
    return entry.person_id, entry.position, entry.starts_at, entry.ends_at, entry.source


def _facts_of(turn: PlannedTurn) -> tuple[int | None, int, datetime, datetime, str | None]:
    return turn.person_id, turn.position, turn.starts_at, turn.ends_at, turn.source


def _gaps_with(
    session: Session,
    rota: Rota,
    planned: Sequence[PlannedTurn],
    settings: Settings,
    now: datetime,
) -> tuple[Gap, ...]:
    """Return the gaps of the coming 26 weeks once `planned` stands in place of what was imported before."""
    end = window_end(now)
    pattern = pattern_of(session, rota, settings, now, end)
    replaced = {as_entry(e, "imported", e.made_at) for e in _replaceable(rota, now)}
    kept = tuple(entry for entry in pattern.entries if entry not in replaced)
    new = tuple(as_entry(turn, "imported", now) for turn in planned)
    return gaps(replace(pattern, entries=kept + new), now, end)
