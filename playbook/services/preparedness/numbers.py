"""What is known of a number: when it last worked, when its person proved it, whether it bounced."""

from datetime import datetime

from notifications.messages import Reason
from playbook.models import ContactPoint

#: Failures that are ours or the carrier's mood; they say nothing about the number.
NOT_THE_NUMBERS = frozenset(
    {
        Reason.AUTH,
        Reason.BUSY,
        Reason.CHANNEL_UNSUPPORTED,
        Reason.CLOSING,
        Reason.CONNECT,
        Reason.CONNECTION_LOST,
        Reason.FAULT,
        Reason.FILTERED,
        Reason.LANDLINE,
        Reason.NO_PROVIDER,
        Reason.NOT_CONFIGURED,
        Reason.NOT_MOBILE,
        Reason.OPTED_OUT,
        Reason.PROVIDER_ERROR,
        Reason.QUEUE_FULL,
        Reason.REGION_OFF,
        Reason.SENDER_REFUSED,
        Reason.SENDER_UNREGISTERED,
        Reason.SIMULATED,
        Reason.SUSPENDED,
        Reason.TIMEOUT,
        Reason.TLS_UNAVAILABLE,
    }
)


def got_through(contact: ContactPoint, now: datetime) -> None:
    """Note that a message arrived at `contact`."""
    contact.last_worked_at, contact.bounced_at = now, None


def proven(contact: ContactPoint, now: datetime) -> None:
    """Note that its person answered from `contact`, or confirmed it; whatever was said against it is over."""
    contact.proven_at = now
    contact.bounced_at = contact.disowned_at = None
    contact.silent_proofs = 0


def came_back(contact: ContactPoint, reason: str | None, now: datetime) -> None:
    """Note that a message to `contact` came back for good, where that tells something about the number."""
    if reason not in NOT_THE_NUMBERS:
        contact.bounced_at = now


def forget_proofs(contact: ContactPoint) -> None:
    """Say that nothing is known of what `contact` holds now."""
    contact.last_worked_at = contact.proven_at = contact.bounced_at = contact.disowned_at = None
    contact.silent_proofs = 0
