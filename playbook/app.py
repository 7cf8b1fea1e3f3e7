"""The composition root: settings, keys, database, providers, blueprints. Nothing else builds these."""

from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

from notifications.sender import Sender
from playbook.clock import Clock, SystemClock
from playbook.models.database import (
    engine_options,
    make_engine,
    make_sessions,
    prepare_engine,
)
from playbook.models.keyring import load_or_make_keys, read_or_make_secret, use_keyring
from playbook.services.sending import build_sender
from playbook.settings import Settings
from playbook.wake import SocketWaker
from playbook.web.database import db
from playbook.web.setup import set_up_web
from playbook.wiring import NobodyToWake, Wakes, Wiring

MIGRATIONS = Path(__file__).parent / "models" / "migrations"


def load_keys(settings: Settings) -> None:
    """Load this installation's encryption keys, making them at the first start."""
    use_keyring(
        load_or_make_keys(
            settings.encryption_keys.get_secret_value(), settings.instance_path / "keys"
        )
    )


def make_wiring(
    settings: Settings,
    clock: Clock | None = None,
    sessions: sessionmaker[Session] | None = None,
    waker: Wakes | None = None,
    sender: Sender | None = None,
) -> Wiring:
    """Return the wiring for `settings`; what is given is used, the rest is built."""
    clock = clock or SystemClock()
    sessions = sessions or make_sessions(make_engine(settings.database))
    return Wiring(
        clock=clock,
        settings=settings,
        sessions=sessions,
        sender=sender or build_sender(settings, sessions, clock),
        waker=waker or NobodyToWake(),
    )


def create_app(
    settings: Settings | None = None,
    clock: Clock | None = None,
    waker: Wakes | None = None,
    **overrides: Any,
) -> Flask:
    """Return the web application.

    `overrides` go into Flask's own configuration (tests set TESTING and the like).
    """
    settings = settings or Settings()
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    load_keys(settings)
    app = Flask(
        "playbook.web",
        instance_path=str(settings.instance_path.resolve()),
        static_folder="static",
        template_folder="templates",
    )
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value() or _session_secret(settings),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database),
    )
    app.config.update(overrides)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        wiring = make_wiring(
            settings,
            clock,
            sessions=make_sessions(db.engine),
            waker=waker or SocketWaker(settings.instance_path),
        )
    Migrate(app, db, directory=str(MIGRATIONS))
    set_up_web(app, wiring)
    if settings.trusted_proxies:
        # The sender's address only: links and cookies go by PUBLIC_URL, never by what a stranger's header says.
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.trusted_proxies, 0)  # type: ignore[method-assign]  # Flask's own way
    return app


def _session_secret(settings: Settings) -> str:
    import secrets

    return read_or_make_secret(
        settings.instance_path / "keys" / "session.secret", secrets.token_urlsafe(48)
    )
