"""The append-only log: what people and the service did, provable and still erasable."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from playbook.models.base import Base, EncryptedText, UTCDateTime


class LogEntry(Base):
    """One thing that happened.

    The chain (`position`, `previous`, `seal`) covers the facts in clear columns and `payload_digest`, a salted digest
    of the personal payload beside it. Erasing the payload and its salt leaves the chain valid.
    Entries are sealed in order by a tick, so that writing one never waits for another.
    """

    __tablename__ = "log_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: When it happened; what was entered from paper later says so in its payload.
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: What happened, as a stable word: "activation.confirmed", "rung.opened" …
    kind: Mapped[str] = mapped_column(String(60))
    #: "person" (a user), "partner" (someone who answered) or "service".
    actor: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    person_id: Mapped[int | None] = mapped_column(Integer)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"))
    #: What it happened to, as "table:id".
    subject: Mapped[str] = mapped_column(String(80), default="")
    #: JSON; names and texts as they were. Erasable.
    payload: Mapped[str | None] = mapped_column(EncryptedText)
    salt: Mapped[str | None] = mapped_column(String(32))
    payload_digest: Mapped[str] = mapped_column(String(64))

    position: Mapped[int | None] = mapped_column(Integer, unique=True)
    previous: Mapped[str | None] = mapped_column(String(64))
    seal: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_log_entry_activation_id_id", "activation_id", "id"),
        Index("ix_log_entry_activation_id_at_id", "activation_id", "at", "id"),
    )
