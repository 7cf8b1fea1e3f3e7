"""Whatever dies is started again; a signal stops everything; nothing is left behind."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playbook.cli import supervisor as module
from playbook.cli.supervisor import LONGEST_PAUSE, RECOVERED_AFTER, Child, Supervisor, how_it_ended

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
FAILS = [sys.executable, "-c", "raise SystemExit(4)"]
#: Ten looks a second: a minute is more than any step needs.
MOST_LOOKS = 600


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def tell(supervisor: Supervisor, story: Iterator[bool]) -> None:
    """Run the supervisor while `story` goes on: it yields whether what it waits for has happened.

    When the story ends, the supervisor gets the signal that Ctrl-C sends.
    """
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        try:
            while next(story):
                pass
        except StopIteration:
            os.kill(os.getpid(), signal.SIGINT)
        if looks == MOST_LOOKS:
            os.kill(os.getpid(), signal.SIGINT)
            raise AssertionError("the story did not end")

    supervisor.run(look)


def test_a_killed_child_is_started_again_and_ctrl_c_stops_all() -> None:
    said: list[str] = []
    web, engine = Child("web", SLEEPS), Child("engine", SLEEPS)
    pids: list[int] = []

    def story() -> Iterator[bool]:
        pids.extend([web.process.pid, engine.process.pid])
        os.kill(web.process.pid, signal.SIGKILL)
        while web.process is None or web.process.pid == pids[0]:
            yield False
        pids.append(web.process.pid)

    tell(Supervisor([web, engine], said.append), story())
    assert said[0] == "web ended (signal SIGKILL); starting it again in 0.5 s."
    assert said[-1] == "Stopped."
    assert len(set(pids)) == 3
    assert not any(map(alive, pids))
    assert engine.process is not None
    assert engine.process.returncode == -signal.SIGTERM


def test_one_that_fails_again_and_again_is_started_ever_more_rarely() -> None:
    said: list[str] = []
    broken = Child("web", FAILS)

    def story() -> Iterator[bool]:
        while len(said) < 3:
            yield False

    tell(Supervisor([broken], said.append), story())
    assert said[:3] == [
        f"web ended (exit code 4); starting it again in {pause} s." for pause in ("0.5", "1", "2")
    ]


def test_the_pause_has_a_limit_and_a_long_life_resets_it() -> None:
    child, now, pauses = Child("web", FAILS), 0.0, []
    for _ in range(9):
        assert child.start_if_due(now)
        child.process.wait(30)
        _code, pause = child.death(now)
        assert not child.start_if_due(now), "it did not pause"
        pauses.append(pause)
        now += pause
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert child.start_if_due(now)
    child.process.wait(30)
    assert child.death(now + RECOVERED_AFTER) == (4, module.FIRST_PAUSE)


def test_one_that_does_not_listen_is_killed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    note = tmp_path / "deaf"
    code = (
        "import pathlib, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(note)!r}).touch(); time.sleep(600)"
    )
    deaf = Child("engine", [sys.executable, "-c", code])

    def story() -> Iterator[bool]:
        while not note.exists():
            yield False

    tell(Supervisor([deaf], lambda _text: None), story())
    assert deaf.process is not None
    assert deaf.process.returncode == -signal.SIGKILL


def test_grandchildren_end_with_their_parent(tmp_path) -> None:
    note = tmp_path / "pid"
    parent = (
        "import pathlib, subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"pathlib.Path({str(note)!r}).write_text(str(p.pid)); time.sleep(600)"
    )
    web = Child("web", [sys.executable, "-c", parent])
    seen: list[int] = []

    def story() -> Iterator[bool]:
        while not (note.exists() and note.read_text()):
            yield False
        seen.append(int(note.read_text()))
        os.kill(web.process.pid, signal.SIGKILL)
        while alive(seen[0]) and not zombie(seen[0]):
            yield False

    tell(Supervisor([web], lambda _text: None), story())
    assert seen


def zombie(pid: int) -> bool:
    """Whether `pid` is dead but nobody has asked for it yet; in a container nobody may ever."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("code", "said"),
    [(0, "exit code 0"), (4, "exit code 4"), (-9, "signal SIGKILL"), (-99, "signal 99")],
)
def test_how_a_process_ended_is_said_in_words(code, said) -> None:
    assert how_it_ended(code) == said
