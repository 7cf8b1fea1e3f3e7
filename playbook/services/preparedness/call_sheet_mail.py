"""Fresh call sheets by mail to those of the cell who want them, once the directory has changed and come to rest.

Nothing is mailed while nothing has changed. Whether anything can have changed is told by how many entries the log has
outside incidents: whatever changes the directory, a rota or a playbook writes one.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import Session, joinedload

from notifications.delivery import DeliveryState
from playbook.domain.preparedness.call_sheet import digest_of
from playbook.domain.preparedness.standing.sheets import TEXTS
from playbook.errors import BadInput, NotAllowed
from playbook.models import (
    Attachment,
    CallSheetReader,
    Delivery,
    LogEntry,
    User,
)
from playbook.models.database import reading
from playbook.services.deliveries import queue_standing
from playbook.services.log import record
from playbook.services.preparedness.call_sheet_ladders import read_directory
from playbook.services.preparedness.call_sheet_pages import (
    LANGUAGES,
    Imprint,
    draw_sheets,
)
from playbook.services.preparedness.call_sheets import (
    Sheet,
    highest_level,
    last_print,
    make_sheet,
    record_print,
)
from playbook.services.preparedness.documents import document_of, latest_versions
from playbook.services.preparedness.pdf import Drawn, load_weasyprint
from playbook.settings import Settings
from playbook.wiring import Wiring

#: The directory has come to rest when this long nothing of it has changed.
QUIET = timedelta(minutes=30)
#: A directory that never rests is mailed at least this often.
AT_LATEST = timedelta(hours=6)
#: Whose accounts may have the numbers of the whole tree.
MAY_READ = frozenset({"coordinator", "administrator"})
#: Who prints a sheet that is mailed.
SERVICE = "Playbook"


def join_readers(session: Session, user: User, language: str, now: datetime) -> CallSheetReader:
    """Have fresh call sheets mailed to `user` in `language`; the first ones come once the directory is at rest.

    Raises NotAllowed for a user who may not see numbers, BadInput for a language that sheets do not have,
    NotConfigured where no PDF can be drawn.
    """
    if not may_read(user):
        raise NotAllowed("Only coordinators and administrators may have call sheets.")
    if language not in LANGUAGES:
        raise BadInput("Choose one of the languages shown.")
    load_weasyprint()
    reader = reader_of(session, user)
    if reader is None:
        reader = CallSheetReader(user_id=user.id, language=language)
        session.add(reader)
    elif reader.language == language:
        return reader
    reader.language, reader.digest, reader.seen_entries = language, "", 0
    record(session, "call-sheet.reader-joined", now=now, user=user, subject=f"user:{user.id}")
    session.flush()
    return reader


def leave_readers(session: Session, user: User, now: datetime) -> None:
    """Mail no more call sheets to `user`; harmless twice."""
    reader = reader_of(session, user)
    if reader is not None:
        session.delete(reader)
        record(session, "call-sheet.reader-left", now=now, user=user, subject=f"user:{user.id}")


def reader_of(session: Session, user: User) -> CallSheetReader | None:
    """Return how call sheets are mailed to `user`, or None if they are not."""
    return session.scalar(select(CallSheetReader).where(CallSheetReader.user_id == user.id))


def may_read(user: User) -> bool:
    """Return whether `user` has an active account that may see the numbers of the tree."""
    return bool(user.active) and any(role.name in MAY_READ for role in user.roles)


def mail_changed(wiring: Wiring, now: datetime) -> dict[str, int]:
    """Mail fresh sheets to every reader for whom they are due; return how many mails were queued.

    Looking and drawing happen outside any writing transaction: they take seconds, and an alert must not wait for them.
    """
    found = _look(wiring, now)
    if found is None:
        return {}
    due = _note(wiring, found, now)
    if not due:
        return {}
    drawn = {
        language: draw_sheets(list(found.sheets), language, wiring.settings, Imprint(now, SERVICE))
        for language in sorted(set(due.values()))
    }
    return {"mailed": _mail(wiring, found, drawn, sorted(due), now)}


def throw_away_files(wiring: Wiring) -> int:
    """Delete the files whose mails have all left, or never will; return how many."""
    waiting = exists().where(
        Delivery.attachment_id == Attachment.id,
        Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)),
    )
    with reading(), wiring.sessions() as session:
        done = session.scalars(select(Attachment.id).where(~waiting)).all()
    if done:
        with wiring.transaction() as session:
            session.execute(delete(Attachment).where(Attachment.id.in_(done), ~waiting))
    return len(done)


@dataclass(frozen=True)
class _Found:
    """What a look found: the current sheets, their digest together, and how many log entries there were before."""

    sheets: tuple[Sheet, ...]
    digest: str
    entries: int


def _look(wiring: Wiring, now: datetime) -> _Found | None:
    """Return the current sheets if somebody may be due, or None; cheap while nothing has changed."""
    with reading(), wiring.sessions() as session:
        readers = [r for r in session.scalars(_readers()) if may_read(r.user)]
        if not readers:
            return None
        entries = session.scalar(select(func.count()).where(LogEntry.activation_id.is_(None))) or 0
        if not any(r.seen_entries != entries or _is_due(r, now) for r in readers):
            return None
        sheets = current_sheets(session, wiring.settings, now)
        return _Found(tuple(sheets), digest_of_all(sheets), entries) if sheets else None


def current_sheets(session: Session, settings: Settings, now: datetime) -> list[Sheet]:
    """Return the highest level's sheet of every current playbook that can be activated, against the last mail."""
    versions = [
        version
        for version in latest_versions(session)
        if version.activatable and document_of(version).levels
    ]
    wanted = [(document_of(version), highest_level(document_of(version))) for version in versions]
    directory = read_directory(session, wanted, settings, now)
    return [
        make_sheet(
            session,
            version,
            level,
            settings,
            now,
            since=last_print(session, version, level, via="mail"),
            directory=directory,
        )
        for version, (_, level) in zip(versions, wanted, strict=True)
    ]


