"""What the board knows of the engine."""

from datetime import timedelta

import pytest

from playbook.queries.engine import QUIET_AFTER, beat_path, engine_state, write_beat


def test_a_fresh_beat_means_running(tmp_path, now) -> None:
    write_beat(tmp_path, now)
    state = engine_state(tmp_path, now + QUIET_AFTER)
    assert state.running
    assert state.last_seen == now
    assert state.failing == ()


def test_an_old_beat_means_stopped_and_says_since_when(tmp_path, now) -> None:
    write_beat(tmp_path, now)
    state = engine_state(tmp_path, now + QUIET_AFTER + timedelta(seconds=1))
    assert not state.running
    assert state.last_seen == now


def test_failing_ticks_are_named(tmp_path, now) -> None:
    write_beat(tmp_path, now, {"escalation", "dispatch"})
    assert engine_state(tmp_path, now).failing == ("dispatch", "escalation")


def test_no_beat_means_stopped(tmp_path, now) -> None:
    assert not engine_state(tmp_path, now).running


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '{"at": "soon"}', '{"at": 3, "failing": []}'])
def test_a_beat_that_cannot_be_read_means_stopped(tmp_path, now, rubbish) -> None:
    beat_path(tmp_path).write_text(rubbish)
    assert not engine_state(tmp_path, now).running
