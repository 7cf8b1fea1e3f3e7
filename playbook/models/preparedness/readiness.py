"""Readiness rounds: the quarterly proof of every number, and the small drill of the cell."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, UTCDateTime
from playbook.models.preparedness.directory import ContactPoint, Person
from playbook.models.response.deliveries import Delivery


class RoundKind(StrEnum):
    """What a round asks for."""

    #: Does this number still reach its person? Every number of the directory.
    PROOF = "proof"
    #: How soon does each role of the cell answer? Whoever is on duty, once per role.
    DRILL = "drill"


class ReadinessSchedule(Base):
    """Whether rounds of one kind begin by themselves, and when the next one does; off until the city says so."""

    __tablename__ = "readiness_schedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RoundKind] = mapped_column(String(10), unique=True)
    on: Mapped[bool] = mapped_column(default=False)
    every_days: Mapped[int]
    #: The roles that a drill asks; empty for a proof.
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    next_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    set_by_name: Mapped[str] = mapped_column(String(200), default="")


class ReadinessRound(Base):
    """One proof or drill: who was asked, until when answers count."""

    __tablename__ = "readiness_round"
    __table_args__ = (Index("ix_readiness_round_kind_started_at", "kind", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RoundKind] = mapped_column(String(10))
    #: Made by the page that asked, or by the schedule; the same one twice is the same round.
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_by_name: Mapped[str] = mapped_column(String(200), default="")
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: When it was closed: silences counted, lists told to their owners.
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    calls: Mapped[list["ReadinessCall"]] = relationship(
        back_populates="round", order_by="ReadinessCall.id", cascade="all, delete-orphan"
    )


class ReadinessCall(Base):
    """One question to one number."""

    __tablename__ = "readiness_call"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id", "role", "value_index"),
        Index("ix_readiness_call_value_index", "value_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("readiness_round.id", ondelete="CASCADE"))
    #: None where nobody holds a role of a drill.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    contact_point_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_point.id", ondelete="SET NULL"), index=True
    )
    #: Of the number or address that was asked; empty where a role of a drill has none.
    value_index: Mapped[str] = mapped_column(String(64), default="")
    channel: Mapped[str] = mapped_column(String(10))
    #: The role of a drill; empty for a proof.
    role: Mapped[str] = mapped_column(String(80), default="")
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    #: Why nothing could be sent: "no-contact", "no-sms", "opted-out", "disowned", "held",
    #: "nobody".
    obstacle: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: "sms" or "link"; "otherwise" where the number worked in another way meanwhile (an alert was answered from it).
    answered_via: Mapped[str | None] = mapped_column(String(10))

    round: Mapped[ReadinessRound] = relationship(back_populates="calls")
    person: Mapped[Person | None] = relationship()
    contact_point: Mapped[ContactPoint | None] = relationship()
    delivery: Mapped[Delivery | None] = relationship()
