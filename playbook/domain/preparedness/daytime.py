"""When a question that is no alarm may reach somebody: on a working day between 10:00 and 17:00 where they are.

Instants are aware; what comes back is in UTC. A zone is where the person lives; holidays are local dates.
"""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta, tzinfo

OPENS = time(10)
CLOSES = time(17)

#: One question a minute, so that neither a sender nor the call-back desk is flooded, but never longer than this.
APART = timedelta(minutes=1)
LONGEST_SPREAD = timedelta(hours=3)

_SATURDAY = 5


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Whether `day` lies from Monday to Friday and is no public holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def is_daytime(instant: datetime, zone: tzinfo, holidays: Container[date]) -> bool:
    """Whether somebody in `zone` may be asked at `instant`."""
    local = instant.astimezone(zone)
    return is_working_day(local.date(), holidays) and OPENS <= local.time() < CLOSES


def spread_of(count: int) -> timedelta:
    """Return over how long `count` questions are spread: from none up to three hours."""
    return min(LONGEST_SPREAD, APART * max(0, count - 1))


def daytime_after(
    start: datetime, spent: timedelta, zone: tzinfo, holidays: Container[date]
) -> datetime:
    """Return the first instant of daytime in `zone` before which `spent` of daytime has passed since `start`.

    With nothing to spend that is `start` itself, or the next opening. Monotone in `spent`; always in daytime.
    """
    day = start.astimezone(zone).date()
    while True:
        opens, closes = _at(day, OPENS, zone), _at(day, CLOSES, zone)
        begins = max(start, opens)
        if is_working_day(day, holidays) and begins < closes:
            if begins + spent < closes:
                return begins + spent
            spent -= closes - begins
        day += timedelta(days=1)


def later_day(
    instant: datetime, now: datetime, zone: tzinfo, holidays: Container[date]
) -> datetime:
    """Return the next working day after `now` at the hour of `instant`, so that what was spread stays spread.

    An hour that is no daytime becomes the opening.
    """
    hour = instant.astimezone(zone).time()
    if not OPENS <= hour < CLOSES:
        hour = OPENS
    day = now.astimezone(zone).date()
    while not is_working_day(day, holidays) or _at(day, hour, zone) <= now:
        day += timedelta(days=1)
    return _at(day, hour, zone)


def next_opening(now: datetime, days: int, zone: tzinfo, holidays: Container[date]) -> datetime:
    """Return 10:00 in `zone` of the first working day that lies `days` or more after that of `now`."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    while not is_working_day(day, holidays):
        day += timedelta(days=1)
    return _at(day, OPENS, zone)


def weekly(weekday: int, hour: time, now: datetime, zone: tzinfo) -> datetime:
    """Return the first `weekday` (Monday is 0) after `now` at the local `hour`."""
    day = now.astimezone(zone).date()
    while day.weekday() != weekday or _at(day, hour, zone) <= now:
        day += timedelta(days=1)
    return _at(day, hour, zone)


def weeks_later(due: datetime, weeks: int, now: datetime, zone: tzinfo) -> datetime:
    """Return `due` moved on by `weeks`, again and again until after `now`; the local hour stays, clocks changed or not.

    Raises ValueError for fewer than one week.
    """
    if weeks < 1:
        raise ValueError("A drill comes every week at most.")
    local = due.astimezone(zone)
    day = local.date()
    while _at(day, local.time(), zone) <= max(now, due):
        day += timedelta(weeks=weeks)
    return _at(day, local.time(), zone)


def _at(day: date, hour: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, hour, zone).astimezone(UTC)
