"""The escalation tick: claim the incidents with roles that are due, climb their ladders."""

import logging
import traceback
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from playbook.errors import KeyMissing
from playbook.models import Activation, RoleCall, RoleCallState, Rung
from playbook.services.response.callout import climb, own
from playbook.services.response.context import CallOut

_log = logging.getLogger(__name__)

RUNNING = (RoleCallState.WAITING, RoleCallState.CALLING)
#: A ladder that could not be climbed is tried again after this long; the others go on meanwhile.
SET_ASIDE = timedelta(minutes=1)


def climb_due(session: Session, now: datetime, public_url: str, limit: int = 200) -> dict[str, int]:
    """Climb up to `limit` ladders that are due at `now`; return {"roles": …, "steps": …}.

    Safe at any time, twice, by anyone: an incident is locked while it is worked on (on SQLite the transaction is the
    lock), and the rule finds nothing to do where it was done before. An incident that somebody else works on at this
    moment is left to the next tick.
    """
    found = session.execute(
        select(RoleCall.activation_id, RoleCall.id)
        .where(_is_due(now))
        .order_by(RoleCall.next_due_at, RoleCall.id)
        .limit(limit)
    )
    by_activation: dict[int, list[int]] = defaultdict(list)
    for activation_id, role_call_id in found:
        by_activation[activation_id].append(role_call_id)
    counts = {"roles": 0, "steps": 0}
    for activation_id, role_call_ids in by_activation.items():
        activation = session.scalar(
            select(Activation)
            .where(Activation.id == activation_id)
            .with_for_update(skip_locked=True, key_share=True)
        )
        if activation is None:
            continue
        role_calls = session.scalars(
            select(RoleCall)
            .where(RoleCall.id.in_(role_call_ids), _is_due(now))
            .order_by(RoleCall.next_due_at, RoleCall.id)
        ).all()
        steps = _climb_all(session, activation, role_calls, now, public_url)
        counts["roles"] += len(role_calls)
        counts["steps"] += steps
        if steps:
            activation.changed()
    return counts


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (RoleCall.next_due_at <= now) & RoleCall.state.in_(RUNNING)


def _climb_all(
    session: Session,
    activation: Activation,
    role_calls: Sequence[RoleCall],
    now: datetime,
    public_url: str,
) -> int:
    """Climb together; if anything breaks, one by one, so that a broken ladder stops nobody else's.

    What the database refused is tried again; what cannot be climbed at all is a human's to own.
    """
    try:
        with session.begin_nested():
            return _climb(CallOut(session, activation, now, public_url), role_calls)
    except Exception as error:
        _report(error, f"incident {activation.number}")
    steps = 0
    for role_call in role_calls:
        try:
            with session.begin_nested():
                steps += _climb(CallOut(session, activation, now, public_url), [role_call])
        except Exception as error:
            _report(error, f"role_call:{role_call.id}")
            role_call.next_due_at = now + SET_ASIDE
            if not isinstance(error, (SQLAlchemyError, KeyMissing)):
                own(CallOut(session, activation, now, public_url), role_call)
                steps += 1
    return steps


def _climb(call_out: CallOut, role_calls: Sequence[RoleCall]) -> int:
    call_out.preload(role_calls)
    return sum(climb(call_out, role_call) for role_call in role_calls)


def _report(error: Exception, what: str) -> None:
    """Log where climbing failed; never what the error says, which may quote a name or a number."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    _log.error("climbing failed: %s, %s\n%s", what, type(error).__name__, frames)


def look_again(session: Session, rung_ids: list[int], now: datetime) -> None:
    """Have the roles looked at whose rungs, or rungs asked with them, have just heard something."""
    if not rung_ids:
        return
    concerned = select(Rung.role_call_id).where(
        Rung.id.in_(rung_ids) | Rung.asked_with_id.in_(rung_ids)
    )
    session.execute(
        update(RoleCall)
        .where(RoleCall.id.in_(concerned), RoleCall.state.in_(RUNNING))
        .values(next_due_at=now)
        .execution_options(synchronize_session=False)
    )
