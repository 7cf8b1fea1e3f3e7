"""The call-out: one role call per role, one rung per person who may answer for it."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.domain.response.escalation import RungState
from playbook.models.base import Base, UTCDateTime
from playbook.models.preparedness.directory import Person
from playbook.models.response.activations import Activation

if TYPE_CHECKING:
    from playbook.models.response.deliveries import Delivery


class RoleCallState(StrEnum):
    """How a role stands, in the order in which a tired reader cares."""

    WAITING = "waiting"  # its tier has not started
    CALLING = "calling"  # somebody is being asked
    ANSWERED = "answered"  # somebody is joining
    OWNED = "owned"  # nobody answered; a named human owns the silence
    CLOSED = "closed"  # the activation ended first


class RoleCall(Base):
    """The call for one role: its ladder is climbed until somebody joins or a human owns the silence."""

    __tablename__ = "role_call"
    __table_args__ = (
        UniqueConstraint("activation_id", "role"),
        Index("ix_role_call_next_due_at", "next_due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(80))
    tier: Mapped[str] = mapped_column(String(80))
    #: The playbook's message that asks: "call-out", or "site-warning" for the contacts of a similar site.
    message: Mapped[str] = mapped_column(String(80), default="call-out")
    #: The similar site that is warned.
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    #: The role has a rota, and nobody was on it when the ladder was made: the next in line was called.
    rota_gap: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[RoleCallState] = mapped_column(String(10), default=RoleCallState.WAITING)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    owner_name: Mapped[str | None] = mapped_column(String(200))
    owned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When the escalation tick must look again; None while it waits for an event or is over.
    next_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    activation: Mapped[Activation] = relationship()
    answered_by: Mapped[Person | None] = relationship()
    rungs: Mapped[list["Rung"]] = relationship(back_populates="role_call", order_by="Rung.position")


class Rung(Base):
    """One person on a role's ladder; order, minutes, channels and language are frozen at activation."""

    __tablename__ = "rung"
    __table_args__ = (
        UniqueConstraint("role_call_id", "person_id"),
        Index("ix_rung_person_id_activation_id", "person_id", "activation_id"),
        Index("ix_rung_link_token_digest", "link_token_digest"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    role_call_id: Mapped[int] = mapped_column(ForeignKey("role_call.id", ondelete="CASCADE"))
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]
    language: Mapped[str] = mapped_column(String(20))
    channels: Mapped[list[str]] = mapped_column(JSON)
    acknowledge_seconds: Mapped[int]
    #: Stands here because the rota says so, and until when; None for the standing line.
    duty_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[RungState] = mapped_column(String(12), default=RungState.WAITING)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: From the first acceptance or failure at a provider; never from the time it was due.
    clock_started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: "sms", "link" or "hand"; who noted it stands beside it.
    answered_via: Mapped[str | None] = mapped_column(String(10))
    noted_by_name: Mapped[str | None] = mapped_column(String(200))
    #: The answer came after the ladder had climbed past this person.
    late: Mapped[bool] = mapped_column(default=False)
    #: Another rung of the same person and activation whose messages ask for this role too.
    asked_with_id: Mapped[int | None] = mapped_column(ForeignKey("rung.id"))
    link_token_digest: Mapped[str] = mapped_column(String(64), default="")
    #: Grows when the person must be asked afresh, because who had answered for the role no longer does.
    round: Mapped[int] = mapped_column(default=1)

    role_call: Mapped[RoleCall] = relationship(back_populates="rungs")
    asked_with: Mapped["Rung | None"] = relationship(remote_side=[id])
    person: Mapped[Person] = relationship()
    all_attempts: Mapped[list["Attempt"]] = relationship(
        back_populates="rung", order_by="Attempt.round, Attempt.position"
    )

    @property
    def attempts(self) -> list["Attempt"]:
        """The channels tried in the present round."""
        return [a for a in self.all_attempts if a.round == self.round]


class Attempt(Base):
    """One channel tried for one rung, in order; made in the same transaction as its delivery or phone task."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("rung_id", "round", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rung_id: Mapped[int] = mapped_column(ForeignKey("rung.id", ondelete="CASCADE"))
    round: Mapped[int] = mapped_column(default=1)
    #: The index in the rung's channel order.
    position: Mapped[int]
    channel: Mapped[str] = mapped_column(String(10))
    tried_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: When a provider accepted or failed it, or a human was given the call.
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: It cannot arrive: no such contact point, opted out, refused for good.
    failed: Mapped[bool] = mapped_column(default=False)
    #: A stable word for why: "no-contact", "opted-out", "held", or the provider's reason.
    reason: Mapped[str | None] = mapped_column(String(40))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))

    rung: Mapped[Rung] = relationship(back_populates="all_attempts")
    delivery: Mapped["Delivery | None"] = relationship()
