"""The escalation tick: claim the roles that are due, climb their ladders."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from playbook.models import Activation, RoleCall, RoleCallState, Rung
from playbook.services.response.callout import climb
from playbook.services.response.context import CallOut

RUNNING = (RoleCallState.WAITING, RoleCallState.CALLING)


def climb_due(session: Session, now: datetime, public_url: str, limit: int = 200) -> dict[str, int]:
    """Climb up to `limit` ladders that are due at `now`; return {"roles": …, "steps": …}.

    Safe at any time, twice, by anyone: rows are locked while they are worked on (on SQLite the transaction is the
    lock), and the rule finds nothing to do where it was done before.
    """
    due = session.scalars(
        select(RoleCall)
        .where(RoleCall.next_due_at <= now, RoleCall.state.in_(RUNNING))
        .order_by(RoleCall.next_due_at, RoleCall.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=RoleCall)
    ).all()
    by_activation: dict[int, list[RoleCall]] = defaultdict(list)
    for role_call in due:
        by_activation[role_call.activation_id].append(role_call)
    steps = 0
    for activation_id, role_calls in by_activation.items():
        call_out = CallOut(session, session.get_one(Activation, activation_id), now, public_url)
        call_out.preload(role_calls)
        taken = sum(climb(call_out, role_call) for role_call in role_calls)
        steps += taken
        if taken:
            call_out.touch()
    return {"roles": len(due), "steps": steps}


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
