"""What the playbook screens list: playbooks, their versions, when each was last exercised."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from playbook.errors import NotFound
from playbook.models import Activation, ActivationKind, PlaybookVersion, PublishedPlaybook


@dataclass(frozen=True)
class PlaybookLine:
    """One playbook in the list: its newest version, how many there are, and the last exercise of
    any of them.
    """

    version: PlaybookVersion
    versions: int
    last_exercise: datetime | None

    @property
    def key(self) -> str:
        """The id that the document gives itself."""
        return self.version.playbook.key


def list_playbooks(session: Session) -> list[PlaybookLine]:
    """Return every published playbook: first those that can be activated, then by title."""
    counted = (
        select(
            PlaybookVersion.playbook_id,
            func.max(PlaybookVersion.number).label("newest"),
            func.count().label("versions"),
        )
        .group_by(PlaybookVersion.playbook_id)
        .subquery()
    )
    exercised = (
        select(PlaybookVersion.playbook_id, func.max(Activation.confirmed_at).label("last"))
        .join(Activation, Activation.version_id == PlaybookVersion.id)
        .where(Activation.kind == ActivationKind.EXERCISE)
        .group_by(PlaybookVersion.playbook_id)
        .subquery()
    )
    rows = session.execute(
        select(PlaybookVersion, counted.c.versions, exercised.c.last)
        .join(
            counted,
            (PlaybookVersion.playbook_id == counted.c.playbook_id)
            & (PlaybookVersion.number == counted.c.newest),
        )
        .outerjoin(exercised, exercised.c.playbook_id == PlaybookVersion.playbook_id)
        .options(joinedload(PlaybookVersion.playbook))
        .order_by(PlaybookVersion.activatable.desc(), PlaybookVersion.title, PlaybookVersion.id)
    )
    return [PlaybookLine(version, versions, last) for version, versions, last in rows]


def find_version(session: Session, key: str, number: int | None = None) -> PlaybookVersion:
    """Return a playbook's version by its number, or its newest. Raises NotFound."""
    wanted = (
        select(PlaybookVersion)
        .join(PublishedPlaybook)
        .where(PublishedPlaybook.key == key)
        .options(joinedload(PlaybookVersion.playbook))
        .order_by(PlaybookVersion.number.desc())
        .limit(1)
    )
    if number is not None:
        wanted = wanted.where(PlaybookVersion.number == number)
    version = session.scalar(wanted)
    if version is None and number is not None:
        raise NotFound(
            "There is no version {number} of a playbook “{key}”.", number=number, key=key
        )
    if version is None:
        raise NotFound("There is no published playbook “{key}”.", key=key)
    return version


def versions_of(session: Session, version: PlaybookVersion) -> list[PlaybookVersion]:
    """Return all versions of the same playbook, the newest first."""
    return list(
        session.scalars(
            select(PlaybookVersion)
            .where(PlaybookVersion.playbook_id == version.playbook_id)
            .order_by(PlaybookVersion.number.desc())
        )
    )


def newest_of(session: Session, key: str) -> PlaybookVersion | None:
    """Return the newest version of a playbook, or None if it was never published."""
    return session.scalar(
        select(PlaybookVersion)
        .join(PublishedPlaybook)
        .where(PublishedPlaybook.key == key)
        .order_by(PlaybookVersion.number.desc())
        .limit(1)
    )


def find_same(session: Session, key: str, content_hash: str) -> PlaybookVersion | None:
    """Return the version of a playbook that has this content, or None."""
    return session.scalar(
        select(PlaybookVersion)
        .join(PublishedPlaybook)
        .where(PublishedPlaybook.key == key, PlaybookVersion.content_hash == content_hash)
        .options(joinedload(PlaybookVersion.playbook))
    )
