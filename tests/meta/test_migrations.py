"""The migrations lead to exactly the tables that the models describe, on both databases."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from playbook.errors import Conflict
from playbook.models import Base, migrate
from playbook.models.database import make_engine


def test_the_history_has_one_head() -> None:
    assert len(migrate.heads()) == 1


def test_upgrading_an_empty_database_gives_the_tables_of_the_models(database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, Base.metadata)
    assert difference == [], 'models and migrations differ; run `make migration m="what changed"`'
    assert migrate.is_current(database.engine)


def test_upgrading_twice_changes_nothing(database) -> None:
    before, after = migrate.upgrade(database.engine)
    assert before == after is not None


def test_two_processes_that_start_at_once_take_turns(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'playbook.db'}"
    outcomes: list[tuple[str | None, str | None]] = []

    def start() -> None:
        engine = make_engine(url)
        outcomes.append(migrate.upgrade(engine))
        engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    head = migrate.heads()[0]
    assert sorted(outcomes, key=str) == [(head, head), (None, head)]


def test_rebuilding_a_table_on_sqlite_keeps_its_children(tmp_path) -> None:
    """SQLite remakes a table to change it; with foreign keys on, that empties its children."""
    engine = make_engine(f"sqlite:///{tmp_path / 'playbook.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(
            text("CREATE TABLE child (parent_id REFERENCES parent (id) ON DELETE CASCADE)")
        )
        connection.execute(text("INSERT INTO parent VALUES (1)"))
        connection.execute(text("INSERT INTO child VALUES (1)"))
    with engine.connect() as connection, migrate._foreign_keys_off(connection), connection.begin():
        connection.execute(text("ALTER TABLE parent RENAME TO old"))
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO parent SELECT id FROM old"))
        connection.execute(text("DROP TABLE old"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM child")) == 1
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    engine.dispose()


def test_a_migration_that_breaks_references_is_refused(tmp_path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'playbook.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (parent_id REFERENCES parent (id))"))
    with engine.connect() as connection, migrate._foreign_keys_off(connection), connection.begin():
        connection.execute(text("INSERT INTO child VALUES (7)"))
        with pytest.raises(Conflict, match="child"):
            migrate._check_foreign_keys(connection)
        connection.rollback()
    engine.dispose()


def test_every_table_has_a_primary_key(database) -> None:
    inspector = inspect(database.engine)
    for table in Base.metadata.tables:
        assert inspector.get_pk_constraint(table)["constrained_columns"], table
