"""Invariants of who was called: rotas, gaps, swaps, levels, and that no role is left without an owner."""

from collections.abc import Iterator

from sqlalchemy import select

from playbook.domain.preparedness.rota import Turn, on_duty
from playbook.domain.response.changes import ChangeKind
from playbook.domain.response.escalation import RungState
from playbook.jobs.rehearsal.invariants.looked import Looked
from playbook.models import Delivery, LogEntry, RoleCall, RoleCallState, RotaSwap, SwapState
from playbook.services import log
from playbook.services.preparedness.duty import patterns


def every_role_is_answered_or_owned(looked: Looked) -> list[str]:
    """Name every role that ended neither answered nor owned by a named human."""
    return [call.role for call in looked.calls if not has_owner(call)]


def has_owner(call: RoleCall) -> bool:
    """Whether somebody answered for the role, or a named human owns its silence."""
    return call.state == RoleCallState.ANSWERED or (
        call.state == RoleCallState.OWNED and bool(call.owner_name)
    )


def whoever_is_on_duty_leads(looked: Looked) -> list[str]:
    """Name every role with a rota whose ladder another one led than who was on duty when it began."""
    found = []
    for call, turns in _on_duty(looked):
        if not turns:
            continue
        first = call.rungs[0] if call.rungs else None
        expected = (turns[0].person_id, turns[0].ends_at)
        if first is None or (first.person_id, first.duty_until) != expected:
            found.append(f"{call.role}: led by another one than who was on duty")
        elif first.opened_at is None:
            found.append(f"{call.role}: who was on duty was not asked")
    return found


def every_gap_is_named(looked: Looked) -> list[str]:
    """Name every role in whose rota's gap somebody was called without a word, or that had a gap it should not have."""
    named = {
        entry.subject: log.read_payload(entry).get("name")
        for entry in looked.session.scalars(
            select(LogEntry).where(
                LogEntry.activation_id == looked.activation.id, LogEntry.kind == "role.rota-gap"
            )
        )
    }
    found = []
    for call, turns in _on_duty(looked):
        if call.rota_gap != (not turns):
            found.append(f"{call.role}: the gap in its rota does not stand on its ladder")
        next_in_line = call.rungs[0].person.name if call.rungs else ""
        if not turns and named.get(f"role_call:{call.id}") != next_in_line:
            found.append(f"{call.role}: who was called in the gap is not named")
    gaps = {call.role for call, turns in _on_duty(looked) if not turns}
    if looked.record.gap_role and looked.record.gap_role not in gaps:
        found.append(f"{looked.record.gap_role}: nobody was on its rota, and it was not a gap")
    return found


def _on_duty(looked: Looked) -> Iterator[tuple[RoleCall, tuple[Turn, ...]]]:
    """Yield every call of a role with a rota, and who was on duty when it began."""
    calls = looked.call_out
    if not calls:
        return
    times = [call.starts_at for call in calls]
    roles = [call.role for call in calls]
    rotas = patterns(looked.session, roles, looked.settings, min(times), max(times))
    for call in calls:
        if call.role in rotas:
            yield call, on_duty(rotas[call.role], call.starts_at)


def the_swap_counts(looked: Looked) -> list[str]:
    """Name the role whose turn was swapped, if another one was asked than who had taken it."""
    made = looked.record.swap
    if made is None:
        return []
    swap = looked.session.get(RotaSwap, made.swap_id)
    if swap is None or swap.state != SwapState.ACCEPTED:
        return [f"{made.role}: the swap was not accepted"]
    found = []
    call = next((c for c in looked.call_out if c.role == made.role), None)
    first = call.rungs[0] if call is not None and call.rungs else None
    if call is None or first is None or first.person_id != made.to_person_id:
        return [f"{made.role}: who took the turn was not asked first"]
    if first.opened_at is None:
        found.append(f"{made.role}: who took the turn was not asked")
    for other in call.rungs[1:]:
        if other.person_id != made.from_person_id or other.opened_at is None:
            continue
        if first.opened_at is None or other.opened_at < first.opened_at:
            found.append(f"{made.role}: who had given the turn away was asked before")
    told = Delivery.key.startswith(f"swap:{swap.id}:swap-accepted:", autoescape=True)
    if looked.session.scalar(select(Delivery.id).where(told)) is None:
        found.append(f"{made.role}: who had given the turn away was not told")
    return found


def a_higher_level_calls_only_who_was_not_called(looked: Looked) -> list[str]:
    """Name everybody who was asked anew because the level rose, and every role that the level forgot."""
    made = looked.announced(ChangeKind.LEVEL)
    if made is None:
        return []
    called = {c.role for c in looked.call_out}
    forgotten = set(looked.document.roles_of_level(made.level_after)) - called
    found = [f"{role}: the higher level does not call it" for role in sorted(forgotten)]
    before, said = set(), set()
    for call in looked.call_out:
        for rung in call.rungs:
            if rung.opened_at is not None and rung.opened_at < made.made_at:
                before.add(rung.person_id)
            if _said(rung.state) and rung.answered_at and rung.answered_at < made.made_at:
                said.add(rung.person_id)
    asked = looked.session.execute(
        select(Delivery.person_id, Delivery.queued_at).where(
            Delivery.activation_id == looked.activation.id,
            Delivery.purpose == "call-out",
            Delivery.message == "call-out",
            Delivery.queued_at >= made.made_at,
        )
    )
    again = {p for p, at in asked.tuples() if p in said or (at == made.made_at and p in before)}
    roles = sorted(looked.role_of(person) for person in again if person is not None)
    return [*found, *(f"{role}: called anew although they had been called" for role in roles)]


def _said(state: RungState) -> bool:
    return state in (RungState.JOINING, RungState.DEPUTY, RungState.UNABLE)
