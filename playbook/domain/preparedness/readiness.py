"""How a proof or a drill went: what became of each question, and how long answers took."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class CallState(StrEnum):
    """What became of one question."""

    #: Not yet handed to a provider.
    QUEUED = "queued"
    #: It has left; answers still count.
    WAITING = "waiting"
    ANSWERED = "answered"
    #: Answered, but after the drill was over.
    LATE = "late"
    #: It has left, and nothing came back in time.
    SILENT = "silent"
    #: A provider says that nothing arrives there.
    BOUNCED = "bounced"
    #: Nothing could be sent: no number, stopped, held, nobody holds the role, an incident came first.
    CANNOT = "cannot"


_BOUNCED = frozenset({"failed", "undelivered"})
_NEVER_LEFT = frozenset({"cancelled", "expired"})


def state_of(
    *, answered: bool, late: bool, obstacle: bool, delivery: str | None, closed: bool
) -> CallState:
    """Return what became of a question. `delivery` is its delivery's state, None without one.

    An answer counts whatever a provider says: a message can be reported lost and be read all the same.
    """
    if answered:
        return CallState.LATE if late else CallState.ANSWERED
    if obstacle or delivery is None or delivery in _NEVER_LEFT:
        return CallState.CANNOT
    if delivery in _BOUNCED:
        return CallState.BOUNCED
    if delivery == "queued":
        return CallState.CANNOT if closed else CallState.QUEUED
    return CallState.SILENT if closed else CallState.WAITING


def median(times: Iterable[timedelta]) -> timedelta | None:
    """Return the middle of `times`, between the two middle ones of an even number; None for none."""
    seconds = [time.total_seconds() for time in times]
    return timedelta(seconds=statistics.median(seconds)) if seconds else None


def percentile(times: Iterable[timedelta], share: float) -> timedelta | None:
    """Return the shortest of `times` within which at least `share` (above 0, up to 1) of them lie; None for none.

    The nearest rank: always a time that somebody really took.
    """
    ordered = sorted(times)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


@dataclass(frozen=True)
class RoleTimes:
    """One role of a drill: how long its answer took, None without one; and in earlier drills, the newest first.

    Of an earlier drill `before` has None where the role was not asked or did not answer in time.
    """

    role: str
    state: CallState
    took: timedelta | None
    before: tuple[timedelta | None, ...] = ()
    #: Who was asked; empty where nobody holds the role.
    person: str = ""
    obstacle: str = ""


#: Whoever has not answered stands above the slowest who has.
_ORDER = {
    CallState.SILENT: 0,
    CallState.BOUNCED: 1,
    CallState.CANNOT: 2,
    CallState.LATE: 3,
    CallState.WAITING: 4,
    CallState.QUEUED: 5,
    CallState.ANSWERED: 6,
}


def slowest_first(roles: Iterable[RoleTimes]) -> tuple[RoleTimes, ...]:
    """Return the roles as a reader needs them: those without an answer, then from the slowest to the fastest."""
    return tuple(
        sorted(roles, key=lambda r: (_ORDER[r.state], -(r.took or timedelta()), r.role.casefold()))
    )


@dataclass(frozen=True)
class Totals:
    """A drill in four figures; the two times are None while nobody has answered in time."""

    asked: int
    answered: int
    median: timedelta | None
    ninetieth: timedelta | None


def totals(roles: Sequence[RoleTimes]) -> Totals:
    """Return the figures of a drill: every role counts as asked, late answers do not count as answered."""
    times = [r.took for r in roles if r.state is CallState.ANSWERED and r.took is not None]
    return Totals(len(roles), len(times), median(times), percentile(times, 0.9))


#: Minutes between two marks of the scale; the first with which four marks reach far enough.
_STEPS = (1, 2, 5, 10, 15, 30, 60)


@dataclass(frozen=True)
class Scale:
    """The axis of the picture, in minutes, from 0 to `top`, with a mark every `step`."""

    top: int
    step: int

    @property
    def marks(self) -> tuple[int, ...]:
        """The minutes that are written under the axis."""
        return tuple(range(0, self.top + 1, self.step))

    def place(self, time: timedelta) -> float:
        """Return where `time` lies on the axis, in hundredths of its length; beyond the end is the end."""
        share = time / timedelta(minutes=self.top)
        return round(100 * min(1.0, max(0.0, share)), 2)


def scale_for(times: Iterable[timedelta]) -> Scale:
    """Return an axis of at most six marks that reaches to the longest of `times`."""
    longest = max((time.total_seconds() / 60 for time in times), default=0)
    step = next((step for step in _STEPS if step * 5 >= longest), math.ceil(longest / 5))
    return Scale(step * max(1, math.ceil(longest / step)), step)
