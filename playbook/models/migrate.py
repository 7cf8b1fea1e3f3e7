"""Bring a database to the newest schema, and write new migrations.

Works without Flask: `playbook up`, the tests and `make migration` all come through here.
"""

import contextlib
import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from playbook.errors import Conflict
from playbook.models.database import make_engine

MIGRATIONS = Path(__file__).parent / "migrations"
#: Any number that nothing else in the same PostgreSQL server uses for an advisory lock.
_LOCK_NUMBER = 706_002_601


def upgrade(engine: Engine) -> tuple[str | None, str | None]:
    """Bring `engine`'s database to the newest schema and return (revision before, revision after).

    Two processes that start at once take turns; the second finds nothing to do.
    """
    with _one_at_a_time(engine), engine.connect() as connection, _foreign_keys_off(connection):
        before = _revision(connection)
        with connection.begin():
            command.upgrade(_config(connection), "head")
            _check_foreign_keys(connection)
        return before, _revision(connection)


def heads() -> list[str]:
    """Return the newest revisions of the scripts; a healthy tree has exactly one."""
    return list(ScriptDirectory.from_config(_config()).get_heads())


def known_revisions() -> frozenset[str]:
    """Return every revision that this program can bring a database on from."""
    script = ScriptDirectory.from_config(_config())
    return frozenset(revision.revision for revision in script.walk_revisions())


def is_current(engine: Engine) -> bool:
    """Return whether `engine`'s database stands at the newest revision."""
    with engine.connect() as connection:
        return [_revision(connection)] == heads()


def write_revision(message: str, initial: bool = False) -> Path | None:
    """Write the migration from the scripts' state to the models' and return its path.

    Returns None if there is nothing to migrate. `initial` throws the existing scripts away and
    starts again at 0001; only right before the first release. The comparison runs on a throw-away
    SQLite database.
    """
    if initial:
        for old in sorted((MIGRATIONS / "versions").glob("*.py")):
            old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/schema.db")
        upgrade(engine)
        number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
        with engine.connect() as connection:
            script = command.revision(
                _config(connection), message, autogenerate=True, rev_id=f"{number:04d}"
            )
        engine.dispose()
    scripts = script if isinstance(script, list) else [script]
    return next((Path(s.path) for s in scripts if s is not None), None)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    return revision


@contextlib.contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as lock:
            lock.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _LOCK_NUMBER})
            try:
                yield
            finally:
                lock.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _LOCK_NUMBER})
    elif engine.url.database in {None, "", ":memory:"}:
        yield
    else:
        path = Path(f"{engine.url.database}.migrating")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextlib.contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Look away from foreign keys while SQLite rebuilds tables.

    With them on, dropping the old table would delete its children.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("The pool gave a connection without a driver connection.")
    # The pragma is silently ignored inside a transaction, hence the driver's own connection.
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys = ON")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise Conflict(
            "The migration would leave rows of table {table} without what they refer to. "
            "Nothing was changed.",
            table=broken[0],
        )


def _main() -> None:
    import argparse

    parser = argparse.ArgumentParser(description="Write a migration from the models as they stand.")
    parser.add_argument("message", help="what changes, in a few words")
    parser.add_argument(
        "--initial", action="store_true", help="start again at 0001 (only before the first release)"
    )
    arguments = parser.parse_args()
    path = write_revision(arguments.message, initial=arguments.initial)
    print(path if path else "The models and the migrations agree; nothing was written.")


if __name__ == "__main__":
    _main()
