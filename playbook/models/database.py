"""Engines and sessions: the same rules on SQLite and on PostgreSQL.

On SQLite a transaction says at its start whether it will write. One that starts as a reader and then writes fails at
once when somebody else wrote meanwhile ("database is locked", whatever the timeout), so writers begin IMMEDIATE.
Writing is the default; pages that only read say so with `reading()`.
"""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

_begin: ContextVar[str] = ContextVar("begin", default="BEGIN IMMEDIATE")


@contextmanager
def reading() -> Iterator[None]:
    """Within this block, new transactions only read."""
    token = _begin.set("BEGIN DEFERRED")
    try:
        yield
    finally:
        _begin.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Within this block, new transactions write, even inside `reading()`."""
    token = _begin.set("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        _begin.reset(token)


def begin_reading() -> None:
    """From here on, in this thread, transactions only read (a web request knows no enclosing block)."""
    _begin.set("BEGIN DEFERRED")


def begin_writing() -> None:
    """From here on, in this thread, transactions may write: the default."""
    _begin.set("BEGIN IMMEDIATE")


def prepare_engine(engine: Engine) -> None:
    """Set the events that every engine of ours needs; harmless twice."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _on_connect):
        _make_private(engine.url.database or "")
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)


def _make_private(path: str) -> None:
    """Make the file of a new database readable by its owner only; SQLite gives its log the same mode.

    A folder that is not there is complained about when somebody connects.
    """
    if path and path != ":memory:":
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 15000")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql(_begin.get())


def engine_options(url: str) -> dict[str, Any]:
    """Return what every engine of ours is made with; an error never quotes the values of a statement."""
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("postgresql"):
        options["pool_pre_ping"] = True
    return options


def make_engine(url: str) -> Engine:
    """Return an engine for `url` with our rules set."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Return a session factory; objects stay readable after commit, because `now` does not move."""
    return sessionmaker(engine, expire_on_commit=False)
