"""It changes, it is over: one act by one person that tells everybody who was called and stops what has not left.

Each act is one transaction of the caller's, and harmless twice: the page that asks makes its key.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from playbook.domain.response.changes import ChangeKind, Telling
from playbook.domain.response.escalation import RungState
from playbook.models import (
    Announcement,
    AnnouncementPerson,
    Delivery,
    Person,
    RoleCall,
    RoleCallState,
    User,
)
from playbook.services import log
from playbook.services.response import activation as activations
from playbook.services.response.announcing import start_waiting
from playbook.services.response.calling import begin_calls
from playbook.services.response.callout import asking_rung, climb, spare_calls
from playbook.services.response.codes import give_codes
from playbook.services.response.context import (
    PERSON_LOADING,
    CallOut,
    load_running,
    take_turn,
    token_digest,
)
from playbook.services.response.foreseeing import (
    Change,
    Foreseen,
    foresee,
    not_needed,
    words_of,
)
from playbook.services.response.people import contact_for
from playbook.services.response.queueing import cancel_queued, queue_text
from playbook.settings import Settings


def false_alarm(
    session: Session,
    activation_id: int,
    key: str,
    settings: Settings,
    user: User,
    now: datetime,
    reason: str = "",
) -> Announcement:
    """Tell everybody who was called that it was a false alarm, and end the activation."""
    change = Change(key, ChangeKind.FALSE_ALARM, reason=reason)
    return make(session, activation_id, change, settings, user, now)


def stand_down(
    session: Session,
    activation_id: int,
    key: str,
    settings: Settings,
    user: User,
    now: datetime,
    reason: str = "",
) -> Announcement:
    """Tell everybody who was called that it is over, and end the activation."""
    change = Change(key, ChangeKind.STAND_DOWN, reason=reason)
    return make(session, activation_id, change, settings, user, now)


def change_level(
    session: Session,
    activation_id: int,
    key: str,
    level: str,
    settings: Settings,
    user: User,
    now: datetime,
) -> Announcement:
    """Go to `level`: call who is not called yet, let go who is not needed, tell everybody who was called before."""
    change = Change(key, ChangeKind.LEVEL, level=level)
    return make(session, activation_id, change, settings, user, now)


def correct(
    session: Session,
    activation_id: int,
    key: str,
    texts: Mapping[str, str],
    settings: Settings,
    user: User,
    now: datetime,
) -> Announcement:
    """Send a correction in the coordinator's own words (language → text) to everybody who was called."""
    change = Change(key, ChangeKind.CORRECTION, texts=texts)
    return make(session, activation_id, change, settings, user, now)


def tell_lists(
    session: Session,
    activation_id: int,
    key: str,
    texts: Mapping[str, str],
    to: tuple[str, ...],
    settings: Settings,
    user: User,
    now: datetime,
    *,
    asks: bool = False,
) -> Announcement:
    """Send the coordinator's own words (language → text) to lists and roles, also to people who were never called.

    `to` as in `list_messages`; `asks` for a confirmation.
    """
    change = Change(key, ChangeKind.LIST_MESSAGE, texts=texts, to=to, asks=asks)
    return make(session, activation_id, change, settings, user, now)


def make(
    session: Session,
    activation_id: int,
    change: Change,
    settings: Settings,
    user: User,
    now: datetime,
) -> Announcement:
    """Make a change; the same key again returns what it already made.

    Raises NotFound, Conflict if the incident has ended, BadInput for a level or text that cannot be.
    """
    take_turn(session, activation_id)
    again = session.scalar(select(Announcement).where(Announcement.request_key == change.key))
    if again is not None:
        return again
    call_out = load_running(session, activation_id, now, settings.public_url)
    foreseen = foresee(call_out, change, settings)
    row = _write(call_out, change, user)
    if change.kind.ends:
        activations.end(session, call_out.activation, user, now, change.reason)
    elif change.kind is ChangeKind.LEVEL:
        _move(call_out, change, foreseen)
    _tell_everybody(call_out, row, change, foreseen, settings)
    call_out.touch()
    log.record(
        session,
        f"change.{change.kind}",
        now=now,
        user=user,
        activation_id=activation_id,
        subject=f"announcement:{row.id}",
        payload={
            "people": foreseen.people,
            "before": row.level_before,
            "after": row.level_after,
            "reason": change.reason,
            "texts": {language: words for language, words in change.texts.items() if words},
        },
    )
    return row


