"""The default provider puts messages where they can be looked at, and nowhere else."""

import asyncio
import threading

import pytest

from notifications.messages import Channel, OutcomeKind
from notifications.providers.null import NullProvider
from notifications.providers.simulator import SimulatedFault, SimulatorProvider


class Shelf:
    def __init__(self, fault=None):
        self.messages = []
        self.threads = set()
        self.fault = fault

    def deliver(self, message):
        self.threads.add(threading.current_thread())
        if self.fault is not None:
            raise self.fault
        self.messages.append(message)
        return f"shelf-{len(self.messages)}"


@pytest.mark.parametrize("channel", Channel)
def test_a_message_lands_on_the_shelf_whatever_its_channel(compose, channel):
    shelf = Shelf()
    message = compose(channel=channel)
    outcome = asyncio.run(SimulatorProvider(shelf).send(message))
    assert (outcome.kind, outcome.provider_ref) == (OutcomeKind.ACCEPTED, "shelf-1")
    assert shelf.messages == [message]


def test_a_slow_shelf_does_not_hold_up_the_event_loop(compose):
    shelf = Shelf()
    asyncio.run(SimulatorProvider(shelf).send(compose()))
    assert threading.main_thread() not in shelf.threads


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        (SimulatedFault(OutcomeKind.TEMPORARY), OutcomeKind.TEMPORARY, "simulated"),
        (SimulatedFault(OutcomeKind.UNKNOWN), OutcomeKind.UNKNOWN, "simulated"),
        (SimulatedFault(OutcomeKind.PERMANENT, "opted-out"), OutcomeKind.PERMANENT, "opted-out"),
    ],
)
def test_a_shelf_can_play_a_failing_provider(compose, fault, kind, reason):
    outcome = asyncio.run(SimulatorProvider(Shelf(fault)).send(compose()))
    assert (outcome.kind, outcome.provider_ref, outcome.reason) == (kind, None, reason)


def test_the_null_provider_takes_everything_under_its_attempts_token(compose):
    outcome = asyncio.run(NullProvider().send(compose(attempt_token="abc")))
    assert (outcome.kind, outcome.provider_ref) == (OutcomeKind.ACCEPTED, "null-abc")
