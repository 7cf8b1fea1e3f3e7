"""People change their minds, answer late, share a phone; nothing that anybody said gets lost on the way."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.response.answers import Answer
from playbook.models import (
    Inbound,
    LogEntry,
    Person,
    RoleCall,
    RoleCallState,
    RoleHolder,
    Rung,
    User,
)
from playbook.services import log
from playbook.services.response import answers, reading
from playbook.services.response.calling import begin_calls, plan_for
from playbook.services.response.context import CallOut
from tests.support.city import City
from tests.support.harbour import add_person


def act(city: City, what: Callable[[CallOut, User], object]) -> None:
    """A coordinator does something on the board."""
    with city.wiring.transaction() as session:
        what(city.call_out(session), session.get_one(User, city.user_id))
    city.run_ticks()


def rung_of(session: Session, role: str, name: str) -> Rung:
    return session.scalars(
        select(Rung)
        .join(RoleCall, Rung.role_call_id == RoleCall.id)
        .join(Person, Rung.person_id == Person.id)
        .where(RoleCall.role == role, Person.name == name)
    ).one()


def test_who_joins_withdraws_and_joins_after_all_is_heard_each_time(city: City) -> None:
    city.activate("full")
    city.phone("Paul").replies("2")
    petra = city.phone("Petra")
    for answer in ("1", "3", "1"):
        petra.replies(answer)
    role = city.role("police-liaison")
    assert role.state == RoleCallState.ANSWERED
    assert role.answered_by.name == "Petra Police"


def test_when_the_leader_withdraws_who_had_also_said_yes_leads_and_is_told(city: City) -> None:
    city.activate("full")
    paul, petra = city.phone("Paul"), city.phone("Petra")
    paul.receives("Police liaison")
    city.fast_forward(minutes=10)
    petra.replies("1")
    paul.replies("1")
    paul.receives("Petra Police answered before")
    petra.replies("3")
    role = city.role("police-liaison")
    assert (role.state, role.answered_by.name) == (RoleCallState.ANSWERED, "Paul Police")
    paul.receives("you are joining as Police liaison")


def test_who_withdraws_from_a_role_that_somebody_has_taken_over_wakes_nobody(city: City) -> None:
    city.activate("full")

    def take_over(call_out: CallOut, user: User) -> None:
        role_calls = select(RoleCall).where(RoleCall.role == "police-liaison")
        answers.take_over(call_out, call_out.session.scalars(role_calls).one(), user)

    act(city, take_over)
    city.phone("Paul").replies("1")
    city.phone("Paul").replies("3")
    city.phone("Petra").silent()
    role = city.role("police-liaison")
    assert (role.state, role.owner_name) == (RoleCallState.OWNED, "Cora Coordinator")


def test_a_refusal_after_the_minutes_were_over_is_shown_as_late(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    city.phone("Paul").replies("3")
    rung = city.rung("police-liaison", "Paul")
    assert (rung.state, rung.late) == ("unable", True)


def test_a_note_by_hand_counts_for_the_role_on_which_it_was_noted(city: City) -> None:
    city.activate("full")
    city.phone("Maya").receives("Mayor")

    def note(call_out: CallOut, user: User) -> None:
        rung = rung_of(call_out.session, "duty-officer", "Maya Mayor")
        answers.note_by_hand(call_out, rung, Answer.JOINING, user, city.now)

    act(city, note)  # nobody has asked her for this one yet
    assert city.role("duty-officer").answered_by.name == "Maya Mayor"
    assert city.role("mayor").answered_by.name == "Maya Mayor"
    city.phone("Dora").receives("Duty officer")
    city.phone("Dora").receives("Stand down")


def test_a_note_by_hand_about_somebody_not_yet_asked_leaves_other_roles_alone(city: City) -> None:
    with city.wiring.transaction() as session:
        petra = session.scalars(select(Person).where(Person.name == "Petra Police")).one()
        petra.roles.append(RoleHolder(role="press-officer", position=5))
    city.activate("full")

    def note(call_out: CallOut, user: User) -> None:
        rung = rung_of(call_out.session, "police-liaison", "Petra Police")
        answers.note_by_hand(call_out, rung, Answer.JOINING, user, city.now)

    act(city, note)
    assert city.role("police-liaison").answered_by.name == "Petra Police"
    assert city.role("press-officer").state == RoleCallState.WAITING
    city.fast_forward(minutes=10)
    city.mailbox("Nour").receives("المسؤول الصحفي")


def test_the_reply_names_only_the_roles_that_it_is_about(city: City) -> None:
    city.activate("full")
    city.phone("Dora").replies("3")
    city.phone("Dan").replies("3")
    city.phone("Maya").receives("Mayor")
    city.phone("Dora").replies("1")  # after all
    city.phone("Maya").receives("Dora Duty has answered for Duty officer. Stand down")
    city.phone("Maya").replies("1")
    assert "Duty officer" not in city.phone("Maya").receives("you are joining as Mayor")


def test_who_has_joined_already_hears_of_another_role_that_comes_to_them(city: City) -> None:
    city.activate("full")
    maya = city.phone("Maya")
    maya.replies("1")
    maya.receives("Mayor")
    maya.receives("you are joining as Mayor")
    city.phone("Dora").replies("3")
    city.phone("Dan").replies("3")
    assert city.role("duty-officer").answered_by.name == "Maya Mayor"
    maya.receives("you are joining as Duty officer")
    with city.wiring.sessions() as session:
        told = session.scalars(
            select(LogEntry).where(LogEntry.kind == "answer.joining").order_by(LogEntry.id)
        ).all()
    assert [log.read_payload(entry)["role"] for entry in told] == ["mayor", "duty-officer"]


def test_a_role_that_waits_for_its_tier_is_called_at_once_when_a_decision_calls_it(
    city: City,
) -> None:
    city.activate("full")
    city.mailbox("Nour").silent()

    def decide(call_out: CallOut, _user: User) -> None:
        document = call_out.document
        roles = {"press-officer": document.roles["press-officer"]}
        settings = city.wiring.settings
        plan = plan_for(call_out.session, document, roles, city.now, settings, at_once=True)
        begin_calls(call_out, plan.roles)

    act(city, decide)
    city.mailbox("Nour").receives("المسؤول الصحفي")
    city.fast_forward(minutes=12)
    city.mailbox("Nour").silent()


def test_a_yes_that_lifts_a_stop_while_the_phone_is_being_asked_is_read_by_a_person_too(
    city: City,
) -> None:
    city.phone("Paul").replies("STOP")
    city.activate("full")
    city.phone("Paul").replies("YES")
    with city.wiring.sessions() as session:
        rows = session.scalars(select(Inbound).order_by(Inbound.id)).all()
    assert [(row.understood, row.needs_reader) for row in rows] == [
        ("stop", False),
        ("start", True),
    ]


def test_of_two_on_one_phone_the_one_being_asked_is_the_one_who_wrote(city: City) -> None:
    with city.wiring.transaction() as session:
        for held in session.scalars(select(RoleHolder).where(RoleHolder.role == "police-liaison")):
            held.position += 1
        session.flush()
        add_person(session, "Pia Police", phone="+447700900104", roles={"police-liaison": 0})
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("coming, give me a moment")

    def understand(call_out: CallOut, user: User) -> None:
        row = call_out.session.scalars(select(Inbound)).one()
        url = city.wiring.settings.public_url
        reading.understand_as(call_out.session, row.id, Answer.JOINING, user, city.now, url)

    act(city, understand)
    assert city.role("police-liaison").answered_by.name == "Pia Police"


def test_two_on_one_phone_can_both_answer_and_a_person_looks_at_who_it_was(city: City) -> None:
    with city.wiring.transaction() as session:
        for held in session.scalars(select(RoleHolder).where(RoleHolder.role == "mayor")):
            held.position = 1
        session.flush()
        add_person(session, "Pia Police", phone="+447700900104", roles={"mayor": 0})
    city.activate("full")
    phone = city.phone("Paul")
    phone.replies("1")
    phone.replies("1")
    assert city.role("police-liaison").answered_by.name == "Paul Police"
    assert city.role("mayor").answered_by.name == "Pia Police"
    with city.wiring.sessions() as session:
        assert all(row.needs_reader for row in session.scalars(select(Inbound)))
