"""A change that must be confirmed and is not: the next way of telling, then a human's phone call.

It goes on after the incident has ended: that it was a false alarm must arrive all the more.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.response.changes import WRITTEN, ChangeKind, Telling
from playbook.domain.response.confirming import DEFAULT_MINUTES, due_at, next_way
from playbook.models import (
    Activation,
    Announcement,
    AnnouncementPerson,
    Person,
    Rung,
    Task,
    TaskKind,
)
from playbook.services import log
from playbook.services.response.acknowledging import phone_cause
from playbook.services.response.codes import give_codes
from playbook.services.response.context import PERSON_LOADING, CallOut, token_digest
from playbook.services.response.foreseeing import Change, words_of
from playbook.services.response.people import contact_for, obstacle_to_calling
from playbook.services.response.queueing import queue_text

_log = logging.getLogger(__name__)

#: What could not be done is tried again after this long; the others go on meanwhile.
SET_ASIDE = timedelta(minutes=1)


def start_waiting(session: Session, row: Announcement) -> None:
    """Let the silence of everybody who must confirm `row` climb, where something was written to them."""
    asked = [told for told in row.told if told.asks and told.channels and not told.by_phone]
    within = minutes_of(session, row.activation_id, (told.person_id for told in asked))
    for told in asked:
        told.next_due_at = due_at(row.made_at, within[told.person_id], 0)


def minutes_of(
    session: Session, activation_id: int, person_ids: Iterable[int]
) -> dict[int, timedelta]:
    """Return how long each person has: the longest of their ladders, else ten minutes."""
    wanted = list(person_ids)
    rows = session.execute(
        select(Rung.person_id, func.max(Rung.acknowledge_seconds))
        .where(Rung.activation_id == activation_id, Rung.person_id.in_(wanted))
        .group_by(Rung.person_id)
    )
    found = {person: timedelta(seconds=seconds) for person, seconds in rows.tuples()}
    return {person: found.get(person, DEFAULT_MINUTES) for person in wanted}


def tell_again_due(
    session: Session, now: datetime, public_url: str, limit: int = 200
) -> dict[str, int]:
    """Try the next way for up to `limit` people who are silent; return {"notices": how many were tried}.

    Safe at any time, twice, by anyone: an incident is locked while it is worked on, and one that somebody else works
    on at this moment is left to the next tick.
    """
    found = session.execute(
        select(Announcement.activation_id, AnnouncementPerson.id)
        .join(AnnouncementPerson.announcement)
        .where(_is_due(now))
        .order_by(AnnouncementPerson.next_due_at, AnnouncementPerson.id)
        .limit(limit)
    )
    by_activation: dict[int, list[int]] = defaultdict(list)
    for activation_id, told_id in found.tuples():
        by_activation[activation_id].append(told_id)
    count = 0
    for activation_id, told_ids in by_activation.items():
        activation = session.scalar(
            select(Activation)
            .where(Activation.id == activation_id)
            .with_for_update(skip_locked=True, key_share=True)
        )
        if activation is not None:
            count += _tell_all_again(CallOut(session, activation, now, public_url), told_ids)
    return {"notices": count}


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (AnnouncementPerson.next_due_at <= now) & AnnouncementPerson.acknowledged_at.is_(None)


def _tell_all_again(call_out: CallOut, told_ids: list[int]) -> int:
    """Go on for each by itself, so that one that cannot be read stops nobody else's."""
    session, tried = call_out.session, 0
    rows = session.scalars(
        select(AnnouncementPerson)
        .where(AnnouncementPerson.id.in_(told_ids), _is_due(call_out.now))
        .options(
            joinedload(AnnouncementPerson.announcement),
            joinedload(AnnouncementPerson.person).options(*PERSON_LOADING),
        )
        .order_by(AnnouncementPerson.id)
    ).all()
    for row in rows:
        try:
            with session.begin_nested():
                tried += tell_again(call_out, row)
        except Exception as error:
            # Never what it says: that may quote a name or a number.
            _log.error("announcement_person:%d failed: %s", row.id, type(error).__name__)
            row.next_due_at = call_out.now + SET_ASIDE
    if tried:
        call_out.touch()
    return tried


def tell_again(call_out: CallOut, row: AnnouncementPerson) -> bool:
    """Try the next way of telling one person; return False where none is left."""
    person = row.person
    able = [channel for channel in WRITTEN if contact_for(person, channel)[0] is not None]
    if obstacle_to_calling(person) is None:
        able.append("voice")
    way = next_way(row.channels, able)
    row.next_due_at = None
    if way is None:
        return False
    row.channels = [*row.channels, way]
    row.climbed += 1
    within = minutes_of(call_out.session, call_out.activation.id, [person.id])[person.id]
    telling = _telling(call_out, row, way)
    if way == "voice":
        row.by_phone = True
        _give_to_a_human(call_out, row, telling, within)
    else:
        _write_again(call_out, row, telling, person)
        row.next_due_at = max(due_at(row.announcement.made_at, within, row.climbed), call_out.now)
    log.record(
        call_out.session,
        "change.told-again",
        now=call_out.now,
        activation_id=call_out.activation.id,
        subject=f"announcement_person:{row.id}",
        payload={"name": person.name, "channel": way},
    )
    return True


def _telling(call_out: CallOut, row: AnnouncementPerson, way: str) -> Telling:
    """Return what the person is told, for the roles that they were told it for; the link opens the same page."""
    called = [
        rung.role_call.role
        for rung in sorted(
            call_out.rungs_of_person(row.person_id),
            key=lambda r: (r.opened_at or call_out.now, r.id),
        )
        if rung.opened_at is not None
    ]
    first = next(
        (
            role
            for role in (*called, *call_out.document.roles)
            if token_digest(call_out.token(role, row.person_id)) == row.link_token_digest
        ),
        called[0] if called else "",
    )
    of_list = row.announcement.kind == ChangeKind.LIST_MESSAGE
    roles = (first,) if of_list else tuple(dict.fromkeys((first, *called)))
    return Telling(row.person_id, row.message, row.language, (way,), roles)


def _write_again(
    call_out: CallOut, row: AnnouncementPerson, telling: Telling, person: Person
) -> None:
    [channel] = telling.channels
    made = row.announcement
    change = Change(
        made.request_key,
        ChangeKind(made.kind),
        level=made.level_after,
        texts=dict(json.loads(made.texts)),
    )
    give_codes(call_out, [person.id])
    facts, _language = words_of(
        call_out, change, telling, call_out.token(telling.roles[0], person.id)
    )
    queue_text(
        call_out,
        cause=f"announcement:{made.id}:{person.id}",
        purpose="notice",
        message=telling.message,
        channel=channel,
        language=telling.language,
        facts=facts,
        contact=contact_for(person, channel)[0],
        person=person,
    )


def _give_to_a_human(
    call_out: CallOut, row: AnnouncementPerson, telling: Telling, within: timedelta
) -> None:
    call_out.session.add(
        Task(
            activation_id=call_out.activation.id,
            kind=TaskKind.PHONE_CALL,
            cause=phone_cause(row.id),
            role=telling.roles[0],
            person_id=row.person_id,
            due_at=call_out.now + within,
            adopted=False,
            opened_at=call_out.now,
        )
    )
