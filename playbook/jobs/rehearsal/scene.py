"""What everything that happens in an exercise needs: the night, the playbook, the levels, what was done so far."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.proof import DIGITS
from playbook.domain.response.rehearsal import pick
from playbook.jobs.rehearsal.nights import Night
from playbook.jobs.rehearsal.record import Record
from playbook.models import ContactKind, ContactPoint, Person, RoleHolder, SimulatedMessage
from playbook.services.response.people import contact_for

#: A number that is a code: not a part of a phone number, a link or a longer number.
_CODE = re.compile(rf"(?<![\w+/])\d{{{DIGITS}}}(?![\w])")


class Skipped(Exception):
    """What cannot be walked this time, and why; never an error."""


class NotArrived(Exception):
    """Somebody needs something that should stand on their phone, and it does not; always an error."""


@dataclass
class Scene:
    """One exercise under way."""

    night: Night
    document: Playbook
    #: The level at which it begins, and the one that it rises to; the same where there is no lower one.
    begins_at: str
    level: str
    #: When the playbook is activated.
    starts_at: datetime
    record: Record = field(default_factory=Record)
    #: Whose number is wrong, and who is reached from paper only.
    wrong_number: int | None = None
    on_paper: list[int] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The present on the exercise's clock."""
        return self.night.clock.now()

    @property
    def seed(self) -> int:
        """What tells this exercise from others."""
        return self.night.seed

    def name(self, role: str) -> str:
        """Return what the playbook calls a role, in its own language."""
        return self.document.text(f"roles.{role}.name", self.document.languages.source).text

    def clock_of(self, instant: datetime) -> str:
        """Return the time of day in the city, with its zone."""
        return f"{instant.astimezone(ZoneInfo(self.night.settings.city_time_zone)):%H:%M %Z}"

    def said_at(self, since: datetime | None, place: int) -> datetime:
        """Return a full minute between `since` and now, as somebody would write it on paper."""
        first = (since or self.starts_at).replace(second=0, microsecond=0) + timedelta(minutes=1)
        minutes = max(1, int((self.now - first) / timedelta(minutes=1)))
        [minute] = pick(self.seed, f"said at {place}", range(minutes))
        return first + timedelta(minutes=minute)


def has_message(scene: Scene, message: str) -> None:
    """Raise Skipped where the playbook has no such message."""
    if message not in scene.document.messages:
        raise Skipped("not part of this playbook")


def holders(session: Session, roles: Iterable[str]) -> dict[str, list[Person]]:
    """Return who holds each of `roles` and can be texted, in order; roles of nobody are absent."""
    found: dict[str, list[Person]] = {}
    rows = session.execute(
        select(RoleHolder.role, Person)
        .join(Person, RoleHolder.person_id == Person.id)
        .where(RoleHolder.role.in_(list(roles)))
        .order_by(RoleHolder.role, RoleHolder.position, RoleHolder.id)
    )
    for role, person in rows.tuples():
        if contact_for(person, "sms")[0] is not None:
            found.setdefault(role, []).append(person)
    return found


def texts_of(session: Session, person: Person) -> Sequence[SimulatedMessage]:
    """Return everything that arrived on a person's phones and in their mailboxes, the latest first."""
    return texts_at(session, [point.value_index for point in person.contact_points])


def texts_at(session: Session, indexes: Iterable[str]) -> Sequence[SimulatedMessage]:
    """Return everything that arrived at these numbers and addresses (blind indexes), the latest first."""
    return session.scalars(
        select(SimulatedMessage)
        .where(
            SimulatedMessage.address_index.in_(list(indexes)), SimulatedMessage.direction == "in"
        )
        .order_by(SimulatedMessage.id.desc())
    ).all()


def code_in(texts: Iterable[SimulatedMessage]) -> str:
    """Return the code in the first of `texts` that has one; raises NotArrived if none has."""
    for shown in texts:
        if found := _CODE.search(shown.body):
            return found[0]
    raise NotArrived("no message with a code")


def link_in(texts: Iterable[SimulatedMessage], page: str) -> str:
    """Return the secret in the first link to `page` that somebody got; raises NotArrived if there is none."""
    for shown in texts:
        if found := re.search(rf"/{page}/(\S+)", shown.body):
            return found[1]
    raise NotArrived(f"no message with a link to /{page}")


def only_phone(session: Session, person: Person) -> ContactPoint | None:
    """Return a person's one and only phone, if they have one and nobody shares it."""
    phones = [c for c in person.contact_points if c.kind == ContactKind.PHONE]
    if len(phones) != 1 or not phones[0].gets_sms or phones[0].is_switchboard:
        return None
    shared = session.scalar(
        select(func.count()).where(ContactPoint.value_index == phones[0].value_index)
    )
    return phones[0] if shared == 1 else None
