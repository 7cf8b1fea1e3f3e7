"""What everybody who was called was told when it changed or was over, and who has confirmed it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.preparedness.directory import Person
from playbook.models.response.activations import Activation


class Announcement(Base):
    """A false alarm, change of level, correction or stand-down: one act by one person."""

    __tablename__ = "announcement"

    id: Mapped[int] = mapped_column(primary_key=True)
    activation_id: Mapped[int] = mapped_column(
        ForeignKey("activation.id", ondelete="CASCADE"), index=True
    )
    #: Made by the page that asked; the same one twice is the same announcement.
    request_key: Mapped[str] = mapped_column(String(64), unique=True)
    #: `domain.response.changes.ChangeKind`.
    kind: Mapped[str] = mapped_column(String(20))
    level_before: Mapped[str] = mapped_column(String(80))
    level_after: Mapped[str] = mapped_column(String(80))
    #: A correction in the coordinator's own words: JSON, language → text.
    texts: Mapped[str] = mapped_column(EncryptedText, default="{}")
    reason: Mapped[str] = mapped_column(EncryptedText, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_by_name: Mapped[str] = mapped_column(String(200))

    activation: Mapped[Activation] = relationship()
    told: Mapped[list["AnnouncementPerson"]] = relationship(
        back_populates="announcement", order_by="AnnouncementPerson.id"
    )


class AnnouncementPerson(Base):
    """One person to whom an announcement goes."""

    __tablename__ = "announcement_person"
    __table_args__ = (UniqueConstraint("announcement_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: The playbook's message: of a lower level, some are told that they are not needed.
    message: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(20))
    #: Empty: nothing reaches this person.
    channels: Mapped[list[str]] = mapped_column(JSON)
    #: Only a human's call reaches this person; that human says here that it was made.
    by_phone: Mapped[bool] = mapped_column(default=False)
    #: The playbook asks for an acknowledgement.
    asks: Mapped[bool] = mapped_column(default=False)
    #: When a silence about it climbs to the next way of telling; None when nothing is due any more.
    next_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    #: How many ways were tried after the first one.
    climbed: Mapped[int] = mapped_column(default=0)
    #: Of the secret in this person's link: who was never called has no rung that knows it.
    link_token_digest: Mapped[str] = mapped_column(String(64), default="", index=True)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: "sms", "link" or "hand"; who noted it stands beside it.
    acknowledged_via: Mapped[str | None] = mapped_column(String(10))
    noted_by_name: Mapped[str | None] = mapped_column(String(200))

    announcement: Mapped[Announcement] = relationship(back_populates="told")
    person: Mapped[Person] = relationship()
