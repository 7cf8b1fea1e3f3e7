"""A child of `playbook up` ends when its parent does, however that one died."""

import os
import signal
import threading

#: Set by the supervisor for its children: its own process id.
VARIABLE = "PLAYBOOK_SUPERVISOR"
_LOOK_EVERY_SECONDS = 1.0


def leave_with_parent() -> None:
    """Watch the parent, if there is one, and ask ourselves to stop (SIGTERM) once it is gone."""
    parent = os.environ.pop(VARIABLE, "")
    if parent.isdigit():
        threading.Thread(target=_watch, args=(int(parent),), daemon=True).start()


def _watch(parent: int) -> None:
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(_LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
