"""A second machine is kept ready, proven with a real process, and takes over."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from playbook.cli import exits, main, standby
from playbook.clock import SimulatedClock
from playbook.jobs.lock import FileLock
from playbook.models import Base, Delivery, LogEntry, Person
from playbook.models.database import make_engine, make_sessions
from playbook.models.keyring import Keyring, using
from playbook.services import log
from playbook.services.standby import MANIFEST, PROOF, copies, digest_of, make_copy, newest_copy
from playbook.wiring import Wiring
from tests.support.application import KEY
from tests.support.city import City
from tests.support.waiting import wait_until


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    """The harbour in the middle of a night, its log sealed."""
    made = City(wiring, clock)
    made.activate("full")
    made.phone("Paul").replies("1")
    with wiring.transaction() as session:
        log.seal_entries(session)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "standby"


@pytest.fixture
def copied(city: City, folder: Path) -> Path:
    """A copy of that night in `folder`, with the keys brought there."""
    make_copy(engine_of(city), Keyring([KEY]).fingerprints, folder, city.now, 3)
    bring_keys(folder, KEY)
    return newest_copy(folder).folder


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`second("take-over", …)`: `playbook standby` on another machine, which has neither database nor keys."""
    monkeypatch.setenv("PLAYBOOK_INSTANCE", str(tmp_path / "second"))
    monkeypatch.delenv("ENCRYPTION_KEYS", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, **options: object) -> Result:
        return CliRunner().invoke(main, ["standby", *arguments], **options)  # type: ignore[arg-type]

    return run


def engine_of(city: City):
    return city.wiring.sessions.kw["bind"]


def bring_keys(folder: Path, key: str) -> None:
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    (folder / "keys" / "encryption.keys").write_text(key + "\n")


def live(tmp_path: Path) -> Path:
    return tmp_path / "second" / "playbook.db"


def names(file: Path) -> list[str]:
    engine = make_engine(f"sqlite:///{file}")
    with make_sessions(engine)() as session:
        found = list(session.scalars(select(Person.name).order_by(Person.name)))
    engine.dispose()
    return found


def test_a_copy_holds_everything_as_it_is_stored_and_nothing_personal_beside(
    city: City, run_on_database: Callable[..., Result], folder: Path
) -> None:
    result = run_on_database("standby", "copy", str(folder), "--json")
    assert result.exit_code == 0, result.output
    assert "There are no keys in" in result.stderr
    copy = newest_copy(folder)
    assert copy.manifest.rows["person"] == 7
    assert copy.manifest.keys == list(Keyring([KEY]).fingerprints)
    assert copy.manifest.log_sealed > 0
    assert names(copy.database)[0] == "Dan Deputy"
    written = (copy.folder / MANIFEST).read_text()
    assert "Dora" not in written
    assert "+44" not in written
    assert KEY not in written
    raw = copy.database.read_bytes()
    assert b"+447700900101" not in raw
    assert sorted(p.name for p in copy.folder.iterdir()) == [MANIFEST, "playbook.db"]
    assert copy.database.stat().st_mode & 0o077 == 0


def test_every_value_of_every_table_is_the_same(city: City, folder: Path) -> None:
    make_copy(engine_of(city), ["f"], folder, city.now, 3)
    engine = make_engine(f"sqlite:///{newest_copy(folder).database}")
    different = {}
    with make_sessions(engine)() as there, city.wiring.sessions() as here:
        for table in Base.metadata.tables.values():
            rows = [
                sorted(map(repr, session.execute(select(table)).all())) for session in (here, there)
            ]
            if rows[0] != rows[1]:
                different[table.name] = rows
    engine.dispose()
    assert different == {}


def test_the_oldest_copies_go(city: City, folder: Path) -> None:
    for minutes in range(5):
        now = city.now + timedelta(minutes=minutes)
        make_copy(engine_of(city), ["f"], folder, now, 3)
    assert len(copies(folder)) == 3
    assert newest_copy(folder).manifest.made == city.now + timedelta(minutes=4)


def test_two_copies_of_one_second_are_two(city: City, folder: Path) -> None:
    for _ in range(2):
        make_copy(engine_of(city), ["f"], folder, city.now, 3)
    assert [path.name for path in copies(folder)] == ["20260314T021000Z-2", "20260314T021000Z"]


def test_a_copy_that_breaks_leaves_nothing_and_drops_none(city: City, folder: Path) -> None:
    make_copy(engine_of(city), ["f"], folder, city.now, 1)
    before = sorted(folder.iterdir())
    empty = make_engine(f"sqlite:///{folder.parent / 'empty.db'}")  # a database without tables
    with pytest.raises(sqlite3.OperationalError):
        make_copy(empty, ["f"], folder, city.now, 1)
    empty.dispose()
    assert sorted(folder.iterdir()) == before


