"""One engine per database."""

import pytest
from sqlalchemy import text

from playbook.jobs.lock import lock_for
from playbook.models.database import make_engine


def test_only_one_holds_the_lock(database) -> None:
    first, second = lock_for(database.engine), lock_for(database.engine)
    assert first.take()
    assert not second.take()
    assert first.held()
    assert not second.held()
    first.release()
    assert not first.held()
    assert second.take()
    second.release()


def test_releasing_twice_is_harmless(database) -> None:
    lock = lock_for(database.engine)
    lock.take()
    lock.release()
    lock.release()
    assert not lock.held()


@pytest.mark.only_on("postgresql")
def test_a_database_that_restarted_has_forgotten_the_lock(database) -> None:
    own = make_engine(database.url)
    lock = lock_for(own)
    assert lock.take()
    with database.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks "
                "WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    assert not lock.held()
    lock.release()
    own.dispose()
