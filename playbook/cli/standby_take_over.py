"""Taking over: a copy becomes the live database of this machine."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from playbook.cli.console import out, say
from playbook.errors import BadInput, Conflict, NotConfigured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from playbook.services.standby import Copy, TakenOver
    from playbook.settings import Settings

#: What must be typed: two senders would text everybody twice.
OFF = "off"


def take_over(folder: Path, *, replace: bool, said: str) -> None:
    """Check the newest copy, ask, and put it in place; whatever is refused is refused before anything is changed."""
    from playbook.cli.address import refuse_taken
    from playbook.cli.installation import read_settings
    from playbook.cli.standby import keys_text, ring_from
    from playbook.clock import SystemClock
    from playbook.services import standby

    settings = read_settings()
    live = _live_file(settings)
    copy = standby.newest_copy(folder)
    keys, now = keys_text(settings, folder), SystemClock().now()
    with tempfile.TemporaryDirectory(prefix=".taking-", dir=live.parent) as work:
        draft = Path(work) / standby.DATABASE
        checked = standby.check(copy, ring_from(keys), draft)
        if checked.problems:
            raise BadInput(
                "This copy cannot be taken over. {problems}", problems=" ".join(checked.problems)
            )
        _refuse_other_keys(settings, copy)
        refuse_taken(settings.host, settings.port)
        with _engine_stopped(live):
            _refuse_newer(live, copy, replace=replace)
            _tell_age(copy, now)
            _ask(said)
            taken = _settle(draft, keys, copy, now)
            _install_keys(settings, keys, now)
            kept = _put_in_place(draft, live, now)
    _report(taken, kept)


def _live_file(settings: Settings) -> Path:
    if not settings.database.startswith("sqlite:///"):
        raise NotConfigured(
            "DATABASE_URL names a PostgreSQL server. A second machine takes over with SQLite: leave it empty there."
        )
    live = Path(settings.database.removeprefix("sqlite:///"))
    live.parent.mkdir(parents=True, exist_ok=True)
    return live


def _refuse_other_keys(settings: Settings, copy: Copy) -> None:
    """Keys in a setting would win over those that are put into the instance folder."""
    from playbook.cli.standby import ring_from

    configured = settings.encryption_keys.get_secret_value().replace(",", " ")
    ring = ring_from(configured)
    if ring is not None and not set(copy.manifest.keys) <= set(ring.fingerprints):
        raise NotConfigured(
            "ENCRYPTION_KEYS on this machine are not those of the copy. Set the first machine's, or none."
        )


@contextmanager
def _engine_stopped(live: Path) -> Iterator[None]:
    from playbook.jobs.lock import FileLock

    lock = FileLock(Path(f"{live}.engine"))
    if not lock.take():
        raise Conflict("An engine runs on this machine. Stop the service here first.")
    try:
        yield
    finally:
        lock.release()


def _refuse_newer(live: Path, copy: Copy, *, replace: bool) -> None:
    """Refuse to put older data in the place of newer, unless told to."""
    entries, last_at = _last_entry(live)
    theirs = copy.manifest.rows.get("log_entry", 0)
    if last_at <= copy.manifest.last_at:
        return
    numbers = {
        "here": entries,
        "here_at": last_at,
        "there": theirs,
        "there_at": copy.manifest.last_at,
    }
    if not replace:
        raise Conflict(
            "This machine holds newer data: {here} entries of the log, the last of {here_at} UTC; the copy has "
            "{there}, the last of {there_at} UTC. Nothing was changed. With --replace the copy is used all the same.",
            **numbers,
        )
    say(
        "! Newer data here is set aside: {here} entries, the last of {here_at} UTC.".format(
            **numbers
        )
    )


def _last_entry(live: Path) -> tuple[int, str]:
    from playbook.models.copying import read_one

    if not live.is_file() or live.stat().st_size == 0:
        return 0, ""
    try:
        count, last = read_one(live, "SELECT count(*), max(at) FROM log_entry")
    except sqlite3.DatabaseError:
        return 0, ""  # not one of ours, or never used; it is kept beside all the same
    return int(count), str(last or "")


def _tell_age(copy: Copy, now: datetime) -> None:
    minutes = int((now - copy.manifest.made).total_seconds() // 60)
    say(
        f"The copy {copy.folder.name} was made {minutes} minutes ago. What happened on the first machine since "
        "then is not in it: answers, decisions, messages that left. Texts and receipts that reached the provider "
        "since may come again or be missing."
    )


def _ask(said: str) -> None:
    """Raise BadInput unless somebody says in so many words that the first machine is off."""
    if not said:
        say(
            "Is the first machine really off, or cut off for good? If both send, everybody is texted twice, and "
            "two boards will tell two stories."
        )
        said = click.prompt(f'Type "{OFF}" to take over', default="", show_default=False, err=True)
    if said.strip().lower() != OFF:
        raise BadInput("Nothing was changed. Switch the first machine off, then come back.")


def _install_keys(settings: Settings, keys: str, now: datetime) -> None:
    """Put the keys that fit where the service looks for them; others found there are kept beside."""
    from playbook.models.keyring import KEY_FILE, read_or_make_secret

    if settings.encryption_keys.get_secret_value().strip():
        return
    path = settings.instance_path / "keys" / KEY_FILE
    if path.is_file() and path.read_text().strip() != keys:
        path.rename(path.with_name(f"{KEY_FILE}.before-{now:%Y%m%dT%H%M%SZ}"))
    read_or_make_secret(path, keys)


def _settle(draft: Path, keys: str, copy: Copy, now: datetime) -> TakenOver:
    from playbook.models.database import make_engine, make_sessions
    from playbook.models.keyring import Keyring, using
    from playbook.services.standby import settle_after_take_over

    engine = make_engine(f"sqlite:///{draft}")
    try:
        with using(Keyring(keys.split())), make_sessions(engine).begin() as session:
            taken = settle_after_take_over(session, copy, now)
    finally:
        engine.dispose()
    _one_file(draft)
    return taken


def _one_file(file: Path) -> None:
    """Bring what stands in the journal into the file itself."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _put_in_place(draft: Path, live: Path, now: datetime) -> Path | None:
    """Move the draft to where the service looks; return where the database that was there is kept."""
    kept = None
    if live.is_file():
        kept = live.with_name(f"{live.name}.before-{now:%Y%m%dT%H%M%SZ}")
        try:
            _one_file(live)
        except sqlite3.DatabaseError:
            say("! What stood here cannot be read as a database; it is kept as it is.")
        shutil.copy2(live, kept)
    for left in ("-wal", "-shm"):
        live.with_name(live.name + left).unlink(missing_ok=True)
    draft.replace(live)
    return kept


def _report(taken: TakenOver, kept: Path | None) -> None:
    console = out()
    console.print("[bold green]Taken over.[/] Start the service with: playbook up --no-seed")
    console.print(f"  {taken.running} incidents were running when the copy was made.")
    console.print(
        f"  {taken.queued} messages wait to leave, and will; some may have left the first machine already."
    )
    console.print(
        f"  {taken.unknown} messages were leaving: they rest unknown, and a human finds out what became of them."
    )
    if kept is not None:
        console.print(f"  What stood here before is kept: {kept.name}")
