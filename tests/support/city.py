"""A city on a fast-forwarded clock with fake phones, for stories.

    city.activate("full")
    city.phone("Dora").receives("Duty officer")
    city.fast_forward(minutes=10)
    city.phone("Dan").replies("1")

An unexpected message fails the story: `city.nothing_else()` at its end.
"""

import itertools
from datetime import datetime, timedelta

from sqlalchemy import select

from notifications.messages import Inbound as WireInbound
from playbook.clock import SimulatedClock
from playbook.jobs import dispatch, escalation
from playbook.models import (
    Activation,
    ActivationKind,
    Person,
    RoleCall,
    Rung,
    SimulatedMessage,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.services.response import inbound
from playbook.services.response.activation import Request, activate
from playbook.services.response.context import CallOut
from playbook.wiring import Wiring
from tests.support import harbour
from tests.support.people import add_user

_refs = itertools.count(1)


class Phone:
    """One person's phone and mailbox."""

    def __init__(self, city: "City", name: str, value: str) -> None:
        self.city = city
        self.name = name
        self.value = value
        self.read = 0

    def texts(self) -> list[str]:
        """Everything that ever arrived here, oldest first."""
        index = current_keyring().blind_index(self.value)
        with self.city.wiring.sessions() as session:
            rows = session.scalars(
                select(SimulatedMessage)
                .where(SimulatedMessage.address_index == index)
                .order_by(SimulatedMessage.id)
            )
            return [row.body for row in rows]

    def receives(self, *parts: str) -> str:
        """The next unread message holds every one of `parts`; return it."""
        texts = self.texts()
        assert len(texts) > self.read, f"{self.name} got nothing new; so far: {texts}"
        text = texts[self.read]
        for part in parts:
            assert part in text, f"{self.name} got {text!r}, without {part!r}"
        self.read += 1
        return text

    def silent(self) -> None:
        """Nothing new has arrived."""
        assert self.texts()[self.read :] == [], f"{self.name} got something unexpected"

    def replies(self, body: str, ref: str | None = None) -> None:
        """Send an SMS to the city; `ref` is the provider's id, when a webhook comes again."""
        message = WireInbound(
            "simulator", ref or f"in-{next(_refs)}", self.value, "+447700900000", body
        )
        with self.city.wiring.transaction() as session:
            inbound.receive(session, message, self.city.now, self.city.wiring.settings)
        self.city.run_ticks()


class City:
    """The harbour city, its clock, its phones."""

    def __init__(self, wiring: Wiring, clock: SimulatedClock) -> None:
        self.wiring = wiring
        self.clock = clock
        self.activation_id = 0
        self._phones: dict[str, Phone] = {}
        with wiring.transaction() as session:
            self.version_id = harbour.publish_harbour(session, self.now).id
            harbour.add_people(session)
            self.user_id = add_user(session, "coordinator", name="Cora Coordinator").id

    @property
    def now(self) -> datetime:
        """The present on the city's clock."""
        return self.clock.now()

    def phone(self, first_name: str) -> Phone:
        """The phone of somebody, by first name."""
        return self._device(first_name, 2)

    def mailbox(self, first_name: str) -> Phone:
        """The mailbox of somebody, by first name."""
        return self._device(first_name, 3)

    def _device(self, first_name: str, column: int) -> Phone:
        for row in harbour.PEOPLE:
            if row[0].split()[0] == first_name:
                value = str(row[column])
                return self._phones.setdefault(value, Phone(self, first_name, value))
        raise LookupError(first_name)

    def nothing_else(self) -> None:
        """No phone or mailbox of the city holds anything that the story did not expect."""
        for row in harbour.PEOPLE:
            first = row[0].split()[0]
            self.phone(first).silent()
            self.mailbox(first).silent()

    def activate(
        self, level: str = "full", kind: ActivationKind = ActivationKind.REAL, key: str = ""
    ) -> int:
        """Confirm an activation and let the engine run what is due at once; return its number."""
        request = Request(
            key=key or f"story-{next(_refs)}",
            version_id=self.version_id,
            level=level,
            kind=kind,
            name="Story",
            time_zero=self.now,
        )
        with self.wiring.transaction() as session:
            user = session.get_one(User, self.user_id)
            made = activate(session, request, self.wiring.settings, user, self.now)
            self.activation_id, number = made.id, made.number
        self.run_ticks()
        return number

    def run_ticks(self) -> None:
        """Run the engine's ticks until there is nothing to do at this instant."""
        for _ in range(50):
            worked = escalation.run(self.wiring, self.now).get("steps", 0)
            counts = dispatch.run(self.wiring, self.now)
            if not worked and not any(counts.values()):
                return
        raise AssertionError("The ticks never come to rest.")

    def fast_forward(self, minutes: float) -> None:
        """Let time pass, the engine running every 15 seconds of it."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            self.clock.advance(min(timedelta(seconds=15), end - self.now))
            self.run_ticks()

    def outage(self, minutes: float) -> None:
        """Let time pass with no engine running."""
        self.clock.advance(timedelta(minutes=minutes))

    def role(self, role: str) -> RoleCall:
        """How a role stands in the latest activation."""
        with self.wiring.sessions() as session:
            found = session.scalars(
                select(RoleCall).where(
                    RoleCall.activation_id == self.activation_id, RoleCall.role == role
                )
            ).one()
            if found.answered_by:
                session.refresh(found, ["answered_by"])
            return found

    def rung(self, role: str, first_name: str) -> Rung:
        """How a person stands on a role's ladder."""
        with self.wiring.sessions() as session:
            return session.scalars(
                select(Rung)
                .join(RoleCall, Rung.role_call_id == RoleCall.id)
                .join(Person, Rung.person_id == Person.id)
                .where(
                    RoleCall.activation_id == self.activation_id,
                    RoleCall.role == role,
                    Person.name.like(f"{first_name} %"),
                )
            ).one()

    def call_out(self, session: object) -> CallOut:
        """The latest activation's call-out, in `session`."""
        activation = session.get_one(Activation, self.activation_id)  # type: ignore[attr-defined]
        return CallOut(session, activation, self.now, self.wiring.settings.public_url)  # type: ignore[arg-type]
