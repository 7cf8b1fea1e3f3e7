"""No test reaches the network, whichever way it tries."""

import asyncio
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support import network
from tests.support.network import NetworkRefused, is_here

OUTSIDE = "192.0.2.1"  # reserved for documentation; nobody answers there


def refused_once(action) -> None:
    with pytest.raises(NetworkRefused):
        action()
    assert network.refused, "the refusal was not noted"
    network.refused.clear()


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as stranger:
        refused_once(lambda: stranger.connect((OUTSIDE, 80)))


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        refused_once(lambda: stranger.sendto(b"?", (OUTSIDE, 53)))


def test_a_name_is_never_looked_up() -> None:
    refused_once(lambda: socket.getaddrinfo("example.org", 443))
    refused_once(lambda: socket.gethostbyname("example.org"))


def test_an_event_loop_is_guarded_too() -> None:
    async def connect() -> None:
        await asyncio.open_connection(OUTSIDE, 80)

    refused_once(lambda: asyncio.run(connect()))


def test_a_refusal_that_the_code_swallowed_still_fails_the_test(tmp_path) -> None:
    story = tmp_path / "test_story.py"
    story.write_text(
        "import contextlib, socket\n"
        "def test_it():\n"
        "    with contextlib.suppress(BaseException), socket.socket() as stranger:\n"
        f"        stranger.connect(({OUTSIDE!r}, 80))\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.plugin", "-c", "pyproject.toml",
         "--rootdir", str(tmp_path), str(story)],
        capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert run.returncode == 1, run.stdout
    assert f"socket.connect to '{OUTSIDE}' was refused" in run.stdout


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        socket.create_connection(server.getsockname(), timeout=5).close()
        thread.join(5)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "localhost", b"localhost", "", None, "127.9.9.9"]
)
def test_this_machine_goes_by_many_names(host) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "example.org", "0.0.0.0", "::", "169.254.169.254"])
def test_every_other_machine_is_elsewhere(host) -> None:
    assert not is_here(host)
