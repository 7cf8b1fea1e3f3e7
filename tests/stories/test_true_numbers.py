"""Numbers are corrected, disowned and left behind, in quiet times and in the middle of the night it matters."""

import re

import pytest
from sqlalchemy import select

from notifications.messages import Outcome, OutcomeKind
from playbook.domain.response.escalation import RungState
from playbook.models import (
    ActivationKind,
    ContactKind,
    ContactPoint,
    Delivery,
    LogEntry,
    Person,
    RoleCallState,
    SimulatedMessage,
    Task,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.services.preparedness import corrections
from playbook.services.preparedness.directory_contacts import (
    PointFacts,
    forget_contact_points,
    set_contact_points,
)
from playbook.services.response import leaving
from playbook.services.response.activation import Request, activate
from playbook.services.response.asking_again import asking_again
from playbook.services.response.dispatch import OWNER, record_outcomes
from tests.support.city import City, Phone

NEW = "+447700900555"


def person(session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def phone_of(session, name: str) -> ContactPoint:
    return next(c for c in person(session, name).contact_points if c.kind == ContactKind.PHONE)


def at(city: City, number: str) -> Phone:
    return Phone(city, number, number)


def give(city: City, name: str, number: str = NEW, *, adds: bool = False) -> int:
    """Somebody gives a new number on their page; return the wish's id."""
    with city.wiring.transaction() as session:
        wish = corrections.ask_to_confirm(
            session,
            person(session, name),
            ContactKind.PHONE,
            number,
            point_id=None if adds else phone_of(session, name).id,
            settings=city.wiring.settings,
            now=city.now,
        )
        wish_id = wish.id
    city.run_ticks()
    return wish_id


def type_code(city: City, name: str, wish_id: int, text: str) -> corrections.Confirmed:
    """Somebody types what came to the new number."""
    code = re.search(r"\d{6}", text)
    assert code
    settings = city.wiring.settings
    with (
        city.wiring.transaction() as session,
        asking_again(session, city.now, settings.public_url),
    ):
        result = corrections.confirm(
            session, person(session, name), wish_id, code[0], settings=settings, now=city.now
        )
    city.run_ticks()
    return result


def correct(city: City, name: str, number: str = NEW, says: str = "no alarm") -> Phone:
    """Somebody corrects their number by themselves; return the new phone, code read."""
    wish = give(city, name, number)
    phone = at(city, number)
    assert type_code(city, name, wish, phone.receives(says)).right
    return phone


def edit(city: City, name: str, *numbers: str) -> None:
    """A coordinator corrects somebody's numbers in the directory."""
    with (
        city.wiring.transaction() as session,
        asking_again(session, city.now, city.wiring.settings.public_url),
    ):
        set_contact_points(
            session,
            person(session, name),
            ContactKind.PHONE,
            [PointFacts(number) for number in numbers],
            region="GB",
            now=city.now,
            user=session.get_one(User, city.user_id),
        )
    city.run_ticks()


@pytest.fixture
def at_night(city: City) -> City:
    """An activation in which Paul's phone, in somebody else's hands by now, has been texted."""
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    return city


def test_a_corrected_number_is_used_by_the_ladder_already_running(at_night: City) -> None:
    city = at_night
    city.fast_forward(minutes=3)
    new = correct(city, "Paul Police")
    new.receives("Police liaison", "Reply 1")
    city.phone("Paul").receives("no alarm", "another number")
    new.replies("1")
    role = city.role("police-liaison")
    assert role.state == RoleCallState.ANSWERED
    assert role.answered_by.name == "Paul Police"


def test_the_ladders_minutes_run_on(at_night: City) -> None:
    city = at_night
    city.fast_forward(minutes=9)
    started = city.rung("police-liaison", "Paul").clock_started_at
    correct(city, "Paul Police")
    assert city.rung("police-liaison", "Paul").clock_started_at == started
    city.phone("Petra").silent()
    city.fast_forward(minutes=1)
    city.phone("Petra").receives("Police liaison")


def test_who_was_silent_is_asked_in_addition_and_the_ladder_stays_where_it_is(
    at_night: City,
) -> None:
    city = at_night
    city.fast_forward(minutes=11)
    city.phone("Petra").receives("Police liaison")
    new = correct(city, "Paul Police")
    new.receives("Police liaison")
    assert city.rung("police-liaison", "Paul").state == RungState.SILENT
    assert city.rung("police-liaison", "Petra").state == RungState.ASKED
    new.replies("1")
    assert city.role("police-liaison").answered_by.name == "Paul Police"


def test_who_was_silent_is_asked_even_after_the_coordinator_owns_the_silence(
    at_night: City,
) -> None:
    city = at_night
    city.fast_forward(minutes=25)
    assert city.role("police-liaison").state == RoleCallState.OWNED
    correct(city, "Paul Police").receives("Police liaison")


def test_nobody_is_asked_again_for_a_role_that_has_its_answer(at_night: City) -> None:
    city = at_night
    city.fast_forward(minutes=11)
    city.phone("Petra").replies("1")
    correct(city, "Paul Police").silent()


def test_nobody_is_asked_again_once_it_is_answered_before_the_message_leaves(
    at_night: City,
) -> None:
    city = at_night
    city.fast_forward(minutes=11)
    with (
        city.wiring.transaction() as session,
        asking_again(session, city.now, city.wiring.settings.public_url),
    ):
        set_contact_points(
            session,
            person(session, "Paul Police"),
            ContactKind.PHONE,
            [PointFacts(NEW)],
            region="GB",
            now=city.now,
            user=None,
        )
    city.phone("Petra").replies("1")  # the engine runs only after that
    at(city, NEW).silent()


def test_a_coordinators_correction_asks_again_too_and_only_once(at_night: City) -> None:
    city = at_night
    edit(city, "Paul Police", NEW)
    new = at(city, NEW)
    new.receives("Police liaison")
    edit(city, "Paul Police", NEW)
    city.fast_forward(minutes=1)
    new.silent()


def test_there_and_back_again_each_number_is_asked_when_it_is_the_right_one(
    at_night: City,
) -> None:
    city = at_night
    edit(city, "Paul Police", NEW)
    edit(city, "Paul Police", "+447700900104")
    city.phone("Paul").receives("Police liaison")
    at(city, NEW).receives("Police liaison")


def test_a_first_number_reaches_somebody_who_had_none(city: City) -> None:
    with city.wiring.transaction() as session:
        forget_contact_points(session, person(session, "Paul Police"))
    city.activate("full")
    assert city.rung("police-liaison", "Paul").state == RungState.UNREACHABLE
    wish = give(city, "Paul Police", adds=True)
    new = at(city, NEW)
    assert type_code(city, "Paul Police", wish, new.receives("no alarm")).right
    new.receives("Police liaison")


def test_a_phone_call_that_nobody_could_make_becomes_a_task_again(city: City) -> None:
    with city.wiring.transaction() as session:
        forget_contact_points(session, person(session, "Imam Idris"))
    city.activate("full")
    city.fast_forward(minutes=11)
    edit(city, "Imam Idris", NEW)
    with city.wiring.sessions() as session:
        rung = city.rung("mosque-council", "Imam")
        tasks = session.scalars(select(Task).where(Task.rung_id == rung.id)).all()
    assert [task.done_at for task in tasks] == [None]
    at(city, NEW).receives("مجلس المسجد")


def test_a_message_still_in_the_queue_simply_goes_to_the_right_number(city: City) -> None:
    with city.wiring.transaction() as session:
        held = person(session, "Paul Police").contact_points
        assert len(held) == 2
    wish = give(city, "Paul Police")
    text = at(city, NEW).receives("no alarm")
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        request = Request(
            key="queued",
            version_id=city.version_id,
            level="full",
            kind=ActivationKind.REAL,
            name="Story",
            time_zero=city.now,
        )
        city.activation_id = activate(session, request, city.wiring.settings, user, city.now).id
    type_code(city, "Paul Police", wish, text)
    new = at(city, NEW)
    new.receives("no alarm")
    new.receives("Police liaison")
    new.silent()
    city.phone("Paul").receives("another number")
    city.phone("Paul").silent()


def test_nothing_said_about_numbers_looks_like_an_alarm(city: City) -> None:
    correct(city, "Imam Idris", says="ليس إنذارا")
    with city.wiring.sessions() as session:
        bodies = session.scalars(select(SimulatedMessage.body)).all()
    assert bodies
    assert all("ليس إنذارا" in body for body in bodies)


def test_who_leaves_in_the_middle_is_skipped_and_the_next_in_line_called(at_night: City) -> None:
    city = at_night
    with city.wiring.transaction() as session:
        paul = person(session, "Paul Police")
        foreseen = leaving.foresee(session, [paul.id], city.now)
        assert foreseen.roles == {"police-liaison": 1}
        assert foreseen.empty_roles == ()
        assert list(foreseen.incidents.values()) == [("police-liaison",)]
        leaving.leave(
            session,
            [paul.id],
            now=city.now,
            user=session.get_one(User, city.user_id),
            public_url=city.wiring.settings.public_url,
        )
    city.run_ticks()
    city.phone("Petra").receives("Police liaison")
    assert city.rung("police-liaison", "Paul").state == RungState.SKIPPED


def test_a_late_word_about_the_old_number_says_nothing_about_the_new_one(at_night: City) -> None:
    city = at_night
    with city.wiring.transaction() as session:
        point = phone_of(session, "Paul Police")
        sent = session.scalars(select(Delivery).where(Delivery.contact_point_id == point.id)).one()
        sent_id = sent.id
    edit(city, "Paul Police", NEW)
    with city.wiring.transaction() as session:
        sent = session.get_one(Delivery, sent_id)
        sent.state, sent.lease_owner = "sending", OWNER
        outcome = Outcome(OutcomeKind.PERMANENT, "twilio", reason="bad-number")
        record_outcomes(session, [(sent_id, outcome)], city.now)
    with city.wiring.sessions() as session:
        assert phone_of(session, "Paul Police").bounced_at is None


def test_an_answer_proves_the_number_it_came_from(at_night: City) -> None:
    city = at_night
    with city.wiring.transaction() as session:
        phone_of(session, "Paul Police").bounced_at = city.now
    city.phone("Paul").replies("1")
    with city.wiring.sessions() as session:
        point = phone_of(session, "Paul Police")
        assert point.proven_at == city.now
        assert point.bounced_at is None


def test_no_number_stands_in_the_log(at_night: City) -> None:
    correct(at_night, "Paul Police")
    with at_night.wiring.sessions() as session:
        told = " ".join(f"{e.kind} {e.payload}" for e in session.scalars(select(LogEntry)))
    assert "person.number-corrected" in told
    assert "rung.asked-again" in told
    assert "900555" not in told
    assert "900104" not in told
    assert current_keyring().blind_index(NEW) not in told
