"""A whole call-out on a simulated clock: the real services, ticks and texts, in a database that is thrown away."""

import heapq
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.clock import SimulatedClock
from playbook.domain.response.rehearsal import Behaviour, behaviour
from playbook.errors import BadInput
from playbook.jobs import dispatch, escalation
from playbook.models import (
    Activation,
    ActivationKind,
    Delivery,
    PlaybookVersion,
    RoleCall,
    RoleCallState,
    Rung,
    SimulatedMessage,
    User,
)
from playbook.models.database import make_engine, make_sessions
from playbook.models.keyring import use_keyring
from playbook.models.migrate import upgrade
from playbook.services.log import seal_entries
from playbook.services.preparedness.publishing import publish_folder
from playbook.services.preparedness.sample_city import load_sample_city
from playbook.services.response.activation import Request, activate
from playbook.services.response.simulation import write
from playbook.services.sending import build_sender
from playbook.services.users import create_user
from playbook.settings import Settings
from playbook.wiring import Wiring

#: The coordinator of every exercise. Nobody real.
COORDINATOR = "Exercise coordinator"
#: The clock never jumps further than this while something may be due.
LONGEST_STEP = timedelta(minutes=5)


@dataclass(order=True)
class _Answer:
    """An answer that will come at `at`."""

    at: datetime
    order: int
    message_id: int = field(compare=False)
    text: str = field(compare=False)


@contextmanager
def throw_away_installation(start: datetime, fresh_key: str) -> Iterator[Wiring]:
    """Give a wiring over a new database, with keys of its own, that nothing real can be reached from."""
    from playbook.models.keyring import Keyring

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
        sessions, clock = make_sessions(engine), SimulatedClock(start)
        sender = build_sender(settings, sessions, clock)
        try:
            yield Wiring(clock, settings, sessions, sender)
        finally:
            sender.close()
            engine.dispose()


class Rehearsal:
    """One exercise under way: activate, let time pass, let people behave as their seed says."""

    def __init__(self, wiring: Wiring, seed: int) -> None:
        if not isinstance(wiring.clock, SimulatedClock):
            raise TypeError("An exercise runs on a simulated clock.")
        self.wiring = wiring
        self.clock = wiring.clock
        self.seed = seed
        self.activation_id = 0
        self._answers: list[_Answer] = []
        self._order = itertools.count()
        self._seen = 0

    def prepare(self, starter: Path) -> None:
        """Publish the playbook in `starter` and fill the sample city."""
        with self.wiring.transaction() as session:
            now = self.clock.now()
            create_user(session, "exercise@example.org", COORDINATOR, ["coordinator"], None, now)
            publish_folder(session, starter, "Exercise", now, "")
            load_sample_city(session, now)

    def activate(self, level: str) -> None:
        """Activate the playbook as an exercise."""
        with self.wiring.transaction() as session:
            version = session.scalars(
                select(PlaybookVersion)
                .where(PlaybookVersion.activatable)
                .order_by(PlaybookVersion.id.desc())
            ).first()
            if version is None:
                raise BadInput("This playbook is a base for others and cannot be activated.")
            user = session.scalars(select(User)).first()
            now = self.clock.now()
            request = Request(
                "exercise", version.id, level, ActivationKind.EXERCISE, version.title, now
            )
            made = activate(session, request, self.wiring.settings, user, now)
            self.activation_id = made.id

    def run(self, longest: timedelta, step: Callable[[], None] = lambda: None) -> None:
        """Let time pass until every role is answered or owned and nobody has anything left to say."""
        end = self.clock.now() + longest
        self._settle()
        while self.clock.now() < end:
            due = self._next_due()
            if due is None:
                break
            self.clock.move_to(max(due, self.clock.now()))
            self._say_what_is_due()
            self._settle()
            step()
        with self.wiring.transaction() as session:
            while seal_entries(session):
                session.flush()

    def _settle(self) -> None:
        """Run the ticks until there is nothing to do at this instant, and plan the answers to what arrived."""
        now = self.clock.now()
        while escalation.run(self.wiring, now).get("steps") or sum(
            dispatch.run(self.wiring, now).values()
        ):
            pass
        self._plan_answers()

    def _plan_answers(self) -> None:
        with self.wiring.sessions() as session:
            arrived = session.execute(
                select(SimulatedMessage.id, SimulatedMessage.at, Rung)
                .join(Delivery, Delivery.attempt_token == SimulatedMessage.attempt_token)
                .join(Rung, Delivery.rung_id == Rung.id)
                .where(SimulatedMessage.id > self._seen, SimulatedMessage.channel == "sms")
                .order_by(SimulatedMessage.id)
            ).all()
            self._seen = session.scalar(select(func.max(SimulatedMessage.id))) or 0
        for message_id, at, rung in arrived:
            what = self._behaviour(rung)
            if what.answers:
                answer = _Answer(at + what.after, next(self._order), message_id, what.text)
                heapq.heappush(self._answers, answer)

    def _behaviour(self, rung: Rung) -> Behaviour:
        within = timedelta(seconds=rung.acknowledge_seconds)
        return behaviour(self.seed, rung.person_id, within)

    def _say_what_is_due(self) -> None:
        while self._answers and self._answers[0].at <= self.clock.now():
            answer = heapq.heappop(self._answers)
            with self.wiring.transaction() as session:
                shown = session.get_one(SimulatedMessage, answer.message_id)
                write(
                    session,
                    shown,
                    answer.text,
                    self.clock.now(),
                    self.wiring.settings,
                )

    def _next_due(self) -> datetime | None:
        """Return when something happens next: a rung's time, a message's retry, somebody's answer."""
        with self.wiring.sessions() as session:
            candidates = [_first_role_due(session), _first_delivery_due(session)]
        if self._answers:
            candidates.append(self._answers[0].at)
        known = [due for due in candidates if due is not None]
        return min(known) if known else None

    def unowned(self) -> list[str]:
        """Return the roles that ended neither answered nor owned by a named human."""
        with self.wiring.sessions() as session:
            roles = session.scalars(
                select(RoleCall).where(RoleCall.activation_id == self.activation_id)
            ).all()
        return [
            r.role
            for r in roles
            if r.state != RoleCallState.ANSWERED
            and not (r.state == RoleCallState.OWNED and r.owner_name)
        ]

    def activation(self, session: Session) -> Activation:
        """Return the exercise's activation."""
        return session.get_one(Activation, self.activation_id)


def _first_role_due(session: Session) -> datetime | None:
    return session.scalar(
        select(RoleCall.next_due_at)
        .where(
            RoleCall.next_due_at.is_not(None),
            RoleCall.state.in_([RoleCallState.WAITING, RoleCallState.CALLING]),
        )
        .order_by(RoleCall.next_due_at)
        .limit(1)
    )


def _first_delivery_due(session: Session) -> datetime | None:
    return session.scalar(
        select(Delivery.not_before)
        .where(Delivery.state == "queued")
        .order_by(Delivery.not_before)
        .limit(1)
    )
