"""Sending people the link to their own page: counted first, on allowed channels only, once per request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, selectinload

from playbook.domain.preparedness.standing.truth import TEXTS
from playbook.errors import Conflict
from playbook.models import Activation, ActivationKind, ContactPoint, Delivery, Person, User
from playbook.services import log
from playbook.services.deliveries import queue_standing
from playbook.services.preparedness.own_pages import page_address
from playbook.services.response.people import contact_for
from playbook.settings import Settings


@dataclass(frozen=True)
class LinkPlan:
    """Who gets the link by text or by mail, and whom no message may or can reach."""

    by_text: tuple[tuple[Person, ContactPoint], ...] = ()
    by_mail: tuple[tuple[Person, ContactPoint], ...] = ()
    #: With "held", "opted-out", "no-sms" or "no-contact".
    nobody: tuple[tuple[Person, str], ...] = ()

    @property
    def count(self) -> int:
        """How many people get it."""
        return len(self.by_text) + len(self.by_mail)


def plan_links(
    session: Session, *, organisation_id: int | None = None, person_id: int | None = None
) -> LinkPlan:
    """Return what sending the link would do: to one person, to an organisation's people, or to everybody."""
    wanted = select(Person).where(Person.removed_at.is_(None))
    if person_id is not None:
        wanted = wanted.where(Person.id == person_id)
    if organisation_id is not None:
        wanted = wanted.where(Person.organisation_id == organisation_id)
    people = session.scalars(
        wanted.options(selectinload(Person.contact_points).defer(ContactPoint.value)).order_by(
            Person.name, Person.id
        )
    ).all()
    return _plan(people)


def _plan(people: Sequence[Person]) -> LinkPlan:
    by_text, by_mail, nobody = [], [], []
    for person in people:
        phone, why = contact_for(person, "sms")
        if phone is not None:
            by_text.append((person, phone))
            continue
        mail, no_mail = contact_for(person, "email")
        if mail is not None:
            by_mail.append((person, mail))
        else:
            nobody.append((person, no_mail if why == "no-contact" else why))
    return LinkPlan(tuple(by_text), tuple(by_mail), tuple((p, w or "") for p, w in nobody))


def send_links(
    session: Session,
    plan: LinkPlan,
    request_key: str,
    *,
    settings: Settings,
    now: datetime,
    user: User,
) -> int:
    """Send the link to everybody in `plan`; return to how many. The same `request_key` again sends nothing.

    Raises Conflict while a real incident runs, if it would go to more than one person: call-outs come first.
    """
    if plan.count > 1 and _real_incident_runs(session):
        raise Conflict(
            "An incident is running, and its messages come first. Nothing was sent; try again when it is over."
        )
    cause = f"own-page:{request_key[:32]}"
    known = exists().where(Delivery.key.startswith(f"{cause}:", autoescape=True))
    if session.scalar(select(known)):
        return 0
    for channel, chosen in (("sms", plan.by_text), ("email", plan.by_mail)):
        for person, contact in chosen:
            queue_standing(
                session,
                TEXTS,
                "own-page",
                cause=f"{cause}:{person.id}",
                channel=channel,
                language=person.language,
                facts={
                    "city": settings.city_name,
                    "link": page_address(person, settings.public_url),
                },
                contact=contact,
                person=person,
                now=now,
            )
    log.record(
        session,
        "directory.links-sent",
        now=now,
        user=user,
        payload={
            "texts": len(plan.by_text),
            "mails": len(plan.by_mail),
            "not_sent": len(plan.nobody),
        },
    )
    return plan.count


def _real_incident_runs(session: Session) -> bool:
    running = exists().where(Activation.ended_at.is_(None), Activation.kind == ActivationKind.REAL)
    return bool(session.scalar(select(running)))
