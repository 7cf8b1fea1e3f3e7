"""How Alembic meets our tables: through a connection it is given, else through the settings."""

from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from playbook.models import Base
from playbook.models.database import make_engine
from playbook.settings import Settings


def plain_types(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Write our own column types as what the database stores.

    So no old migration ever imports new code.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def nothing_empty(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Write no migration that would do nothing."""
    operations = directives[0].upgrade_ops if directives else None
    if operations is not None and operations.is_empty():
        directives[:] = []


def run(connection: Connection) -> None:
    """Run whatever command Alembic was given."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=plain_types,
        process_revision_directives=nothing_empty,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = make_engine(Settings().database)
    with engine.connect() as own:
        run(own)
    engine.dispose()
