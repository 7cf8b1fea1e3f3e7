"""An activation: one incident's use of one pinned playbook version, with its decisions and tasks."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.preparedness.playbooks import PlaybookVersion


class ActivationKind(StrEnum):
    """Whether people's phones are meant."""

    REAL = "real"
    EXERCISE = "exercise"


class Activation(Base):
    """A playbook version put to work; pinned by id and by content hash."""

    __tablename__ = "activation"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The short number that partners use in an answer ("1 27"); from 11, so that it is never mistaken for a digit.
    number: Mapped[int] = mapped_column(unique=True)
    #: Made by the page that asked; the same one twice is the same activation.
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("playbook_version.id"))
    content_hash: Mapped[str] = mapped_column(String(80))
    kind: Mapped[ActivationKind] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    time_zero: Mapped[datetime] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(EncryptedText, default="")
    known: Mapped[str] = mapped_column(EncryptedText, default="")
    confirmed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_by_name: Mapped[str] = mapped_column(String(200))
    #: Who owns every silence until somebody else takes it.
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    coordinator_name: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    #: Grows with every change that the board shows.
    revision: Mapped[int] = mapped_column(default=1)

    version: Mapped[PlaybookVersion] = relationship()

    def changed(self) -> None:
        """Say that the board has something new; counted in the database, because two may say so at once."""
        self.revision = Activation.revision + 1


class ActivationText(Base):
    """A message as it was frozen at activation, per language and channel; placeholders of one person still open."""

    __tablename__ = "activation_text"
    __table_args__ = (UniqueConstraint("activation_id", "message", "language", "channel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """A decision point of an activation, open or taken; taking it again adds a row and keeps the old one."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("activation_id", "decision", "round"),
        Index("ix_decision_activation_id_due_at", "activation_id", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id", ondelete="CASCADE"))
    #: The id in the playbook.
    decision: Mapped[str] = mapped_column(String(80))
    #: 1, and one more each time the decision is reopened.
    round: Mapped[int] = mapped_column(default=1)
    #: None while its anchor (a hearing, another decision) has no date.
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: The city made the deadline its own; otherwise it is a reminder and never late.
    adopted: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    option: Mapped[str | None] = mapped_column(String(80))
    rationale: Mapped[str | None] = mapped_column(EncryptedText)
    #: The role on whose authority it was taken.
    authority: Mapped[str | None] = mapped_column(String(80))
    #: The name of the person who decided, as said by who noted it.
    decided_by: Mapped[str | None] = mapped_column(EncryptedText)
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    noted_by_name: Mapped[str | None] = mapped_column(String(200))
    taken_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TaskKind(StrEnum):
    """Where a task comes from."""

    CHECKLIST = "checklist"
    #: A human must call somebody by phone, because `voice` stood in the channel order.
    PHONE_CALL = "phone-call"
    #: A message that a decision started, to be prepared, approved and released.
    MESSAGE = "message"


class Task(Base):
    """Something that a role has to do in this activation."""

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("activation_id", "cause"),
        Index("ix_task_activation_id_done_at", "activation_id", "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id", ondelete="CASCADE"))
    kind: Mapped[TaskKind] = mapped_column(String(12))
    #: What made it, once: "task:patrol-request", "rung:17:1:0:voice", "message:closure-notice".
    cause: Mapped[str] = mapped_column(String(160))
    #: The id in the playbook (of the task or the message); empty for a phone call.
    ref: Mapped[str] = mapped_column(String(80), default="")
    role: Mapped[str] = mapped_column(String(80), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rung_id: Mapped[int | None] = mapped_column(ForeignKey("rung.id"))
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    adopted: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    done_by_name: Mapped[str | None] = mapped_column(String(200))
    #: "done" or "not-needed", and why.
    outcome: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(EncryptedText)
