"""A provider says how a message ended: receipts come late, twice and out of order, and only ever lift a state."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from notifications.delivery import DeliveryState, advance
from notifications.messages import Receipt
from playbook.models import ContactPoint, Delivery, User
from playbook.services import log
from playbook.services.preparedness.numbers import came_back, got_through
from playbook.services.response.dispatch import WITHOUT_TEXTS, tell_ladders


def apply_receipt(session: Session, receipt: Receipt, now: datetime) -> bool:
    """Apply `receipt` to its delivery; return whether we know that delivery.

    Our own attempt token finds it even when the answer that would have told us the provider's id was lost. A message
    that cannot arrive after all (undelivered, failed) lets the ladder go on with the next channel.
    """
    conditions: list[ColumnElement[bool]] = [
        (Delivery.provider == receipt.provider) & (Delivery.provider_ref == receipt.provider_ref)
    ]
    if receipt.attempt_token:
        conditions.append(Delivery.attempt_token == receipt.attempt_token)
    row = session.scalar(
        select(Delivery)
        .where(or_(*conditions))
        .options(*WITHOUT_TEXTS, joinedload(Delivery.contact_point).defer(ContactPoint.value))
        .with_for_update(of=Delivery)
        .limit(1)
    )
    if row is None:
        return False
    before = DeliveryState(row.state)
    # A queued row with a receipt had left before a temporary failure was reported: believe the provider.
    after = advance(before, receipt.state)
    row.provider, row.provider_ref = receipt.provider, row.provider_ref or receipt.provider_ref
    if after is before:
        return True
    row.state, row.state_at, row.reason = after, now, receipt.reason
    row.settled_at = row.settled_at or now
    if row.contact_point is not None:
        if after is DeliveryState.DELIVERED:
            got_through(row.contact_point, now)
        elif receipt.reason == "opted-out":
            row.contact_point.opted_out_at = row.contact_point.opted_out_at or now
        elif after in (DeliveryState.UNDELIVERED, DeliveryState.FAILED):
            came_back(row.contact_point, receipt.reason, now)
    tell_ladders(session, [row], now)
    return True


def resolve_unknown(
    session: Session, delivery_id: int, user: User, now: datetime, *, arrived: bool
) -> Delivery:
    """A human has found out whether an `unknown` message arrived, and says so; the ladder goes by it."""
    row = session.get_one(
        Delivery, delivery_id, with_for_update={"of": Delivery}, populate_existing=True
    )
    if row.state != DeliveryState.UNKNOWN:
        return row
    row.state = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED
    row.reason, row.state_at = "resolved-by-hand", now
    row.resolved_by_name, row.resolved_at = user.shown_name, now
    log.record(
        session,
        "delivery.resolved",
        now=now,
        user=user,
        activation_id=row.activation_id,
        subject=f"delivery:{row.id}",
        payload={"arrived": arrived},
    )
    tell_ladders(session, [row], now)
    return row
