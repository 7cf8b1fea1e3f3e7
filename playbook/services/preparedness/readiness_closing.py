"""Closing a round: silences are counted at their numbers, and the administrators are told in figures."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from notifications.delivery import DeliveryState
from playbook.domain.preparedness.readiness import CallState, median, state_of
from playbook.domain.preparedness.standing.readiness import TEXTS
from playbook.errors import NotFound
from playbook.models import ReadinessCall, ReadinessRound, Role, RoundKind, User
from playbook.services import log
from playbook.services.deliveries import queue_standing
from playbook.services.preparedness.readiness import OPEN_FOR
from playbook.services.preparedness.readiness_answers import LOADING
from playbook.settings import Settings

#: How long a round that is over waits for a question that is due but has not left.
PATIENCE = timedelta(hours=1)


def state_of_call(call: ReadinessCall, made: ReadinessRound) -> CallState:
    """Return what became of one call of `made`."""
    return state_of(
        answered=call.answered_at is not None,
        late=is_late(made, call.answered_at),
        obstacle=call.obstacle is not None,
        delivery=str(call.delivery.state) if call.delivery else None,
        closed=made.closed_at is not None,
    )


def is_late(made: ReadinessRound, answered_at: datetime | None) -> bool:
    """Whether an answer came after a drill was over; a number is proven whenever its person answers."""
    return made.kind == RoundKind.DRILL and answered_at is not None and answered_at > made.closes_at


def time_taken(call: ReadinessCall) -> timedelta | None:
    """Return how long an answer took, from when a provider had the question; None without an answer."""
    if call.answered_at is None or call.delivery is None:
        return None
    began = call.delivery.settled_at or call.delivery.not_before
    return max(timedelta(0), call.answered_at - began)


def close_due(session: Session, now: datetime, settings: Settings) -> int:
    """Close the rounds whose time is over; return how many were.

    A proof that was put off stays open until its last question has had its days.
    """
    due = session.scalars(
        select(ReadinessRound)
        .where(ReadinessRound.closed_at.is_(None), ReadinessRound.closes_at <= now)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_close_or_wait(session, made, now, settings) for made in due)


def close_now(
    session: Session, round_id: int, *, now: datetime, user: User, settings: Settings
) -> ReadinessRound:
    """Close a round before its time: what has not left does not leave. Twice is harmless. Raises NotFound."""
    made = session.get(ReadinessRound, round_id, with_for_update=True)
    if made is None:
        raise NotFound("There is no such proof or drill.")
    if made.closed_at is None:
        made.closes_at = now
        calls = _calls(session, made)
        _cancel_queued(calls, "closed", now)
        _close(session, made, calls, now, settings, user)
    return made


def _close_or_wait(
    session: Session, made: ReadinessRound, now: datetime, settings: Settings
) -> bool:
    calls = _calls(session, made)
    if made.kind == RoundKind.DRILL:
        _cancel_queued(calls, "too-late", now)
    else:
        waiting = [c for c in calls if c.delivery and c.delivery.state == DeliveryState.QUEUED]
        asked_at = [c.delivery.not_before for c in calls if c.delivery]
        ends = max(asked_at, default=now) + OPEN_FOR[RoundKind.PROOF]
        if waiting or ends > now:
            made.closes_at = max(ends, now + PATIENCE)
            return False
    _close(session, made, calls, now, settings, None)
    return True


def _calls(session: Session, made: ReadinessRound) -> Sequence[ReadinessCall]:
    return session.scalars(
        select(ReadinessCall)
        .where(ReadinessCall.round_id == made.id)
        .options(*LOADING)
        .order_by(ReadinessCall.id)
    ).all()


def _cancel_queued(calls: Sequence[ReadinessCall], reason: str, now: datetime) -> None:
    for call in calls:
        if call.delivery is not None and call.delivery.state == DeliveryState.QUEUED:
            call.delivery.state, call.delivery.reason = DeliveryState.CANCELLED, reason
            call.delivery.state_at = now


def _close(
    session: Session,
    made: ReadinessRound,
    calls: Sequence[ReadinessCall],
    now: datetime,
    settings: Settings,
    user: User | None,
) -> None:
    made.closed_at = now
    if made.kind == RoundKind.PROOF:
        for call in calls:
            _count_silence(made, call)
    counts = Counter(state_of_call(call, made) for call in calls)
    log.record(
        session,
        "readiness.closed",
        now=now,
        user=user,
        subject=f"readiness_round:{made.id}",
        payload={"kind": str(made.kind), **{str(k): v for k, v in sorted(counts.items())}},
    )
    _tell_administrators(session, made, calls, counts, now, settings)


def _count_silence(made: ReadinessRound, call: ReadinessCall) -> None:
    """Count one more silence, unless the number has shown otherwise since the round began that it works."""
    contact = call.contact_point
    if contact is None or contact.value_index != call.value_index:
        return
    if state_of_call(call, made) is not CallState.SILENT:
        return
    if contact.proven_at is not None and contact.proven_at >= made.started_at:
        call.answered_at, call.answered_via = contact.proven_at, "otherwise"
    else:
        contact.silent_proofs += 1


def _tell_administrators(
    session: Session,
    made: ReadinessRound,
    calls: Sequence[ReadinessCall],
    counts: Counter[CallState],
    now: datetime,
    settings: Settings,
) -> None:
    drill = made.kind == RoundKind.DRILL
    in_time = [c for c in calls if state_of_call(c, made) is CallState.ANSWERED]
    middle = median(took for c in in_time if (took := time_taken(c)) is not None)
    facts = {
        "asked": str(len(calls) if drill else len(calls) - counts[CallState.CANNOT]),
        "answered": str(counts[CallState.ANSWERED]),
        "silent": str(counts[CallState.SILENT]),
        "bounced": str(counts[CallState.BOUNCED]),
        "cannot": str(counts[CallState.CANNOT]),
        "median": "–" if middle is None else f"{middle / timedelta(minutes=1):.1f}",
        "link": f"{settings.public_url.rstrip('/')}/readiness/rounds/{made.id}",
    }
    administrators = session.scalars(
        select(User)
        .where(User.active.is_(True), User.roles.any(Role.name == "administrator"))
        .options(selectinload(User.roles))
        .order_by(User.id)
    )
    for user in administrators:
        queue_standing(
            session,
            TEXTS,
            f"{made.kind}-closed",
            cause=f"round:{made.id}:closed:user:{user.id}",
            channel="email",
            language=user.language or "en",
            facts=facts,
            contact=None,
            person=None,
            address=user.email,
            now=now,
        )
