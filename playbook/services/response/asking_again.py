"""A number is corrected while an incident runs: whoever was asked in vain is asked again at once, at the right one.

The ladder is not moved back: the attempt that went to the old number gets a new message, its person's minutes run on,
and who was asked meanwhile stays asked.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from notifications.delivery import DeliveryState
from playbook.models import Activation, Attempt, ContactPoint, RoleCall, RoleCallState, Rung
from playbook.services import log
from playbook.services.response.callout import asking_rung, give_to_a_human, queue_asking
from playbook.services.response.context import CallOut
from playbook.services.response.dispatch import ASKED_IN_VAIN
from playbook.services.response.people import contact_for, obstacle_to_calling
from playbook.services.response.queueing import AGAIN, next_step

#: Roles without an answer.
UNANSWERED = (RoleCallState.CALLING, RoleCallState.OWNED)


@contextmanager
def asking_again(session: Session, now: datetime, public_url: str) -> Iterator[None]:
    """Correct numbers inside; whoever is being asked in a running incident is then asked at the new ones."""
    before = _numbers(session)
    yield
    session.flush()
    changed: dict[int, set[int]] = {}
    for point_id, (index, person_id) in _numbers(session).items():
        if before.get(point_id, ("", 0))[0] != index:
            changed.setdefault(person_id, set()).add(point_id)
    for person_id, points in changed.items():
        ask_again(session, person_id, points, now, public_url)


def ask_again(
    session: Session, person_id: int, points: Collection[int], now: datetime, public_url: str
) -> int:
    """Ask a person again in every running incident that waits for them; return how many messages that takes.

    `points` are the ids of the contact points that hold something else than before. What is still queued for one of
    them needs nothing: its number is read when it leaves.
    """
    asked = 0
    for activation in session.scalars(_waiting_for([person_id])).all():
        call_out = CallOut(session, activation, now, public_url)
        call_out.take_turn()
        for rung, role_call in _open(call_out, person_id).values():
            asked += sum(
                _try_again(call_out, role_call, rung, attempt, points) for attempt in rung.attempts
            )
        call_out.touch()
    if asked:
        session.info["wake"] = True
    return asked


def _waiting_for(person_ids: Collection[int]) -> Select[tuple[Activation]]:
    waiting = (
        select(Rung.activation_id)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .where(
            Rung.person_id.in_(person_ids),
            Rung.state.in_(ASKED_IN_VAIN),
            RoleCall.state.in_(UNANSWERED),
        )
    )
    return (
        select(Activation)
        .where(Activation.ended_at.is_(None), Activation.id.in_(waiting))
        .order_by(Activation.id)
    )


def _numbers(session: Session) -> dict[int, tuple[str, int]]:
    """Return contact point → blind index and person, of everybody for whom a running incident waits."""
    waited_for = (
        select(Rung.person_id)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .join(Activation, Rung.activation_id == Activation.id)
        .where(
            Activation.ended_at.is_(None),
            Rung.state.in_(ASKED_IN_VAIN),
            RoleCall.state.in_(UNANSWERED),
        )
    )
    rows = session.execute(
        select(ContactPoint.id, ContactPoint.value_index, ContactPoint.person_id).where(
            ContactPoint.person_id.in_(waited_for)
        )
    )
    return {point_id: (index, person_id) for point_id, index, person_id in rows.tuples()}


def _open(call_out: CallOut, person_id: int) -> dict[int, tuple[Rung, RoleCall]]:
    """Return the rungs whose messages ask this person, for roles that have no answer."""
    found: dict[int, tuple[Rung, RoleCall]] = {}
    for rung in call_out.rungs_of_person(person_id):
        if rung.state in ASKED_IN_VAIN and rung.role_call.state in UNANSWERED:
            asking = asking_rung(rung)
            found.setdefault(asking.id, (asking, rung.role_call))
    return found


def _try_again(
    call_out: CallOut,
    role_call: RoleCall,
    rung: Rung,
    attempt: Attempt,
    points: Collection[int],
) -> bool:
    """Repeat one attempt where it went to, or failed at, what is now corrected; return whether it was."""
    cause = f"rung:{rung.id}:{rung.round}:{attempt.position}{AGAIN.rstrip(':')}"
    if attempt.channel == "voice":
        if not attempt.failed or obstacle_to_calling(rung.person) is not None:
            return False
        attempt.failed, attempt.reason = False, None
        give_to_a_human(call_out, role_call, rung, attempt, f"{cause}:{call_out.now.isoformat()}")
        _note(call_out, rung, attempt)
        return True
    contact, _ = contact_for(rung.person, attempt.channel)
    if contact is None or contact.id not in points:
        return False
    sent = attempt.delivery
    if (
        sent is not None
        and sent.state == DeliveryState.QUEUED
        and sent.contact_point_id == contact.id
    ):
        return False
    attempt.delivery = queue_asking(
        call_out,
        role_call,
        rung,
        attempt.channel,
        contact,
        next_step(call_out, rung.person, cause),
    )
    attempt.failed, attempt.reason = False, None
    _note(call_out, rung, attempt)
    return True


def _note(call_out: CallOut, rung: Rung, attempt: Attempt) -> None:
    log.record(
        call_out.session,
        "rung.asked-again",
        now=call_out.now,
        activation_id=call_out.activation.id,
        subject=f"rung:{rung.id}",
        payload={
            "name": rung.person.name,
            "role": rung.role_call.role,
            "channel": attempt.channel,
        },
    )
