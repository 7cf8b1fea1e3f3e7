"""What partners are told when it changes or is over, and what stops with it."""

import re

import pytest
from sqlalchemy import select

from playbook.domain.response.answers import Answer
from playbook.domain.response.changes import ChangeKind
from playbook.domain.response.proof import SAMPLE_CODE
from playbook.errors import BadInput, Conflict
from playbook.models import (
    Activation,
    ActivationKind,
    ActivationText,
    Announcement,
    Delivery,
    LogEntry,
    Person,
    RoleCallState,
    Task,
    User,
)
from tests.stories.changing import change, look, note, told
from tests.stories.test_trouble import run_and_kill
from tests.support.city import City


def test_a_false_alarm_reaches_everybody_who_was_called_and_stops_the_rest(city: City) -> None:
    number = city.activate("full")
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).receives(f"No {number}")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("you are joining")
    city.fast_forward(minutes=10)  # Dora and Maya were silent; the second tier has begun
    city.mailbox("Dora").receives("Duty officer")
    city.mailbox("Maya").receives("Mayor")
    city.phone("Dan").receives("Duty officer")
    city.mailbox("Nour").receives("المسؤول الصحفي")
    note(city, "mosque-council", "Imam", Answer.JOINING)  # a human has called him: no text so far
    city.phone("Imam").silent()
    change(city, ChangeKind.FALSE_ALARM)
    city.phone("Paul").receives(f"no {number}: false alarm", "Police liaison", "/a/")
    city.phone("Dora").receives("false alarm")
    city.mailbox("Dora").receives("false alarm")
    city.phone("Maya").receives("false alarm")
    city.mailbox("Maya").receives("false alarm")
    city.phone("Dan").receives("false alarm")
    city.mailbox("Nour").receives("إنذار كاذب")  # by email, which had reached her
    city.phone("Imam").receives("إنذار كاذب", "مجلس المسجد")  # reached by hand, told all the same
    city.nothing_else()  # Petra was never called
    city.fast_forward(minutes=60)
    city.nothing_else()
    assert city.role("press-officer").state == RoleCallState.CLOSED
    assert city.role("police-liaison").state == RoleCallState.ANSWERED


def test_a_false_alarm_before_the_first_text_has_left_keeps_it_here(city: City) -> None:
    from playbook.services.response.activation import Request, activate

    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        request = Request("quick", city.version_id, "full", ActivationKind.REAL, "Quick", city.now)
        city.activation_id = activate(session, request, city.wiring.settings, user, city.now).id
    seen = look(city, ChangeKind.FALSE_ALARM)
    assert (seen.people, seen.languages) == (3, 1)
    assert (seen.calls_stopped, seen.messages_stopped) == (5, 3)
    change(city, ChangeKind.FALSE_ALARM)
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).receives("false alarm")
    city.nothing_else()


def test_what_was_foreseen_is_what_happens(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=12)
    seen = look(city, ChangeKind.STAND_DOWN)
    before = {p: len(city.phone(p).texts()) for p in ("Dora", "Imam")}
    made = change(city, ChangeKind.STAND_DOWN)
    rows = told(city, made)
    assert len(rows) == seen.people
    with city.wiring.sessions() as session:
        sent = session.scalars(
            select(Delivery).where(Delivery.key.like(f"announcement:{made}:%"))
        ).all()
        assert len(sent) == sum(n.people for n in seen.notices)
        # The same words; only the code is each person's own.
        without_code = {re.sub(r"\d{6}(?!\d)", SAMPLE_CODE, d.body) for d in sent}
        assert without_code >= {n.body for n in seen.notices}
        assert {d.state for d in sent} <= {"accepted", "sent", "delivered"}
    assert len(city.phone("Dora").texts()) == before["Dora"] + 1
    with city.wiring.sessions() as session:
        calls = session.scalars(select(Task).where(Task.kind == "phone-call")).all()
        assert {t.outcome for t in calls} == {"not-needed"}


def test_a_higher_level_calls_only_those_not_yet_called(city: City) -> None:
    number = city.activate("watch")
    city.phone("Dora").receives("watch activation")
    city.phone("Maya").receives("watch activation")
    city.phone("Maya").replies("1")
    city.phone("Maya").receives("joining")
    city.nothing_else()
    seen = look(city, ChangeKind.LEVEL, level="full")
    assert [p.role for p in seen.begins] == ["police-liaison", "mosque-council", "press-officer"]
    assert (seen.called_now, seen.people, seen.let_go) == (1, 2, frozenset())
    city.fast_forward(minutes=3)
    change(city, ChangeKind.LEVEL, level="full")
    city.phone("Paul").receives("full activation", f"No {number}")  # not the level it began at
    city.phone("Dora").receives("the level is now full")
    city.phone("Maya").receives("the level is now full")
    city.nothing_else()
    assert city.role("mayor").state == RoleCallState.ANSWERED
    city.fast_forward(minutes=9)
    city.mailbox("Nour").silent()
    city.fast_forward(minutes=1)  # ten minutes from now, as its tier says, not from the activation
    city.mailbox("Nour").receives("المسؤول الصحفي", "كامل")


def test_a_lower_level_lets_go_who_is_not_needed_and_says_so(city: City) -> None:
    city.activate("full")
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).receives("full")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("joining")
    seen = look(city, ChangeKind.LEVEL, level="watch")
    assert seen.let_go == {"police-liaison", "mosque-council", "press-officer"}
    assert seen.calls_stopped == 2  # Paul had answered, the second tier had not begun
    change(city, ChangeKind.LEVEL, level="watch")
    city.phone("Paul").receives("You are not needed any more")
    city.phone("Dora").receives("the level is now watch")
    city.phone("Maya").receives("the level is now watch")
    city.fast_forward(minutes=3)
    city.phone("Paul").replies("1")  # he has not read it
    city.phone("Paul").receives("not needed any more")
    city.nothing_else()
    assert city.role("police-liaison").state == RoleCallState.CLOSED
    city.fast_forward(minutes=60)
    city.mailbox("Nour").silent()
    city.phone("Imam").silent()


