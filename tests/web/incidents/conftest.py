"""A night at the harbour, and a coordinator at her laptop."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from playbook.clock import SimulatedClock
from playbook.wiring import Wiring
from tests.support.city import City


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    """The harbour city, its playbook at work since ten past two."""
    made = City(wiring, clock)
    made.activate("full")
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


@pytest.fixture
def cora(city: City, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A coordinator who did not activate it herself."""
    return signed_in("coordinator", name="Cora Two")
