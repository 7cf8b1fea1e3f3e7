"""A consistent copy of a running database as one SQLite file, ciphertext and all: nothing is decrypted on the way.

A second machine then needs nothing but this project, whatever database the first one has.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Engine, LargeBinary, Table, Text, cast, column, select, table
from sqlalchemy.types import TypeDecorator, TypeEngine

from playbook.errors import Conflict
from playbook.models.base import Base, EncryptedText, UTCDateTime
from playbook.models.database import make_engine
from playbook.models.migrate import upgrade

_ROWS = 500


def copy_database(source: Engine, target: Path) -> None:
    """Write everything that `source` holds at one instant to the new SQLite file `target`, while others write on.

    SQLite's own online backup; PostgreSQL table by table from one repeatable-read snapshot. Raises Conflict if what
    was copied does not hold together.
    """
    if source.dialect.name == "sqlite":
        _back_up(source, target)
    else:
        _copy_tables(source, target)
    _close_off(target)


def _back_up(source: Engine, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    pooled = source.raw_connection()
    try:
        with closing(sqlite3.connect(target)) as copy:
            pooled.driver_connection.backup(copy)  # type: ignore[union-attr]  # a connection that is open
    finally:
        pooled.close()


def _copy_tables(source: Engine, target: Path) -> None:
    copy = make_engine(f"sqlite:///{target}")
    try:
        upgrade(copy)
        with (
            source.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            ) as snapshot,
            _without_foreign_keys(copy) as written,
        ):
            for name in Base.metadata.tables:
                _copy_table(snapshot, written, Base.metadata.tables[name])
    finally:
        copy.dispose()


def _copy_table(snapshot: Any, written: Any, of: Table) -> None:
    columns = list(of.columns)
    plain = table(of.name, *[column(c.name, _stored(c)) for c in columns])
    read = select(*[_read(c) for c in columns])
    written.execute(plain.delete())
    rows = snapshot.execution_options(stream_results=True, yield_per=_ROWS).execute(read)
    for some in rows.partitions():
        written.execute(
            plain.insert(),
            [dict(zip((c.name for c in columns), row, strict=True)) for row in some],
        )


def _read(of: Column[Any]) -> Any:
    """Return what is selected for a column: as it is stored, not as the program would read it."""
    plain: Any = column(of.name, _stored(of), _selectable=of.table)
    if isinstance(_inner(of.type), JSON):
        return cast(column(of.name, of.type, _selectable=of.table), Text).label(of.name)
    return plain


def _stored(of: Column[Any]) -> TypeEngine[Any]:
    """Return the type under which a column's stored value goes over unchanged."""
    if isinstance(of.type, UTCDateTime):
        return of.type
    if isinstance(of.type, EncryptedText):
        return LargeBinary()
    inner = _inner(of.type)
    return Text() if isinstance(inner, JSON) else inner


def _inner(of: TypeEngine[Any]) -> TypeEngine[Any]:
    return of.impl_instance if isinstance(of, TypeDecorator) else of


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Any]:
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")  # works outside a transaction only
        with connection.begin():
            yield connection
        driver.execute("PRAGMA foreign_keys = ON")


def _close_off(target: Path) -> None:
    """Leave one file, without a journal beside it, that holds together."""
    with closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        damaged = copy.execute("PRAGMA quick_check").fetchone()[0]
    if broken is not None or damaged != "ok":
        raise Conflict("The copy does not hold together. Nothing was kept of it; check the disk.")


def count_rows(file: Path) -> dict[str, int]:
    """Return table → rows of a copy; raises `sqlite3.DatabaseError` for what is no database."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        names = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        return {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - a name from the file's own list
            for (name,) in sorted(names)
        }


def read_one(file: Path, statement: str) -> Any:
    """Return the first row of `statement` on a copy, opened for reading; None if there is none."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        return copy.execute(statement).fetchone()