def _write(call_out: CallOut, change: Change, user: User) -> Announcement:
    activation = call_out.activation
    row = Announcement(
        activation_id=activation.id,
        request_key=change.key,
        kind=str(change.kind),
        level_before=activation.level,
        level_after=change.level or activation.level,
        texts=json.dumps(dict(change.texts), ensure_ascii=False),
        reason=change.reason.strip(),
        made_at=call_out.now,
        made_by_id=user.id,
        made_by_name=user.shown_name,
    )
    call_out.session.add(row)
    call_out.session.flush()
    return row


def _move(call_out: CallOut, change: Change, foreseen: Foreseen) -> None:
    """Stop the ladders of who is let go; begin those of who is needed now and was not called."""
    session, activation = call_out.session, call_out.activation
    calls = {
        call.role: call
        for call in session.scalars(select(RoleCall).where(RoleCall.activation_id == activation.id))
    }
    call_out.preload(calls.values())
    activation.level = change.level
    let_go = [call for role, call in calls.items() if role in foreseen.let_go]
    for call in let_go:
        _let_go(call_out, call)
    session.flush()
    spare_calls(call_out, {asking_rung(r).id for call in let_go for r in call.rungs})
    cancel_queued(
        session,
        and_(
            Delivery.activation_id == activation.id,
            Delivery.purpose == "call-out",
            Delivery.person_id.in_(not_needed(change, foreseen.tellings)),
        ),
        "not-needed",
        call_out.now,
    )
    for planned in foreseen.begins:
        if planned.role in calls:
            _call_again(call_out, calls[planned.role], planned.starts_at)
    begin_calls(call_out, foreseen.begins)


def _let_go(call_out: CallOut, call: RoleCall) -> None:
    """Nobody is asked for this role any more."""
    call.state, call.next_due_at = RoleCallState.CLOSED, None
    for rung in call.rungs:
        if rung.state == RungState.ASKED:
            rung.state, rung.closed_at = RungState.STOOD_DOWN, call_out.now


def _call_again(call_out: CallOut, call: RoleCall, starts_at: datetime) -> None:
    """A role that had been let go is needed after all: whoever was told to rest is asked afresh."""
    call.state, call.starts_at, call.next_due_at = RoleCallState.WAITING, starts_at, starts_at
    call.answered_by_id = call.answered_at = call.answered_by = None
    call.owner_id = call.owner_name = call.owned_at = None
    for rung in call.rungs:
        if rung.state in (RungState.STOOD_DOWN, RungState.JOINING):
            rung.state, rung.round = RungState.WAITING, rung.round + 1
            rung.asked_with = rung.clock_started_at = rung.answered_at = rung.answered_via = None
    if starts_at <= call_out.now:
        climb(call_out, call)


def _tell_everybody(
    call_out: CallOut, row: Announcement, change: Change, foreseen: Foreseen, settings: Settings
) -> None:
    ids = [telling.person_id for telling in foreseen.tellings]
    people = {
        person.id: person
        for person in call_out.session.scalars(
            select(Person).where(Person.id.in_(ids)).options(*PERSON_LOADING)
        )
    }
    messages = call_out.document.messages
    give_codes(call_out, ids)
    if change.kind is ChangeKind.LIST_MESSAGE:
        languages = {telling.language for telling in foreseen.tellings}
        call_out.__dict__.pop("texts", None)  # looking ahead has added what is not kept yet
        activations.freeze_languages(call_out, settings, [str(change.kind)], languages, keep=True)
    for telling in foreseen.tellings:
        message = messages.get(telling.message)
        row.told.append(
            AnnouncementPerson(
                person_id=telling.person_id,
                message=telling.message,
                language=telling.language,
                channels=list(telling.channels),
                by_phone=telling.channels == ("voice",),
                asks=change.asks
                if change.kind is ChangeKind.LIST_MESSAGE
                else message is not None and message.acknowledge,
                link_token_digest=token_digest(call_out.token(telling.roles[0], telling.person_id)),
            )
        )
        _write_to(call_out, row, change, telling, people[telling.person_id])
    start_waiting(call_out.session, row)
    call_out.session.flush()


def _write_to(
    call_out: CallOut, row: Announcement, change: Change, telling: Telling, person: Person
) -> None:
    for channel in telling.channels:
        contact = None if channel == "voice" else contact_for(person, channel)[0]
        if contact is None:
            continue
        token = call_out.token(telling.roles[0], person.id)
        facts, _language = words_of(call_out, change, telling, token)
        queue_text(
            call_out,
            cause=f"announcement:{row.id}:{person.id}",
            purpose="notice",
            message=telling.message,
            channel=channel,
            language=telling.language,
            facts=facts,
            contact=contact,
            person=person,
        )
