"""A city with a playbook and people, in front of a real browser."""

from collections.abc import Iterator

import pytest

from playbook.clock import SimulatedClock
from playbook.wiring import Wiring
from tests.support.city import City


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    """The harbour city; ticks run when the story says so."""
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end
