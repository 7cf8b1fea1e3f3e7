"""Acting as the people behind simulated phones and mailboxes: reading, answering, and answering for many at once."""

import random
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.messages import Inbound as WireInbound
from playbook.domain.response.escalation import RungState
from playbook.errors import BadInput, NotFound
from playbook.models import (
    Activation,
    ContactKind,
    ContactPoint,
    Delivery,
    Inbound,
    Rung,
    SimulatedMessage,
)
from playbook.services.response.inbound import receive
from playbook.settings import Settings

#: The number that simulated phones write to.
CITY_NUMBER = "+447700900000"


def write_from(
    session: Session, message_id: int, body: str, now: datetime, settings: Settings
) -> Inbound:
    """Send `body` as the person on whose phone the message `message_id` stands."""
    if not body.strip():
        raise BadInput("Write something first.")
    shown = session.get(SimulatedMessage, message_id)
    if shown is None or shown.channel != "sms":
        raise NotFound("There is no such simulated phone.")
    return write(session, shown, body.strip(), now, settings)


def write(
    session: Session, shown: SimulatedMessage, body: str, now: datetime, settings: Settings
) -> Inbound:
    """Send `body` from the phone that `shown` stands on; it shows there too."""
    session.add(
        SimulatedMessage(
            at=now,
            channel="sms",
            address=shown.address,
            address_index=shown.address_index,
            direction="out",
            body=body,
        )
    )
    wire = WireInbound("simulator", f"in-{secrets.token_hex(8)}", shown.address, CITY_NUMBER, body)
    return receive(session, wire, now, settings)


def answer_for_some(
    session: Session, how_many: int, now: datetime, settings: Settings, dice: random.Random
) -> int:
    """Let up to `how_many` random people answer who are being asked and have a text; return how many did.

    Seven in ten join, two ask their deputy, one is unable: for demonstrations. Only simulated phones can answer.
    """
    phones = _waiting_phones(session)
    chosen = dice.sample(list(phones), min(how_many, len(phones)))
    for shown, number in chosen:
        digit = dice.choices(("1", "2", "3"), weights=(7, 2, 1))[0]
        write(session, shown, f"{digit} {number}", now, settings)
    return len(chosen)


def _waiting_phones(session: Session) -> Sequence[tuple[SimulatedMessage, int]]:
    """Return, for everybody who is being asked, the text on their simulated phone and the alert's number."""
    rows = session.execute(
        select(SimulatedMessage, Activation.number)
        .join(Delivery, Delivery.attempt_token == SimulatedMessage.attempt_token)
        .join(Rung, Delivery.rung_id == Rung.id)
        .join(Activation, Rung.activation_id == Activation.id)
        .join(ContactPoint, Delivery.contact_point_id == ContactPoint.id)
        .where(
            Rung.state == RungState.ASKED,
            Activation.ended_at.is_(None),
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.opted_out_at.is_(None),
            SimulatedMessage.channel == "sms",
        )
        .order_by(SimulatedMessage.id)
    ).all()
    return [(row[0], row[1]) for row in rows]
