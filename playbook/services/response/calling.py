"""Planning calls and writing their ladders; the first ones that are due start in the same transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.parts import Role
from playbook.domain.response.call_plan import CallPlan, PlannedRole, make_plan, starts_of
from playbook.models import RoleCall, RoleCallState, Rung
from playbook.services import log
from playbook.services.response.callout import climb
from playbook.services.response.codes import give_codes
from playbook.services.response.context import CallOut, token_digest
from playbook.services.response.people import duties_of, holders_of
from playbook.settings import Settings


def plan_for(
    session: Session,
    playbook: Playbook,
    roles: dict[str, Role],
    now: datetime,
    settings: Settings,
    *,
    at_once: bool = False,
) -> CallPlan:
    """Return the plan for calling `roles`, each when its tier starts from now on, or all of them `at_once`.

    Whoever is on duty when a role's tier starts leads its ladder. Reads the directory in a handful of queries.
    """
    zone = ZoneInfo(settings.city_time_zone)
    starts = dict.fromkeys(roles, now) if at_once else starts_of(playbook, roles, now, zone)
    moments = [
        (named, starts[role]) for role in roles for named in (role, *playbook.deputy_roles(role))
    ]
    holders = holders_of(session, dict.fromkeys(named for named, _ in moments))
    return make_plan(playbook, roles, holders, starts, duties_of(session, moments, settings))


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
    role_calls = [_role_call(call_out, plan) for plan in planned if plan.role not in known]
    session.add_all(role_calls)
    session.flush()
    _note_gaps(call_out, planned, role_calls)
    give_codes(call_out, (rung.holder.person_id for plan in planned for rung in plan.rungs))
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


def _note_gaps(
    call_out: CallOut, planned: Sequence[PlannedRole], role_calls: Sequence[RoleCall]
) -> None:
    """Write into the log which roles met a gap in their rota, and who is called instead."""
    gaps = {plan.role: plan for plan in planned if plan.rota_gap}
    for role_call in role_calls:
        plan = gaps.get(role_call.role)
        if plan is not None:
            log.record(
                call_out.session,
                "role.rota-gap",
                now=call_out.now,
                activation_id=call_out.activation.id,
                subject=f"role_call:{role_call.id}",
                payload={
                    "role": plan.role,
                    "name": plan.rungs[0].holder.name if plan.rungs else "",
                    "until": plan.gap_ends_at.isoformat() if plan.gap_ends_at else None,
                },
            )


def _start_sooner(role_call: RoleCall, plan: PlannedRole) -> RoleCall | None:
    """Move a role's start forward to what is planned now; return it if that changed anything."""
    if role_call.state != RoleCallState.WAITING or role_call.starts_at <= plan.starts_at:
        return None
    role_call.starts_at = role_call.next_due_at = plan.starts_at
    return role_call


def _role_call(call_out: CallOut, plan: PlannedRole) -> RoleCall:
    activation = call_out.activation
    return RoleCall(
        activation_id=activation.id,
        activation=activation,
        role=plan.role,
        tier=plan.tier,
        message=plan.message,
        site_id=plan.site_id,
        rota_gap=plan.rota_gap,
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
                duty_until=rung.duty_until,
                acknowledge_seconds=int(rung.acknowledge_within.total_seconds()),
                link_token_digest=token_digest(call_out.token(plan.role, rung.holder.person_id)),
            )
            for position, rung in enumerate(plan.rungs)
        ],
    )
