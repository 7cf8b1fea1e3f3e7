"""What the composition root hands to whoever acts outside a request: clock, settings, sessions, sender."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from notifications.messages import Message, Outcome
    from playbook.clock import Clock
    from playbook.settings import Settings


class SendsMany(Protocol):
    """Whoever hands messages to providers and says what became of each, in the same order."""

    def send_many(self, batch: Sequence[Message]) -> list[Outcome]:
        """Send every message of `batch` concurrently; never raises for a single message."""
        ...


class Wakes(Protocol):
    """Whoever can be told that there is work, without waiting for the next tick."""

    def wake(self) -> None:
        """Nudge the engine; losing a nudge is harmless."""
        ...


class NobodyToWake:
    """For tests and commands that run the ticks themselves."""

    def wake(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Wiring:
    """The few things that ticks and commands need."""

    clock: Clock
    settings: Settings
    sessions: sessionmaker[Session]
    sender: SendsMany
    waker: Wakes = field(default_factory=NobodyToWake)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session, commit what the block did, and wake the engine if a service asked for it."""
        with self.sessions() as session:
            with session.begin():
                yield session
            if session.info.pop("wake", False):
                self.waker.wake()
