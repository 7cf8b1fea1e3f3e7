"""What a partner, a deputy and a coordinator would tell of a call-out."""

from sqlalchemy import select

from playbook.models import ActivationKind, RoleCallState
from tests.support.city import City


def test_everybody_of_the_first_tiers_is_asked_at_once(city: City) -> None:
    number = city.activate("full")
    city.phone("Dora").receives("Duty officer", f"No {number}", "Reply 1")
    city.phone("Maya").receives("Mayor")
    city.phone("Paul").receives("Police liaison")
    city.nothing_else()


def test_silence_climbs_to_the_deputy(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.fast_forward(minutes=4)
    city.mailbox("Paul").silent()
    city.fast_forward(minutes=1)
    city.mailbox("Paul").receives("Police liaison")
    city.phone("Petra").silent()
    city.fast_forward(minutes=5)
    city.phone("Petra").receives("Police liaison")
    assert city.rung("police-liaison", "Paul").state == "silent"
    city.phone("Petra").replies("1")
    city.phone("Petra").receives("you are joining as Police liaison")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED


def test_refusal_climbs_at_once(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("3")
    city.phone("Paul").receives("somebody else is being asked")
    city.phone("Petra").receives("Police liaison")


def test_who_asks_for_the_deputy_is_told_when_the_deputy_has_answered(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("2")
    city.phone("Paul").receives("your deputy is being asked")
    city.phone("Petra").receives("Police liaison")
    city.phone("Petra").replies("1")
    city.phone("Petra").receives("joining")
    city.phone("Paul").receives("Petra Police has answered for Police liaison")


def test_an_answer_after_escalation_stands_the_deputy_down(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.fast_forward(minutes=10)
    city.mailbox("Paul").receives("Police liaison")
    city.phone("Petra").receives("Police liaison")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("you are joining")
    city.phone("Petra").receives("Paul Police has answered", "Stand down")
    assert city.rung("police-liaison", "Paul").late
    assert city.rung("police-liaison", "Petra").state == "stood-down"
    city.fast_forward(minutes=9)
    city.mailbox("Petra").silent()


def test_a_late_answer_is_accepted_and_told_who_was_faster(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.fast_forward(minutes=10)
    city.phone("Petra").receives("Police liaison")
    city.phone("Petra").replies("1")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("Petra Police answered before")
    rung = city.rung("police-liaison", "Paul")
    assert (rung.state, rung.late) == ("joining", True)
    assert city.role("police-liaison").answered_by.name == "Petra Police"


def test_a_repeated_answer_is_told_who_has_answered(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("you are joining")
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("Paul Police has already answered")


def test_when_nobody_is_left_a_named_human_owns_the_role(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=21)
    role = city.role("police-liaison")
    assert role.state == RoleCallState.OWNED
    assert role.owner_name == "Cora Coordinator"
    city.phone("Petra").replies("1")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED


def test_who_had_said_yes_and_cannot_after_all_makes_the_ladder_climb_again(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.fast_forward(minutes=10)
    city.phone("Petra").receives("Police liaison")
    city.phone("Paul").replies("1")
    city.phone("Petra").receives("Stand down")
    city.phone("Paul").replies("3")
    city.phone("Petra").receives("Police liaison")
    city.phone("Petra").replies("1")
    assert city.role("police-liaison").answered_by.name == "Petra Police"


def test_one_person_with_two_roles_gets_one_text_and_answers_once(city: City) -> None:
    city.activate("full")
    city.phone("Dora").replies("3")
    city.phone("Dan").receives("Duty officer")
    city.phone("Dan").replies("3")
    city.phone("Maya").receives("Mayor")
    city.phone(
        "Maya"
    ).silent()  # the mayor deputises for the duty officer and is being asked already
    city.phone("Maya").replies("1")
    city.phone("Maya").receives("you are joining as")
    assert city.role("duty-officer").answered_by.name == "Maya Mayor"
    assert city.role("mayor").answered_by.name == "Maya Mayor"


def test_the_one_text_names_every_role_that_starts_at_once(city: City) -> None:
    from playbook.models import Person, RoleHolder

    with city.wiring.transaction() as session:
        maya = session.scalars(select(Person).where(Person.name == "Maya Mayor")).one()
        paul = session.scalars(select(RoleHolder).where(RoleHolder.role == "police-liaison")).all()
        for held in paul:
            held.position += 1
        session.flush()
        maya.roles.append(RoleHolder(role="police-liaison", position=0))
    city.activate("full")
    city.phone("Maya").receives("Mayor, Police liaison")
    city.phone("Maya").silent()
    city.phone("Maya").replies("1")
    assert city.role("police-liaison").answered_by.name == "Maya Mayor"


def test_two_open_alerts_on_one_phone(city: City) -> None:
    first = city.activate("watch")
    first_id = city.activation_id
    second = city.activate("watch")
    city.phone("Maya").receives(f"No {first}")
    city.phone("Maya").receives(f"No {second}")
    city.phone("Maya").replies("1")
    city.phone("Maya").receives("which one?", f"{first} watch", f"{second} watch")
    assert city.role("mayor").state == RoleCallState.CALLING
    city.phone("Maya").replies(f"1 {first}")
    city.phone("Maya").receives(f"no {first}: thank you")
    assert city.role("mayor").state == RoleCallState.CALLING
    city.activation_id = first_id
    assert city.role("mayor").state == RoleCallState.ANSWERED


def test_the_arabic_speaker_gets_arabic(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    text = city.mailbox("Nour").receives("المسؤول الصحفي", "أجب 1")
    assert "Reply" not in text
    city.phone("Nour").replies("١")
    city.phone("Nour").receives("أنت قادم")


def test_a_number_in_an_arabic_text_reads_in_its_own_order(city: City) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    text = city.mailbox("Nour").receives("المسؤول الصحفي")
    assert "\N{LEFT-TO-RIGHT MARK}" + city.wiring.settings.join_point in text
    english = city.phone("Dora").receives("Duty officer")
    assert "\N{LEFT-TO-RIGHT MARK}" not in english


def test_a_voice_channel_is_a_humans_task_and_the_text_follows_at_half_time(city: City) -> None:
    from playbook.models import Task

    city.activate("full")
    city.fast_forward(minutes=10)
    city.phone("Imam").silent()
    with city.wiring.sessions() as session:
        task = session.scalars(select(Task).where(Task.kind == "phone-call")).one()
        assert task.role == "mosque-council"
    city.fast_forward(minutes=15)
    city.phone("Imam").receives("مجلس المسجد")
    city.phone("Imam").replies("1")
    with city.wiring.sessions() as session:
        assert session.get_one(Task, task.id).outcome == "not-needed"


def test_nobody_is_left_to_be_phoned_who_was_skipped_or_when_it_is_over(city: City) -> None:
    from playbook.models import Activation, Person, Rung, Task, User
    from playbook.services.response.activation import end
    from playbook.services.response.answers import skip

    def open_calls() -> int:
        with city.wiring.sessions() as session:
            tasks = session.scalars(select(Task).where(Task.kind == "phone-call")).all()
            return sum(task.done_at is None for task in tasks)

    for how in ("skip", "end"):
        city.activate("full")
        city.fast_forward(minutes=10)
        assert open_calls() == 1
        with city.wiring.transaction() as session:
            user = session.get_one(User, city.user_id)
            if how == "skip":
                rung = session.scalars(
                    select(Rung)
                    .join(Person, Rung.person_id == Person.id)
                    .where(Person.name == "Imam Idris", Rung.activation_id == city.activation_id)
                ).one()
                skip(city.call_out(session), rung, user)
            else:
                activation = session.get_one(Activation, city.activation_id)
                end(session, activation, user, city.now, "Over")
        assert open_calls() == 0


def test_an_exercise_says_so_in_every_message(city: City) -> None:
    city.activate("watch", ActivationKind.EXERCISE)
    assert city.phone("Dora").receives("Duty officer").startswith("EXERCISE. ")
    city.phone("Dora").replies("1")
    assert city.phone("Dora").receives("joining").startswith("EXERCISE. ")


def test_twice_in_a_row_by_an_impatient_finger_is_one_activation(city: City) -> None:
    first = city.activate("watch", key="one page")
    again = city.activate("watch", key="one page")
    assert first == again
    city.phone("Maya").receives("Mayor")
    city.phone("Maya").silent()
