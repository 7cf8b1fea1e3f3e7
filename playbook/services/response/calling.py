"""Planning calls and writing their ladders; the first ones that are due start in the same transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.parts import Role
from playbook.domain.response.call_plan import CallPlan, PlannedRole, make_plan
from playbook.models import Activation, RoleCall, RoleCallState, Rung
from playbook.services.response.callout import climb
from playbook.services.response.context import CallOut, link_token
from playbook.services.response.people import holders_of


def plan_for(
    session: Session, playbook: Playbook, roles: dict[str, Role], now: datetime, zone: tzinfo
) -> CallPlan:
    """Return the plan for calling `roles` now; reads the directory in a handful of queries."""
    wanted = dict.fromkeys(roles)
    for role in roles:
        wanted.update(dict.fromkeys(playbook.deputy_roles(role)))
    return make_plan(playbook, roles, holders_of(session, wanted), now, zone)


def begin_calls(
    call_out: CallOut,
    planned: Sequence[PlannedRole],
    before: Callable[[list[RoleCall]], None] | None = None,
) -> list[RoleCall]:
    """Write the ladders of `planned`, let `before` do what comes before anybody is asked, start those that are due.

    Roles already being called are left alone; one that still waits for its tier starts when `planned` says, if sooner.
    """
    session, activation = call_out.session, call_out.activation
    known = {
        r.role: r
        for r in session.scalars(select(RoleCall).where(RoleCall.activation_id == activation.id))
    }
    role_calls = [_role_call(activation, plan) for plan in planned if plan.role not in known]
    session.add_all(role_calls)
    session.flush()
    sooner = [_start_sooner(known[plan.role], plan) for plan in planned if plan.role in known]
    due = [r for r in (*role_calls, *sooner) if r is not None and r.starts_at <= call_out.now]
    if known:
        call_out.preload(due)
    else:
        # Nothing but what was just written: every ladder is in memory, only the people to ask are not.
        call_out.remember(rung for role_call in role_calls for rung in role_call.rungs)
        call_out.load_people(r.rungs[0].person_id for r in due if r.rungs)
    if before is not None:
        before(role_calls)
    for role_call in due:
        climb(call_out, role_call)
    call_out.touch()
    session.info["wake"] = True
    return role_calls


def _start_sooner(role_call: RoleCall, plan: PlannedRole) -> RoleCall | None:
    """Move a role's start forward to what is planned now; return it if that changed anything."""
    if role_call.state != RoleCallState.WAITING or role_call.starts_at <= plan.starts_at:
        return None
    role_call.starts_at = role_call.next_due_at = plan.starts_at
    return role_call


def _role_call(activation: Activation, plan: PlannedRole) -> RoleCall:
    return RoleCall(
        activation_id=activation.id,
        activation=activation,
        role=plan.role,
        tier=plan.tier,
        message=plan.message,
        site_id=plan.site_id,
        starts_at=plan.starts_at,
        state=RoleCallState.WAITING,
        next_due_at=plan.starts_at,
        rungs=[
            Rung(
                activation_id=activation.id,
                person_id=rung.holder.person_id,
                position=position,
                all_attempts=[],
                language=rung.language,
                channels=list(rung.channels),
                acknowledge_seconds=int(rung.acknowledge_within.total_seconds()),
                link_token_digest=token_digest(
                    link_token(activation, plan.role, rung.holder.person_id)
                ),
            )
            for position, rung in enumerate(plan.rungs)
        ],
    )


def token_digest(token: str) -> str:
    """Return the digest under which an answer link's token is found."""
    return sha256(token.encode()).hexdigest()