def test_a_copy_is_proven_by_a_process_that_really_starts(
    city: City, copied: Path, second: Callable[..., Result], folder: Path
) -> None:
    result = second("prove", str(folder))
    assert result.exit_code == 0, result.output
    assert "Its pages answer: sign-in and health." in result.output
    assert "Proven:" in result.output
    assert newest_copy(folder).proven_at is not None
    assert not (copied / "playbook.db-wal").exists()


def test_wrong_keys_prove_nothing(
    city: City, copied: Path, second: Callable[..., Result], folder: Path
) -> None:
    bring_keys(folder, Fernet.generate_key().decode())
    result = second("prove", str(folder), "--json")
    assert result.exit_code == exits.NOT_PROVEN
    assert "not those that the copy was written with" in result.output
    assert not (copied / PROOF).exists()
    (folder / "keys" / "encryption.keys").unlink()
    result = second("prove", str(folder))
    assert "There are no keys at hand" in result.output
    bring_keys(folder, "nonsense")
    assert second("prove", str(folder)).exit_code == exits.NOT_READY


def test_keys_that_claim_to_fit_and_do_not_open_are_found_out(
    city: City, copied: Path, second: Callable[..., Result], folder: Path
) -> None:
    wrong = Fernet.generate_key().decode()
    bring_keys(folder, wrong)
    change_manifest(copied, keys=list(Keyring([wrong]).fingerprints))
    result = second("prove", str(folder))
    assert result.exit_code == exits.NOT_PROVEN
    assert "do not open what is encrypted" in result.output


