"""When somebody must confirm a change and is silent: which way of telling comes next, and when. Pure.

What was written first has half of the person's minutes; then the next written channel that can reach them is tried,
and after half of what remains a human is asked to phone. Each way is tried once; a confirmation ends it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from playbook.domain.response.changes import WRITTEN

#: Somebody who stands on no ladder has as long as most people on one.
DEFAULT_MINUTES = timedelta(minutes=10)
#: In this order.
WAYS = (*WRITTEN, "voice")


def next_way(tried: Collection[str], able: Collection[str]) -> str | None:
    """Return the way that comes next of those that can reach the person; None when every one was tried."""
    return next((way for way in WAYS if way in able and way not in tried), None)


def due_at(made_at: datetime, within: timedelta, climbed: int) -> datetime:
    """Return when the silence climbs, once it has `climbed` so many times: half of what remains passes each time."""
    return made_at + within * (1 - 0.5 ** (climbed + 1))
