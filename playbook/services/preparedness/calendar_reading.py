"""Reading an iCalendar file in a process of its own, which is stopped when the file asks for too much.

A rule of repetition can be written so that no reader comes to an end with it ("every 30th of February"), so the
time and the memory of the reading are limited, not only the size of the file. Nothing is written
anywhere: bytes in, JSON out.

    python -I calendar_reading.py 2026-03-01T00:00:00+00:00 2026-09-01T00:00:00+00:00 < rota.ics
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import recurring_ical_events
from icalendar import Calendar

#: A reader that needs more than this has been given something that is no rota.
MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 10
#: Turns within the window; a rota of 26 weeks in eight-hour shifts has 546 for each position.
MOST_TURNS = 4000
#: Of a summary or an id; longer ones are cut.
LONGEST = 300
#: Where one of these cannot be read, a turn would be missing without a word.
NEEDED = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"}
#: Exit codes that the caller knows.
NO_CALENDAR, TOO_MANY = 3, 4


def events(data: bytes, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
    """Yield what happens in [start, end) as plain facts, repetitions spread out, exceptions applied.

    Times are ISO 8601: with an offset, without one (floating), or a date alone (all day); the end is not included.
    """
    for calendar in Calendar.from_ical(data, multiple=True):
        for event in calendar.walk("VEVENT"):
            if "DTSTART" not in event or any(name in NEEDED for name, _why in event.errors):
                raise ValueError
        for event in recurring_ical_events.of(calendar, components=["VEVENT"]).between(start, end):
            if str(event.get("STATUS", "")).upper() == "CANCELLED":
                continue
            yield {
                "uid": str(event.get("UID", ""))[:LONGEST],
                "summary": str(event.get("SUMMARY", ""))[:LONGEST],
                "mails": _mails(event),
                "starts": _iso(event.start),
                "ends": _iso(event.end),
            }


def _mails(event: Any) -> list[str]:
    listed = event.get("ATTENDEE", [])
    entries = listed if isinstance(listed, list) else [listed]
    mails = [str(entry) for entry in entries]
    return [mail[7:][:LONGEST] for mail in mails if mail.lower().startswith("mailto:")]


def _iso(moment: date) -> str:
    return moment.isoformat()


def main() -> int:
    """Read standard input, write the events as JSON; the exit code says what kept it from that."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    start, end = (datetime.fromisoformat(text) for text in sys.argv[1:3])
    found = []
    try:
        for event in events(sys.stdin.buffer.read(), start, end):
            found.append(event)
            if len(found) > MOST_TURNS:
                return TOO_MANY
    except (MemoryError, RecursionError, OverflowError):
        return TOO_MANY
    except Exception:
        # A hostile or broken file can fail anywhere in two libraries; to a reader all of it is one thing.
        return NO_CALENDAR
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
