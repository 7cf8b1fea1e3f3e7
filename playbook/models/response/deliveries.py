"""Messages on their way out, messages that came in, and the simulator's phones and mailboxes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from notifications.delivery import DeliveryState
from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.preparedness.directory import ContactPoint, Person


class Attachment(Base):
    """A file that goes with a mail: a call sheet. Gone once no mail with it waits any more."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    #: Base 64.
    content: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Delivery(Base):
    """One message to one contact point over one channel; written in the transaction that causes it.

    `key` is unique: (cause, step, contact point, channel, attempt). No message without its cause; no cause twice.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_delivery_state_not_before", "state", "not_before"),
        Index("ix_delivery_provider_provider_ref", "provider", "provider_ref"),
        Index("ix_delivery_activation_id_state", "activation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    #: The rung that it asks, or None for a reply or a notice.
    rung_id: Mapped[int | None] = mapped_column(ForeignKey("rung.id"), index=True)
    #: "proof" and "drill" wait while a real incident runs; "call-out" is re-checked for "still needed?" just
    #: before it leaves; "notice" and "reply" always leave.
    purpose: Mapped[str] = mapped_column(String(12))
    #: The playbook's message id.
    message: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_point_id: Mapped[int | None] = mapped_column(ForeignKey("contact_point.id"))
    #: Where a reply goes when nobody in the directory has that number.
    address: Mapped[str | None] = mapped_column(EncryptedText)
    channel: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(EncryptedText)
    body: Mapped[str] = mapped_column(EncryptedText)
    segments: Mapped[int] = mapped_column(default=1)
    attachment_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="SET NULL"), index=True
    )
    exercise: Mapped[bool] = mapped_column(default=False)

    state: Mapped[DeliveryState] = mapped_column(String(12), default=DeliveryState.QUEUED)
    reason: Mapped[str | None] = mapped_column(String(60))
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: How often it was handed to a provider.
    tries: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Our own id for the attempt; comes back with every receipt.
    attempt_token: Mapped[str] = mapped_column(String(40), unique=True)
    provider: Mapped[str | None] = mapped_column(String(20))
    provider_ref: Mapped[str | None] = mapped_column(String(80))
    #: The first acceptance or failure at a provider: a person's minutes run from here.
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Who has looked at an `unknown` and what they found.
    resolved_by_name: Mapped[str | None] = mapped_column(String(200))
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person | None] = relationship()
    contact_point: Mapped[ContactPoint | None] = relationship()
    attachment: Mapped[Attachment | None] = relationship()


class Inbound(Base):
    """A message that came in; deduplicated by the provider's id in the transaction of its effect."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("provider", "provider_ref"),
        Index("ix_inbound_needs_reader_received_at", "needs_reader", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    provider_ref: Mapped[str] = mapped_column(String(80))
    channel: Mapped[str] = mapped_column(String(10))
    sender: Mapped[str] = mapped_column(EncryptedText)
    sender_index: Mapped[str] = mapped_column(String(64), index=True)
    body: Mapped[str] = mapped_column(EncryptedText)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    #: What the rules made of it: "answer", "ambiguous", "stop", "start", "text".
    understood: Mapped[str] = mapped_column(String(12))
    needs_reader: Mapped[bool] = mapped_column(default=False)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    taken_by_name: Mapped[str | None] = mapped_column(String(200))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(EncryptedText)

    person: Mapped[Person | None] = relationship()


class SimulatedMessage(Base):
    """What a simulated phone or mailbox shows; no real phone is ever behind one."""

    __tablename__ = "simulated_message"
    __table_args__ = (Index("ix_simulated_message_address_index_id", "address_index", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    channel: Mapped[str] = mapped_column(String(10))
    #: The phone or mailbox.
    address: Mapped[str] = mapped_column(EncryptedText)
    address_index: Mapped[str] = mapped_column(String(64))
    #: "in" arrived on it, "out" was written on it.
    direction: Mapped[str] = mapped_column(String(3))
    subject: Mapped[str | None] = mapped_column(EncryptedText)
    body: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(20), default="")
    exercise: Mapped[bool] = mapped_column(default=False)
    attempt_token: Mapped[str | None] = mapped_column(String(40), index=True)
    #: The file that came with a mail, if any: its name, its media type, its bytes in base 64.
    attachment_name: Mapped[str | None] = mapped_column(String(120))
    attachment_type: Mapped[str | None] = mapped_column(String(80))
    attachment: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
