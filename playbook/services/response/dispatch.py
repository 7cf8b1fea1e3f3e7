"""Sending what is queued: claim, hand over, record. The provider is called outside any transaction.

A delivery is claimed with an owner and a short lease. If the process dies, the lease ends and the row becomes
`unknown`: its request may have left, so a human looks at it and nothing sends it again by itself.
"""

import base64
import logging
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from notifications.delivery import DeliveryState, advance
from notifications.messages import Attachment, Channel, Message, Outcome, OutcomeKind
from playbook.domain.response.escalation import RungState
from playbook.domain.response.retries import next_try_at
from playbook.errors import KeyMissing
from playbook.models import (
    Activation,
    Attempt,
    ContactPoint,
    Delivery,
    Person,
    RoleCall,
    RoleCallState,
    Rung,
)
from playbook.services.preparedness.numbers import came_back, got_through
from playbook.services.preparedness.readiness_holding import put_off
from playbook.services.response.context import take_turns
from playbook.services.response.email_html import html_of
from playbook.services.response.escalation import look_again
from playbook.services.response.queueing import AGAIN
from playbook.wiring import Wiring

_log = logging.getLogger(__name__)

#: Asked, and nothing has come of it so far.
ASKED_IN_VAIN = frozenset({RungState.ASKED, RungState.SILENT, RungState.UNREACHABLE})

BATCH = 100
LEASE = timedelta(seconds=120)
#: Who claims: one name per process.
OWNER = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

#: Whoever only moves states need not decrypt texts and addresses, nor stumble over one that no key fits.
WITHOUT_TEXTS: tuple[ORMOption, ...] = (
    defer(Delivery.subject),
    defer(Delivery.body),
    defer(Delivery.address),
)
_WITH_ADDRESSES = (selectinload(Delivery.contact_point),)
_WITHOUT_ADDRESSES = (selectinload(Delivery.contact_point).defer(ContactPoint.value),)


@dataclass(frozen=True)
class Claim:
    """What was claimed, ready to leave, and what became of the rest."""

    messages: list[tuple[int, Message]]
    counts: dict[str, int]


def run_batch(
    wiring: Wiring, now: datetime, channel: Channel | None = None, limit: int = BATCH
) -> dict[str, int]:
    """Claim up to `limit` deliveries of one channel or of all, send them, record what became of each.

    Return counts by outcome.
    """
    with wiring.transaction() as session:
        abandoned = mark_abandoned(session, now)
        put_off(session, now, wiring.settings)
        claim = claim_batch(session, now, limit, channel)
    counts = {**claim.counts, "abandoned": abandoned}
    if not claim.messages:
        return counts
    outcomes = wiring.sender.send_many([message for _, message in claim.messages])
    ids = [delivery_id for delivery_id, _ in claim.messages]
    _write_down(wiring, list(zip(ids, outcomes, strict=True)))
    for outcome in outcomes:
        counts[outcome.kind.value] = counts.get(outcome.kind.value, 0) + 1
    return counts


def _write_down(wiring: Wiring, outcomes: Sequence[tuple[int, Outcome]]) -> None:
    """Record what became of a batch; if that fails, of each message by itself.

    What has been sent is known now and nowhere else: a row that is not written down rests `unknown`.
    """
    try:
        with wiring.transaction() as session:
            record_outcomes(session, outcomes, wiring.clock.now())
        return
    except SQLAlchemyError as error:
        _log.warning("a batch could not be recorded at once: %s", type(error).__name__)
    for outcome in outcomes:
        try:
            with wiring.transaction() as session:
                record_outcomes(session, [outcome], wiring.clock.now())
        except SQLAlchemyError as error:
            _log.error("delivery:%d could not be recorded: %s", outcome[0], type(error).__name__)


