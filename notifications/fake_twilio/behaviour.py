"""How the fake fails: once and on request, or now and then as its weather says."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Refuse:
    """Answer an error of Twilio's own, having sent nothing."""

    status: int = 400
    code: int | None = 21211
    retry_after: str | None = None


@dataclass(frozen=True)
class Break:
    """Answer a bare server error, having taken the message or not."""

    status: int = 500
    accepted: bool = False


@dataclass(frozen=True)
class Hang:
    """Never answer, having taken the message or not."""

    accepted: bool = True


@dataclass(frozen=True)
class Cut:
    """Close the connection instead of answering."""

    accepted: bool = True


@dataclass(frozen=True)
class Garble:
    """Say 201 with something that is not JSON."""

    accepted: bool = True


Behaviour = Refuse | Break | Hang | Cut | Garble


def busy(retry_after: str | None = None) -> Refuse:
    """Too many requests at once: never processed."""
    return Refuse(429, 20429, retry_after)


@dataclass(frozen=True, kw_only=True)
class Weather:
    """What happens by itself: shares from 0 to 1 of all requests or receipts, times in seconds.

    The same seed brings the same weather.
    """

    seed: int = 1
    #: The median time to answer, and how far it spreads (the sigma of a log-normal distribution; 0: always the same).
    latency: float = 0.0
    latency_spread: float = 0.0
    #: Requests that get 429, a server error before or after the message was taken, or no answer after it was.
    busy: float = 0.0
    broken_before: float = 0.0
    broken_after: float = 0.0
    hanging_after: float = 0.0
    #: Messages that the carrier refuses in the end.
    undelivered: float = 0.0
    #: Between one receipt and the next of a message, and what becomes of receipts.
    receipt_delay: float = 0.05
    lost: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0


class Forecast:
    """Draws from a weather, one request or message at a time."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self._dice = random.Random(weather.seed)

    def latency(self) -> float:
        """Return how long the next answer takes, in seconds."""
        weather = self.weather
        if not weather.latency or not weather.latency_spread:
            return weather.latency
        return weather.latency * self._dice.lognormvariate(0, weather.latency_spread)

    def behaviour(self) -> Behaviour | None:
        """Return how the next request fails, or None."""
        weather, drawn = self.weather, self._dice.random()
        for share, behaviour in (
            (weather.busy, busy()),
            (weather.broken_before, Break(accepted=False)),
            (weather.broken_after, Break(accepted=True)),
            (weather.hanging_after, Hang(accepted=True)),
        ):
            if drawn < share:
                return behaviour
            drawn -= share
        return None

    def is_undelivered(self) -> bool:
        """Whether the carrier refuses the next message."""
        return self._dice.random() < self.weather.undelivered

    def receipts(self, statuses: list[str]) -> list[str]:
        """Return the statuses that are really reported of `statuses`, in the order in which they are."""
        weather, dice = self.weather, self._dice
        kept = [status for status in statuses if dice.random() >= weather.lost]
        told = [s for status in kept for s in [status] * (1 + (dice.random() < weather.doubled))]
        if dice.random() < weather.reordered:
            told.reverse()
        return told
