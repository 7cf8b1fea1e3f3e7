"""The embedded engine: runs every tick of the schedule, and at once when a commit wakes it.

It keeps nothing in memory that matters. Killed at any moment and started again, it finds in the
rows what is due and does it late, shown as late.
"""

import contextlib
import logging
import threading
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from playbook.jobs.lock import EngineLock
from playbook.jobs.schedule import TICKS, Tick
from playbook.queries.engine import BEAT_SECONDS, beat_path, write_beat
from playbook.wake import SocketWaker, WakeListener
from playbook.wiring import Wiring

_log = logging.getLogger(__name__)

#: A wake runs its ticks at most this often before it listens again; the next second goes on.
MOST_ROUNDS = 200
#: A tick that keeps failing every second is logged once a minute.
_LOG_EVERY = 60


class Engine:
    """Runs ticks until it is stopped; one per database."""

    def __init__(
        self,
        wiring: Wiring,
        lock: EngineLock,
        ticks: Sequence[Tick] = TICKS,
        say: Callable[[str], None] = _log.info,
    ) -> None:
        self._wiring = wiring
        self._folder: Path = wiring.settings.instance_path
        self._lock = lock
        self._say = say
        self._stop = threading.Event()
        self._runners = [Runner(tick, wiring) for tick in ticks]

    def stop(self) -> None:
        """Ask the engine to finish what it is doing and return; from another thread only."""
        self._stop.set()
        SocketWaker(self._folder).wake()

    def run(self, wait_seconds: float = 1.0) -> bool:
        """Run until `stop`; wait first, looking every `wait_seconds`, while another engine runs.

        Returns True after `stop`, and False if the right to run was lost (the database restarted):
        start again.
        """
        if not self._wait_for_turn(wait_seconds):
            return True
        listener = WakeListener(self._folder)
        beat = threading.Thread(target=self._beat, name="beat", daemon=True)
        scheduler = self._scheduler()
        try:
            scheduler.start()
            beat.start()
            self._say("The engine is running.")
            self._drain()
            while not self._stop.is_set():
                if listener.wait(1.0) and not self._stop.is_set():
                    self._drain()
        finally:
            self._stop.set()
            scheduler.shutdown(wait=True)
            beat.join()
            listener.close()
            kept = self._lock.held()
            self._lock.release()
        self._say("The engine has stopped." if kept else "The engine lost its database and stops.")
        return kept

    def _wait_for_turn(self, wait_seconds: float) -> bool:
        said = False
        while not self._stop.is_set():
            if self._lock.take():
                return True
            if not said:
                self._say(
                    "Another engine runs on this database. "
                    "This one waits and takes over when that one ends."
                )
                said = True
            self._stop.wait(wait_seconds)
        return False

    def _scheduler(self) -> BackgroundScheduler:
        # Its own words ("skipped: maximum number of running instances") are no news: a long batch
        # is normal.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self._runners))},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for runner in self._runners:
            scheduler.add_job(
                self._tick, "interval", seconds=runner.tick.every_seconds, args=[runner]
            )
        return scheduler

    def _tick(self, runner: "Runner") -> None:
        if runner.run(wait=False) and runner.tick.on_wake:
            SocketWaker(self._folder).wake()

    def _drain(self) -> None:
        woken = [runner for runner in self._runners if runner.tick.on_wake]
        for _ in range(MOST_ROUNDS):
            worked = [
                runner.run(wait=True) for runner in woken
            ]  # every one, whatever the first says
            if not any(worked) or self._stop.is_set():
                return

    def _beat(self) -> None:
        while True:
            if not self._lock.held():
                self.stop()
                break
            failing = [runner.tick.name for runner in self._runners if runner.failures]
            with contextlib.suppress(OSError):  # a full disk; the next beat tries again
                write_beat(self._folder, self._wiring.clock.now(), failing)
            if self._stop.wait(BEAT_SECONDS):
                break
        beat_path(self._folder).unlink(missing_ok=True)


class Runner:
    """Runs one tick, never twice at once, and survives whatever it raises."""

    def __init__(self, tick: Tick, wiring: Wiring) -> None:
        self.tick = tick
        #: How often in a row it has failed.
        self.failures = 0
        self._wiring = wiring
        self._lock = threading.Lock()

    def run(self, wait: bool) -> bool:
        """Run the tick; return whether it found work.

        While it runs already, another run is pointless on a timetable (`wait` false: return at
        once) but not after a wake, whose rows the running one may just have missed.
        """
        if not self._lock.acquire(blocking=wait):
            return False
        try:
            counts = self.tick.run(self._wiring, self._wiring.clock.now())
        except Exception as error:
            self._note(error)
            return False
        finally:
            self._lock.release()
        if self.failures:
            _log.warning("%s works again after %d failures", self.tick.name, self.failures)
            self.failures = 0
        return any(counts.values())

    def _note(self, error: Exception) -> None:
        """Log where it failed; never what the error says, which may quote a name or a number."""
        self.failures += 1
        if self.failures % _LOG_EVERY == 1:
            _log.error(
                "%s failed (%s, %d in a row); the next tick tries again\n%s",
                self.tick.name,
                type(error).__name__,
                self.failures,
                "".join(traceback.format_tb(error.__traceback__)),
            )