def change_manifest(copy: Path, **facts: object) -> None:
    path = copy / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_copy_is_not_proven(
    city: City, copied: Path, second: Callable[..., Result], folder: Path, damage: str
) -> None:
    file = copied / "playbook.db"
    raw = bytearray(file.read_bytes())
    if damage == "gone":
        file.unlink()
    else:
        raw[len(raw) // 2] ^= 0xFF
        file.write_bytes(raw[: len(raw) // 2] if damage == "cut" else raw)
    result = second("prove", str(folder))
    assert result.exit_code == exits.NOT_PROVEN
    assert "Traceback" not in result.output
    assert second("take-over", str(folder), "--first-machine", "off").exit_code == exits.REFUSED


def test_a_copy_of_a_newer_program_asks_for_an_update(
    city: City, copied: Path, second: Callable[..., Result], folder: Path
) -> None:
    change_manifest(copied, schema="9999")
    result = second("prove", str(folder))
    assert result.exit_code == exits.NOT_PROVEN
    assert "Update this machine" in result.output


def test_a_log_that_was_changed_in_the_copy_is_found_out(
    city: City, copied: Path, second: Callable[..., Result], folder: Path
) -> None:
    with sqlite3.connect(copied / "playbook.db") as database:
        database.execute("UPDATE log_entry SET kind = 'nothing' WHERE position = 2")
    database.close()
    change_manifest(copied, sha256=digest_of(copied / "playbook.db"))
    result = second("prove", str(folder))
    assert result.exit_code == exits.NOT_PROVEN
    assert "The chain of its log does not hold." in result.output


def test_without_a_copy_the_command_says_what_to_do(
    second: Callable[..., Result], folder: Path
) -> None:
    folder.mkdir()
    result = second("prove", str(folder))
    assert result.exit_code == exits.REFUSED
    assert "playbook standby copy" in result.output
    (folder / "20260101T000000Z").mkdir()
    (folder / "20260101T000000Z" / MANIFEST).write_text("{")
    assert second("prove", str(folder)).exit_code == exits.REFUSED


def test_the_second_machine_takes_over(
    city: City, copied: Path, second: Callable[..., Result], folder: Path, tmp_path: Path
) -> None:
    result = second("take-over", str(folder), input="off\n")
    assert result.exit_code == 0, result.output
    assert "was made" in result.output
    assert "1 incidents were running" in result.output
    assert (tmp_path / "second" / "keys" / "encryption.keys").read_text().strip() == KEY
    assert names(live(tmp_path))[0] == "Dan Deputy"
    engine = make_engine(f"sqlite:///{live(tmp_path)}")
    with using(Keyring([KEY])), make_sessions(engine)() as session:
        kinds = list(session.scalars(select(LogEntry.kind)))
        assert kinds[-1] == "standby.taken-over"
    engine.dispose()
    assert list((tmp_path / "second").glob(".taking-*")) == []


@pytest.mark.parametrize("said", ["", "yes", "on"])
def test_nobody_takes_over_without_saying_that_the_first_machine_is_off(
    city: City, copied: Path, second: Callable[..., Result], folder: Path, tmp_path: Path, said: str
) -> None:
    result = second("take-over", str(folder), input=f"{said}\n")
    assert result.exit_code == exits.REFUSED
    assert "Is the first machine really off" in result.output
    assert not live(tmp_path).exists()
    assert not (tmp_path / "second" / "keys" / "encryption.keys").exists()


def test_what_was_leaving_rests_unknown(
    city: City, second: Callable[..., Result], folder: Path, tmp_path: Path
) -> None:
    with city.wiring.transaction() as session:
        sent = session.scalars(select(Delivery.id).order_by(Delivery.id)).first()
        session.execute(
            update(Delivery)
            .where(Delivery.id == sent)
            .values(
                state="sending", lease_owner="first", lease_until=city.now + timedelta(days=9999)
            )
        )
    make_copy(engine_of(city), Keyring([KEY]).fingerprints, folder, city.now, 3)
    bring_keys(folder, KEY)
    result = second("take-over", str(folder), "--first-machine", "off")
    assert "1 messages were leaving" in result.output
    with sqlite3.connect(live(tmp_path)) as database:
        states = database.execute("SELECT state FROM delivery WHERE id = ?", (sent,)).fetchall()
    database.close()
    assert states == [("unknown",)]


def test_newer_data_is_never_lost(
    city: City, copied: Path, second: Callable[..., Result], folder: Path, tmp_path: Path
) -> None:
    assert second("take-over", str(folder), "--first-machine", "off").exit_code == 0
    # It has written since: its own entry about taking over is newer than the copy.
    before = live(tmp_path).read_bytes()
    result = second("take-over", str(folder), "--first-machine", "off")
    assert result.exit_code == exits.REFUSED
    assert "newer data" in result.output
    assert live(tmp_path).read_bytes() == before
    result = second("take-over", str(folder), "--first-machine", "off", "--replace")
    assert result.exit_code == 0, result.output
    [kept] = (tmp_path / "second").glob("playbook.db.before-*")
    assert names(kept)[0] == "Dan Deputy"


def test_a_running_engine_here_is_in_the_way(
    city: City, copied: Path, second: Callable[..., Result], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    lock = FileLock(Path(f"{live(tmp_path)}.engine"))
    assert lock.take()
    result = second("take-over", str(folder), "--first-machine", "off")
    lock.release()
    assert result.exit_code == exits.REFUSED
    assert "An engine runs on this machine" in result.output


def test_onto_postgresql_nobody_takes_over(
    city: City, copied: Path, second: Callable[..., Result], folder: Path, monkeypatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/d")
    result = second("take-over", str(folder), "--first-machine", "off")
    assert result.exit_code == exits.NOT_READY


def test_watching_goes_on_after_a_round_that_failed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = []
    stop = threading.Event()

    def make(where: Path, keep: int) -> None:
        rounds.append(keep)
        if len(rounds) == 3:
            stop.set()
        raise OSError("disk full: +447700900101")

    monkeypatch.setattr(standby, "make", make)
    standby.watch(folder, 2, 0.0, stop)
    assert rounds == [2, 2, 2]
    said = capsys.readouterr().err
    assert said.count("This round failed: OSError.") == 3
    assert "+44" not in said


def test_watch_copies_and_proves_until_it_is_asked_to_end(
    city: City, database, folder: Path, tmp_path: Path
) -> None:
    bring_keys(folder, KEY)
    environment = os.environ | {
        "PLAYBOOK_INSTANCE": str(tmp_path / "first"),
        "DATABASE_URL": database.url,
        "ENCRYPTION_KEYS": KEY,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "playbook.cli", "standby", "watch", str(folder), "--every", "1h"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until("a copy is proven", lambda: [*folder.glob(f"*/{PROOF}")], 120.0)
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0, said
    assert "Proven:" in said


@pytest.mark.parametrize("every", ["", "5", "0m", "5d", "soon"])
def test_how_often_is_understood_or_asked_again(second, folder: Path, every: str) -> None:
    assert second("watch", str(folder), "--every", every).exit_code == exits.USAGE


def test_half_an_hour_is_read() -> None:
    assert (standby.seconds_of("30s"), standby.seconds_of("5m"), standby.seconds_of("1h")) == (
        30, 300, 3600,
    )  # fmt: skip
