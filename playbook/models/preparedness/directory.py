"""The city's directory: organisations, people, the roles they hold, and how they are reached."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.users import User


class Organisation(Base):
    """A body that partners belong to: a police force, a hospital, a mosque council."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    #: A partner category of the playbooks ("police", "hospitals"), free text otherwise.
    kind: Mapped[str] = mapped_column(String(80), default="")
    notes: Mapped[str | None] = mapped_column(EncryptedText)
    #: The user who looks after the numbers of its people.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    #: Whether its owner gets the weekly summary by mail.
    owner_mails: Mapped[bool] = mapped_column(default=True)
    #: When the weekly summary was last looked at, or the owner named.
    owner_told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: What was on the list then ("bounced:17"); only what is not among it is news.
    owner_told: Mapped[list[str]] = mapped_column(JSON, default=list)

    people: Mapped[list["Person"]] = relationship(back_populates="organisation")
    owner: Mapped[User | None] = relationship()


class Person(Base):
    """Somebody who can be called out."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: What the city calls this person in its own files; importing the same file twice finds them by it.
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    #: BCP 47.
    language: Mapped[str] = mapped_column(String(20), default="en")
    #: IANA; empty means the city's own.
    time_zone: Mapped[str] = mapped_column(String(60), default="")
    notes: Mapped[str | None] = mapped_column(EncryptedText)
    #: Everything to this person stops, on every channel, until someone lifts it.
    held_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Says on their own page to have left their organisation; the city decides.
    says_left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Of the secret in the address of this person's own page; None until a first link was made.
    page_token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: Grows when the old link must not open the page any more.
    page_round: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship(back_populates="people")
    contact_points: Mapped[list["ContactPoint"]] = relationship(
        back_populates="person",
        order_by="ContactPoint.position, ContactPoint.id",
        cascade="all, delete-orphan",
    )
    roles: Mapped[list["RoleHolder"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )


class ContactKind(StrEnum):
    """How a person can be reached."""

    PHONE = "phone"
    EMAIL = "email"


class ContactPoint(Base):
    """A phone (E.164) or an email address; encrypted, and found through its blind index."""

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "value_index"),
        Index("ix_contact_point_value_index", "value_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[ContactKind] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(EncryptedText)
    value_index: Mapped[str] = mapped_column(String(64))
    #: The order in which they are tried, from 0.
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str] = mapped_column(String(80), default="")
    #: False where we know that no SMS can arrive (a landline).
    gets_sms: Mapped[bool] = mapped_column(Boolean, default=True)
    #: What a human says who reaches a switchboard here; None where the person answers themselves.
    script: Mapped[str | None] = mapped_column(EncryptedText, deferred=True)
    #: Whether it has a script, known without decrypting it.
    has_script: Mapped[bool] = column_property(script.is_not(None))
    opted_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When a provider last accepted a message to it.
    last_worked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When its person last answered from it, or confirmed it.
    proven_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When a message to it last came back for good; None once one gets through again.
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: When its person said that it is no longer theirs; used only where nothing else is left.
    disowned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Proofs in a row without an answer.
    silent_proofs: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship(back_populates="contact_points")

    @property
    def is_switchboard(self) -> bool:
        """Whether somebody else answers here: a human calls and says the script, no text is ever sent."""
        if "script" in self.__dict__:
            return self.script is not None
        return bool(self.has_script)


class RoleHolder(Base):
    """A person holds a role; position 0 is the holder, the next ones deputise in order."""

    __tablename__ = "role_holder"
    __table_args__ = (
        UniqueConstraint("role", "person_id"),
        Index("ix_role_holder_role_position", "role", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The role id that playbooks use: "police-liaison".
    role: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]

    person: Mapped[Person] = relationship(back_populates="roles")
