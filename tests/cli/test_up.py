"""`playbook up`, as a person starts it: real processes on loopback."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from playbook.clock import SystemClock
from playbook.queries.engine import engine_state
from tests.support.waiting import wait_until

#: A first start on a busy build server: migrations, a sample city, a handful of playbooks.
START_SECONDS = 120.0


class Running:
    """A `playbook up` and what it has printed."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.instance = folder / "instance"
        self.port = free_port()
        self._output = folder / "output.txt"
        environment = os.environ | {
            "PLAYBOOK_INSTANCE": str(self.instance),
            "DATABASE_URL": database_url,
            "PORT": str(self.port),
        }
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "playbook.cli", "up"],
                env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self._output.read_text()

    def wait_for(self, what: str) -> None:
        def seen() -> bool:
            assert self.process.poll() is None, f"it ended early:\n{self.said}"
            return what in self.said

        wait_until(f"it says “{what}”", seen, START_SECONDS)

    def get(self, path: str) -> str:
        address = f"http://localhost:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.read().decode()

    def answers(self) -> bool:
        try:
            return bool(self.get("/"))
        except OSError:
            return False

    def children(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def engine_runs(self) -> bool:
        return engine_state(self.instance, SystemClock().now()).running

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return trial.getsockname()[1]


@pytest.fixture
def up(tmp_path, database, sessions) -> Iterator[Running]:
    """An `up` on an empty database; on SQLite it makes its own."""
    url = database.url if database.kind == "postgresql" else ""
    running = Running(tmp_path, url)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)


def test_one_command_starts_everything_and_ctrl_c_stops_it(up) -> None:
    up.wait_for("Sign in once with")
    assert f"The service is at http://localhost:{up.port}" in up.said
    link = re.search(rf"http://localhost:{up.port}(/sign-in/\S+)", up.said)
    assert link, up.said
    assert "Sample coordinator" in up.get(link.group(1))
    wait_until("the engine runs", up.engine_runs)
    children = up.children()
    assert len(children) == 2

    for pid in children:
        os.kill(pid, signal.SIGKILL)
    up.wait_for("The web process ended (signal SIGKILL)")
    up.wait_for("The engine ended (signal SIGKILL)")
    wait_until("both are back", lambda: len(up.children()) == 2 and up.answers())
    wait_until("the engine took the database over", lambda: up.said.count("is running.") == 2)

    assert up.end() == 0, up.said
    assert "Stopped." in up.said
    assert "Traceback" not in up.said
    assert not up.engine_runs()
    with pytest.raises(OSError, match=r"refused|111"):
        up.get("/")


@pytest.mark.only_on("sqlite")
def test_children_end_when_their_parent_is_killed(up) -> None:
    up.wait_for("Sign in once with")
    wait_until("the engine runs", up.engine_runs)
    up.end(signal.SIGKILL)
    wait_until("the engine has gone", lambda: not (up.instance / "engine.beat").exists())
    wait_until("nobody answers any more", lambda: not up.answers())
