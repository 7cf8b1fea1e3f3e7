"""Answers from paper: ticked while the server was gone, entered afterwards, put where their real times belong."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from playbook.domain.response.answers import Answer
from playbook.domain.response.escalation import RungState
from playbook.domain.response.paper import (
    PAPER,
    Standing,
    Tick,
    leader,
)
from playbook.models import Person, RoleCall, RoleCallState, Rung, User
from playbook.services import log
from playbook.services.response.answers import (
    asked_rungs,
    cancel_unsent,
    close_phone_tasks,
    reopen,
)
from playbook.services.response.callout import SAID, climb, lead, own
from playbook.services.response.context import CallOut
from playbook.services.response.paper_reckoning import (
    CALL_OUT,
    NO_ANSWER,
    Reckoned,
    read_ladders,
    reckon,
)
from playbook.services.response.people import contact_for
from playbook.services.response.queueing import next_step, queue_text


def enter(call_out: CallOut, ticks: Sequence[Tick], user: User, caller: str = "") -> Reckoned:
    """Take what was ticked into an incident, also one that has ended; the same sheet again changes nothing.

    `caller` is who made the calls, as it stands on the paper. Whoever has answered is not asked any more, whoever is
    next is. Raises BadInput for a line that is not on the ladders, or a time before time zero or in the future.
    """
    call_out.take_turn()
    role_calls = read_ladders(call_out)
    return take(call_out, role_calls, ticks, user, caller)


def foresee(call_out: CallOut, ticks: Sequence[Tick]) -> Reckoned:
    """Return what `enter` would do; writes nothing. Raises BadInput as `enter` does."""
    return reckon(call_out, read_ladders(call_out), ticks)


def take(
    call_out: CallOut,
    role_calls: Sequence[RoleCall],
    ticks: Sequence[Tick],
    user: User,
    caller: str = "",
    *,
    climbing: bool = True,
) -> Reckoned:
    """Do what `enter` does with ladders that are read already, our turn taken.

    Without `climbing` nobody is asked: the caller goes on with the ladders.
    """
    reckoned = reckon(call_out, role_calls, ticks)
    if not reckoned.fresh:
        return reckoned
    touched: list[Rung] = []
    for person_id in dict.fromkeys(tick.person_id for tick in reckoned.fresh):
        mine = [tick for tick in reckoned.fresh if tick.person_id == person_id]
        rungs = _concerned(call_out, role_calls, mine)
        for rung in rungs:
            _place(rung, mine, reckoned.stands.get(person_id), user)
        for tick in mine:
            _log_tick(call_out, rungs, tick, user, caller)
        touched += rungs
    cancel_unsent(call_out, touched)
    close_phone_tasks(call_out, touched, user, PAPER)
    roles = dict.fromkeys(rung.role_call for rung in touched)
    for role_call in roles:
        _settle(call_out, role_call)
    if climbing and call_out.activation.ended_at is None:
        for role_call in roles:
            if role_call.state in (RoleCallState.WAITING, RoleCallState.CALLING):
                climb(call_out, role_call)
    call_out.touch()
    _log_sheet(call_out, reckoned, user)
    return reckoned


def own_the_rest(call_out: CallOut, role_calls: Iterable[RoleCall]) -> None:
    """Nobody further is called: the coordinator owns every role that nobody answers for."""
    for role_call in role_calls:
        if role_call.state in (RoleCallState.WAITING, RoleCallState.CALLING):
            own(call_out, role_call)


def _concerned(
    call_out: CallOut, role_calls: Iterable[RoleCall], mine: Sequence[Tick]
) -> list[Rung]:
    """Return the rungs that a person's ticks speak of: those ticked, those asked, those whose turn has come."""
    roles = {tick.role for tick in mine}
    person_id = mine[0].person_id
    found = asked_rungs(call_out, person_id, CALL_OUT)
    nobody_there = all(tick.what.answer is None for tick in mine)
    for call in role_calls:
        due = nobody_there and call.starts_at <= call_out.now
        for rung in call.rungs:
            if rung.person_id == person_id and (call.role in roles or due) and rung not in found:
                found.append(rung)
    return found


