"""What a process of its own does before a story kills it."""

import os
import time
from datetime import UTC, datetime

from sqlalchemy import select

from notifications.messages import Message, Outcome
from playbook.clock import SimulatedClock
from playbook.models import Activation, ActivationKind, PlaybookVersion, User
from playbook.models.database import make_engine, make_sessions
from playbook.models.keyring import Keyring, use_keyring
from playbook.services.response import changes, dispatch
from playbook.services.response.activation import Request, activate
from playbook.settings import Settings
from playbook.wiring import Wiring


class NeverReturns:
    """A provider that has taken the request and does not answer."""

    def send_many(self, batch: list[Message]) -> list[Outcome]:
        print("in flight", len(batch), flush=True)
        time.sleep(60)
        raise AssertionError("The story should have killed this process.")


def make(url: str, at: str) -> Wiring:
    key = os.environ["STORY_KEY"]
    use_keyring(Keyring([key]))
    return Wiring(
        SimulatedClock(datetime.fromtimestamp(float(at), UTC)),
        Settings(database_url=url, encryption_keys=key),
        make_sessions(make_engine(url)),
        NeverReturns(),
    )


def confirm(url: str, at: str) -> None:
    wiring = make(url, at)
    now = wiring.clock.now()
    with wiring.transaction() as session:
        version = session.scalars(select(PlaybookVersion)).one()
        user = session.scalars(select(User)).one()
        request = Request("killed", version.id, "full", ActivationKind.REAL, "Killed", now)
        activate(session, request, wiring.settings, user, now)


def send_and_hang(url: str, at: str) -> None:
    wiring = make(url, at)
    dispatch.run_batch(wiring, wiring.clock.now())


def alarm(url: str, at: str) -> None:
    """Call it a false alarm and hang just before the commit."""
    wiring = make(url, at)
    now = wiring.clock.now()
    with wiring.transaction() as session:
        activation = session.scalars(select(Activation)).one()
        user = session.scalars(select(User)).one()
        changes.false_alarm(session, activation.id, "killed", wiring.settings, user, now)
        session.flush()
        print("nothing committed yet", flush=True)
        time.sleep(60)
