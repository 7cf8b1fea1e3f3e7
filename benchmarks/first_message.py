"""From the press of *Call* to the first request at the provider: commit, wake, claim, send, in two processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Result
from notifications.fake_twilio import FakeTwilio
from playbook.models import ActivationKind
from playbook.queries.engine import beat_path
from playbook.services.response.activation import Request, activate
from playbook.wiring import Wiring
from tests.support import harbour

RUNS = 7
TARGET_MS = 300


def first_message(
    kind: str, wiring: Wiring, environment: dict[str, str], twilio: FakeTwilio
) -> Result:
    """Measure with the engine as a process of its own, as in an installation."""
    with wiring.transaction() as session:
        version_id = harbour.publish_harbour(session, wiring.clock.now()).id
        harbour.add_people(session)
    runs = []
    with engine_beside(environment):
        for number in range(RUNS + 1):
            runs.append(_one(wiring, version_id, number, twilio))
            time.sleep(0.5)
    return Result("confirm → first message at the provider", kind, tuple(runs[1:]), TARGET_MS)


def _one(wiring: Wiring, version_id: int, number: int, twilio: FakeTwilio) -> float:
    before = len(twilio.messages)
    began = perf_counter()
    with wiring.transaction() as session:
        now = wiring.clock.now()
        request = Request(f"bench-{number}", version_id, "full", ActivationKind.REAL, "Bench", now)
        activate(session, request, wiring.settings, None, now)
    while len(twilio.messages) == before:
        if perf_counter() - began > 20:
            raise RuntimeError("No message reached the provider within 20 seconds.")
        time.sleep(0.001)
    return (perf_counter() - began) * 1000


@contextmanager
def engine_beside(environment: dict[str, str]) -> Iterator[None]:
    """Run `playbook engine` beside this process."""

    process = subprocess.Popen(
        [sys.executable, "-m", "playbook.cli", "engine"],
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    beat = _beat_path(environment)
    deadline = perf_counter() + 60
    while not beat.exists():
        if process.poll() is not None or perf_counter() > deadline:
            raise RuntimeError("The engine did not start.")
        time.sleep(0.05)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _beat_path(environment: dict[str, str]) -> Path:

    return beat_path(Path(environment["PLAYBOOK_INSTANCE"]))
