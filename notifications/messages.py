"""The words in which the rest of the service speaks to phones and mailboxes.

A `Message` goes in, an `Outcome` comes back at once; later a `Receipt` may tell how it ended, and
an `Inbound` is what a person wrote. Fields that name a person or hold a text are left out of
every `repr`, so that a stray log line cannot carry them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from notifications.delivery import DeliveryState

OptOut = Literal["stop", "start", "help"]


class NotificationError(Exception):
    """Root of what this package raises.

    `reason` is a stable code for programs, `sentence` is for a person; neither holds a phone
    number, an address or a text. A provider that raises one has sent nothing.
    """

    reason: str = "notification-error"
    sentence: str = "The message could not be handled."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or type(self).sentence
        super().__init__(self.sentence)


class NotConfigured(NotificationError):
    """A provider lacks a setting without which it must refuse to work."""

    reason = "not-configured"
    sentence = "This way of sending messages has not been set up yet."


class BadSignature(NotificationError):
    """A webhook call was not signed by the provider it claims to come from."""

    reason = "bad-signature"
    sentence = "The signature of this call is missing or wrong, so it was refused."


class BadCallback(NotificationError):
    """A webhook call was signed well, but is neither a receipt nor a message."""

    reason = "bad-callback"
    sentence = "This call holds neither a delivery status nor a message."


class BadPhone(NotificationError):
    """A text is not a phone number that can be dialled."""

    reason = "bad-phone"
    sentence = "This is not a phone number that can be dialled. Please check its digits."


class SenderClosed(NotificationError):
    """A batch was handed to a `Sender` after it had been closed."""

    reason = "sender-closed"
    sentence = "The service is shutting down and takes no more messages."


class Channel(StrEnum):
    """A way to reach a person."""

    SMS = "sms"
    EMAIL = "email"
    VOICE = "voice"


class OutcomeKind(StrEnum):
    """What is known right after trying to send; decides whether trying again is safe."""

    ACCEPTED = "accepted"
    """The provider has it and will carry it."""
    TEMPORARY = "temporary"
    """Certainly not sent; the same attempt may be made again later."""
    PERMANENT = "permanent"
    """Certainly not sent, and trying the same again would not help."""
    UNKNOWN = "unknown"
    """It may have left. Never sent again without somebody, or a rule, deciding so."""


class Reason(StrEnum):
    """Every code that an `Outcome` or a `Receipt` can give for not having delivered."""

    ADDRESS_REFUSED = "address-refused"
    AUTH = "auth"
    BAD_ADDRESS = "bad-address"
    BAD_NUMBER = "bad-number"
    BLOCKED = "blocked"
    BUSY = "busy"
    CARRIER_ERROR = "carrier-error"
    CHANNEL_UNSUPPORTED = "channel-unsupported"
    CLOSING = "closing"
    CONNECT = "connect"
    CONNECTION_LOST = "connection-lost"
    FAULT = "fault"
    FILTERED = "filtered"
    LANDLINE = "landline"
    NO_PROVIDER = "no-provider"
    NOT_CONFIGURED = "not-configured"
    NOT_MOBILE = "not-mobile"
    OPTED_OUT = "opted-out"
    PROVIDER_ERROR = "provider-error"
    QUEUE_FULL = "queue-full"
    REFUSED = "refused"
    REGION_OFF = "region-off"
    SENDER_REFUSED = "sender-refused"
    SENDER_UNREGISTERED = "sender-unregistered"
    SIMULATED = "simulated"
    SUSPENDED = "suspended"
    TIMEOUT = "timeout"
    TLS_UNAVAILABLE = "tls-unavailable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Attachment:
    """A file that goes with an e-mail; `media_type` is like "application/pdf"."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One text for one recipient on one channel.

    `key` is the same for every attempt at the same message (it makes the e-mail's Message-ID);
    `attempt_token` is one attempt's own, opaque, and travels through the provider and back.
    `to` is E.164 for sms and voice, an address for email. `language` is BCP 47. An `exercise`
    must not reach a real person (see `Sender`). `valid_for` is in seconds: after that the
    provider should rather drop the message than deliver it late. Only an email carries `attachments`; every other
    channel leaves them out.
    """

    key: str
    channel: Channel
    to: str = field(repr=False)
    body: str = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    attempt_token: str = field(repr=False)
    language: str
    exercise: bool = False
    valid_for: int | None = None
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt to send.

    `provider_ref` is the provider's own name for the message, when it gave one. `reason` is one
    of `Reason`, `None` when accepted. `retry_after` is in seconds, given only when the provider
    asked for a pause.
    """

    kind: OutcomeKind
    provider: str
    provider_ref: str | None = None
    reason: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True)
class Receipt:
    """What a provider reported later about a message it had taken.

    `attempt_token` is set when the provider handed it back: it finds the message even if the
    answer that would have given us `provider_ref` was lost.
    """

    provider: str
    provider_ref: str
    attempt_token: str | None
    state: DeliveryState
    reason: str | None = None


@dataclass(frozen=True)
class Inbound:
    """What a person wrote to one of our numbers; `opt_out` when they asked to stop, start or help.

    When it arrived is for the receiving service to say, from its own clock.
    """

    provider: str
    provider_ref: str
    sender: str = field(repr=False)
    recipient: str
    body: str = field(repr=False)
    opt_out: OptOut | None = None