def mark_abandoned(session: Session, now: datetime) -> int:
    """Let deliveries whose sender died rest `unknown`; return how many."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < now)
        .with_for_update(skip_locked=True)
        .options(*WITHOUT_TEXTS)
    ).all()
    for row in rows:
        owner = row.lease_owner
        _settle(row, DeliveryState.UNKNOWN, "sender-died", now)
        row.lease_owner = owner  # one that was only slow may still say what it knows
    tell_ladders(session, rows, now)
    return len(rows)


def claim_batch(
    session: Session, now: datetime, limit: int, channel: Channel | None = None
) -> Claim:
    """Claim due deliveries and re-check each: still needed, still wanted, still reachable.

    What must not leave any more is cancelled or expired here, what cannot be read is put off; their ladders are told.
    """
    try:
        rows = _lock_due(session, now, limit, channel, _WITH_ADDRESSES)
    except KeyMissing:
        without = (*WITHOUT_TEXTS, *_WITHOUT_ADDRESSES)
        rows = _lock_due(session, now, limit, channel, without)
    needless = _no_longer_needed(session, [r for r in rows if r.purpose == "call-out"])
    messages: list[tuple[int, Message]] = []
    stopped: list[Delivery] = []
    for row in rows:
        stop = _reason_to_stop(row, needless, now)
        if stop is not None:
            state, reason = stop
            _settle(row, state, reason, now)
            stopped.append(row)
            continue
        row.tries += 1
        try:
            messages.append((row.id, message_of(row, now)))
        except KeyMissing:
            _log.error("delivery:%d cannot be read with the keys at hand", row.id)
            _record(row, Outcome(OutcomeKind.TEMPORARY, "", reason="unreadable"), now)
            stopped.append(row)
            continue
        row.state, row.state_at = DeliveryState.SENDING, now
        row.lease_owner, row.lease_until = OWNER, now + LEASE
    tell_ladders(session, stopped, now)
    return Claim(messages, {"claimed": len(messages), "stopped": len(stopped)})


def _lock_due(
    session: Session,
    now: datetime,
    limit: int,
    channel: Channel | None,
    options: Sequence[ORMOption],
) -> Sequence[Delivery]:
    carried = true() if channel is None else Delivery.channel == channel.value
    return session.scalars(
        select(Delivery)
        .where(Delivery.state == DeliveryState.QUEUED, Delivery.not_before <= now, carried)
        .order_by(Delivery.not_before, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
        .options(selectinload(Delivery.person).defer(Person.notes), *options)
    ).all()


def _reason_to_stop(
    row: Delivery, needless: set[int], now: datetime
) -> tuple[DeliveryState, str] | None:
    """Return the state and reason in which `row` rests instead of leaving, or None if it may leave."""
    contact: ContactPoint | None = row.contact_point
    if row.id in needless:
        return DeliveryState.CANCELLED, "not-needed"
    if now >= row.expires_at:
        return DeliveryState.EXPIRED, "too-late"
    if row.person is not None and row.person.held_at is not None:
        return DeliveryState.CANCELLED, "held"
    if row.person is not None and row.person.removed_at is not None:
        return DeliveryState.CANCELLED, "removed"
    if contact is None and row.address is None:
        return DeliveryState.CANCELLED, "no-contact"
    if contact is not None and contact.opted_out_at is not None and row.purpose != "reply":
        return DeliveryState.CANCELLED, "opted-out"
    return None


def _no_longer_needed(session: Session, rows: Sequence[Delivery]) -> set[int]:
    """Return the call-outs that nobody needs any more: answered, stood down, ended.

    One that asks again at a corrected number is needed for as long as the role has no answer, also when the ladder
    has gone on.
    """
    ids = [row.rung_id for row in rows if row.rung_id is not None]
    if not ids:
        return set()
    found = session.execute(
        select(Rung.id, Rung.asked_with_id, Rung.state, RoleCall.state)
        .join(RoleCall)
        .join(Activation, Rung.activation_id == Activation.id)
        .where(
            Rung.id.in_(ids) | Rung.asked_with_id.in_(ids),
            Rung.state.in_(ASKED_IN_VAIN),
            RoleCall.state.in_((RoleCallState.CALLING, RoleCallState.OWNED)),
            Activation.ended_at.is_(None),
        )
    ).tuples()
    wanted: set[int | None] = set()
    wanted_again: set[int | None] = set()
    for rung_id, asked_with_id, state, role_state in found:
        wanted_again |= {rung_id, asked_with_id}
        if state == RungState.ASKED and role_state == RoleCallState.CALLING:
            wanted |= {rung_id, asked_with_id}
    return {
        row.id for row in rows if row.rung_id not in (wanted_again if AGAIN in row.key else wanted)
    }


def message_of(row: Delivery, now: datetime) -> Message:
    """Return what a provider is handed for `row`; the contact value is read now, at sending."""
    to = row.contact_point.value if row.contact_point else row.address or ""
    return Message(
        key=row.key,
        channel=Channel(row.channel),
        to=to,
        body=row.body,
        subject=row.subject,
        html=html_of(row.body, row.language) if row.channel == "email" else None,
        attempt_token=row.attempt_token,
        language=row.language,
        exercise=row.exercise,
        valid_for=max(5, min(36_000, int((row.expires_at - now).total_seconds()))),
        attachments=_attachments(row),
    )


def _attachments(row: Delivery) -> tuple[Attachment, ...]:
    """Return the file that goes with `row`; only a mail that has one asks the database for it."""
    if row.attachment_id is None or row.attachment is None:
        return ()
    file = row.attachment
    return (Attachment(file.name, file.media_type, base64.b64decode(file.content)),)


#: Providers behind which there is no phone: what they accept proves no number.
PROVES_NOTHING = frozenset({"simulator", "null"})


def record_outcomes(
    session: Session, outcomes: Sequence[tuple[int, Outcome]], now: datetime
) -> None:
    """Write down what became of each delivery; a receipt that was faster than the answer is not lowered."""
    by_id = dict(outcomes)
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.id.in_(by_id))
        .order_by(Delivery.id)
        .options(*WITHOUT_TEXTS, joinedload(Delivery.contact_point).defer(ContactPoint.value))
        .with_for_update(of=Delivery)
    ).all()
    for row in rows:
        outcome = by_id[row.id]
        row.provider = outcome.provider
        row.provider_ref = row.provider_ref or (outcome.provider_ref or "")[:80] or None
        if row.lease_owner != OWNER or row.state not in (
            DeliveryState.SENDING,
            DeliveryState.UNKNOWN,
        ):
            continue
        _record(row, outcome, now)
    tell_ladders(session, rows, now)


def _record(row: Delivery, outcome: Outcome, now: datetime) -> None:
    row.lease_owner = row.lease_until = None
    if outcome.kind is OutcomeKind.TEMPORARY:
        again = next_try_at(row.tries, now, outcome.retry_after)
        if again < row.expires_at:
            row.state, row.not_before = DeliveryState.QUEUED, again
            row.reason, row.settled_at, row.state_at = outcome.reason, row.settled_at or now, now
            return
    state = {
        OutcomeKind.ACCEPTED: DeliveryState.ACCEPTED,
        OutcomeKind.TEMPORARY: DeliveryState.FAILED,
        OutcomeKind.PERMANENT: DeliveryState.FAILED,
        OutcomeKind.UNKNOWN: DeliveryState.UNKNOWN,
    }[outcome.kind]
    _settle(row, advance(DeliveryState(row.state), state), outcome.reason, now)
    contact = row.contact_point
    if contact is None:
        return
    if outcome.kind is OutcomeKind.ACCEPTED:
        if outcome.provider not in PROVES_NOTHING:
            _accepted(row, contact, now)
    elif outcome.reason == "opted-out":
        contact.opted_out_at = contact.opted_out_at or now
    elif outcome.reason in ("landline", "not-mobile"):
        contact.gets_sms = False
    elif outcome.kind is OutcomeKind.PERMANENT and outcome.provider not in PROVES_NOTHING:
        came_back(contact, outcome.reason, now)


def _accepted(row: Delivery, contact: ContactPoint, now: datetime) -> None:
    """A mail server that takes a mail says all that we shall hear of it; a text has a receipt to come."""
    if row.channel == "email":
        got_through(contact, now)
    else:
        contact.last_worked_at = now


def _settle(row: Delivery, state: DeliveryState, reason: str | None, now: datetime) -> None:
    row.state, row.reason, row.state_at = state, reason, now
    row.settled_at = row.settled_at or now
    row.lease_owner = row.lease_until = None


#: The states in which a message cannot arrive any more on its channel.
DEAD = frozenset(
    {
        DeliveryState.FAILED,
        DeliveryState.UNDELIVERED,
        DeliveryState.CANCELLED,
        DeliveryState.EXPIRED,
    }
)


def tell_ladders(session: Session, rows: Sequence[Delivery], now: datetime) -> None:
    """Start the minutes of those whose message got as far as a provider, and have their ladders looked at."""
    take_turns(session, [r.activation_id for r in rows if r.activation_id is not None])
    settled = {r.id: r for r in rows if r.settled_at is not None and r.rung_id is not None}
    if settled:
        attempts = session.scalars(
            select(Attempt)
            .where(Attempt.delivery_id.in_(settled))
            .options(joinedload(Attempt.rung))
        ).all()
        for attempt in attempts:
            row = settled[attempt.delivery_id or 0]
            attempt.settled_at = attempt.settled_at or row.settled_at
            attempt.failed = row.state in DEAD
            attempt.reason = row.reason
            attempt.rung.clock_started_at = attempt.rung.clock_started_at or row.settled_at
        session.flush()
        look_again(session, [r.rung_id for r in settled.values() if r.rung_id], now)
        session.info["wake"] = True
    for activation_id in {r.activation_id for r in rows if r.activation_id is not None}:
        activation = session.get(Activation, activation_id)
        if activation is not None:
            activation.changed()
