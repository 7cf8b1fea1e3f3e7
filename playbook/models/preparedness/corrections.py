"""A partner's own correction of a number, waiting to be confirmed on the new one."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.preparedness.directory import ContactKind, Person


class NumberCorrection(Base):
    """A new number or address that somebody gave for themselves; it counts once its code came back."""

    __tablename__ = "number_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    #: The contact point that it takes the place of; None adds one.
    contact_point_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_point.id", ondelete="SET NULL")
    )
    kind: Mapped[ContactKind] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(EncryptedText)
    value_index: Mapped[str] = mapped_column(String(64))
    code_digest: Mapped[str] = mapped_column(String(64))
    #: Wrong codes so far.
    wrong: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    person: Mapped[Person] = relationship()
