"""Durations and deadlines as people write them: "60 min", "3 mo", "90 d before anniversary".

Minutes and hours are elapsed time. Days, weeks, months and years follow the calendar of a place: "1
d" after 09:00 in Bratislava is 09:00 there, also when the clocks change in between, and "1 mo"
after 31 January is the last of February.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Literal

from playbook.errors import BadInput

#: What a deadline may count from, beside a decision's id.
MOMENTS = ("time-zero", "confirmation", "anniversary", "hearing")
#: Moments that are known beforehand, so that something can be due before them.
FORESEEN_MOMENTS = ("anniversary", "hearing")
#: The service promises care for decades, not for centuries; longer is a slip of the pen.
LONGEST_YEARS = 100

ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
DURATION = r"(?:0|[1-9][0-9]{0,7}) (?:min|h|d|w|mo|y)"
OFFSET = rf"{DURATION} (?:after|before) {ID}"

Direction = Literal["after", "before"]


class Unit(StrEnum):
    """What a duration counts."""

    MINUTE = "min"
    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "mo"
    YEAR = "y"


#: A month is 30 days and a year 365, for putting durations in order and for nothing else.
_ROUGH_MINUTES = {
    Unit.MINUTE: 1,
    Unit.HOUR: 60,
    Unit.DAY: 24 * 60,
    Unit.WEEK: 7 * 24 * 60,
    Unit.MONTH: 30 * 24 * 60,
    Unit.YEAR: 365 * 24 * 60,
}


class NotADuration(BadInput):
    """A text is no duration, or no deadline, that the service understands."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of one unit, kept as it was written.

    Equality is by spelling ("60 min" is not "1 h"); `<` and its kin go by length, with a month of 30 days and a year of
    365.
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.count < 0 or self.rough_minutes > LONGEST_YEARS * _ROUGH_MINUTES[Unit.YEAR]:
            raise NotADuration("“{text}” is longer than a hundred years.", text=str(self))

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read "60 min", "12 h", "7 d", "4 w", "3 mo" or "1 y", written exactly so.

        Raises NotADuration.
        """
        if not re.fullmatch(DURATION, text):
            raise NotADuration(
                "“{text}” is not a length of time; write a whole number, one space and one of min, "
                "h, d, w, mo or y, as in “60 min”.",
                text=text,
            )
        count, unit = text.split(" ")
        return cls(int(count), Unit(unit))

    @property
    def is_fixed(self) -> bool:
        """Whether the length is the same everywhere but for a change of clocks: not months, not
        years.
        """
        return self.unit not in (Unit.MONTH, Unit.YEAR)

    @property
    def rough_minutes(self) -> int:
        """The length in minutes, with a month of 30 days and a year of 365: for ordering only."""
        return self.count * _ROUGH_MINUTES[self.unit]

    def as_timedelta(self) -> timedelta:
        """Return the length as elapsed time, a day being 24 hours.

        Raises ValueError for months and years, which have no length of their own; use `add_to`.
        """
        if not self.is_fixed:
            raise ValueError(f"{self} has no fixed length; add it to an instant instead.")
        return timedelta(minutes=self.rough_minutes)

    def add_to(self, instant: datetime, zone: tzinfo) -> datetime:
        """Return the instant (aware, UTC) that lies this long after `instant`, by the calendar of
        `zone`.

        A local time that the clocks skip is moved on by what they skipped; a day that a month does
        not have becomes its last. Raises ValueError if `instant` has no zone.
        """
        return _shift(instant, zone, self.count, self.unit)

    def subtract_from(self, instant: datetime, zone: tzinfo) -> datetime:
        """Return the instant (aware, UTC) that lies this long before `instant`; see `add_to`."""
        return _shift(instant, zone, -self.count, self.unit)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"

    def __lt__(self, other: "Duration") -> bool:
        return self.rough_minutes < other.rough_minutes

    def __le__(self, other: "Duration") -> bool:
        return self.rough_minutes <= other.rough_minutes

    def __gt__(self, other: "Duration") -> bool:
        return self.rough_minutes > other.rough_minutes

    def __ge__(self, other: "Duration") -> bool:
        return self.rough_minutes >= other.rough_minutes


@dataclass(frozen=True, slots=True)
class Offset:
    """A deadline relative to a moment (`MOMENTS`) or to a decision, named by its id."""

    duration: Duration
    direction: Direction
    anchor: str

    @classmethod
    def parse(cls, text: str) -> "Offset":
        """Read "60 min after time-zero" or "90 d before anniversary", written exactly so.

        Raises NotADuration.
        """
        if not re.fullmatch(OFFSET, text):
            raise NotADuration(
                "“{text}” is not a deadline; write a length of time, “after” or “before”, and what it counts "
                "from, as in “60 min after time-zero”.",
                text=text,
            )
        count, unit, direction, anchor = text.split(" ")
        which: Direction = "after" if direction == "after" else "before"
        return cls(Duration.parse(f"{count} {unit}"), which, anchor)

    @property
    def counts_from_a_decision(self) -> bool:
        """Whether `anchor` is the id of a decision rather than one of `MOMENTS`."""
        return self.anchor not in MOMENTS

    def due_at(self, anchored_at: datetime, zone: tzinfo) -> datetime:
        """Return the instant (aware, UTC) that is due, given the instant of the anchor; see
        `Duration.add_to`.
        """
        if self.direction == "before":
            return self.duration.subtract_from(anchored_at, zone)
        return self.duration.add_to(anchored_at, zone)

    @property
    def rough_minutes(self) -> int:
        """Minutes from the anchor, negative before it: for ordering only."""
        sign = -1 if self.direction == "before" else 1
        return sign * self.duration.rough_minutes

    def __str__(self) -> str:
        return f"{self.duration} {self.direction} {self.anchor}"


def _shift(instant: datetime, zone: tzinfo, count: int, unit: Unit) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("A duration can only be added to an instant with a time zone.")
    if unit in (Unit.MINUTE, Unit.HOUR):
        return instant.astimezone(UTC) + timedelta(minutes=count * _ROUGH_MINUTES[unit])
    local = instant.astimezone(zone)
    day = _shift_day(local.date(), count, unit)
    # fold=0 makes a skipped local time mean "as the clock stood before", which UTC then moves on.
    moved = datetime.combine(day, local.time(), tzinfo=zone).replace(
        fold=0 if day != local.date() else local.fold
    )
    return moved.astimezone(UTC)


def _shift_day(day: date, count: int, unit: Unit) -> date:
    if unit in (Unit.DAY, Unit.WEEK):
        return day + timedelta(days=count * (7 if unit is Unit.WEEK else 1))
    months = day.year * 12 + day.month - 1 + count * (12 if unit is Unit.YEAR else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