def digest_of_all(sheets: Sequence[Sheet]) -> str:
    """Return a digest of what stands on these sheets and of which versions they are."""
    told = [(s.version.playbook.key, s.version.number, s.level, digest_of(s.lines)) for s in sheets]
    return sha256(json.dumps(sorted(told)).encode()).hexdigest()


def _readers() -> Select[tuple[CallSheetReader]]:
    return (
        select(CallSheetReader)
        .options(joinedload(CallSheetReader.user))
        .order_by(CallSheetReader.id)
    )


def _is_due(reader: CallSheetReader, now: datetime) -> bool:
    if reader.changed_at is None:
        return False
    rests_since = reader.seen_at or reader.changed_at
    return now - rests_since >= QUIET or now - reader.changed_at >= AT_LATEST


def _note(wiring: Wiring, found: _Found, now: datetime) -> dict[int, str]:
    """Write down what this look saw; return the readers who are due: id → language."""
    due: dict[int, str] = {}
    with wiring.transaction() as session:
        for reader in session.scalars(_readers().with_for_update(of=CallSheetReader)):
            reader.seen_entries = found.entries
            if reader.digest == found.digest:
                reader.seen_digest, reader.seen_at, reader.changed_at = found.digest, None, None
                continue
            if reader.changed_at is None or reader.seen_digest != found.digest:
                reader.seen_digest, reader.seen_at = found.digest, now
            reader.changed_at = reader.changed_at or now
            if _is_due(reader, now) and may_read(reader.user):
                due[reader.id] = reader.language
    return due


def _mail(
    wiring: Wiring, found: _Found, drawn: dict[str, Drawn], due: Sequence[int], now: datetime
) -> int:
    """Queue one mail per reader who is still due, and keep the printing; whoever was faster has left nothing to do."""
    with wiring.transaction() as session:
        readers = [
            reader
            for reader in session.scalars(
                _readers().where(CallSheetReader.id.in_(due)).with_for_update(of=CallSheetReader)
            )
            if reader.digest != found.digest and reader.changed_at is not None
        ]
        files = {
            language: _file(drawn[language], language, now)
            for language in {reader.language for reader in readers} & set(drawn)
        }
        readers = [reader for reader in readers if reader.language in files]
        session.add_all(files.values())
        session.flush()
        for reader in readers:
            _queue(session, reader, found, drawn[reader.language], files, wiring.settings, now)
            reader.digest, reader.seen_digest = found.digest, found.digest
            reader.changed_at = reader.seen_at = None
        for language in sorted(files):
            for sheet in found.sheets:
                record_print(
                    session, sheet, language=language, via="mail", by=SERVICE, user=None, now=now
                )
        return len(readers)


def _file(drawn: Drawn, language: str, now: datetime) -> Attachment:
    return Attachment(
        name=f"call-sheets-{language}.pdf",
        media_type="application/pdf",
        content=base64.b64encode(drawn.pdf).decode(),
        made_at=now,
    )


def _queue(
    session: Session,
    reader: CallSheetReader,
    found: _Found,
    drawn: Drawn,
    files: dict[str, Attachment],
    settings: Settings,
    now: datetime,
) -> None:
    changes = [sheet.changes for sheet in found.sheets]
    first = not reader.digest or not any(sheet.since for sheet in found.sheets)
    changed_at = reader.changed_at or now
    queue_standing(
        session,
        TEXTS,
        "call-sheets-first" if first else "call-sheets",
        cause=f"call-sheets:{reader.id}:{int(changed_at.timestamp())}:{found.digest[:16]}",
        channel="email",
        language=reader.language,
        facts={
            "city": settings.city_name,
            "playbooks": str(len(found.sheets)),
            "pages": str(drawn.pages),
            "new": str(sum(change.new for change in changes)),
            "changed": str(sum(change.changed for change in changes)),
            "gone": str(sum(len(change.gone) for change in changes)),
            "link": f"{settings.public_url.rstrip('/')}/call-sheets/",
        },
        contact=None,
        person=None,
        address=reader.user.email,
        attachment=files[reader.language],
        now=now,
    )