def test_up_again_asks_afresh_who_had_been_let_go(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("full")
    change(city, ChangeKind.LEVEL, level="watch")
    city.phone("Paul").receives("not needed any more")
    city.fast_forward(minutes=1)
    change(city, ChangeKind.LEVEL, level="full")
    city.phone("Paul").receives("full activation, Police liaison")  # the call itself says so
    city.phone("Paul").silent()
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("joining as Police liaison")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED


def test_a_language_left_empty_gets_the_source_and_that_is_shown_before(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    seen = look(city, ChangeKind.CORRECTION, texts={"en": "The bridge is open.", "ar": "  "})
    assert {(n.language, n.fallback) for n in seen.notices} == {("en", ""), ("ar", "en")}
    city.mailbox("Nour").read = len(city.mailbox("Nour").texts())
    change(city, ChangeKind.CORRECTION, texts={"en": "The bridge is open.", "ar": "  "})
    city.mailbox("Nour").receives("تصحيح", "The bridge is open.")


def test_what_cannot_be_is_refused_and_changes_nothing(city: City) -> None:
    city.activate("watch")
    for kind, facts in (
        (ChangeKind.CORRECTION, {"texts": {"ar": "نص"}}),
        (ChangeKind.CORRECTION, {"texts": {"en": "x" * 601}}),
        (ChangeKind.LEVEL, {"level": "watch"}),
        (ChangeKind.LEVEL, {"level": "enormous"}),
    ):
        with pytest.raises(BadInput):
            change(city, kind, **facts)
    with city.wiring.sessions() as session:
        assert session.scalars(select(Announcement)).all() == []
    change(city, ChangeKind.STAND_DOWN)
    with pytest.raises(Conflict):
        change(city, ChangeKind.CORRECTION, texts={"en": "Too late."})


def test_twice_by_an_impatient_finger_is_one(city: City) -> None:
    city.activate("watch")
    city.phone("Maya").receives("Mayor")
    first = change(city, ChangeKind.FALSE_ALARM, key="one page")
    again = change(city, ChangeKind.FALSE_ALARM, key="one page")
    assert first == again
    city.phone("Maya").receives("false alarm")
    city.phone("Maya").silent()
    with city.wiring.sessions() as session:
        kinds = session.scalars(select(LogEntry.kind)).all()
        assert kinds.count("change.false-alarm") == kinds.count("activation.ended") == 1


ALARM = """
import sys
from tests.stories.killed import alarm
alarm(sys.argv[1], sys.argv[2])
"""


def test_killed_in_between_it_is_all_or_nothing(city: City) -> None:
    city.activate("watch")
    city.phone("Maya").receives("Mayor")
    city.phone("Dora").receives("Duty officer")
    run_and_kill(city, ALARM, when_says="nothing committed yet")
    with city.wiring.sessions() as session:
        assert session.scalars(select(Announcement)).all() == []
        assert session.get_one(Activation, city.activation_id).ended_at is None
    city.run_ticks()
    city.nothing_else()
    assert city.role("mayor").state == RoleCallState.CALLING
    change(city, ChangeKind.FALSE_ALARM, key="killed")  # the same page, pressed again
    city.phone("Maya").receives("false alarm")
    city.phone("Dora").receives("false alarm")
    city.nothing_else()


def test_who_said_stop_is_told_by_email(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("STOP")
    city.fast_forward(minutes=1)
    change(city, ChangeKind.FALSE_ALARM)
    city.phone("Paul").silent()
    city.mailbox("Paul").receives("false alarm", "Police liaison")


def test_who_is_held_hears_nothing(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    with city.wiring.transaction() as session:
        session.scalars(select(Person).where(Person.name == "Paul Police")).one().held_at = city.now
    seen = look(city, ChangeKind.FALSE_ALARM)
    assert (seen.people, seen.held) == (2, 1)
    made = change(city, ChangeKind.FALSE_ALARM)
    assert "Paul" not in told(city, made)
    city.phone("Paul").silent()
    city.mailbox("Paul").silent()


def test_an_exercise_says_so_in_every_change(city: City) -> None:
    city.activate("watch", ActivationKind.EXERCISE)
    city.phone("Dora").receives("EXERCISE. ")
    change(city, ChangeKind.CORRECTION, texts={"en": "The room has moved."})
    assert city.phone("Dora").receives("The room has moved").startswith("EXERCISE. ")
    change(city, ChangeKind.STAND_DOWN)
    assert city.phone("Dora").receives("It is over".lower()).startswith("EXERCISE. ")


@pytest.mark.parametrize("kind", [ChangeKind.FALSE_ALARM, ChangeKind.STAND_DOWN])
def test_an_incident_from_before_these_messages_ends_in_plain_words(
    city: City, kind: ChangeKind
) -> None:
    number = city.activate("full", ActivationKind.EXERCISE)
    city.fast_forward(minutes=10)
    with city.wiring.transaction() as session:
        for row in session.scalars(
            select(ActivationText).where(ActivationText.message.in_([str(k) for k in ChangeKind]))
        ):
            session.delete(row)
    city.phone("Dan").read = len(city.phone("Dan").texts())
    city.mailbox("Nour").read = len(city.mailbox("Nour").texts())
    change(city, kind)
    assert city.phone("Dan").receives(f"Alert {number}").startswith("EXERCISE. ")
    city.mailbox("Nour").receives("تمرين. ", f"التنبيه {number}")
