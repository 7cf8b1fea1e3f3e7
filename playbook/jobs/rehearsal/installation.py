"""The installation that an exercise runs in: new, with keys of its own, unable to reach anybody, thrown away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from playbook.clock import SimulatedClock
from playbook.domain.response.rehearsal import BEFORE
from playbook.models.database import make_engine, make_sessions
from playbook.models.keyring import Keyring, use_keyring
from playbook.models.migrate import upgrade
from playbook.services.preparedness.publishing import publish_folder
from playbook.services.preparedness.sample_city import load_sample_city
from playbook.services.sending import build_sender
from playbook.services.users import create_user
from playbook.settings import Settings
from playbook.wiring import Wiring

#: The coordinator of every exercise. Nobody real.
COORDINATOR = "Exercise coordinator"


@contextmanager
def throw_away_installation(start: datetime, fresh_key: str) -> Iterator[Wiring]:
    """Give a wiring over a new database, with keys of its own, that nothing real can be reached from.

    The activation will be at `start`; the clock stands as much earlier as an exercise needs for what comes before.
    """
    with tempfile.TemporaryDirectory(prefix="playbook-exercise-") as folder:
        settings = Settings(
            playbook_instance=Path(folder),
            database_url=f"sqlite:///{folder}/exercise.db",
            encryption_keys=fresh_key,
            sms_provider="simulator",
            email_provider="simulator",
            exercises_reach_real_phones=False,
        )
        use_keyring(Keyring([fresh_key]))
        engine = make_engine(settings.database)
        upgrade(engine)
        sessions, clock = make_sessions(engine), SimulatedClock(start - BEFORE)
        sender = build_sender(settings, sessions, clock)
        try:
            yield Wiring(clock, settings, sessions, sender)
        finally:
            sender.close()
            engine.dispose()


def furnish(wiring: Wiring, starter: Path) -> None:
    """Publish the playbook in `starter`, fill the sample city, let somebody coordinate."""
    with wiring.transaction() as session:
        now = wiring.clock.now()
        create_user(session, "exercise@example.org", COORDINATOR, ["coordinator"], None, now)
        publish_folder(session, starter, "Exercise", now, "")
        load_sample_city(session, now)