def _place(rung: Rung, mine: Sequence[Tick], stands: Standing | None, user: User) -> None:
    """Put one rung where everything that its person said leaves it."""
    called_at = min(tick.at for tick in mine)
    asked_since, rung.opened_at = rung.opened_at, rung.opened_at or called_at
    if stands is None:
        last = max(tick.at for tick in mine)
        asked_later = (
            rung.state == RungState.ASKED and asked_since is not None and last < asked_since
        )
        if rung.state == RungState.WAITING or (rung.state == RungState.ASKED and not asked_later):
            rung.state, rung.closed_at = RungState.SILENT, last
            rung.noted_by_name = user.shown_name
        return
    if rung.closed_at is not None and rung.state not in SAID:
        rung.late = rung.late or stands.since > rung.closed_at
    rung.state, rung.answered_at = stands.answer.state, stands.since
    rung.answered_via = stands.via or rung.answered_via
    if stands.via == PAPER:
        rung.noted_by_name = user.shown_name


def _settle(call_out: CallOut, role_call: RoleCall) -> None:
    """Let who joined first and still does answer for the role, and tell whom that concerns."""
    ended_at = call_out.activation.ended_at
    if ended_at is None and role_call.state == RoleCallState.CLOSED:
        return  # let go when the level changed
    answering = _first(role_call)
    answered = role_call.state == RoleCallState.ANSWERED
    before = role_call.answered_by if answered else None
    if ended_at is not None:
        _settle_afterwards(role_call, answering, ended_at)
    elif answering is None and answered:
        reopen(call_out, role_call)
    elif answering is not None:
        if before is None or before.id != answering.person_id:
            lead(call_out, role_call, answering)
            _tell_who_led(call_out, role_call, before, answering)
        role_call.answered_at = answering.answered_at


def _settle_afterwards(role_call: RoleCall, answering: Rung | None, ended_at: datetime) -> None:
    """Correct what is known of an incident that is over; nobody is told anything."""
    if answering is not None and answering.answered_at and answering.answered_at <= ended_at:
        role_call.state, role_call.answered_by = RoleCallState.ANSWERED, answering.person
        role_call.answered_at = answering.answered_at
    elif answering is None and role_call.state == RoleCallState.ANSWERED:
        role_call.state = RoleCallState.CLOSED
        role_call.answered_by = role_call.answered_at = None


def _first(role_call: RoleCall) -> Rung | None:
    rungs = {r.id: r for r in role_call.rungs if r.state == RungState.JOINING and r.answered_at}
    key = leader(
        {
            n: Standing(Answer.JOINING, r.answered_at, r.answered_via or "")
            for n, r in rungs.items()
            if r.answered_at
        }
    )
    return None if key is None else rungs[key]


def _tell_who_led(
    call_out: CallOut, role_call: RoleCall, before: Person | None, answering: Rung
) -> None:
    """Tell who was thought to answer for the role that somebody had said yes before them."""
    theirs = next((r for r in role_call.rungs if before and r.person_id == before.id), None)
    if before is None or theirs is None or theirs.state != RungState.JOINING:
        return
    contact, _ = contact_for(before, "sms")
    if contact is None:
        return
    queue_text(
        call_out,
        cause=next_step(call_out, before, f"rung:{theirs.id}:answered-before"),
        purpose="notice",
        message="answer-late",
        channel="sms",
        language=theirs.language,
        facts={
            "role": call_out.role_name(role_call.role, theirs.language),
            "answered_by": answering.person.name,
        },
        contact=contact,
        person=before,
    )


def _log_tick(
    call_out: CallOut, rungs: Sequence[Rung], tick: Tick, user: User, caller: str
) -> None:
    """Write a tick down at its real time; the sheet's own entry says when it came here."""
    rung = next((r for r in rungs if r.role_call.role == tick.role), rungs[0])
    log.record(
        call_out.session,
        NO_ANSWER if tick.what.answer is None else f"answer.{tick.what.answer}",
        now=tick.at,
        user=user,
        activation_id=call_out.activation.id,
        subject=f"rung:{rung.id}",
        payload={
            "name": rung.person.name,
            "person": tick.person_id,
            "role": tick.role,
            "via": PAPER,
            "said_at": tick.at.isoformat(),
            "late": rung.late,
            "entered_at": call_out.now.isoformat(),
            "entered_by": user.shown_name,
            "caller": caller.strip(),
        },
    )


def _log_sheet(call_out: CallOut, reckoned: Reckoned, user: User) -> None:
    log.record(
        call_out.session,
        "paper.entered",
        now=call_out.now,
        user=user,
        activation_id=call_out.activation.id,
        subject=f"activation:{call_out.activation.id}",
        payload={"answers": reckoned.answers, "unanswered": reckoned.unanswered},
    )
