"""The register of sites, and named lists of roles. Sites are encrypted and need-to-know."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from playbook.models.base import Base, EncryptedText, UTCDateTime


class Site(Base):
    """A place that may be concerned when a similar one is attacked; about the place, never about suspected persons.

    Kind and community are found through their blind indexes: even which kinds of place a city lists is a secret.
    """

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    name_index: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(EncryptedText)
    kind_index: Mapped[str] = mapped_column(String(64), index=True)
    community: Mapped[str] = mapped_column(EncryptedText, default="")
    community_index: Mapped[str] = mapped_column(String(64), default="", index=True)
    address: Mapped[str] = mapped_column(EncryptedText, default="")
    #: What the place needs from the city when it is warned.
    needs: Mapped[str] = mapped_column(EncryptedText, default="")
    #: The directory's role whose holders are told.
    contact_role: Mapped[str] = mapped_column(EncryptedText)
    #: Last looked through by a person.
    checked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoleList(Base):
    """A named list of roles for messages during an incident."""

    __tablename__ = "role_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
