"""The escalation rule: how silence climbs a role's ladder until somebody joins or a human owns it.

Pure. Facts in (`Ladder`, `now`), a `Plan` out: what to do now, and when to look again. The rule, in full:

1. Nothing happens before the role's tier starts, or once the role is settled (answered, owned, closed).
2. The first rung that is neither closed nor waiting is current; if there is none, the next waiting one is opened and
   its first channel is tried.
3. A person's minutes run from the first acceptance or failure at a provider, never from the time it was due: an
   outage delays people, it never skips them.
4. The second channel is tried when half of the minutes have passed, a third when three quarters have, and so on,
   halving what remains. A channel that cannot arrive gives way to the next one at once.
5. When the minutes are over, the rung is silent; when every channel has failed for good, it is unreachable.
   Either way the next rung is opened.
6. After the last rung a named human owns the role.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class RungState(StrEnum):
    """How one person on a ladder stands."""

    WAITING = "waiting"
    ASKED = "asked"
    JOINING = "joining"
    DEPUTY = "deputy"  # said: ask my deputy
    UNABLE = "unable"
    SILENT = "silent"
    UNREACHABLE = "unreachable"  # no channel can arrive
    SKIPPED = "skipped"  # a human moved on
    STOOD_DOWN = "stood-down"  # somebody else answered first


@dataclass(frozen=True)
class Attempt:
    """One channel tried for one person."""

    channel: str
    tried_at: datetime
    #: First acceptance or failure at a provider; None while it has not got that far.
    settled_at: datetime | None = None
    #: It cannot arrive on this channel any more.
    failed: bool = False


@dataclass(frozen=True)
class Rung:
    """One person on the ladder; `key` is the caller's own, untouched."""

    key: int
    channels: tuple[str, ...]
    acknowledge_within: timedelta
    state: RungState = RungState.WAITING
    attempts: tuple[Attempt, ...] = ()

    @property
    def clock_started_at(self) -> datetime | None:
        """When this person's minutes began to run, or None."""
        return min((a.settled_at for a in self.attempts if a.settled_at), default=None)


@dataclass(frozen=True)
class Ladder:
    """One role's call as the rule sees it."""

    starts_at: datetime
    rungs: tuple[Rung, ...]
    settled: bool = False


@dataclass(frozen=True)
class Open:
    """Begin asking this person (the first channel follows as a `Try`)."""

    rung: int


@dataclass(frozen=True)
class Try:
    """Try the channel at `position` of this person's order."""

    rung: int
    position: int


@dataclass(frozen=True)
class Close:
    """This person did not answer in time, or cannot be reached; go on."""

    rung: int
    state: RungState


@dataclass(frozen=True)
class Own:
    """Nobody is left to ask: a named human owns the role."""


Action = Open | Try | Close | Own


@dataclass(frozen=True)
class Plan:
    """What to do now, in order, and when to look again (None: when something happens)."""

    actions: tuple[Action, ...]
    next_due_at: datetime | None


def channel_due_at(rung: Rung, position: int) -> datetime | None:
    """Return when the channel at `position` is due: half of what remains passes before each next one.

    None while the person's minutes have not begun to run.
    """
    started = rung.clock_started_at
    if started is None:
        return None
    return started + rung.acknowledge_within * (1 - 0.5**position)


def plan(ladder: Ladder, now: datetime) -> Plan:
    """Return everything that is due for `ladder` at `now`, and when to look again.

    Applying the plan and asking again at the same `now` gives no further action, except that a channel which turns
    out to have no way to reach the person is reported as a failed attempt and asked about again.
    """
    if ladder.settled:
        return Plan((), None)
    if now < ladder.starts_at:
        return Plan((), ladder.starts_at)
    actions: list[Action] = []
    for rung in ladder.rungs:
        if rung.state is RungState.WAITING:
            actions += [Open(rung.key), Try(rung.key, 0)]
            return Plan(tuple(actions), None)
        if rung.state is not RungState.ASKED:
            continue
        step, due = _within_rung(rung, now)
        actions += step
        if not any(isinstance(action, Close) for action in step):
            return Plan(tuple(actions), due)
    return Plan((*actions, Own()), None)


def _within_rung(rung: Rung, now: datetime) -> tuple[list[Action], datetime | None]:
    """Return what is due for the person being asked, and when to look again."""
    tried = len(rung.attempts)
    started = rung.clock_started_at
    if tried < len(rung.channels) and all(a.failed for a in rung.attempts):
        return [Try(rung.key, tried)], None
    if all(a.failed for a in rung.attempts):
        return [Close(rung.key, RungState.UNREACHABLE)], None
    if started is None:
        return [], None
    over = started + rung.acknowledge_within
    if now >= over:
        return [Close(rung.key, RungState.SILENT)], None
    due: list[Action] = []
    for position in range(tried, len(rung.channels)):
        at = channel_due_at(rung, position) or over
        if at > now:
            return due, at
        due.append(Try(rung.key, position))
    return due, over


def after(ladder: Ladder, actions: Sequence[Action], now: datetime) -> Ladder:
    """Return the ladder once `actions` were carried out at `now` (for previews, simulations and properties)."""
    for action in actions:
        if isinstance(action, Own):
            ladder = replace(ladder, settled=True)
            continue
        rungs = tuple(
            _applied(rung, action, now) if rung.key == action.rung else rung
            for rung in ladder.rungs
        )
        ladder = replace(ladder, rungs=rungs)
    return ladder


def _applied(rung: Rung, action: Open | Try | Close, now: datetime) -> Rung:
    if isinstance(action, Open):
        return replace(rung, state=RungState.ASKED)
    if isinstance(action, Close):
        return replace(rung, state=action.state)
    attempt = Attempt(rung.channels[action.position], tried_at=now)
    return replace(rung, attempts=(*rung.attempts, attempt))
