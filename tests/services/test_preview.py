"""What is shown before anybody confirms is what then happens."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.response.call_plan import Hole
from playbook.domain.response.proof import SAMPLE_CODE
from playbook.errors import BadInput, NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    Delivery,
    LogEntry,
    Person,
    PlaybookVersion,
    RoleCall,
    Rung,
)
from playbook.services.preparedness.publishing import publish
from playbook.services.preparedness.readings import sign_readings
from playbook.services.response.activation import Request, activate
from playbook.services.response.preview import SAMPLE_TOKEN, Preview, preview
from playbook.settings import Settings
from tests.support.harbour import add_people, add_person, harbour_document, publish_harbour


def request(version: PlaybookVersion, **changed: object) -> Request:
    facts: dict[str, object] = {
        "key": "a key made by the page",
        "version_id": version.id,
        "level": "full",
        "kind": ActivationKind.REAL,
        "name": "Harbour",
        "time_zero": datetime(2026, 3, 14, 2, 0, tzinfo=UTC),
    }
    return Request(**(facts | changed))  # type: ignore[arg-type]


@pytest.fixture
def version(session: Session, now: datetime) -> PlaybookVersion:
    return publish_harbour(session, now)


def look(session: Session, settings: Settings, now: datetime, asked: Request) -> Preview:
    return preview(session, asked, settings, now)


def test_the_numbers_are_those_of_the_activation(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_people(session)
    shown = look(session, settings, now, request(version))
    made = activate(session, request(version), settings, None, now)
    people = session.scalar(
        select(func.count(Rung.person_id.distinct())).where(Rung.activation_id == made.id)
    )
    asked = session.scalars(
        select(Rung.person_id.distinct()).where(
            Rung.activation_id == made.id, Rung.state == "asked"
        )
    ).all()
    assert shown.on_ladders == people == 7
    assert shown.called_now == len(asked) == 3
    assert shown.called_first == 5
    assert [(t.tier, t.roles) for t in shown.tiers] == [("cell", 2), ("tier-1", 1), ("tier-2", 2)]
    assert shown.tiers[2].starts_at == now + timedelta(minutes=10)
    assert {call.tier: call.starts_at for call in session.scalars(select(RoleCall))} == {
        tier.tier: tier.starts_at for tier in shown.tiers
    }


def test_a_first_text_is_the_one_that_is_queued(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_people(session)
    shown = look(session, settings, now, request(version))
    sms = next(t for t in shown.texts if (t.language, t.channel) == ("en", "sms"))
    made = activate(session, request(version), settings, None, now)
    queued = session.scalars(select(Delivery).where(Delivery.activation_id == made.id)).all()
    start, middle, end = re.split(f"{SAMPLE_TOKEN}|{SAMPLE_CODE}", sms.body)
    [same] = [
        d for d in queued if d.body.startswith(start) and middle in d.body and d.body.endswith(end)
    ]
    assert len(same.body) == len(sms.body)
    assert same.segments == sms.segments
    assert shown.segments == sum(d.segments for d in queued)


def test_a_person_with_two_roles_is_called_once(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_person(session, "Bea Both", phone="+447700900110", roles={"mayor": 0, "duty-officer": 0})
    shown = look(session, settings, now, request(version, level="watch"))
    assert (shown.called_now, shown.on_ladders, shown.channels) == (1, 1, {"sms": 1})
    assert sum(text.people for text in shown.texts) == 1


def test_what_cannot_arrive_is_not_counted_as_the_first_channel(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_person(session, "Eve Email", email="eve@harbour.example.org", roles={"mayor": 0})
    shown = look(session, settings, now, request(version, level="watch"))
    assert shown.channels == {"email": 1}
    assert shown.segments == 0
    assert shown.texts[0].subject is not None


def test_holes_that_leave_somebody_uncalled_come_first(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    people = add_people(session)
    people["paul"].held_at = now
    for name in ("maya", "dora", "dan"):
        people[name].roles.clear()
    session.flush()
    shown = look(session, settings, now, request(version))
    assert [(hole.hole, hole.role) for hole in shown.holes if hole.serious] == [
        (Hole.NOBODY, "duty-officer"),
        (Hole.NOBODY, "mayor"),
        (Hole.UNREACHABLE, "police-liaison"),
    ]
    assert shown.holes[: shown.serious_holes] == tuple(h for h in shown.holes if h.serious)


def test_the_same_lesser_hole_of_several_people_is_told_once(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_people(session)
    shown = look(session, settings, now, request(version))
    [unread] = [group for group in shown.lesser if group.hole is Hole.NOT_YET_READ]
    assert unread.language == "ar"
    assert unread.names == ("Imam Idris", "Nour Press")


def test_a_translation_that_was_read_after_publishing_is_no_hole(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_people(session)
    sign_readings(session, version, "ar", "Sample Reader", now, None)
    shown = look(session, settings, now, request(version))
    assert all(hole.hole is not Hole.NOT_YET_READ for hole in shown.holes)
    assert not any(text.unread for text in shown.texts)


def test_an_exercise_says_so_in_every_first_text(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_people(session)
    shown = look(session, settings, now, request(version, kind=ActivationKind.EXERCISE))
    marks = {"en": "EXERCISE.", "ar": "تمرين."}
    assert {text.language for text in shown.texts} == set(marks)
    for text in shown.texts:
        assert text.body.startswith(marks[text.language])
        assert text.subject is None or text.subject.startswith(marks[text.language])


def test_looking_writes_nothing(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    add_people(session)
    session.flush()
    tables = (Activation, RoleCall, Delivery, LogEntry, Person)
    before = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    look(session, settings, now, request(version))
    assert not session.new
    assert not session.dirty
    assert before == [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_what_cannot_be_activated_cannot_be_previewed(
    session: Session, settings: Settings, version: PlaybookVersion, now: datetime
) -> None:
    base = harbour_document().model_copy(update={"playbook": "base", "activatable": False})
    closed = publish(session, canonical_bytes(base), base, None, "Sample author", now)
    with pytest.raises(NotFound):
        look(session, settings, now, request(closed))
    with pytest.raises(BadInput, match="halfway"):
        look(session, settings, now, request(version, level="halfway"))
