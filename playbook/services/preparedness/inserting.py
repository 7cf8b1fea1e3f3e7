"""Adding rows that somebody else may be adding at the same moment, on both databases."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from playbook.models import Base


def insert_missing(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, leaving alone those that a unique constraint says are there already."""
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    session.execute(insert.on_conflict_do_nothing(), [dict(row) for row in rows])
