"""Keeps child processes running: starts them, restarts whichever dies, stops them all together."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from types import FrameType

from playbook.cli.parent import VARIABLE

#: Seconds before a restart: the first, and the longest after many.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
#: A child that lived this long (seconds) has recovered: its next death counts as a first.
RECOVERED_AFTER = 60.0
#: How long (seconds) a child may finish its work when asked to stop; a batch at a slow provider takes its time.
PATIENCE = 30.0
_LOOK_EVERY = 0.1


class Child:
    """One child process and its history."""

    def __init__(self, name: str, argv: Sequence[str]) -> None:
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self._argv = list(argv)
        self._deaths = 0
        self._started_at = 0.0
        self._start_at = 0.0

    def start_if_due(self, now: float) -> bool:
        """Start the process if none runs and its pause is over; `now` is monotonic seconds."""
        if self.process is not None or now < self._start_at:
            return False
        # A session of its own: Ctrl-C reaches the supervisor only, which then stops its children in order.
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            self._argv,
            env=os.environ | {VARIABLE: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started_at = now
        return True

    def death(self, now: float) -> tuple[int, float] | None:
        """Return (exit code, seconds until the restart) if the process has just died, else None."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        self._end_the_rest()
        self.process = None
        self._deaths = 1 if now - self._started_at >= RECOVERED_AFTER else self._deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self._deaths - 1), LONGEST_PAUSE)
        self._start_at = now + pause
        return code, pause

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if a process runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, until: float) -> None:
        """Wait until the process has ended; kill it at `until` (monotonic seconds)."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._end_the_rest()

    def _end_the_rest(self) -> None:
        """Kill what the process has left behind: its own children would keep the port or the lock."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs children until SIGINT or SIGTERM."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = list(children)
        self._say = say
        self._stopping = False

    def run(self, look: Callable[[], None] = lambda: None) -> None:
        """Keep the children running until a signal comes, then stop them; calls `look` ten times a second."""
        kept = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            while not self._stopping:
                self._look_after()
                look()
                time.sleep(_LOOK_EVERY)
        finally:
            self._stop()
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _look_after(self) -> None:
        for child in self.children:
            died = child.death(time.monotonic())
            if died is not None:
                code, pause = died
                self._say(
                    f"{child.name} ended ({how_it_ended(code)}); starting it again in {pause:g} s."
                )
            child.start_if_due(time.monotonic())

    def _stop(self) -> None:
        self._say("Stopping: what is being sent is finished first.")
        for child in self.children:
            child.ask_to_stop()
        until = time.monotonic() + PATIENCE
        for child in self.children:
            child.wait_or_kill(until)
        self._say("Stopped.")


def how_it_ended(code: int) -> str:
    """Return what a process's return code says: "exit code 4", "signal SIGKILL"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
