"""A migrated database per worker and kind, and how it is emptied between tests."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from playbook.models import Base
from playbook.models.database import make_engine
from playbook.models.migrate import upgrade
from tests.support import postgres

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
KINDS = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class Database:
    """A database at the newest schema, without rows."""

    kind: str
    url: str
    engine: Engine

    def empty(self) -> None:
        """Delete every row of every table.

        Foreign keys are not looked at meanwhile, so the order does not matter. Both pragmas work
        outside a transaction only, or for one only; hence the driver's own connection.
        """
        deletes = [f'DELETE FROM "{name}"' for name in Base.metadata.tables]
        pooled = self.engine.raw_connection()
        try:
            cursor = pooled.cursor()
            if self.kind == SQLITE:
                before = ["PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"]
                after = ["COMMIT", "PRAGMA foreign_keys = ON"]
            else:
                before, after = ["SET LOCAL session_replication_role = replica"], []
            if self.kind == SQLITE:
                for statement in [*before, *deletes, *after]:
                    cursor.execute(statement)
            else:
                cursor.execute("; ".join([*before, *deletes, *after]))
                pooled.commit()
            cursor.close()
        finally:
            pooled.close()


def create(kind: str, worker: str, folder: Path, home: Path) -> Database:
    """Make and migrate the database of `worker`; raises `postgres.NoPostgres` if it cannot."""
    url = _sqlite(folder) if kind == SQLITE else _postgresql(worker, home)
    engine = make_engine(url)
    upgrade(engine)
    return Database(kind, url, engine)


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'playbook.db'}"


def _postgresql(worker: str, home: Path) -> str:
    server = postgres.server_url(home)
    name = f"playbook_{worker}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return server.replace("/postgres?", f"/{name}?", 1)
