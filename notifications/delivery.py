"""The states of a delivery and the one rule by which reports move it.

Receipts come late, twice and in any order, sometimes before the answer to the request that caused
them. So a report counts only by its rank: it can lift a delivery, never lower it, and the first
final state stays.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    QUEUED = "queued"
    """Written down, nobody has taken it yet."""
    SENDING = "sending"
    """Taken by a sender; nothing is known of the request."""
    UNKNOWN = "unknown"
    """The request may have left; no answer came."""
    ACCEPTED = "accepted"
    """The provider has it."""
    SENT = "sent"
    """The next carrier has it."""
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_FINAL_RANK = 5

_RANK: Mapping[DeliveryState, int] = MappingProxyType(
    {
        DeliveryState.QUEUED: 0,
        DeliveryState.SENDING: 1,
        DeliveryState.UNKNOWN: 2,
        DeliveryState.ACCEPTED: 3,
        DeliveryState.SENT: 4,
        DeliveryState.DELIVERED: _FINAL_RANK,
        DeliveryState.UNDELIVERED: _FINAL_RANK,
        DeliveryState.FAILED: _FINAL_RANK,
        DeliveryState.CANCELLED: _FINAL_RANK,
        DeliveryState.EXPIRED: _FINAL_RANK,
    }
)

_FROM_TWILIO: Mapping[str, DeliveryState] = MappingProxyType(
    {
        # Twilio's own queue, which is past ours: all it tells us is that Twilio has it.
        "accepted": DeliveryState.ACCEPTED,
        "scheduled": DeliveryState.ACCEPTED,
        "queued": DeliveryState.ACCEPTED,
        "sending": DeliveryState.ACCEPTED,
        "sent": DeliveryState.SENT,
        "delivered": DeliveryState.DELIVERED,
        "read": DeliveryState.DELIVERED,
        "undelivered": DeliveryState.UNDELIVERED,
        "failed": DeliveryState.FAILED,
        "canceled": DeliveryState.CANCELLED,
    }
)


def rank(state: DeliveryState) -> int:
    """How far along a state is, from 0 (queued) to 5 (any final state)."""
    return _RANK[state]


def is_final(state: DeliveryState) -> bool:
    """Whether nothing reported later can change this state."""
    return _RANK[state] == _FINAL_RANK


def advance(current: DeliveryState, reported: DeliveryState) -> DeliveryState:
    """The state after a report: the reported one if it is further along, else the current one.

    A final state absorbs whatever follows. `unknown` ranks just below `accepted`, so any real
    news from the provider lifts it. Giving a message back to the queue after a temporary failure
    is a decision, not a report, and is not made here.
    """
    return reported if _RANK[reported] > _RANK[current] else current


def from_twilio(status: str) -> DeliveryState:
    """What a Twilio `MessageStatus` means here; `unknown` for one that we have never heard of.

    The statuses are those of Twilio's published OpenAPI schema. They grow without notice, and an
    unheard-of one must neither fail nor move a delivery that is already accepted.
    """
    return _FROM_TWILIO.get(status.strip().lower(), DeliveryState.UNKNOWN)
