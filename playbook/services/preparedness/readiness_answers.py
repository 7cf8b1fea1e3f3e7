"""Answers to a proof or a drill: a digit from the phone that was asked, or one press on the page of a mail's link."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from notifications.delivery import DeliveryState
from playbook.domain.preparedness.standing.readiness import TEXTS
from playbook.models import (
    ContactPoint,
    Delivery,
    Inbound,
    Person,
    ReadinessCall,
    ReadinessRound,
    RoundKind,
)
from playbook.services import log
from playbook.services.deliveries import queue_standing
from playbook.services.preparedness.numbers import proven
from playbook.services.preparedness.readiness import call_by_token

#: An answer that comes after the round was closed is still taken for it, and shown as late, within this time of its
#: start; later a digit alone means nothing to us and a person reads it.
HEARD_FOR = {RoundKind.PROOF: timedelta(days=30), RoundKind.DRILL: timedelta(hours=24)}

#: A number or a text that no key fits must not keep an answer from being taken.
LOADING = (
    joinedload(ReadinessCall.round),
    joinedload(ReadinessCall.person).defer(Person.notes),
    joinedload(ReadinessCall.contact_point).defer(ContactPoint.value),
    joinedload(ReadinessCall.delivery).options(
        defer(Delivery.body), defer(Delivery.subject), defer(Delivery.address)
    ),
)

_NOT_SENT = (DeliveryState.QUEUED, DeliveryState.CANCELLED, DeliveryState.EXPIRED)


def last_asked(session: Session, value_index: str, now: datetime) -> datetime | None:
    """Return when the phone with this index was last asked in a proof or drill that still hears it, or None."""
    calls = _calls_of(session, value_index, now)
    return max((c.delivery.not_before for c in calls if c.delivery), default=None)


def answer_by_text(session: Session, row: Inbound, now: datetime) -> bool:
    """Take the digit in `row` for every question that its phone was asked; return whether it was asked one.

    Whoever shares the phone has answered too: it is the number that is proven. Thanks once; a second digit changes
    nothing.
    """
    calls = _calls_of(session, row.sender_index, now)
    if not calls:
        return False
    fresh = [call for call in calls if call.answered_at is None]
    for call in fresh:
        _note(session, call, "sms", now)
    first = fresh[-1] if fresh else calls[-1]
    row.person_id = first.person_id
    if fresh and first.person is not None:
        drill = first.round.kind == RoundKind.DRILL
        queue_standing(
            session,
            TEXTS,
            "drill-thanks" if drill else "proof-thanks",
            cause=f"inbound:{row.id}",
            purpose="reply",
            channel="sms",
            language=first.person.language,
            facts={},
            contact=first.contact_point,
            person=first.person,
            address=row.sender,
            now=now,
        )
    return True


def confirm(session: Session, token: str, now: datetime) -> ReadinessCall:
    """Take the press on the page behind a mail's link; twice is harmless. Raises NotFound."""
    call = call_by_token(session, token)
    shared = session.scalars(
        select(ReadinessCall)
        .where(
            ReadinessCall.round_id == call.round_id,
            ReadinessCall.value_index == call.value_index,
            ReadinessCall.channel == call.channel,
            ReadinessCall.answered_at.is_(None),
        )
        .options(*LOADING)
    ).all()
    for one in shared:
        _note(session, one, "link", now)
    return call


def _calls_of(session: Session, value_index: str, now: datetime) -> Sequence[ReadinessCall]:
    heard = [
        and_(ReadinessRound.kind == kind, ReadinessRound.started_at > now - length)
        for kind, length in HEARD_FOR.items()
    ]
    return session.scalars(
        select(ReadinessCall)
        .join(ReadinessRound)
        .join(Delivery, ReadinessCall.delivery_id == Delivery.id)
        .where(
            ReadinessCall.value_index == value_index,
            ReadinessCall.channel == "sms",
            Delivery.state.not_in(_NOT_SENT),
            or_(*heard),
        )
        .options(*LOADING)
        .order_by(ReadinessRound.started_at, ReadinessCall.id)
    ).all()


def _note(session: Session, call: ReadinessCall, via: str, now: datetime) -> None:
    call.answered_at, call.answered_via = now, via
    contact = call.contact_point
    if contact is not None and contact.value_index == call.value_index:
        proven(contact, now)
    log.record(
        session,
        "readiness.answered",
        now=now,
        person_id=call.person_id,
        subject=f"readiness_round:{call.round_id}",
        payload={"name": call.person.name if call.person else "", "via": via, "role": call.role},
    )
