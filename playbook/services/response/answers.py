"""Taking an answer, however it came: by SMS, by link, or noted by hand."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from playbook.domain.response.answers import Answer, Effect, Told, effect, most_telling
from playbook.domain.response.escalation import RungState
from playbook.domain.response.paper import PAPER
from playbook.domain.response.site_calls import (
    CALL_ME,
    SITE_WARNING,
    meant_by_a_digit,
    told_of_warning,
)
from playbook.errors import Conflict, NotFound
from playbook.models import Delivery, Person, RoleCall, RoleCallState, Rung, Task, TaskKind, User
from playbook.services import log
from playbook.services.response.callout import SAID, climb, lead, tell_leader
from playbook.services.response.context import CallOut
from playbook.services.response.queueing import cancel_queued
from playbook.services.response.tasks import close_phone_calls

#: Somebody made the call that a phone task asks for.
BY_A_HUMAN = ("hand", PAPER)


class Heard:
    """What came of an answer: what to tell the partner, and about which role."""

    def __init__(
        self, told: Told, role: str, answered_by: str, language: str, link_role: str = ""
    ) -> None:
        #: The call whose link shows what the answer was about.
        self.link_role = link_role
        self.told = told
        self.role = role
        self.answered_by = answered_by
        self.language = language


def asked_rungs(call_out: CallOut, person_id: int, about: str = "") -> list[Rung]:
    """Return the rungs on which this person has been asked, or has said something, in this activation.

    `about` keeps those on which that message asked.
    """
    return [
        r
        for r in call_out.rungs_of_person(person_id)
        if r.state != RungState.WAITING and about in ("", r.role_call.message)
    ]


def record_answer(
    call_out: CallOut,
    person: Person,
    answer: Answer,
    *,
    via: str,
    at: datetime,
    noted_by: User | None = None,
    noted_on: Rung | None = None,
    about: str = "",
) -> Heard:
    """Take `person`'s answer for every role that they have been asked about; return what to tell them.

    `about` is the message that they answer, the call-out or a warning; without it, what a digit would mean now.

    `via` is "sms", "link" or "hand". `at` is when the person said it, which for a note by hand may lie in the past.
    `noted_on` is the rung on which a human notes it; the answer counts there although nobody has asked yet.
    An activation that has ended still takes the answer, as late. Raises NotFound if the person was never asked.
    """
    call_out.take_turn()
    about = about or (noted_on.role_call.message if noted_on else _meant(call_out, person.id))
    rungs = asked_rungs(call_out, person.id, about)
    if noted_on is not None and noted_on not in rungs:
        rungs.append(noted_on)
    if not rungs:
        raise NotFound("This person has not been asked in this incident.")
    heard: list[tuple[Effect, Rung]] = []
    for rung in rungs:
        heard.append((_take(call_out, rung, answer, via, at, noted_by), rung))
    cancel_unsent(call_out, rungs)
    close_phone_tasks(call_out, rungs, noted_by, via)
    call_out.touch()
    told = most_telling([e.told for e, _ in heard])
    rung = next(r for e, r in heard if e.told is told)
    leader = rung.role_call.answered_by
    if about == SITE_WARNING:
        told_ = told_of_warning(told)
        if answer is Answer.UNABLE and via != "hand":
            _call_back(call_out, rung)
            told_ = Told.SITE_CALL_YOU
        who = leader.name if leader else person.name
        return Heard(told_, "", who, rung.language, rung.role_call.role)
    return Heard(
        told,
        ", ".join(
            call_out.role_name(r.role_call.role, rung.language) for e, r in heard if e.told is told
        ),
        leader.name if leader else person.name,
        rung.language,
        rung.role_call.role,
    )


def _meant(call_out: CallOut, person_id: int) -> str:
    """Return which message an answer is about when nobody says so."""
    return meant_by_a_digit(
        (r.role_call.message, r.state == RungState.ASKED, r.opened_at or call_out.now)
        for r in asked_rungs(call_out, person_id)
    )


def _call_back(call_out: CallOut, rung: Rung) -> None:
    """Give a human the call that a warned place asks for, at once; the ladder climbs all the same."""
    mine = Task.cause.like(f"person:{rung.person_id}:%{CALL_ME}")
    known = call_out.session.scalars(
        select(Task.done_at).where(Task.activation_id == call_out.activation.id, mine)
    ).all()
    if None in known:
        return
    call_out.session.add(
        Task(
            activation_id=call_out.activation.id,
            kind=TaskKind.PHONE_CALL,
            cause=f"person:{rung.person_id}:{len(known) + 1}{CALL_ME}",
            role=rung.role_call.role,
            person_id=rung.person_id,
            rung_id=rung.id,
            due_at=call_out.now,
            adopted=False,
            opened_at=call_out.now,
        )
    )


def _take(
    call_out: CallOut,
    rung: Rung,
    answer: Answer,
    via: str,
    at: datetime,
    noted_by: User | None,
) -> Effect:
    role_call = rung.role_call
    running = call_out.activation.ended_at is None and role_call.state != RoleCallState.CLOSED
    answered = role_call.state == RoleCallState.ANSWERED
    mine = answered and role_call.answered_by_id == rung.person_id
    what = (
        effect(
            answer,
            RungState(rung.state),
            answered=answered,
            answered_by_me=mine,
            role_open=running,
        )
        if running
        else Effect(Told.LATE if call_out.activation.ended_at else Told.OVER, late=True)
    )
    _log_answer(call_out, rung, answer, via, at, noted_by, late=what.late or not running)
    if rung.state == answer.state and not what.leads and not what.reopens:
        return what
    if answered and not mine and answer is not Answer.JOINING:
        rung.late = True
    rung.state, rung.answered_at, rung.answered_via = answer.state, at, via
    rung.noted_by_name = noted_by.shown_name if noted_by else None
    rung.late = rung.late or what.late or not running
    rung.opened_at = rung.opened_at or call_out.now
    if what.leads:
        lead(call_out, role_call, rung)
        role_call.answered_at = at
    elif what.reopens:
        reopen(call_out, role_call)
    if what.climbs and role_call.state in (RoleCallState.WAITING, RoleCallState.CALLING):
        climb(call_out, role_call)
    return what


def reopen(call_out: CallOut, role_call: RoleCall) -> None:
    """Who had answered cannot any more: another who said yes leads; else who had been stood down is asked afresh.

    A role that a human owns stays with them: nobody further is called for it.
    """
    role_call.answered_by_id = role_call.answered_at = None
    role_call.answered_by = None
    if joining := [r for r in role_call.rungs if r.state == RungState.JOINING]:
        first = min(joining, key=lambda r: r.answered_at or call_out.now)
        lead(call_out, role_call, first)
        tell_leader(call_out, role_call, first)
        return
    if role_call.owner_name is not None:
        role_call.state = RoleCallState.OWNED
        return
    role_call.state = RoleCallState.CALLING
    for rung in role_call.rungs:
        if rung.state == RungState.STOOD_DOWN:
            rung.state, rung.round = RungState.WAITING, rung.round + 1
            rung.asked_with, rung.clock_started_at = None, None


def cancel_unsent(call_out: CallOut, rungs: Sequence[Rung]) -> None:
    """What asks a person who has answered does not leave any more."""
    call_out.session.flush()
    asking = Delivery.rung_id.in_([r.id for r in rungs if r.state in SAID])
    cancel_queued(call_out.session, asking, "answered", call_out.now)


def close_phone_tasks(
    call_out: CallOut, rungs: Sequence[Rung], noted_by: User | None, via: str
) -> None:
    """Nobody need be called who has answered; who has asked to be called, until a human has done it."""
    concerned = Task.rung_id.in_([r.id for r in rungs]) & Task.done_at.is_(None)
    if via != "hand":
        concerned &= Task.cause.not_like(f"%{CALL_ME}")
    call_out.session.execute(
        update(Task)
        .where(concerned)
        .values(
            done_at=call_out.now,
            outcome="done" if via in BY_A_HUMAN else "not-needed",
            done_by_id=noted_by.id if noted_by else None,
            done_by_name=noted_by.shown_name if noted_by else None,
        )
    )


def _log_answer(
    call_out: CallOut,
    rung: Rung,
    answer: Answer,
    via: str,
    at: datetime,
    noted_by: User | None,
    *,
    late: bool,
) -> None:
    log.record(
        call_out.session,
        f"{'warning' if rung.role_call.message == SITE_WARNING else 'answer'}.{answer.value}",
        now=call_out.now,
        user=noted_by,
        person_id=rung.person_id,
        activation_id=call_out.activation.id,
        subject=f"rung:{rung.id}",
        payload={
            "name": rung.person.name,
            "role": rung.role_call.role,
            "via": via,
            "said_at": at.isoformat(),
            "late": late,
        },
    )


def note_by_hand(call_out: CallOut, rung: Rung, answer: Answer, user: User, at: datetime) -> Heard:
    """Note what a person said on the phone or in the room; `at` may lie in the past, never in the future."""
    if at > call_out.now:
        raise Conflict("The time of the answer lies in the future.")
    return record_answer(
        call_out, rung.person, answer, via="hand", at=at, noted_by=user, noted_on=rung
    )


def skip(call_out: CallOut, rung: Rung, user: User) -> None:
    """Do not wait for this person any longer; the next in line is asked at once."""
    call_out.take_turn()
    if rung.state not in (RungState.ASKED, RungState.WAITING):
        return
    rung.state, rung.closed_at = RungState.SKIPPED, call_out.now
    rung.noted_by_name = user.shown_name
    close_phone_calls(call_out.session, Task.rung_id == rung.id, call_out.now)
    _log_hand(call_out, "rung.skipped", f"rung:{rung.id}", user, rung.person.name)
    role_call = rung.role_call
    if role_call.state == RoleCallState.CALLING:
        climb(call_out, role_call)
    call_out.touch()


def take_over(call_out: CallOut, role_call: RoleCall, user: User) -> None:
    """A named human owns this role from now on; nobody further is called for it. Late answers still count."""
    call_out.take_turn()
    if role_call.state in (RoleCallState.ANSWERED, RoleCallState.CLOSED):
        return
    role_call.state, role_call.owned_at = RoleCallState.OWNED, call_out.now
    role_call.owner_id, role_call.owner_name = user.id, user.shown_name
    role_call.next_due_at = None
    _log_hand(call_out, "role.taken-over", f"role_call:{role_call.id}", user, role_call.role)
    call_out.touch()


def _log_hand(call_out: CallOut, kind: str, subject: str, user: User, what: str) -> None:
    log.record(
        call_out.session,
        kind,
        now=call_out.now,
        user=user,
        activation_id=call_out.activation.id,
        subject=subject,
        payload={"what": what},
    )
