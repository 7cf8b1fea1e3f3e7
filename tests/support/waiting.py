"""Waiting for another thread or process: with a bound, and with a word when it is over."""

import threading
from collections.abc import Callable

#: Generous, because a build server may be busy; a passing test never waits this long.
PATIENCE_SECONDS = 30.0


def wait_until(what: str, is_so: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Return once `is_so()` is true; fail with "… did not happen: `what`" after `seconds`."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if is_so():
            return
        pause.wait(0.02)
    raise AssertionError(f"within {seconds:g} s this did not happen: {what}")
