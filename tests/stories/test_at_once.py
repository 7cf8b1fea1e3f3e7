"""Two things happen at the same instant, each in a transaction of its own; PostgreSQL lets both run."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from notifications.messages import Inbound as WireInbound
from playbook.domain.response.answers import Answer
from playbook.errors import Conflict
from playbook.jobs import escalation
from playbook.models import Delivery, Person, RoleCall, RoleCallState, Rung, User
from playbook.services.response import answers, changes, decisions, inbound
from playbook.services.response.dispatch import tell_ladders
from playbook.services.response.escalation import climb_due
from tests.support.city import City, Phone
from tests.support.waiting import wait_until

pytestmark = pytest.mark.only_on("postgresql")


def writes(city: City, session: Session, phone: Phone, body: str) -> None:
    """An SMS is taken, but not yet committed."""
    message = WireInbound("simulator", f"at-once-{phone.value}", phone.value, "+447700900000", body)
    inbound.receive(session, message, city.now, city.wiring.settings)
    session.flush()


def meanwhile(city: City, act: Callable[[Session], object]) -> "Future[object]":
    """Start `act` in a transaction and a thread of its own; its result or its error comes with the future."""
    done: Future[object] = Future()

    def run() -> None:
        try:
            with city.wiring.transaction() as session:
                result = act(session)
            done.set_result(result)
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done


def waits_or_ends(city: City, done: "Future[object]") -> None:
    """Return once the other transaction waits for a lock, or is over."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )

    def so() -> object:
        with city.wiring.sessions() as session:
            return done.done() or session.scalar(waiting)

    wait_until("the other transaction waits or ends", so)


def test_two_answers_at_once_make_one_leader_and_the_other_is_told(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    paul, petra = city.phone("Paul"), city.phone("Petra")
    paul.receives("Police liaison")
    petra.receives("Police liaison")
    with city.wiring.transaction() as session:
        writes(city, session, paul, "1")
        done = meanwhile(city, lambda other: writes(city, other, petra, "1"))
        waits_or_ends(city, done)
    done.result(timeout=30)
    city.run_ticks()
    assert city.role("police-liaison").answered_by.name == "Paul Police"
    told = sorted(petra.texts()[petra.read :])
    assert len(told) == 2
    assert "Paul Police has answered for Police liaison. Stand down" in told[0]
    assert "thank you. Paul Police answered before" in told[1]


def test_an_answer_while_the_tick_asks_the_deputy_stands_the_deputy_down(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=9)
    city.outage(minutes=1)
    url = city.wiring.settings.public_url
    with city.wiring.transaction() as session:
        climb_due(session, city.now, url)
        session.flush()
        done = meanwhile(city, lambda other: writes(city, other, city.phone("Paul"), "1"))
        waits_or_ends(city, done)
    done.result(timeout=30)
    city.run_ticks()
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    assert city.rung("police-liaison", "Petra").state == "stood-down"
    city.phone("Petra").silent()


def test_an_answer_never_waits_for_a_message_that_a_sender_holds(city: City) -> None:
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        paul_id = paul.id
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    with city.wiring.transaction() as session:
        session.execute(
            update(Delivery).where(Delivery.person_id == paul_id).values(state="queued")
        )

    def says_yes(other: Session) -> None:
        person = other.get_one(Person, paul_id)
        answers.record_answer(city.call_out(other), person, Answer.JOINING, via="link", at=city.now)

    with city.wiring.transaction() as session:
        held = session.scalars(
            select(Delivery).where(Delivery.person_id == paul_id).with_for_update()
        ).all()
        done = meanwhile(city, says_yes)
        done.result(timeout=30)
        tell_ladders(session, held, city.now)
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    city.run_ticks()
    city.phone("Paul").silent()


def test_the_tick_leaves_an_incident_that_somebody_works_on_to_its_next_turn(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=9)
    city.outage(minutes=1)
    with city.wiring.transaction() as session:
        writes(city, session, city.phone("Dora"), "1")
        nothing = {"roles": 0, "steps": 0, "notices": 0}
        assert escalation.run(city.wiring, city.now) == nothing
    assert escalation.run(city.wiring, city.now)["steps"] > 0


def test_two_decide_at_once_and_the_second_hears_of_the_first(city: City) -> None:
    city.activate("full")

    def take(session: Session, option: str) -> None:
        decisions.take(
            session,
            city.activation_id,
            "similar-sites",
            option=option,
            rationale="",
            authority="mayor",
            decided_by="Maya Mayor",
            user=session.get_one(User, city.user_id),
            settings=city.wiring.settings,
            now=city.now,
        )
        session.flush()

    with city.wiring.transaction() as session:
        take(session, "call-them")
        done = meanwhile(city, lambda other: take(other, "wait"))
        waits_or_ends(city, done)
    with pytest.raises(Conflict):
        done.result(timeout=30)


def test_who_takes_a_role_over_while_somebody_answers_does_not_take_it_from_them(
    city: City,
) -> None:
    city.activate("full")

    def take_over(session: Session) -> None:
        role_call = session.scalars(select(RoleCall).where(RoleCall.role == "police-liaison")).one()
        answers.take_over(city.call_out(session), role_call, session.get_one(User, city.user_id))

    with city.wiring.transaction() as session:
        writes(city, session, city.phone("Paul"), "1")
        done = meanwhile(city, take_over)
        waits_or_ends(city, done)
    done.result(timeout=30)
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    with city.wiring.sessions() as session:
        assert session.scalars(select(Rung).where(Rung.state == "joining")).one()


def test_two_fingers_on_the_same_false_alarm_make_one(city: City) -> None:
    city.activate("full")

    def press(session: Session) -> int:
        user = session.get_one(User, city.user_id)
        settings = city.wiring.settings
        made = changes.false_alarm(
            session, city.activation_id, "one page", settings, user, city.now
        )
        session.flush()
        return made.id

    with city.wiring.transaction() as session:
        first = press(session)
        second = meanwhile(city, press)
        waits_or_ends(city, second)
    assert second.result(10) == first
    city.run_ticks()
    assert [t for t in city.phone("Paul").texts() if "false alarm" in t] == [
        city.phone("Paul").texts()[-1]
    ]


def test_an_answer_that_comes_while_the_level_falls_waits_and_is_told(city: City) -> None:
    city.activate("full")
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        settings = city.wiring.settings
        changes.change_level(session, city.activation_id, "down", "watch", settings, user, city.now)
        paul = city.phone("Paul")
        said = meanwhile(city, lambda other: writes(city, other, paul, "1"))
        waits_or_ends(city, said)
    said.result(10)
    city.run_ticks()
    assert city.role("police-liaison").state == RoleCallState.CLOSED
    assert all("joining as" not in text for text in paul.texts())
