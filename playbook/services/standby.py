"""Copies for a second machine: made from the running database, described without personal data, checked before use."""

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from notifications.delivery import DeliveryState
from playbook.errors import BadInput, KeyMissing, NotFound
from playbook.models import Delivery, User
from playbook.models.copying import copy_database, count_rows, read_one
from playbook.models.database import make_engine, make_sessions
from playbook.models.keyring import Keyring, using
from playbook.models.migrate import known_revisions, upgrade
from playbook.services import log
from playbook.services.response.dispatch import mark_abandoned

DATABASE, MANIFEST, PROOF = "playbook.db", "manifest.json", "proven.json"
#: Folders of copies sort by when they were made.
_NAME = "%Y%m%dT%H%M%SZ"
_MAKING = ".making-"


@dataclass(frozen=True)
class Manifest:
    """What a copy holds, in numbers and digests; nothing personal.

    `log_sealed` and `log_head` are the last seal of the log's chain, `last_at` the time of its last entry (ISO, UTC).
    `keys` are the fingerprints of the keys that it was written with.
    """

    made_at: str
    schema: str
    sha256: str
    rows: dict[str, int]
    log_sealed: int
    log_head: str
    last_at: str
    keys: list[str]

    @property
    def made(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


@dataclass(frozen=True)
class Copy:
    """One copy in its folder."""

    folder: Path
    manifest: Manifest

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / DATABASE

    @property
    def proven_at(self) -> datetime | None:
        """When it was last proven to start; None if never."""
        try:
            return datetime.fromisoformat(json.loads((self.folder / PROOF).read_text())["at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


@dataclass
class Checked:
    """What was found of a copy put into an instance folder of its own; no problem means that it can be started."""

    problems: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)


def make_copy(source: Engine, keys: Sequence[str], folder: Path, now: datetime, keep: int) -> Copy:
    """Write a copy of `source` into `folder`, whole or not at all, and let the oldest beyond `keep` go.

    `keys` are the fingerprints of the keys in use; the keys themselves never go there.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    making = folder / f"{_MAKING}{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    try:
        copy_database(source, making / DATABASE)
        for left in making.iterdir():
            if left.name != DATABASE:
                left.unlink()  # the lock of the migration
        manifest = _describe(making / DATABASE, keys, now)
        (making / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        _to_disk(making / DATABASE, making / MANIFEST, making)
        final = _free_name(folder, now)
        making.rename(final)
        _to_disk(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    for old in copies(folder)[max(keep, 1) :]:
        shutil.rmtree(old)
    return Copy(final, manifest)


def _describe(file: Path, keys: Sequence[str], now: datetime) -> Manifest:
    head = read_one(
        file,
        "SELECT position, seal FROM log_entry WHERE position IS NOT NULL "
        "ORDER BY position DESC LIMIT 1",
    )
    last = read_one(file, "SELECT max(at) FROM log_entry")[0]
    return Manifest(
        made_at=now.isoformat(),
        schema=read_one(file, "SELECT version_num FROM alembic_version")[0],
        sha256=digest_of(file),
        rows=count_rows(file),
        log_sealed=head[0] if head else 0,
        log_head=head[1] if head else "",
        last_at=last or "",
        keys=list(keys),
    )


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _to_disk(*paths: Path) -> None:
    """Wait until these files and folders have reached the disk."""
    for path in paths:
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _free_name(folder: Path, now: datetime) -> Path:
    name = now.strftime(_NAME)
    number = 1
    while (folder / name).exists():
        number += 1
        name = f"{now.strftime(_NAME)}-{number}"
    return folder / name


def copies(folder: Path) -> list[Path]:
    """Return the folders of copies in `folder`, the newest first."""
    found = [path.parent for path in folder.glob(f"*/{MANIFEST}")]
    return sorted(
        (path for path in found if not path.name.startswith(".")),
        key=lambda path: (path.name.partition("-")[0], len(path.name), path.name),
        reverse=True,
    )


def newest_copy(folder: Path) -> Copy:
    """Return the newest copy; raises NotFound if there is none, BadInput if its manifest cannot be read."""
    found = copies(folder)
    if not found:
        raise NotFound(
            "There is no copy in {folder}. Make one first: playbook standby copy", folder=folder
        )
    return open_copy(found[0])


def open_copy(folder: Path) -> Copy:
    """Return the copy in `folder`; raises BadInput if its manifest cannot be read."""
    try:
        return Copy(folder, Manifest(**json.loads((folder / MANIFEST).read_text())))
    except (OSError, ValueError, TypeError):
        raise BadInput(
            "The manifest of the copy {name} cannot be read. Make a new copy.", name=folder.name
        ) from None


def check(copy: Copy, ring: Keyring | None, database: Path) -> Checked:
    """Put a copy at `database` and look whether it is what its manifest says, and whether `ring` opens it.

    Migrates what was put there, never the copy. Every problem is a sentence; nothing is raised for a bad copy.
    """
    checked = Checked()
    try:
        _check_file(copy, checked)
        if not checked.problems:
            _check_keys(copy, ring, checked)
        if not checked.problems and ring is not None:
            shutil.copyfile(copy.database, database)
            database.chmod(0o600)
            with using(ring):
                _check_contents(copy, database, ring, checked)
    except KeyMissing:
        checked.problems.append("The keys at hand do not open what is encrypted in the copy.")
    except (OSError, sqlite3.DatabaseError) as error:
        checked.problems.append(f"The copy cannot be read ({type(error).__name__}).")
    return checked


def _check_file(copy: Copy, checked: Checked) -> None:
    manifest = copy.manifest
    if digest_of(copy.database) != manifest.sha256:
        checked.problems.append("The file is not the one that was copied: its digest differs.")
    elif manifest.schema not in known_revisions():
        checked.problems.append(
            f"The copy's schema {manifest.schema} is newer than this program knows. "
            "Update this machine to the first one's version."
        )
    else:
        checked.facts.append("The file is whole.")


def _check_keys(copy: Copy, ring: Keyring | None, checked: Checked) -> None:
    if ring is None:
        checked.problems.append(
            "There are no keys at hand. Bring instance/keys of the first machine."
        )
    elif not set(copy.manifest.keys) <= set(ring.fingerprints):
        checked.problems.append("The keys at hand are not those that the copy was written with.")


def _check_contents(copy: Copy, database: Path, ring: Keyring, checked: Checked) -> None:
    manifest = copy.manifest
    rows = count_rows(database)
    if rows != manifest.rows:
        checked.problems.append("Its tables do not hold the numbers of rows that were copied.")
    checked.facts.append(f"{sum(rows.values())} rows in {len(rows)} tables, as copied.")
    contact = read_one(database, "SELECT value FROM contact_point LIMIT 1")
    if contact is not None:
        ring.decrypt(bytes(contact[0]))
        checked.facts.append("A number can be read with the keys at hand.")
    engine = make_engine(f"sqlite:///{database}")
    try:
        upgrade(engine)
        with make_sessions(engine)() as session:
            count, broken_at = log.verify(session)
            head = log.head(session)
    finally:
        engine.dispose()
    if broken_at is not None or (count, head) != (manifest.log_sealed, manifest.log_head):
        checked.problems.append("The chain of its log does not hold.")
    checked.facts.append(f"{count} entries of the log are sealed, and the chain holds.")


def record_proof(copy: Copy, now: datetime) -> None:
    """Note beside a copy that it was proven to start at `now`."""
    draft = copy.folder / f"{PROOF}.{os.getpid()}"
    draft.write_text(json.dumps({"at": now.isoformat(), "schema": copy.manifest.schema}))
    draft.replace(copy.folder / PROOF)


@dataclass(frozen=True)
class Readiness:
    """How ready the second machine is: when the newest copy was made, and when one was last proven; None is never."""

    made_at: datetime | None
    proven_at: datetime | None

    def worries(self, now: datetime, after: timedelta = timedelta(days=1)) -> bool:
        """Whether nothing was proven for a day."""
        return self.proven_at is None or now - self.proven_at > after


def readiness(folder: Path) -> Readiness:
    """Return what the folder of copies says; one that cannot be read says never."""
    made, proven = None, []
    try:
        for path in copies(folder):
            copy = open_copy(path)
            made = made or copy.manifest.made
            proven.append(copy.proven_at)
    except (OSError, BadInput):
        pass
    return Readiness(made, max((at for at in proven if at is not None), default=None))


@dataclass(frozen=True)
class TakenOver:
    """What was found in a copy that became the live database."""

    unknown: int
    queued: int
    running: int


def settle_after_take_over(
    session: Session, copy: Copy, now: datetime, user: User | None = None
) -> TakenOver:
    """Let what was leaving when the copy was made rest `unknown`, count what waits to leave, and write it down."""
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING)
        .values(lease_until=now - timedelta(seconds=1))
        .execution_options(synchronize_session=False)
    )
    unknown = mark_abandoned(session, now)
    queued = _count(session, Delivery.state == DeliveryState.QUEUED)
    running = int(
        read_one(copy.database, "SELECT count(*) FROM activation WHERE ended_at IS NULL")[0]
    )
    log.record(
        session,
        "standby.taken-over",
        now=now,
        user=user,
        payload={"copied_at": copy.manifest.made_at, "unknown": unknown, "queued": queued},
    )
    return TakenOver(unknown, queued, running)


def _count(session: Session, which: Any) -> int:
    return session.scalar(select(func.count(Delivery.id)).where(which)) or 0
