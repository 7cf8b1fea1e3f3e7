"""A throw-away installation on either database, with a fake provider on loopback."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from notifications.fake_twilio import ACCOUNT_SID, AUTH_TOKEN, FROM_NUMBER
from playbook.clock import SystemClock
from playbook.models.database import make_engine, make_sessions
from playbook.models.keyring import Keyring, use_keyring
from playbook.models.migrate import upgrade
from playbook.settings import Settings
from playbook.wake import SocketWaker
from playbook.wiring import Wiring
from tests.support import postgres


@contextmanager
def installation(kind: str, twilio: str, home: Path) -> Iterator[tuple[Wiring, dict[str, str]]]:
    """Give the wiring (nothing is sent from this process) and the environment for an engine beside it."""
    with tempfile.TemporaryDirectory(prefix="playbook-bench-") as folder:
        key = Fernet.generate_key().decode()
        use_keyring(Keyring([key]))
        url = f"sqlite:///{folder}/bench.db" if kind == "sqlite" else _new_postgres(home)
        environment = {
            "PLAYBOOK_INSTANCE": folder,
            "DATABASE_URL": url,
            "ENCRYPTION_KEYS": key,
            "SECRET_KEY": "for benchmarks only",
            "SMS_PROVIDER": "twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM_NUMBER": FROM_NUMBER,
            "TWILIO_API_BASE": twilio,
        }
        settings = Settings(
            playbook_instance=Path(folder),
            database_url=url,
            encryption_keys=key,
            secret_key="for benchmarks only",
        )
        engine = make_engine(settings.database)
        upgrade(engine)
        try:
            yield (
                Wiring(
                    SystemClock(),
                    settings,
                    make_sessions(engine),
                    NothingLeavesHere(),
                    SocketWaker(Path(folder)),
                ),
                environment,
            )
        finally:
            engine.dispose()


class NothingLeavesHere:
    """The engine beside this process sends."""

    def send_many(self, batch: object) -> list[object]:
        raise AssertionError(f"This process must not send: {batch}")


def _new_postgres(home: Path) -> str:
    server: Engine = make_engine(postgres.server_url(home))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bench"))
        connection.execute(text("CREATE DATABASE bench"))
    server.dispose()
    return postgres.server_url(home).replace("/postgres?", "/bench?")
