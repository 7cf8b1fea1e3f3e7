"""What runs by itself, and that every tick is safe when nothing is due."""

import pytest

from playbook.jobs.schedule import TICKS


def test_ladders_are_climbed_before_messages_are_sent() -> None:
    woken = [tick.name for tick in TICKS if tick.on_wake]
    assert woken == ["escalation", "texts", "mails"]


def test_nothing_that_people_wait_for_comes_more_than_a_second_late() -> None:
    assert all(tick.every_seconds <= 1 for tick in TICKS if tick.on_wake)


@pytest.mark.parametrize("tick", TICKS, ids=lambda tick: tick.name)
def test_a_tick_on_an_empty_database_finds_nothing_twice(tick, wiring, now) -> None:
    assert not any(tick.run(wiring, now).values())
    assert not any(tick.run(wiring, now).values())


def test_every_tick_has_its_own_name() -> None:
    assert len({tick.name for tick in TICKS}) == len(TICKS)
