"""The default provider: hands messages to a store, where people can look at them.

It can reach nobody, so exercises, trials and tests run through it.
"""

import asyncio
from typing import Protocol, runtime_checkable

from notifications.messages import Message, NotificationError, Outcome, OutcomeKind, Reason


@runtime_checkable
class SimulatorStore(Protocol):
    """Where simulated messages are kept; the application implements it over its own tables."""

    def deliver(self, message: Message) -> str:
        """Keep one message and return a reference to it.

        Called from a worker thread, several at once. Raise `SimulatedFault` to play a provider
        that could not, or may not, have sent it.
        """
        ...


class SimulatedFault(NotificationError):
    """A store plays a failing provider: the message ends with `kind` and `reason`."""

    reason: str = Reason.SIMULATED
    sentence = "The simulator was asked to fail here."

    def __init__(self, kind: OutcomeKind, reason: str = Reason.SIMULATED) -> None:
        super().__init__()
        self.kind = kind
        self.reason = reason


class SimulatorProvider:
    """Delivers into a `SimulatorStore`, for every channel."""

    name = "simulator"
    reaches_people = False

    def __init__(self, store: SimulatorStore) -> None:
        self._store = store

    async def send(self, message: Message) -> Outcome:
        """Hand the message to the store, off the event loop, since a store may wait for a disk."""
        try:
            provider_ref = await asyncio.to_thread(self._store.deliver, message)
        except SimulatedFault as fault:
            return Outcome(fault.kind, self.name, reason=fault.reason)
        return Outcome(OutcomeKind.ACCEPTED, self.name, provider_ref)

    async def close(self) -> None:
        """Nothing to let go of: the store belongs to whoever made it."""
