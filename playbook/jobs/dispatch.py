"""Hand queued messages to their providers."""

from datetime import datetime

from playbook.services.response.dispatch import run_batch
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Send one batch of what is due at `now`; return what became of it, by kind.

    The service claims and records in transactions of its own, because sending happens outside any.
    """
    return run_batch(wiring, now)
