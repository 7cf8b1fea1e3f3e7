"""Writing deliveries: in the transaction that causes them, each with its unique key, each with its cause."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from notifications.encoding import segment
from playbook.domain.preparedness.standing import Texts, say
from playbook.models import Attachment, ContactPoint, Delivery, Person

#: What could not leave within a day is old news. A call-out is checked once more before it leaves, so a long outage
#: makes people late and skips nobody who is still needed.
LIFE = timedelta(hours=24)


def write_delivery(
    session: Session,
    *,
    cause: str,
    purpose: str,
    message: str,
    channel: str,
    language: str,
    subject: str | None,
    body: str,
    contact: ContactPoint | None,
    person: Person | None,
    now: datetime,
    address: str | None = None,
    activation_id: int | None = None,
    rung_id: int | None = None,
    exercise: bool = False,
    not_before: datetime | None = None,
    life: timedelta = LIFE,
    attachment: Attachment | None = None,
) -> Delivery:
    """Queue one finished text and ask for the engine to be woken.

    `cause` names what it answers and which step of it ("rung:17:0"); with contact point, channel and attempt it is
    the delivery's unique key. `address` is for somebody who is not in the directory. It leaves at `not_before`, now
    without one, and not later than `life` after that.
    """
    leaves_at = max(not_before or now, now)
    delivery = Delivery(
        key=f"{cause}:{contact.id if contact else 'address'}:{channel}:1",
        activation_id=activation_id,
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
        attachment=attachment,
        exercise=exercise,
        queued_at=now,
        not_before=leaves_at,
        expires_at=leaves_at + life,
        attempt_token=secrets.token_urlsafe(18),
    )
    session.add(delivery)
    session.info["wake"] = True
    return delivery


def queue_standing(
    session: Session,
    texts: Texts,
    message: str,
    *,
    cause: str,
    channel: str,
    language: str,
    facts: dict[str, str],
    contact: ContactPoint | None,
    person: Person | None,
    now: datetime,
    purpose: str = "notice",
    address: str | None = None,
    exercise: bool = False,
    not_before: datetime | None = None,
    life: timedelta = LIFE,
    attachment: Attachment | None = None,
) -> Delivery:
    """Queue one of the standing texts, which belong to no playbook and no activation."""
    said = say(texts, message, language, channel, facts)
    return write_delivery(
        session,
        cause=cause,
        purpose=purpose,
        message=message,
        channel=channel,
        language=said.language,
        subject=said.subject,
        body=said.body,
        contact=contact,
        person=person,
        now=now,
        address=address,
        exercise=exercise,
        not_before=not_before,
        life=life,
        attachment=attachment,
    )
