"""Activating: all or nothing, pinned, frozen, once; and what decisions and tasks do afterwards."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    ActivationText,
    Decision,
    Delivery,
    Person,
    RoleCall,
    RoleCallState,
    Rung,
    Task,
    User,
)
from playbook.services.preparedness.publishing import publish
from playbook.services.response import decisions, tasks
from playbook.services.response.activation import FIRST_NUMBER, Request, activate, end
from playbook.settings import Settings
from tests.support import harbour
from tests.support.people import add_user


@pytest.fixture
def user(session: Session) -> User:
    return add_user(session, name="Cora Coordinator")


@pytest.fixture
def version_id(session: Session, now: datetime) -> int:
    harbour.add_people(session)
    return harbour.publish_harbour(session, now).id


def request(version_id: int, now: datetime, **facts: object) -> Request:
    usual = {
        "key": "one",
        "version_id": version_id,
        "level": "full",
        "kind": ActivationKind.REAL,
        "name": "Harbour",
        "time_zero": now,
    }
    return Request(**(usual | facts))  # type: ignore[arg-type]


def test_it_pins_the_version_by_its_hash(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now), settings, user, now)
    assert made.content_hash == made.version.content_hash
    assert made.number == FIRST_NUMBER
    assert made.coordinator_name == "Cora Coordinator"


def test_a_new_version_published_in_the_middle_changes_nothing_that_runs(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now), settings, user, now)
    document = harbour.harbour_document()
    changed = document.model_copy(update={"roles": {"mayor": document.roles["mayor"]}})
    newer = publish(session, canonical_bytes(changed), changed, None, "Somebody", now)
    assert newer.id != made.version_id
    assert (
        session.scalar(select(func.count(RoleCall.id)).where(RoleCall.activation_id == made.id))
        == 5
    )


def test_an_edited_directory_does_not_change_a_running_ladder(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now), settings, user, now)
    paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
    paul.language = "ar"
    paul.roles.clear()
    session.flush()
    rung = session.scalars(
        select(Rung).where(Rung.person_id == paul.id, Rung.activation_id == made.id)
    ).one()
    assert rung.language == "en"
    assert rung.channels == ["sms", "email"]


def test_every_text_is_frozen_in_every_language_with_what_is_known_filled_in(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now, place="{role} Square"), settings, user, now)
    texts = session.scalars(
        select(ActivationText).where(ActivationText.activation_id == made.id)
    ).all()
    assert {t.language for t in texts} == {"en", "ar"}
    call_out = next(
        t for t in texts if (t.message, t.language, t.channel) == ("call-out", "en", "sms")
    )
    assert settings.city_name in call_out.body
    assert "{city}" not in call_out.body
    assert "{role}" in call_out.body


def test_nothing_is_left_behind_when_activation_fails(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    for wrong, error in (
        (request(version_id, now, level="enormous"), BadInput),
        (request(version_id + 1000, now), NotFound),
        (request(version_id, now, time_zero=now + timedelta(hours=1)), BadInput),
    ):
        with pytest.raises(error):
            activate(session, wrong, settings, user, now)
    assert session.scalar(select(func.count(Activation.id))) == 0
    assert session.scalar(select(func.count(Delivery.id))) == 0


def test_tiers_start_at_their_own_offsets_whatever_earlier_ones_answered(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    activate(session, request(version_id, now), settings, user, now)
    starts = dict(session.execute(select(RoleCall.role, RoleCall.starts_at)).tuples().all())
    assert starts["mayor"] == now
    assert starts["press-officer"] == now + timedelta(minutes=10)


def test_a_deadline_that_the_city_has_not_adopted_is_a_reminder(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    activate(session, request(version_id, now), settings, user, now)
    rows = {d.decision: d for d in session.scalars(select(Decision))}
    assert rows["similar-sites"].adopted is False
    assert rows["holding-line"].adopted is True
    assert rows["holding-line"].due_at == now + timedelta(minutes=30)


def decide(
    session: Session, activation: Activation, user: User, settings: Settings, at: datetime
) -> Decision:
    return decisions.take(
        session,
        activation.id,
        "similar-sites",
        option="call-them",
        rationale="They must hear it from us.",
        authority="police-liaison",
        decided_by="Paul Police",
        user=user,
        settings=settings,
        now=at,
    )


def test_a_decision_records_who_what_when_why_and_starts_what_its_option_starts(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now), settings, user, now)
    taken = decide(session, made, user, settings, now + timedelta(minutes=5))
    assert (taken.option, taken.authority, taken.decided_by) == (
        "call-them",
        "police-liaison",
        "Paul Police",
    )
    assert taken.noted_by_name == "Cora Coordinator"
    causes = set(session.scalars(select(Task.cause)))
    assert {"task:open-log", "task:patrol", "message:holding-line"} == causes


def test_two_people_deciding_at_once_is_a_conflict_and_the_first_stands(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now), settings, user, now)
    decide(session, made, user, settings, now)
    with pytest.raises(Conflict):
        decide(session, made, add_user(session, name="Second"), settings, now)
    again = decisions.reopen(session, made.id, "similar-sites", user, settings, now)
    session.flush()
    assert again.round == 2
    assert (
        session.scalar(select(func.count(Decision.id)).where(Decision.decision == "similar-sites"))
        == 2
    )


def test_a_task_is_ticked_once_and_the_tick_can_be_taken_back(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    activate(session, request(version_id, now), settings, user, now)
    task = session.scalars(select(Task)).one()
    tasks.finish(session, task.id, user, now)
    tasks.finish(session, task.id, add_user(session, name="Second"), now + timedelta(minutes=1))
    assert (task.done_at, task.done_by_name) == (now, "Cora Coordinator")
    tasks.reopen(session, task.id, user, now)
    assert task.done_at is None


def test_ending_stops_every_ladder_and_everything_that_has_not_left(
    session: Session, settings: Settings, user: User, version_id: int, now: datetime
) -> None:
    made = activate(session, request(version_id, now), settings, user, now)
    end(session, made, user, now + timedelta(minutes=1), "False alarm")
    session.expire_all()
    assert set(session.scalars(select(RoleCall.state))) == {RoleCallState.CLOSED}
    assert set(session.scalars(select(Delivery.state))) == {"cancelled"}


def test_an_anniversary_of_a_leap_day_falls_on_the_day_before(
    session: Session, settings: Settings, user: User, version_id: int
) -> None:
    from zoneinfo import ZoneInfo

    from playbook.domain.preparedness.durations import Offset
    from playbook.services.response.anchors import due_at

    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    made = Activation(time_zero=leap, confirmed_at=leap)
    due = due_at(Offset.parse("1 d before anniversary"), made, ZoneInfo("Europe/London"))
    assert due == datetime(2029, 2, 27, 12, tzinfo=UTC)
