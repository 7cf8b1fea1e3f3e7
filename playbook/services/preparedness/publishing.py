"""Publishing: a document becomes an immutable, numbered version; a deadline becomes the city's own.

A version is never changed: whoever wants other words, another order or an adopted deadline
publishes the next one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import canonical_bytes, content_hash
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.findings import Finding, Sentence, Severity
from playbook.domain.preparedness.parts import Adopted, Decision, Task
from playbook.errors import BadInput, Conflict
from playbook.models import PlaybookVersion, PublishedPlaybook, User
from playbook.services.log import record
from playbook.services.preparedness.documents import document_of, latest_versions
from playbook.services.preparedness.inserting import insert_missing
from playbook.services.preparedness.playbook_files import STARTERS, Library, load, write_folder

#: As many characters of a title and a note as the table holds.
TITLE_AT_MOST = 200
NOTE_AT_MOST = 500

Entry = TypeVar("Entry", Decision, Task)


class NotPublishable(BadInput):
    """A folder has errors; nothing was published. `findings` say where and how to mend them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        errors = sum(finding.severity is Severity.ERROR for finding in findings)
        told = Sentence(
            "Nothing was published. Mistakes that must be mended first: {count}.", count=errors
        )
        super().__init__(told.say, **told.facts)
        self.findings = list(findings)


def publish(
    session: Session,
    canonical: bytes,
    playbook: Playbook,
    author: User | None,
    author_name: str,
    now: datetime,
    note: str = "",
) -> PlaybookVersion:
    """Return the version that holds `canonical`: a new one with the next number, or the one that
    already says exactly this, in which case nothing is added.

    `canonical` are the bytes of `playbook`, which has been checked. Playbooks that others build on
    are published too: their versions cannot be activated, but can be read and compared.
    """
    if canonical != canonical_bytes(playbook):
        raise ValueError("The canonical bytes are not those of the playbook.")
    holder = _hold(session, playbook.id)
    digest = content_hash(canonical)
    same = session.scalar(
        select(PlaybookVersion).filter_by(playbook_id=holder.id, content_hash=digest)
    )
    if same is not None:
        return same
    last = session.scalar(select(func.max(PlaybookVersion.number)).filter_by(playbook_id=holder.id))
    version = PlaybookVersion(
        playbook=holder,
        number=(last or 0) + 1,
        content_hash=digest,
        canonical=canonical,
        title=playbook.text("playbook.title", playbook.languages.source).text[:TITLE_AT_MOST],
        activatable=playbook.activatable,
        note=note[:NOTE_AT_MOST],
        published_at=now,
        published_by_id=author.id if author else None,
        published_by_name=author_name,
    )
    session.add(version)
    session.flush()
    _note_published(session, version, author)
    return version


def _note_published(session: Session, version: PlaybookVersion, author: User | None) -> None:
    record(
        session,
        "playbook.published",
        now=version.published_at,
        user=author,
        subject=f"playbook_version:{version.id}",
        payload={
            "playbook": version.playbook.key,
            "number": version.number,
            "content_hash": version.content_hash,
            "by": version.published_by_name,
            "note": version.note,
        },
    )


def publish_folder(
    session: Session,
    path: Path,
    author_name: str,
    now: datetime,
    note: str = "",
    author: User | None = None,
) -> PlaybookVersion:
    """Read, check and publish the playbook in the folder (or zip) at `path`.

    Raises NotPublishable, which carries every finding, if there are errors.
    """
    loaded = load(path)
    if loaded.playbook is None or loaded.canonical is None:
        raise NotPublishable(loaded.findings)
    return publish(session, loaded.canonical, loaded.playbook, author, author_name, now, note)


def own_bases(session: Session, folder: Path) -> Library:
    """Return what an uploaded playbook can build on: the city's own published bases, then the
    starters.

    The bases are written into `folder`, which must be empty and outlive the library.
    """
    for version in latest_versions(session):
        if not version.activatable:
            document_of(version)  # refuses bytes that were altered
            write_folder(bytes(version.canonical), folder)
    return Library([folder, STARTERS])


def adopt_deadlines(
    session: Session,
    version: PlaybookVersion,
    decision_ids: Sequence[str],
    by: str,
    on: date,
    author: User | None,
    now: datetime,
    *,
    task_ids: Sequence[str] = (),
    note: str = "",
) -> PlaybookVersion:
    """Make deadlines of `version` the city's own, as `by` agreed on the day `on`: publish the next
    version, which says so.

    Until a deadline is adopted it is a reminder and nobody is ever late by it. Raises Conflict if
    `version` is no longer the newest, BadInput if nothing was chosen, something chosen has no
    deadline, or no name is given.
    """
    _refuse_outdated(session, version)
    if not decision_ids and not task_ids:
        raise BadInput("Choose at least one deadline to adopt. Nothing was changed.")
    if not by.strip():
        raise BadInput("Write who has adopted the deadlines for the city. Nothing was changed.")
    playbook = document_of(version)
    adopted = Adopted(by=by, on=on)
    changed = playbook.model_copy(
        update={
            "decisions": {
                **playbook.decisions,
                **_chosen(playbook.decisions, decision_ids, adopted),
            },
            "tasks": {**playbook.tasks, **_chosen(playbook.tasks, task_ids, adopted)},
        }
    )
    name = _name_of(author) or by
    return publish(session, canonical_bytes(changed), changed, author, name, now, note)


def _name_of(user: User | None) -> str:
    return user.shown_name if user else ""


def _refuse_outdated(session: Session, version: PlaybookVersion) -> None:
    newest = session.scalar(
        select(func.max(PlaybookVersion.number)).filter_by(playbook_id=version.playbook_id)
    )
    if newest != version.number:
        raise Conflict(
            "Version {newest} has been published since. Nothing was changed; look at it and choose "
            "again.",
            newest=newest,
        )


def _chosen(entries: Mapping[str, Entry], ids: Sequence[str], adopted: Adopted) -> dict[str, Entry]:
    """Return the chosen entries with their deadline adopted."""
    chosen = {}
    for entry_id in ids:
        entry = entries.get(entry_id)
        if entry is None or entry.due is None:
            raise BadInput(
                "“{entry}” has no deadline that could be adopted. Nothing was changed.",
                entry=entry_id,
            )
        chosen[entry_id] = entry.model_copy(update={"adopted": adopted})
    return chosen


def _hold(session: Session, key: str) -> PublishedPlaybook:
    """Return the playbook's row, locked until the transaction ends, so that one number is given
    once. (SQLite has one writer anyway.)
    """
    insert_missing(session, PublishedPlaybook, [{"key": key}])
    return session.scalars(select(PublishedPlaybook).filter_by(key=key).with_for_update()).one()
