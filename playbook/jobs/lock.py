"""One engine per database: a second one waits until the first is gone."""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

#: Any number that nothing else in the same PostgreSQL server uses for an advisory lock.
_LOCK_NUMBER = 706_002_602


class EngineLock(Protocol):
    """The right to run the ticks of one database."""

    def take(self) -> bool:
        """Return whether the right is ours now; never waits."""
        ...

    def held(self) -> bool:
        """Return whether it still is ours; a database that restarted has forgotten it."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


def lock_for(engine: Engine) -> EngineLock:
    """Return the lock that belongs to `engine`'s database."""
    if engine.dialect.name == "postgresql":
        return PostgresLock(engine)
    return FileLock(Path(f"{engine.url.database}.engine"))


class FileLock:
    """A lock on a file beside the SQLite database; the system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def take(self) -> bool:
        """Return whether the right is ours now; never waits."""
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def held(self) -> bool:
        """Return whether it still is ours."""
        return self._file is not None

    def release(self) -> None:
        """Give it back."""
        if self._file is not None:
            self._file.close()
            self._file = None


class PostgresLock:
    """An advisory lock on a connection of its own; the server frees it when the connection ends."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Return whether the right is ours now; never waits."""
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": _LOCK_NUMBER}):
            self._connection = connection
            return True
        connection.close()
        return False

    def held(self) -> bool:
        """Return whether it still is ours; a database that restarted has forgotten it."""
        return self._connection is not None and self._ask(
            lambda connection: connection.scalar(
                text(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :n "
                    "AND pid = pg_backend_pid() AND granted"
                ),
                {"n": _LOCK_NUMBER},
            )
        )

    def release(self) -> None:
        """Give it back."""
        if self._connection is not None:
            self._ask(
                lambda connection: connection.scalar(
                    text("SELECT pg_advisory_unlock(:n)"), {"n": _LOCK_NUMBER}
                )
            )
            self._connection.close()
            self._connection = None

    def _ask(self, question: Callable[[Connection], object]) -> bool:
        if self._connection is None:
            return False
        try:
            return bool(question(self._connection))
        except SQLAlchemyError:
            self._connection.invalidate()
            return False
