"""Carrying out what the escalation rule decides: opening rungs, trying channels, closing, handing to a human."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from playbook.domain.response import escalation as rule
from playbook.domain.response.answers import Told
from playbook.domain.response.changes import text_for
from playbook.domain.response.escalation import RungState
from playbook.domain.response.site_calls import CALL_ME, SITE_WARNING, told_of_warning
from playbook.models import (
    Attempt,
    ContactPoint,
    Delivery,
    RoleCall,
    RoleCallState,
    Rung,
    Task,
    TaskKind,
)
from playbook.services import log
from playbook.services.response.context import CallOut
from playbook.services.response.people import contact_for, obstacle_to_calling
from playbook.services.response.queueing import next_step, queue_text

#: Rung states that say: this person has told us, in this activation.
SAID = frozenset({RungState.JOINING, RungState.DEPUTY, RungState.UNABLE})


def climb(call_out: CallOut, role_call: RoleCall) -> int:
    """Carry out everything that is due for one role; return how many steps were taken.

    Set when it must be looked at again; None means that an event (a provider's word, an answer) will say.
    """
    steps = 0
    while True:
        plan = rule.plan(ladder_of(role_call), call_out.now)
        for action in plan.actions:
            _carry_out(call_out, role_call, action)
            steps += 1
        settled_meanwhile = role_call.state not in (RoleCallState.WAITING, RoleCallState.CALLING)
        if not plan.actions or settled_meanwhile:
            role_call.next_due_at = None if settled_meanwhile else plan.next_due_at
            return steps


def ladder_of(role_call: RoleCall) -> rule.Ladder:
    """Return a role's call as the rule sees it."""
    return rule.Ladder(
        starts_at=role_call.starts_at,
        settled=role_call.state not in (RoleCallState.WAITING, RoleCallState.CALLING),
        rungs=tuple(rung_facts(rung) for rung in role_call.rungs),
    )


def rung_facts(rung: Rung) -> rule.Rung:
    """Return a rung as the rule sees it: by the messages that ask this person."""
    asked = asking_rung(rung)
    return rule.Rung(
        key=rung.id,
        channels=tuple(asked.channels),
        acknowledge_within=timedelta(seconds=rung.acknowledge_seconds),
        state=RungState(rung.state),
        attempts=tuple(
            rule.Attempt(a.channel, a.tried_at, a.settled_at, a.failed) for a in asked.attempts
        ),
    )


def asking_rung(rung: Rung) -> Rung:
    """Return the rung whose messages ask this person: its own, or the one it was asked with."""
    return rung.asked_with or rung


def _carry_out(call_out: CallOut, role_call: RoleCall, action: rule.Action) -> None:
    if isinstance(action, rule.Own):
        own(call_out, role_call)
        return
    rung = next(r for r in role_call.rungs if r.id == action.rung)
    if isinstance(action, rule.Open):
        _open(call_out, role_call, rung)
    elif isinstance(action, rule.Close):
        close(call_out, rung, action.state)
    elif rung.state == RungState.ASKED:
        _try(call_out, role_call, asking_rung(rung), action.position)


def _open(call_out: CallOut, role_call: RoleCall, rung: Rung) -> None:
    """Begin asking a person; one who has already said something in this activation is not asked twice."""
    role_call.state = RoleCallState.CALLING
    rung.opened_at = call_out.now
    said = [r for r in others_of(call_out, rung) if r.state in SAID]
    if said:
        latest = max(said, key=lambda r: r.answered_at or call_out.now)
        rung.state = latest.state
        rung.answered_at, rung.answered_via = latest.answered_at, latest.answered_via
        rung.noted_by_name = latest.noted_by_name
        _log_said(call_out, rung)
        if rung.state == RungState.JOINING:
            lead(call_out, role_call, rung)
            tell_leader(call_out, role_call, rung)
        return
    rung.state = RungState.ASKED
    asked = [r for r in others_of(call_out, rung) if r.state == RungState.ASKED]
    if asked:
        rung.asked_with = asking_rung(asked[0])
        rung.clock_started_at = rung.asked_with.clock_started_at
    _note(call_out, "rung.opened", rung)


def _log_said(call_out: CallOut, rung: Rung) -> None:
    """What a person has said for other roles counts for this one too."""
    log.record(
        call_out.session,
        f"{'warning' if rung.role_call.message == SITE_WARNING else 'answer'}.{rung.state}",
        now=call_out.now,
        person_id=rung.person_id,
        activation_id=call_out.activation.id,
        subject=f"rung:{rung.id}",
        payload={
            "name": rung.person.name,
            "role": rung.role_call.role,
            "via": rung.answered_via,
            "said_at": rung.answered_at.isoformat() if rung.answered_at else None,
            "late": False,
        },
    )


def others_of(call_out: CallOut, rung: Rung) -> Sequence[Rung]:
    """Return the same person's other rungs in this activation that the same message asks on.

    Who has answered the call-out has not been warned, and who was warned has not promised to come.
    """
    return [r for r in call_out.rungs_of_person(rung.person_id) if r is not rung and alike(r, rung)]


def alike(one: Rung, other: Rung) -> bool:
    """Whether the same message asks on both rungs."""
    return one.role_call.message == other.role_call.message


def _try(call_out: CallOut, role_call: RoleCall, rung: Rung, position: int) -> None:
    """Try one channel: queue its message, or give a human the call, or note that nothing can arrive."""
    if any(a.position == position for a in rung.attempts):
        return
    channel = rung.channels[position]
    attempt = Attempt(round=rung.round, position=position, channel=channel, tried_at=call_out.now)
    rung.all_attempts.append(attempt)
    if channel == "voice":
        obstacle = obstacle_to_calling(rung.person)
        if obstacle is None:
            cause = f"rung:{rung.id}:{rung.round}:{position}:voice"
            give_to_a_human(call_out, role_call, rung, attempt, cause)
        else:
            settle(rung, attempt, call_out.now, failed=True, reason=obstacle)
        return
    contact, reason = contact_for(rung.person, channel)
    if contact is None:
        settle(rung, attempt, call_out.now, failed=True, reason=reason)
        return
    attempt.delivery = queue_asking(
        call_out, role_call, rung, channel, contact, f"rung:{rung.id}:{rung.round}:{position}"
    )


def queue_asking(
    call_out: CallOut,
    role_call: RoleCall,
    rung: Rung,
    channel: str,
    contact: ContactPoint,
    cause: str,
) -> Delivery:
    """Queue the message that asks this person, on one channel."""
    return queue_text(
        call_out,
        cause=cause,
        purpose="call-out",
        message=role_call.message,
        channel=channel,
        language=rung.language,
        facts={
            "text": _own_words(call_out, role_call, rung.language),
            "role": role_names(call_out, rung),
            "link": call_out.link(call_out.token(role_call.role, rung.person_id)),
        },
        contact=contact,
        person=rung.person,
        rung_id=rung.id,
    )


def _own_words(call_out: CallOut, role_call: RoleCall, language: str) -> str:
    """Return what the coordinator adds to the warning of a similar place; empty for a call-out."""
    if role_call.message != SITE_WARNING:
        return ""
    words = call_out.words_of_warning(role_call.starts_at)
    return text_for(words, language, call_out.document.languages.source)[0]


def role_names(call_out: CallOut, rung: Rung) -> str:
    """Return every role that this person is being asked for now, in their language.

    Roles that start at this very instant count too, although their turn in the same transaction is yet to come.
    """
    roles = dict.fromkeys(
        r.role_call.role
        for r in call_out.rungs_of_person(rung.person_id)
        if r is rung
        or (r.state == RungState.ASKED and asking_rung(r) is rung)
        or (alike(r, rung) and _is_next(r, call_out.now))
    )
    return ", ".join(call_out.role_name(role, rung.language) for role in roles)


def _is_next(rung: Rung, now: datetime) -> bool:
    """Whether this person is the first whom a role asks that is due now and has not begun."""
    role_call = rung.role_call
    begun = rung.state != RungState.WAITING or role_call.state != RoleCallState.WAITING
    return rung.position == 0 and not begun and role_call.starts_at <= now


def give_to_a_human(
    call_out: CallOut, role_call: RoleCall, rung: Rung, attempt: Attempt, cause: str
) -> None:
    """A phone call is a human's task; the person's minutes run from when the human was given it."""
    settle(rung, attempt, call_out.now)
    call_out.session.add(
        Task(
            activation_id=call_out.activation.id,
            kind=TaskKind.PHONE_CALL,
            cause=cause,
            role=role_call.role,
            person_id=rung.person_id,
            rung_id=rung.id,
            due_at=call_out.now + timedelta(seconds=rung.acknowledge_seconds),
            adopted=False,
            opened_at=call_out.now,
        )
    )


def settle(
    rung: Rung, attempt: Attempt, at: datetime, *, failed: bool = False, reason: str | None = None
) -> None:
    """Note that an attempt got as far as a provider or a human; the person's minutes run from the first one."""
    attempt.settled_at = attempt.settled_at or at
    if failed:
        attempt.failed, attempt.reason = True, reason
    rung.clock_started_at = rung.clock_started_at or at


def close(call_out: CallOut, rung: Rung, state: RungState) -> None:
    """Close a rung without an answer."""
    rung.state, rung.closed_at = state, call_out.now
    _note(call_out, f"rung.{state.value}", rung)


def own(call_out: CallOut, role_call: RoleCall) -> None:
    """Nobody has answered: the coordinator owns the silence, by name."""
    activation = call_out.activation
    role_call.state = RoleCallState.OWNED
    role_call.owned_at = call_out.now
    role_call.owner_id, role_call.owner_name = (
        activation.coordinator_id,
        activation.coordinator_name,
    )
    role_call.next_due_at = None
    log.record(
        call_out.session,
        "role.owned",
        now=call_out.now,
        activation_id=activation.id,
        subject=f"role_call:{role_call.id}",
        payload={"role": role_call.role, "owner": role_call.owner_name},
    )


def lead(call_out: CallOut, role_call: RoleCall, rung: Rung) -> None:
    """This person answers for the role: others still asked are stood down, who deferred is told."""
    role_call.state = RoleCallState.ANSWERED
    role_call.answered_by_id, role_call.answered_at = rung.person_id, call_out.now
    role_call.answered_by = rung.person
    role_call.next_due_at = None
    for other in role_call.rungs:
        if other is rung:
            continue
        if other.state == RungState.ASKED:
            other.state, other.closed_at = RungState.STOOD_DOWN, call_out.now
            _note(call_out, "rung.stood-down", other)
            if role_call.message != SITE_WARNING:  # who was warned has nothing to stand down from
                _tell(call_out, role_call, other, "stand-down", rung.person.name)
        elif other.state == RungState.DEPUTY:
            _tell(call_out, role_call, other, "deputy-answered", rung.person.name)
    _spare_needless_calls(call_out, role_call, rung)


def _spare_needless_calls(call_out: CallOut, role_call: RoleCall, answering: Rung) -> None:
    """Nobody need phone the others on this ladder, unless another role without an answer waits for them too."""
    asking = {asking_rung(r).id for r in role_call.rungs if r is not answering}
    spare_calls(call_out, asking - {asking_rung(answering).id})


def spare_calls(call_out: CallOut, asking: set[int]) -> None:
    """Take the phone calls of the rungs `asking` off the list, unless another role still waits for them.

    Whoever has asked to be called is called all the same.
    """
    if not asking:
        return
    call_out.session.flush()
    asked_by = func.coalesce(Rung.asked_with_id, Rung.id)
    wanted = (
        select(asked_by)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .where(
            RoleCall.activation_id == call_out.activation.id,
            RoleCall.state.in_((RoleCallState.CALLING, RoleCallState.OWNED)),
            asked_by.in_(asking),
        )
    )
    call_out.session.execute(
        update(Task)
        .where(
            Task.rung_id.in_(asking),
            Task.done_at.is_(None),
            Task.rung_id.not_in(wanted),
            Task.cause.not_like(f"%{CALL_ME}"),
        )
        .values(done_at=call_out.now, outcome="not-needed")
        .execution_options(synchronize_session=False)
    )


def _tell(
    call_out: CallOut, role_call: RoleCall, rung: Rung, message: str, answered_by: str
) -> None:
    """Tell somebody who has been reached that another has answered, on the channels that reached them."""
    reached = [
        a
        for a in asking_rung(rung).attempts
        if a.delivery is not None and a.settled_at and not a.failed
    ]
    step = next_step(call_out, rung.person, f"rung:{rung.id}:{rung.round}:{message}")
    for channel in dict.fromkeys(a.channel for a in reached):
        contact, _ = contact_for(rung.person, channel)
        if contact is None:
            continue
        queue_text(
            call_out,
            cause=step,
            purpose="notice",
            message=message,
            channel=channel,
            language=rung.language,
            facts={
                "role": call_out.role_name(role_call.role, rung.language),
                "answered_by": answered_by,
            },
            contact=contact,
            person=rung.person,
        )


def tell_leader(call_out: CallOut, role_call: RoleCall, rung: Rung) -> None:
    """Tell somebody who had said yes before that they now answer for this role too, or after all."""
    contact, _ = contact_for(rung.person, "sms")
    if contact is None:
        return
    told = told_of_warning(Told.JOINING) if role_call.message == SITE_WARNING else Told.JOINING
    queue_text(
        call_out,
        cause=next_step(call_out, rung.person, f"rung:{rung.id}:leads"),
        purpose="notice",
        message=told.value,
        channel="sms",
        language=rung.language,
        facts={
            "role": call_out.role_name(role_call.role, rung.language),
            "answered_by": rung.person.name,
        },
        contact=contact,
        person=rung.person,
    )


def _note(call_out: CallOut, kind: str, rung: Rung) -> None:
    log.record(
        call_out.session,
        kind,
        now=call_out.now,
        activation_id=call_out.activation.id,
        subject=f"rung:{rung.id}",
        payload={"role": rung.role_call.role, "name": rung.person.name},
    )
