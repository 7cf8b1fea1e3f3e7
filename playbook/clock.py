"""The one place where time comes from.

Everything else is given `now`. That is what lets a story, an exercise or a preview run ten years in a second, and what
makes "who decided, and at what time did we think it was?" a question with one answer.
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whoever can be asked for the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved: for stories, exercises and previews."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("A clock needs an aware instant; this one has no time zone.")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that the clock was last moved to."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Move the clock to `instant`; time never runs backwards, so an earlier one is ignored."""
        self._now = max(self._now, instant.astimezone(UTC))

    def advance(self, by: timedelta) -> datetime:
        """Move the clock on by `by` and return the new present."""
        self.move_to(self._now + by)
        return self._now
