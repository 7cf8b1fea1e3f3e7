"""Writing deliveries: in the transaction that causes them, each with its unique key, each with its cause."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from notifications.delivery import DeliveryState
from notifications.encoding import segment
from playbook.models import ContactPoint, Delivery, Person
from playbook.services.response.context import CallOut

#: What could not leave within a day is old news. A call-out is checked once more before it leaves, so a long outage
#: makes people late and skips nobody who is still needed.
LIFE = timedelta(hours=24)


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
    subject, body = call_out.text(message, language, channel).complete(
        {**call_out.shared_facts(language), **facts}
    )
    delivery = Delivery(
        key=f"{cause}:{contact.id if contact else 'address'}:{channel}:1",
        activation_id=call_out.activation.id,
        rung_id=rung_id,
        purpose=purpose,
        message=message,
        person_id=person.id if person else None,
        contact_point_id=contact.id if contact else None,
        address=None if contact else address,
        channel=channel,
        language=language,
        subject=subject,
        body=body,
        segments=segment(body).segments if channel == "sms" else 1,
        exercise=call_out.exercise,
        queued_at=call_out.now,
        not_before=call_out.now,
        expires_at=call_out.now + LIFE,
        attempt_token=secrets.token_urlsafe(18),
    )
    call_out.session.add(delivery)
    call_out.session.info["wake"] = True
    return delivery


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
