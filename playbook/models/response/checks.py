"""Proof that a call-out is no hoax: each person's check code, and every code that somebody asked about."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.preparedness.directory import Person
from playbook.models.response.activations import Activation


class CheckCode(Base):
    """The code in one person's messages of one activation; the desk and the public page confirm it."""

    __tablename__ = "check_code"
    __table_args__ = (
        UniqueConstraint("activation_id", "person_id"),
        Index("ix_check_code_code_index", "code_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: Six digits.
    code: Mapped[str] = mapped_column(EncryptedText)
    code_index: Mapped[str] = mapped_column(String(64))
    #: Let into the bridge or the room on this code, and by whom.
    admitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    admitted_by_name: Mapped[str | None] = mapped_column(String(200))

    activation: Mapped[Activation] = relationship()
    person: Mapped[Person] = relationship()


class CodeCheck(Base):
    """Somebody asked whether a code is ours; nothing is kept about who asked."""

    __tablename__ = "code_check"
    __table_args__ = (Index("ix_code_check_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: "page" or "desk".
    via: Mapped[str] = mapped_column(String(10))
    right: Mapped[bool]
    activation_id: Mapped[int | None] = mapped_column(
        ForeignKey("activation.id", ondelete="CASCADE"), index=True
    )
