"""Opening this installation from a command: settings, keys, database, sender."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playbook.errors import NotConfigured

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from playbook.settings import Settings
    from playbook.wiring import Wiring


def read_settings() -> Settings:
    """Read the settings and make the instance folder; says which setting is wrong, never its value."""
    from pydantic import ValidationError

    from playbook.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        # No chaining: the original quotes what was given, which may be a secret.
        raise NotConfigured("A setting cannot be used. {wrong}", wrong=wrong) from None
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    return settings


@contextmanager
def open_database(settings: Settings) -> Iterator[Engine]:
    """Load the keys and connect; closed afterwards."""
    from playbook.models.database import make_engine
    from playbook.models.keyring import load_or_make_keys, use_keyring

    keys = settings.encryption_keys.get_secret_value()
    use_keyring(load_or_make_keys(keys, settings.instance_path / "keys"))
    engine = make_engine(settings.database)
    try:
        yield engine
    finally:
        engine.dispose()


def require_schema(engine: Engine) -> None:
    """Refuse to work on a database that is not at the newest schema."""
    from playbook.models.migrate import is_current

    if not is_current(engine):
        raise NotConfigured(
            "The database is not at this version's schema. Run `playbook migrate` first."
        )


@contextmanager
def installation() -> Iterator[Wiring]:
    """Give what services are called with; commits wake a running engine."""
    from playbook.clock import SystemClock
    from playbook.models.database import make_sessions
    from playbook.services.sending import build_sender
    from playbook.wake import SocketWaker
    from playbook.wiring import Wiring

    settings = read_settings()
    with open_database(settings) as engine:
        require_schema(engine)
        clock = SystemClock()
        sessions = make_sessions(engine)
        sender = build_sender(settings, sessions, clock)
        try:
            yield Wiring(clock, settings, sessions, sender, SocketWaker(settings.instance_path))
        finally:
            sender.close()
