"""Published playbooks: immutable versions, and who has read which translation."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, relationship

from playbook.errors import Conflict
from playbook.models.base import Base, UTCDateTime


class PublishedPlaybook(Base):
    """A playbook that has at least one published version."""

    __tablename__ = "playbook"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The id that the document gives itself: "place-of-worship".
    key: Mapped[str] = mapped_column(String(80), unique=True)
    versions: Mapped[list["PlaybookVersion"]] = relationship(
        back_populates="playbook", order_by="PlaybookVersion.number"
    )


class PlaybookVersion(Base):
    """What a playbook said when it was published; never changes again."""

    __tablename__ = "playbook_version"
    __table_args__ = (
        UniqueConstraint("playbook_id", "number"),
        UniqueConstraint("playbook_id", "content_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    playbook_id: Mapped[int] = mapped_column(ForeignKey("playbook.id"))
    number: Mapped[int]
    #: "sha256:…" of `canonical`.
    content_hash: Mapped[str] = mapped_column(String(80))
    canonical: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: The title in the source language, so that a list need not open the document.
    title: Mapped[str] = mapped_column(String(200))
    activatable: Mapped[bool]
    note: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    published_by_name: Mapped[str] = mapped_column(String(200))

    playbook: Mapped[PublishedPlaybook] = relationship(back_populates="versions")


class Immutable(Conflict):
    """Something published was about to be changed or removed; it was not."""


#: The only column that may change: an account can be removed, the author's name stays.
_CHANGEABLE = {"published_by_id"}


@event.listens_for(PlaybookVersion, "before_update")
def _refuse_change(_mapper: Any, _connection: Any, version: PlaybookVersion) -> None:
    state = inspect(version)
    columns = {attribute.key for attribute in state.mapper.column_attrs}
    changed = {key for key in columns if state.attrs[key].history.has_changes()}
    if changed - _CHANGEABLE:
        raise Immutable("A published version never changes. Publish the next one instead.")


@event.listens_for(PlaybookVersion, "before_delete")
def _refuse_removal(_mapper: Any, _connection: Any, _version: PlaybookVersion) -> None:
    raise Immutable("A published version is never removed: incidents and exercises rest on it.")


@event.listens_for(Session, "do_orm_execute")
def _refuse_many(state: ORMExecuteState) -> None:
    """Refuse statements that change versions without loading them."""
    if (state.is_update or state.is_delete) and any(
        mapper.class_ is PlaybookVersion for mapper in state.all_mappers
    ):
        raise Immutable("Published versions never change and are never removed.")


class TranslationReading(Base):
    """A named native speaker has read this text in this language.

    Keyed by what was read (language and digest of source and translation), so that a reading carries over to every
    version that says the same and lapses with the first changed word.
    """

    __tablename__ = "translation_reading"
    __table_args__ = (UniqueConstraint("language", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    reader: Mapped[str] = mapped_column(String(200))
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
