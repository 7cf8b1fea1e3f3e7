"""The sender's contact card on its way to partners."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.standing.card import TEXTS
from playbook.errors import Conflict
from playbook.models import Delivery, Person, User
from playbook.services.deliveries import queue_standing
from playbook.services.preparedness.directory import log_person
from playbook.services.response.people import contact_for
from playbook.settings import Settings

#: Two impatient fingers within this time mean one card.
ONCE_IN = timedelta(minutes=10)
CHANNELS = ("sms", "email")


def send_card(
    session: Session, person: Person, settings: Settings, user: User, now: datetime
) -> int:
    """Send `person` the address of the card by SMS and by mail; return how many messages are on their way.

    Pressed twice within ten minutes it sends nothing more and returns 0. Raises Conflict if nothing reaches them.
    """
    contacts = {channel: contact_for(person, channel)[0] for channel in CHANNELS}
    reaching = {channel: contact for channel, contact in contacts.items() if contact is not None}
    if not reaching:
        raise Conflict("Neither an SMS nor a mail can reach this person. Nothing was sent.")
    before = select(Delivery.id).where(
        Delivery.person_id == person.id,
        Delivery.message == "sender-card",
        Delivery.queued_at > now - ONCE_IN,
    )
    if session.scalars(before).first() is not None:
        return 0
    for channel, contact in reaching.items():
        queue_standing(
            session,
            TEXTS,
            "sender-card",
            cause=f"card:{person.id}:{int(now.timestamp())}",
            channel=channel,
            language=person.language,
            facts={"city": settings.city_name, "card": f"{settings.public_url.rstrip('/')}/card"},
            contact=contact,
            person=person,
            now=now,
        )
    log_person(session, "person.card-sent", person, now=now, user=user)
    return len(reaching)
