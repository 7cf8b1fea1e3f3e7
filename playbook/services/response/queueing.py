"""Queueing an incident's messages from its frozen texts, and cancelling what must not leave any more."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from notifications.delivery import DeliveryState
from playbook.models import ContactPoint, Delivery, Person
from playbook.services.deliveries import write_delivery
from playbook.services.response.codes import code_of
from playbook.services.response.context import CallOut

#: In the key of a message that asks somebody again at a corrected number, although the ladder may have gone on.
AGAIN = ":again:"


def queue_text(
    call_out: CallOut,
    *,
    cause: str,
    purpose: str,
    message: str,
    channel: str,
    language: str,
    facts: dict[str, str],
    contact: ContactPoint | None,
    person: Person | None,
    address: str | None = None,
    rung_id: int | None = None,
) -> Delivery:
    """Queue one message of the activation and ask for the engine to be woken.

    `cause` names what it answers and which step of it ("rung:17:0"); with contact point, channel and attempt it is
    the delivery's unique key. `address` is for a reply to somebody who is not in the directory.
    """
    text = call_out.text(message, language, channel)
    facts = {**call_out.shared_facts(language), **facts}
    if person is not None and "code" in text.open:
        facts["code"] = code_of(call_out, person.id)
    subject, body = text.complete(facts)
    return write_delivery(
        call_out.session,
        cause=cause,
        purpose=purpose,
        message=message,
        channel=channel,
        language=language,
        subject=subject,
        body=body,
        contact=contact,
        person=person,
        now=call_out.now,
        address=address,
        activation_id=call_out.activation.id,
        rung_id=rung_id,
        exercise=call_out.exercise,
    )


def next_step(call_out: CallOut, person: Person, cause: str) -> str:
    """Return `cause` with a number behind it: people change their minds, so the same thing can be told again."""
    told = call_out.session.scalar(
        select(func.count()).where(
            Delivery.person_id == person.id, Delivery.key.startswith(f"{cause}:", autoescape=True)
        )
    )
    return f"{cause}:{told}"


def cancel_queued(session: Session, which: ColumnElement[bool], reason: str, now: datetime) -> None:
    """Let queued messages rest that must not leave any more.

    One that a sender holds at this moment is passed over: waiting for it while holding the activation would be
    waiting in a circle. It has left already, or is checked again before it leaves.
    """
    free = (
        select(Delivery.id)
        .where(which, Delivery.state == DeliveryState.QUEUED)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(free))
        .values(state=DeliveryState.CANCELLED, reason=reason, state_at=now)
    )
