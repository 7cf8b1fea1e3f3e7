"""The exercise that tests look at once it is over; it takes seconds, so all of them share one."""

from collections.abc import Iterator

import pytest

from notifications.sender import Sender
from playbook.cli.exercise import LONGEST, START
from playbook.jobs.rehearsal import Rehearsal, throw_away_installation
from playbook.models.keyring import Keyring, use_keyring
from tests.support.rehearsed import KEY, SEED, STARTER


@pytest.fixture(scope="session")
def _over() -> Iterator[Rehearsal]:
    with throw_away_installation(START, KEY) as wiring:
        rehearsal = Rehearsal(wiring, SEED)
        rehearsal.prepare(STARTER)
        rehearsal.activate("partial")
        rehearsal.run(LONGEST)
        assert isinstance(wiring.sender, Sender)
        wiring.sender.close()  # its thread would run on beside every test that comes after
        yield rehearsal


@pytest.fixture
def over(_over: Rehearsal, keyring: Keyring) -> Iterator[Rehearsal]:
    """An exercise that is over and in which everything held, with its own keys; the suite's come back afterwards."""
    use_keyring(Keyring([KEY]))
    yield _over
    use_keyring(keyring)
