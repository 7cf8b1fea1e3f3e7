"""The engine wakes, survives, waits its turn, and stops cleanly."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from playbook.jobs.engine import Engine, Runner
from playbook.jobs.lock import lock_for
from playbook.jobs.schedule import Tick
from playbook.queries.engine import engine_state
from playbook.wake import SocketWaker
from tests.support.waiting import PATIENCE_SECONDS, wait_until

NEVER = 3600.0


class Work:
    """A pile of things to do; a tick takes one of them at a time."""

    def __init__(self, pieces: int = 0) -> None:
        self.pieces = pieces
        self.done = 0
        self.at_once = 0
        self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self.trouble: Exception | None = None

    def tick(self, _wiring, _now) -> dict[str, int]:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            self.gate.wait(PATIENCE_SECONDS)
            if self.trouble:
                raise self.trouble
            if not self.pieces:
                return {"done": 0}
            self.pieces -= 1
            self.done += 1
            return {"done": 1}
        finally:
            self.at_once -= 1


@contextmanager
def running(engine: Engine) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=engine.run, kwargs={"wait_seconds": 0.05})
    thread.start()
    try:
        yield thread
    finally:
        engine.stop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "the engine did not stop"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make_engine(wiring, database, said):
    wiring.settings.instance_path.mkdir(parents=True, exist_ok=True)

    def make(work: Work, every_seconds: float = NEVER) -> Engine:
        tick = Tick("dispatch", every_seconds, work.tick, on_wake=True)
        return Engine(wiring, lock_for(database.engine), [tick], said.append)

    return make


@pytest.fixture
def state(wiring):
    return lambda: engine_state(wiring.settings.instance_path, wiring.clock.now())


def test_a_commit_wakes_the_engine_and_it_works_until_nothing_is_left(
    make_engine, wiring, said
) -> None:
    work = Work()
    with running(make_engine(work)):
        wait_until("the engine runs", lambda: "The engine is running." in said)
        work.pieces = 7
        with wiring.transaction() as session:
            session.info["wake"] = True
        SocketWaker(wiring.settings.instance_path).wake()
        wait_until("all seven are done", lambda: work.done == 7)


def test_what_was_due_while_no_engine_ran_is_done_at_the_start(make_engine) -> None:
    work = Work(pieces=3)
    with running(make_engine(work)):
        wait_until("all three are done", lambda: work.done == 3)


def test_without_any_wake_the_timetable_finds_the_work(make_engine, said) -> None:
    work = Work()
    with running(make_engine(work, every_seconds=0.05)):
        wait_until("the engine runs", lambda: "The engine is running." in said)
        work.pieces = 2
        wait_until("both are done", lambda: work.done == 2)


def test_a_tick_never_runs_twice_at_once(make_engine, wiring) -> None:
    work = Work(pieces=50)
    waker = SocketWaker(wiring.settings.instance_path)

    def nudge_and_look() -> bool:
        waker.wake()
        return work.done == 50

    with running(make_engine(work, every_seconds=0.01)):
        wait_until("all fifty are done", nudge_and_look)
    assert work.most_at_once == 1


def test_a_second_engine_waits_says_so_and_takes_over(make_engine, said) -> None:
    first, second = Work(), Work(pieces=1)
    with ExitStack() as second_runs:
        with running(make_engine(first)):
            wait_until("the first runs", lambda: "The engine is running." in said)
            second_runs.enter_context(running(make_engine(second)))
            wait_until("the second waits", lambda: any("waits" in line for line in said))
            assert second.done == 0
        wait_until("the second takes over", lambda: second.done == 1)


def test_an_engine_that_waits_can_be_stopped(make_engine, said) -> None:
    with running(make_engine(Work())):
        wait_until("the first runs", lambda: "The engine is running." in said)
        with running(make_engine(Work())):
            wait_until("the second waits", lambda: any("waits" in line for line in said))


def test_the_board_can_tell_whether_an_engine_runs(make_engine, state) -> None:
    assert not state().running
    with running(make_engine(Work())):
        wait_until("the first beat", lambda: state().running)
    assert not state().running


def test_a_failing_tick_is_shown_and_does_not_stop_the_engine(make_engine, wiring, state) -> None:
    work = Work()
    work.trouble = RuntimeError("no")
    with running(make_engine(work, every_seconds=0.05)):
        wait_until("the failure shows", lambda: state().failing == ("dispatch",))
        work.pieces, work.trouble = 1, None
        wait_until("it goes on", lambda: work.done == 1)
        wait_until("it shows", lambda: state().running and state().failing == ())


def test_stopping_finishes_what_is_under_way(make_engine) -> None:
    work = Work(pieces=1)
    work.gate.clear()
    with running(make_engine(work)) as thread:
        wait_until("the tick has begun", lambda: work.at_once == 1)
        threading.Timer(0.2, work.gate.set).start()
    assert not thread.is_alive()
    assert work.done == 1


def test_what_an_error_says_never_reaches_the_log(wiring, caplog) -> None:
    work = Work()
    work.trouble = RuntimeError("+44 7700 900123 of Alex Sample")
    with caplog.at_level(logging.INFO):
        assert Runner(Tick("dispatch", 1, work.tick), wiring).run(wait=True) is False
    assert "dispatch failed (RuntimeError" in caplog.text
    assert "tick" in caplog.text, "the place where it failed is missing"
    assert "900123" not in caplog.text
    assert "Alex" not in caplog.text


def test_a_tick_that_fails_every_second_does_not_flood_the_log(wiring, caplog) -> None:
    work = Work()
    work.trouble = RuntimeError("no")
    runner = Runner(Tick("dispatch", 1, work.tick), wiring)
    for _ in range(120):
        runner.run(wait=True)
    assert len(caplog.records) == 2
    work.trouble = None
    runner.run(wait=True)
    assert "works again after 120 failures" in caplog.text
