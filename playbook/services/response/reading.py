"""Texts that no rule understood: taken by one person, answered or set aside; nothing expires unread."""

from datetime import datetime

from sqlalchemy.orm import Session

from playbook.domain.response.answers import Answer
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import Inbound, User
from playbook.services import log
from playbook.services.response.answers import record_answer
from playbook.services.response.context import load_running


def find(session: Session, inbound_id: int) -> Inbound:
    """Return an inbound message, ours until the transaction ends, or raise NotFound."""
    row = session.get(Inbound, inbound_id, with_for_update={"of": Inbound}, populate_existing=True)
    if row is None:
        raise NotFound("There is no such message.")
    return row


def take(session: Session, inbound_id: int, user: User, now: datetime) -> Inbound:
    """Take a message, so that others see who reads it; somebody else's stays theirs."""
    row = find(session, inbound_id)
    if row.taken_by_id not in (None, user.id):
        raise Conflict("{name} is already reading this message.", name=row.taken_by_name or "")
    row.taken_by_id, row.taken_by_name = user.id, user.shown_name
    row.taken_at = row.taken_at or now
    return row


def finish(session: Session, inbound_id: int, user: User, now: datetime, outcome: str) -> Inbound:
    """Say what came of a message, in words; it leaves the inbox and stays in the log."""
    if not outcome.strip():
        raise BadInput("Say in a few words what came of it.")
    row = take(session, inbound_id, user, now)
    row.done_at, row.outcome, row.needs_reader = now, outcome.strip(), False
    _log(session, row, "inbound.read", user, now, {"outcome": row.outcome})
    return row


def understand_as(
    session: Session, inbound_id: int, answer: Answer, user: User, now: datetime, public_url: str
) -> Inbound:
    """A human has understood the text as an answer: take it as one, noted by hand."""
    row = take(session, inbound_id, user, now)
    if row.person is None or row.activation_id is None:
        raise BadInput("Nobody in the directory has this number in a running incident.")
    call_out = load_running(session, row.activation_id, now, public_url)
    record_answer(call_out, row.person, answer, via="hand", at=row.received_at, noted_by=user)
    row.done_at, row.outcome, row.needs_reader = now, answer.value, False
    row.understood = "answer"
    _log(session, row, "inbound.understood", user, now, {"answer": answer.value})
    return row


def _log(
    session: Session, row: Inbound, kind: str, user: User, now: datetime, payload: dict[str, str]
) -> None:
    log.record(
        session,
        kind,
        now=now,
        user=user,
        activation_id=row.activation_id,
        subject=f"inbound:{row.id}",
        payload=payload,
    )
