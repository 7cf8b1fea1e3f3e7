"""A message comes in: deduplicated, understood, carried out and answered in one transaction; nothing is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from notifications import messages as wire
from notifications.replies import Reply, ReplyKind, understand
from playbook.domain.response.answers import answer_of_digit
from playbook.domain.response.escalation import RungState
from playbook.models import Activation, ActivationKind, ContactPoint, Inbound, Person, Rung
from playbook.models.keyring import current_keyring
from playbook.services import log
from playbook.services.preparedness.numbers import proven
from playbook.services.preparedness.readiness_answers import answer_by_text, last_asked
from playbook.services.response.acknowledging import acknowledge, acknowledge_after_the_end
from playbook.services.response.answers import Heard, asked_rungs, record_answer
from playbook.services.response.callout import SAID
from playbook.services.response.context import CallOut
from playbook.services.response.queueing import queue_text
from playbook.services.sending import kinds_heard
from playbook.settings import Settings

#: How many times in an hour one phone is told that a text was not understood; then only people answer it.
POLITE = 3


@dataclass(frozen=True)
class _World:
    """What a message can touch: its kinds of incident; and the address for links in replies."""

    public_url: str
    kinds: frozenset[ActivationKind]


def receive(session: Session, message: wire.Inbound, now: datetime, settings: Settings) -> Inbound:
    """Take one inbound message. The same provider id again returns the first one and changes nothing.

    It can only touch what goes out the way that it came in: a simulated phone answers no real incident and changes
    no real person's opt-out, and a real answer is never mixed up with an exercise on simulated phones.
    """
    known = session.scalar(
        select(Inbound).where(
            Inbound.provider == message.provider, Inbound.provider_ref == message.provider_ref
        )
    )
    if known is not None:
        return known
    people = _people_with(session, message.sender)
    world = _World(settings.public_url, kinds_heard(settings, message.provider))
    reply = understand(message.body)
    if ActivationKind.REAL in world.kinds:
        _prove(people, current_keyring().blind_index(message.sender), now)
    row = Inbound(
        provider=message.provider,
        provider_ref=message.provider_ref,
        channel="sms",
        sender=message.sender,
        sender_index=current_keyring().blind_index(message.sender),
        body=message.body,
        received_at=now,
        person_id=people[0].id if people else None,
        understood="text",
    )
    session.add(row)
    session.flush()
    wish = message.opt_out or reply.opt_out
    if wish == "start" and not _had_stopped(people, row.sender_index):
        wish = None  # a YES from somebody who never stopped means something that a person must read
    if wish in ("stop", "start"):
        row.understood = str(wish)
        if ActivationKind.REAL in world.kinds:
            _mirror_opt_out(session, row, people, str(wish), now)
    elif reply.kind is ReplyKind.ANSWER:
        _answer(session, row, people, reply, now, world)
    else:
        _for_a_human(session, row, people, now, world)
    return row


def _people_with(session: Session, phone: str) -> list[Person]:
    index = current_keyring().blind_index(phone)
    return list(
        session.scalars(
            select(Person)
            .join(ContactPoint)
            .where(ContactPoint.value_index == index, Person.removed_at.is_(None))
            .options(selectinload(Person.contact_points))
            .order_by(Person.id)
        ).unique()
    )


def _prove(people: list[Person], index: str, now: datetime) -> None:
    """Somebody writes from this number, so somebody reads what is sent to it."""
    for person in people:
        for contact in person.contact_points:
            if contact.value_index == index:
                proven(contact, now)


def _had_stopped(people: list[Person], index: str) -> bool:
    return any(
        contact.value_index == index and contact.opted_out_at is not None
        for person in people
        for contact in person.contact_points
    )


def _mirror_opt_out(
    session: Session, row: Inbound, people: list[Person], wish: str, now: datetime
) -> None:
    """STOP silences this number for texts, here as at the carrier; the screen shows it and what to use instead."""
    for person in people:
        for contact in person.contact_points:
            if contact.value_index == row.sender_index:
                contact.opted_out_at = now if wish == "stop" else None
        log.record(
            session,
            f"contact.{wish}",
            now=now,
            person_id=person.id,
            subject=f"person:{person.id}",
            payload={"name": person.name},
        )
    session.flush()  # contact points before activations, as everybody locks them
    for activation in open_activations(session, people, frozenset(ActivationKind)):
        activation.changed()
        row.activation_id = activation.id
        # A YES can be meant for the carrier or for us.
        row.needs_reader = row.needs_reader or (
            wish == "start" and _still_open(session, activation, people)
        )


def open_activations(
    session: Session, people: list[Person], kinds: frozenset[ActivationKind]
) -> list[Activation]:
    """Return the running activations of `kinds` in which any of `people` has been asked, newest first."""
    asked = select(Rung.activation_id).where(
        Rung.person_id.in_([p.id for p in people]), Rung.state != RungState.WAITING
    )
    return list(
        session.scalars(
            select(Activation)
            .where(
                Activation.id.in_(asked),
                Activation.kind.in_(kinds),
                Activation.ended_at.is_(None),
            )
            .order_by(Activation.id.desc())
        )
    )


def _answer(
    session: Session,
    row: Inbound,
    people: list[Person],
    reply: Reply,
    now: datetime,
    world: _World,
) -> None:
    """Find the one alert that a digit answers; never guess between several."""
    running = open_activations(session, people, world.kinds)
    meant = [a for a in running if reply.number is None or a.number == reply.number]
    if reply.number is None and len(meant) > 1:
        unanswered = [a for a in meant if _still_open(session, a, people)]
        meant = unanswered if len(unanswered) == 1 else meant
    if len(meant) == 1:
        call_out = CallOut(session, meant[0], now, world.public_url)
        person = _who(call_out, people)
        row.understood, row.activation_id, row.person_id = "answer", meant[0].id, person.id
        answer = answer_of_digit(reply.digit or 0)
        heard = record_answer(call_out, person, answer, via="sms", at=now)
        acknowledge(session, meant[0].id, [person.id], "sms", now)
        row.needs_reader = len(_asked_among(call_out, people)) > 1
        _reply_to(call_out, row, person, heard)
    elif running:
        row.understood, row.needs_reader = "ambiguous", reply.number is not None
        _list_alerts(session, row, people, running, now, world.public_url)
    else:
        _answer_between_incidents(session, row, people, reply, now, world)


def _answer_between_incidents(
    session: Session,
    row: Inbound,
    people: list[Person],
    reply: Reply,
    now: datetime,
    world: _World,
) -> None:
    """Take a digit for what was asked last: news of an incident that has ended, or a proof or drill.

    A digit with a number can only mean an incident; an exercise's simulated phone proves no number.
    """
    asks = reply.number is None and ActivationKind.REAL in world.kinds
    asked_at = last_asked(session, row.sender_index, now) if asks else None
    ended = acknowledge_after_the_end(
        session, [p.id for p in people], world.kinds, reply.number, now, since=asked_at
    )
    row.activation_id = ended
    taken = ended is not None or (asked_at is not None and answer_by_text(session, row, now))
    row.understood, row.needs_reader = "answer" if taken else "text", not taken


def _still_open(session: Session, activation: Activation, people: list[Person]) -> bool:
    """Whether somebody on this phone has been asked in `activation` and has said nothing yet."""
    states = session.scalars(
        select(Rung.state).where(
            Rung.activation_id == activation.id, Rung.person_id.in_([p.id for p in people])
        )
    ).all()
    return not any(s in SAID for s in states) and any(s != RungState.WAITING for s in states)


def _who(call_out: CallOut, people: list[Person]) -> Person:
    """Return whom of those sharing a phone a text most likely comes from.

    Whoever still owes an answer, else whoever was asked last; where several were asked, a person looks at it too.
    """
    asked = [
        (
            rung.state == RungState.ASKED,
            rung.opened_at or call_out.activation.confirmed_at,
            -person.id,
            person,
        )
        for person in _asked_among(call_out, people)
        for rung in asked_rungs(call_out, person.id)
    ]
    return max(asked, key=lambda a: a[:3])[-1]


def _asked_among(call_out: CallOut, people: list[Person]) -> list[Person]:
    return [p for p in people if asked_rungs(call_out, p.id)]


def _reply_to(call_out: CallOut, row: Inbound, person: Person, heard: Heard) -> None:
    role = heard.link_role or call_out.rungs_of_person(person.id)[0].role_call.role
    _queue_reply(
        call_out,
        row,
        person,
        heard.told.value,
        heard.language,
        {
            "role": heard.role,
            "answered_by": heard.answered_by,
            "link": call_out.link(call_out.token(role, person.id)),
        },
    )


def _queue_reply(
    call_out: CallOut,
    row: Inbound,
    person: Person,
    message: str,
    language: str,
    facts: dict[str, str],
) -> None:
    """Answer on the very number that wrote, whatever its opt-out: it has just written to us."""
    contact = next((c for c in person.contact_points if c.value_index == row.sender_index), None)
    queue_text(
        call_out,
        cause=f"inbound:{row.id}",
        purpose="reply",
        message=message,
        channel="sms",
        language=language,
        facts=facts,
        contact=contact,
        person=person,
        address=row.sender,
    )


def _list_alerts(
    session: Session,
    row: Inbound,
    people: list[Person],
    running: list[Activation],
    now: datetime,
    public_url: str,
) -> None:
    """Say which alerts are open and how to answer one of them."""
    call_outs = [CallOut(session, activation, now, public_url) for activation in running]
    person = _who(call_outs[0], people)
    language = next(iter(call_outs[0].rungs_of_person(person.id))).language
    lines = [_line_of(call_out, language) for call_out in call_outs]
    _queue_reply(call_outs[0], row, person, "answer-which", language, {"list": "\n".join(lines)})


def _line_of(call_out: CallOut, language: str) -> str:
    """Return how an alert is told from others in an SMS: its number, as every text of it carries, and its level.

    Never the role: its name can tell whoever sees the phone what somebody believes or whom they love.
    """
    activation = call_out.activation
    level = call_out.document.text(f"levels.{activation.level}.name", language).text
    return f"{activation.number} {level}"


def _for_a_human(
    session: Session, row: Inbound, people: list[Person], now: datetime, world: _World
) -> None:
    """A text that no rule understood: a person reads it, and the sender is told so, a few times an hour at most."""
    row.needs_reader = True
    running = open_activations(session, people, world.kinds)
    if not running:
        return
    row.activation_id = running[0].id
    running[0].changed()
    call_out = CallOut(session, running[0], now, world.public_url)
    person = _who(call_out, people)
    row.person_id = person.id
    recent = session.scalar(
        select(func.count()).where(
            Inbound.sender_index == row.sender_index,
            Inbound.needs_reader,
            Inbound.received_at > now - timedelta(hours=1),
        )
    )
    if (recent or 0) > POLITE:
        return
    language = next(iter(call_out.rungs_of_person(person.id))).language
    _queue_reply(call_out, row, person, "answer-unknown", language, {})
