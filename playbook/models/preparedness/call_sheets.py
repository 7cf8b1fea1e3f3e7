"""Call sheets that were printed: what stood on them, so that the next one can mark what has changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.preparedness.playbooks import PlaybookVersion
from playbook.models.users import User


class CallSheetPrint(Base):
    """One printing of a call sheet."""

    __tablename__ = "call_sheet_print"
    __table_args__ = (Index("ix_call_sheet_print_version_id_level", "version_id", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("playbook_version.id", ondelete="CASCADE"))
    level: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(20))
    printed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    printed_by_name: Mapped[str] = mapped_column(String(200), default="")
    #: "page", "mail" or "command".
    via: Mapped[str] = mapped_column(String(10))
    #: Of its lines, whatever the language.
    digest: Mapped[str] = mapped_column(String(64))
    #: What stood on it: JSON, role → people with their numbers.
    lines: Mapped[str] = mapped_column(EncryptedText)

    version: Mapped[PlaybookVersion] = relationship()


class CallSheetReader(Base):
    """Somebody of the cell who is mailed a fresh call sheet when the directory has changed."""

    __tablename__ = "call_sheet_reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    language: Mapped[str] = mapped_column(String(20))
    #: Of the lines that were mailed last, over all playbooks; empty before the first mail.
    digest: Mapped[str] = mapped_column(String(64), default="")
    #: When the directory was first seen to differ from what was mailed; None while it does not.
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: Of the lines as the last look found them, and when that look first found them so: the quiet is measured from it.
    seen_digest: Mapped[str] = mapped_column(String(64), default="")
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: How many entries outside incidents the log had then; while it has no more, nothing can have changed.
    seen_entries: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship()
