"""Hand queued messages to their providers; texts never wait for a mail server that hangs."""

from datetime import datetime

from notifications.messages import Channel
from playbook.services.response.dispatch import run_batch
from playbook.wiring import Wiring


def run(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Send one batch of what is due at `now`; return what became of it, by kind.

    The service claims and records in transactions of its own, because sending happens outside any.
    """
    return run_batch(wiring, now)


def run_texts(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Send one batch of text messages, as `run` does."""
    return run_batch(wiring, now, Channel.SMS)


def run_mails(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Send one batch of e-mails, as `run` does."""
    return run_batch(wiring, now, Channel.EMAIL)
