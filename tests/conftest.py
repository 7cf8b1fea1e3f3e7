"""The fixtures that tests share; the machinery behind them is in `tests/support/`.

A test that asks for a database runs once on SQLite and once on PostgreSQL. It asks for one of
these:

- `session`: one session inside a transaction that is rolled back. For services and queries.
- `sessions`, `wiring`, `app`, `client`, `signed_in`: real commits; every row is deleted afterwards.
  For whatever opens transactions of its own. Asked for together with one of these, `session` is a
  real session too: commit what the others must see.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.models.database import make_sessions
from playbook.models.keyring import Keyring, use_keyring
from playbook.settings import Settings
from playbook.wiring import Wiring
from tests.support import browser as browsers
from tests.support import databases, people, postgres
from tests.support.application import FOR_TESTS, KEY
from tests.support.databases import Database
from tests.support.machine import HOME, leave_out

pytest_plugins = ["tests.support.plugin"]


@pytest.fixture
def now() -> datetime:
    """Ten past two on a Saturday morning."""
    return datetime(2026, 3, 14, 2, 10, tzinfo=UTC)


@pytest.fixture
def clock(now: datetime) -> SimulatedClock:
    """A clock that stands at `now` until the test moves it."""
    return SimulatedClock(now)


@pytest.fixture(autouse=True)
def keyring() -> Keyring:
    """The keys of encrypted columns, the same for the whole run."""
    ring = Keyring([KEY])
    use_keyring(ring)
    return ring


@pytest.fixture(scope="session")
def _made() -> Iterator[dict[str, Database]]:
    made: dict[str, Database] = {}
    yield made
    for database in made.values():
        database.engine.dispose()


@pytest.fixture(scope="session")
def database(
    engine_kind: str,
    _made: dict[str, Database],
    worker_id: str,
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> Database:
    """This worker's migrated database of the kind that the test runs on."""
    if engine_kind not in _made:
        folder = tmp_path_factory.mktemp("database")
        try:
            _made[engine_kind] = databases.create(
                engine_kind, worker_id, folder, pytestconfig.stash[HOME]
            )
        except postgres.NoPostgres as problem:
            leave_out("PostgreSQL", str(problem))
    return _made[engine_kind]


@pytest.fixture
def sessions(database: Database) -> Iterator[sessionmaker[Session]]:
    """A factory of sessions that really commit; afterwards every row is deleted."""
    yield make_sessions(database.engine)
    database.empty()


@pytest.fixture
def session(request: pytest.FixtureRequest, database: Database) -> Iterator[Session]:
    """A session whose work is rolled back, or a real one beside the fixtures that commit."""
    if "sessions" in request.fixturenames:
        with request.getfixturevalue("sessions")() as real:
            yield real
        return
    with database.engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        ) as inner:
            yield inner
        outer.rollback()


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """An installation of its own: instance folder, database, keys."""
    return Settings(
        playbook_instance=tmp_path / "instance",
        database_url=database.url,
        encryption_keys=KEY,
        secret_key="for tests only",
    )


@pytest.fixture
def wiring(settings: Settings, clock: SimulatedClock, sessions: sessionmaker[Session]) -> Wiring:
    """What ticks and commands are given; messages go to the simulator."""
    from playbook.app import make_wiring

    return make_wiring(settings, clock, sessions)


@pytest.fixture
def app(
    settings: Settings, clock: SimulatedClock, sessions: sessionmaker[Session]
) -> Iterator[Flask]:
    """The web application on the test's database."""
    from playbook.app import create_app
    from playbook.web.database import db
    from playbook.wiring import NobodyToWake

    made = create_app(settings, clock, NobodyToWake(), **FOR_TESTS)
    yield made
    made.extensions["playbook"].sender.close()
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, sessions: sessionmaker[Session]) -> Callable[..., FlaskClient]:
    """`signed_in("coordinator")`: a client signed in as a new user who holds that role."""

    def sign_in(role: str = "coordinator", **facts: Any) -> FlaskClient:
        with sessions.begin() as session:
            user = people.add_user(session, role, **facts)
        return people.client_of(app, user)

    return sign_in


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; per module, because Playwright occupies the thread's event loop meanwhile."""
    with browsers.chromium() as opened:
        yield opened


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address where `app` answers real browsers."""
    with browsers.serving(app) as address:
        yield address


@pytest.fixture
def browser_page(
    browser: Any, live_server: str, signed_in: Callable[..., FlaskClient]
) -> Iterator[Callable[..., Any]]:
    """`browser_page("observer", viewport={...})`: a tab signed in with that role, or with None."""
    contexts = []

    def open_page(role: str | None = "coordinator", **options: Any) -> Any:
        context = browser.new_context(base_url=live_server, **options)
        contexts.append(context)
        if role is not None:
            browsers.take_over(context, signed_in(role), live_server)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
