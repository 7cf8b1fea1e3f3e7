"""A night on a simulated clock: the real ticks run, and people answer, confirm and are phoned as their seed says."""

import heapq
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.clock import SimulatedClock
from playbook.domain.response.rehearsal import (
    Behaviour,
    Confirming,
    behaviour,
    confirming,
    prompt,
)
from playbook.jobs import dispatch, escalation
from playbook.models import (
    Activation,
    Announcement,
    AnnouncementPerson,
    Delivery,
    RoleCall,
    RoleCallState,
    Rung,
    SimulatedMessage,
    User,
)
from playbook.services.response.acknowledging import told_by_hand
from playbook.services.response.answer_links import confirm_read
from playbook.services.response.simulation import write
from playbook.wiring import Wiring

RUNNING = (RoleCallState.WAITING, RoleCallState.CALLING)
#: After how long somebody of the cell has made a phone call that was asked for.
PHONED_AFTER = timedelta(minutes=4)
_LINK = re.compile(r"/a/(\S+)")
_ANNOUNCEMENT = "announcement:"


@dataclass(order=True)
class _Due:
    """Something that will be done at `at`."""

    at: datetime
    order: int
    act: Callable[[], None] = field(compare=False)


class Night:
    """Lets time pass: what is due is done, the ticks run, and whoever got a message does as is their manner."""

    def __init__(self, wiring: Wiring, seed: int) -> None:
        if not isinstance(wiring.clock, SimulatedClock):
            raise TypeError("An exercise runs on a simulated clock.")
        self.wiring = wiring
        self.clock = wiring.clock
        self.settings = wiring.settings
        self.seed = seed
        self.activation_id = 0
        self._due: list[_Due] = []
        self._order = itertools.count()
        self._seen = 0
        #: People who read nothing at the moment: a wrong number, or called from paper.
        self._deaf: set[int] = set()
        self._prompt: set[int] = set()
        self._confirming: set[int] = set()
        self._phoned: set[int] = set()

    def schedule(self, at: datetime, act: Callable[[], None]) -> None:
        """Let `act` be done at `at`; at the same moment in the order given."""
        heapq.heappush(self._due, _Due(at, next(self._order), act))

    def deafen(self, person_id: int) -> None:
        """No message reaches this person from now on."""
        self._deaf.add(person_id)

    def hears(self, person_id: int) -> None:
        """Messages reach this person again, and they answer at once."""
        self._deaf.discard(person_id)
        self._prompt.add(person_id)

    def coordinator(self, session: Session) -> User:
        """Return who coordinates the exercise."""
        return session.scalars(select(User).order_by(User.id).limit(1)).one()

    def pass_time(
        self,
        until: datetime,
        step: Callable[[], None] = lambda: None,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        """Let time pass until `until`, or until nothing is due any more.

        `settled` is called whenever everything is done that is due at an instant, and may schedule more.
        """
        self._settle()
        settled()
        while (due := self._next_due()) is not None and due <= until:
            self.clock.move_to(max(due, self.clock.now()))
            self._do_what_is_due()
            self._settle()
            settled()
            step()

    def calling(self) -> bool:
        """Whether any role is still being called, or will be."""
        with self.wiring.sessions() as session:
            return bool(
                session.scalar(
                    select(RoleCall.id)
                    .where(
                        RoleCall.activation_id == self.activation_id, RoleCall.state.in_(RUNNING)
                    )
                    .limit(1)
                )
            )

    def _do_what_is_due(self) -> None:
        while self._due and self._due[0].at <= self.clock.now():
            heapq.heappop(self._due).act()

    def _settle(self) -> None:
        """Run the ticks until there is nothing to do at this instant, and plan what comes of what arrived."""
        now = self.clock.now()
        while True:
            climbed = escalation.run(self.wiring, now)
            sent = dispatch.run(self.wiring, now)
            if not (climbed["steps"] or climbed["notices"] or any(sent.values())):
                break
        with self.wiring.sessions() as session:
            last = session.scalar(select(func.max(SimulatedMessage.id))) or 0
            if last > self._seen:
                self._plan_answers(session)
                self._plan_confirmations(session)
                self._seen = last
            self._plan_calls(session)

    def _plan_answers(self, session: Session) -> None:
        arrived = session.execute(
            select(SimulatedMessage.id, SimulatedMessage.at, Rung)
            .join(Delivery, Delivery.attempt_token == SimulatedMessage.attempt_token)
            .join(Rung, Delivery.rung_id == Rung.id)
            .where(SimulatedMessage.id > self._seen, SimulatedMessage.channel == "sms")
            .order_by(SimulatedMessage.id)
        )
        for message_id, at, rung in arrived.tuples():
            what = self._behaviour(rung)
            if what.answers:
                act = self._writing(message_id, rung.person_id, what.text)
                self.schedule(at + what.after, act)

    def _behaviour(self, rung: Rung) -> Behaviour:
        within = timedelta(seconds=rung.acknowledge_seconds)
        if rung.person_id in self._prompt:
            return prompt(within)
        return behaviour(self.seed, rung.person_id, within)

    def _writing(self, message_id: int, person_id: int, text: str) -> Callable[[], None]:
        """Return the act of answering a text; whoever has become deaf meanwhile has never read it."""

        def act() -> None:
            if person_id in self._deaf:
                return
            with self.wiring.transaction() as session:
                shown = session.get_one(SimulatedMessage, message_id)
                write(session, shown, text, self.clock.now(), self.settings)

        return act

    def _plan_confirmations(self, session: Session) -> None:
        """Let people confirm a change once, whichever of the ways of telling has reached them first."""
        arrived = session.execute(
            select(SimulatedMessage, Delivery.key, Delivery.person_id)
            .join(Delivery, Delivery.attempt_token == SimulatedMessage.attempt_token)
            .where(
                SimulatedMessage.id > self._seen,
                Delivery.key.startswith(_ANNOUNCEMENT, autoescape=True),
            )
            .order_by(SimulatedMessage.id)
        )
        ended = self._ended(session)
        for shown, key, person_id in arrived.tuples():
            told = session.scalar(
                select(AnnouncementPerson).where(
                    AnnouncementPerson.announcement_id == int(key.split(":")[1]),
                    AnnouncementPerson.person_id == person_id,
                    AnnouncementPerson.asks,
                    AnnouncementPerson.acknowledged_at.is_(None),
                )
            )
            if told is None or told.id in self._confirming:
                continue
            self._confirming.add(told.id)
            manner, after = confirming(self.seed, told.person_id)
            if manner is Confirming.SILENT:
                continue
            # While an incident runs a digit is an answer to the call: only the link confirms nothing but the change.
            if manner is Confirming.TEXT and shown.channel == "sms" and ended:
                self.schedule(shown.at + after, self._writing(shown.id, told.person_id, "1"))
            elif link := _LINK.search(shown.body):
                self.schedule(shown.at + after, self._opening(link[1], told.person_id))

    def _ended(self, session: Session) -> bool:
        activation = session.get(Activation, self.activation_id)
        return activation is not None and activation.ended_at is not None

    def _opening(self, token: str, person_id: int) -> Callable[[], None]:
        """Return the act of confirming on the page that a link opens."""

        def act() -> None:
            if person_id not in self._deaf:
                with self.wiring.transaction() as session:
                    confirm_read(session, token, self.clock.now(), self.settings.public_url)

        return act

    def _plan_calls(self, session: Session) -> None:
        """Somebody of the cell phones whoever can only be told so."""
        told = session.scalars(
            select(AnnouncementPerson.id)
            .join(Announcement)
            .where(
                Announcement.activation_id == self.activation_id,
                AnnouncementPerson.by_phone,
                AnnouncementPerson.acknowledged_at.is_(None),
            )
            .order_by(AnnouncementPerson.id)
        ).all()
        for told_id in told:
            if told_id not in self._phoned:
                self._phoned.add(told_id)
                self.schedule(self.clock.now() + PHONED_AFTER, self._phoning(told_id))

    def _phoning(self, told_id: int) -> Callable[[], None]:
        def act() -> None:
            with self.wiring.transaction() as session:
                user = self.coordinator(session)
                told_by_hand(session, self.activation_id, told_id, user, self.clock.now())

        return act

    def _next_due(self) -> datetime | None:
        """Return when something happens next: a ladder, a message's retry, a silence, somebody's act."""
        with self.wiring.sessions() as session:
            candidates = [
                session.scalar(
                    select(func.min(RoleCall.next_due_at)).where(RoleCall.state.in_(RUNNING))
                ),
                session.scalar(
                    select(func.min(Delivery.not_before)).where(Delivery.state == "queued")
                ),
                session.scalar(
                    select(func.min(AnnouncementPerson.next_due_at)).where(
                        AnnouncementPerson.acknowledged_at.is_(None)
                    )
                ),
            ]
        if self._due:
            candidates.append(self._due[0].at)
        known = [due for due in candidates if due is not None]
        return min(known) if known else None
