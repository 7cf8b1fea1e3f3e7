"""Applications that differ from the usual one in a setting."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from playbook.app import create_app
from playbook.clock import SimulatedClock
from playbook.settings import Settings
from playbook.web.database import db
from playbook.wiring import NobodyToWake


@pytest.fixture
def make_app(
    settings: Settings, clock: SimulatedClock, sessions: sessionmaker[Session]
) -> Iterator[Callable[..., Flask]]:
    """`make_app(RATELIMIT_ENABLED=True, public_url="https://…")`: capitals are Flask's settings, the rest ours."""
    made = []

    def make(**facts: Any) -> Flask:
        flask = {name: value for name, value in facts.items() if name.isupper()}
        usual = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
        changes = {name: value for name, value in facts.items() if not name.isupper()}
        app = create_app(
            settings.model_copy(update=changes), clock, NobodyToWake(), **(usual | flask)
        )
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
