"""The server was gone, people were called from paper, and what they said is entered afterwards."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from playbook.domain.response.answers import Answer
from playbook.domain.response.paper import Contradiction, Tick, Ticked, still_to_call
from playbook.errors import BadInput
from playbook.models import (
    Activation,
    ActivationKind,
    Delivery,
    LogEntry,
    Person,
    RoleCall,
    RoleCallState,
    User,
)
from playbook.queries.response.timeline import timeline
from playbook.queries.response.tree import happenings
from playbook.services.log import seal_entries, verify
from playbook.services.response import activation, paper
from playbook.services.response.activation import FromPaper, Request
from playbook.services.response.answers import note_by_hand
from playbook.services.response.calling import plan_for
from playbook.services.response.paper_reckoning import Reckoned
from tests.support.city import City
from tests.support.harbour import harbour_document

YES, NO, DEPUTY, NOBODY = Ticked.JOINING, Ticked.UNABLE, Ticked.DEPUTY, Ticked.NO_ANSWER


def tick(city: City, role: str, name: str, what: Ticked, at: datetime) -> Tick:
    with city.wiring.sessions() as session:
        person = session.scalars(select(Person).where(Person.name.like(f"{name} %"))).one()
        return Tick(role, person.id, what, at)


def enter(city: City, *ticks: Tick, caller: str = "") -> Reckoned:
    """Enter a sheet and let the engine run."""
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        entered = paper.enter(city.call_out(session), ticks, user, caller)
    city.run_ticks()
    return entered


def look(city: City, *ticks: Tick) -> Reckoned:
    with city.wiring.transaction() as session:
        return paper.foresee(city.call_out(session), ticks)


def activate_from_paper(
    city: City, ticks: list[Tick], *, call_rest: bool = True, hours_ago: float = 6
) -> None:
    request = Request(
        key="after the night",
        version_id=city.version_id,
        level="full",
        kind=ActivationKind.REAL,
        name="The night",
        time_zero=city.now - timedelta(hours=hours_ago),
    )
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        from_paper = FromPaper(tuple(ticks), "Nina Night", call_rest, user)
        settings = city.wiring.settings
        made = activation.activate(session, request, settings, user, city.now, from_paper)
        city.activation_id = made.id
    city.run_ticks()


def test_paper_ticks_interleave_with_electronic_answers_at_their_real_times(city: City) -> None:
    start = city.now
    city.activate("full")
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).receives("No 11")
    city.fast_forward(minutes=8)
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("you are joining")
    city.mailbox("Dora").receives("Duty officer")
    city.mailbox("Maya").receives("Mayor")
    city.mailbox("Paul").receives("Police liaison")
    # Meanwhile in the cell, by telephone: Petra had said yes five minutes before Paul's text.
    early = start + timedelta(minutes=3)
    entered = enter(
        city,
        tick(city, "police-liaison", "Petra", YES, early),
        tick(city, "mayor", "Maya", NO, start + timedelta(minutes=6)),
        caller="Nina Night",
    )
    assert (entered.answers, entered.unanswered, entered.known) == (2, 0, 0)
    role = city.role("police-liaison")
    assert (role.answered_by.name, role.answered_at) == ("Petra Police", early)
    city.phone("Paul").receives("Petra Police answered before")
    assert city.rung("police-liaison", "Paul").state == "joining"
    assert city.rung("police-liaison", "Petra").answered_via == "paper"
    assert city.role("mayor").owner_name == "Cora Coordinator"  # she was the only one
    with city.wiring.sessions() as session:
        told = [(h.kind, h.at) for h in happenings(session, city.activation_id)]
        assert told.index(("answer.joining", early)) < told.index(
            ("answer.unable", start + timedelta(minutes=6))
        )
        joined = [at for kind, at in told if kind == "answer.joining"]
        assert joined == sorted(joined)
        assert len(joined) == 2
        newest = timeline(session, city.activation_id).entries
        assert [e.at for e in newest] == sorted((e.at for e in newest), reverse=True)
        [petra] = [e for e in newest if e.kind == "answer.joining" and e.at == early]
        assert petra.facts["entered_by"] == "Cora Coordinator"
        assert petra.facts["caller"] == "Nina Night"
        assert petra.facts["entered_at"] == city.now.isoformat()
    city.nothing_else()


def test_who_is_still_asked_is_stood_down_when_somebody_had_said_yes_on_paper(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    seen = look(city, tick(city, "police-liaison", "Petra", YES, city.now))
    assert seen.stood_down == 1
    enter(city, tick(city, "police-liaison", "Petra", YES, city.now))
    city.phone("Paul").receives("Petra Police has answered", "Stand down")
    city.phone("Petra").silent()
    assert city.rung("police-liaison", "Paul").state == "stood-down"


def test_a_contradiction_is_shown_and_the_later_word_stands(city: City) -> None:
    start = city.now
    city.activate("full")
    city.fast_forward(minutes=4)
    city.phone("Paul").replies("1")
    city.fast_forward(minutes=4)
    later = tick(city, "police-liaison", "Paul", NO, start + timedelta(minutes=7))
    seen = look(city, later)
    [one] = seen.contradictions
    assert (one.name, one.stands) == ("Paul Police", Contradiction.PAPER)
    assert (one.heard.answer, one.heard.via) == (Answer.JOINING, "sms")
    [change] = seen.leading
    assert (change.role, change.before, change.after) == ("police-liaison", "Paul Police", "")
    earlier = tick(city, "police-liaison", "Paul", NO, start + timedelta(minutes=2))
    assert look(city, earlier).contradictions[0].stands is Contradiction.SERVICE
    enter(city, earlier)
    assert city.role("police-liaison").answered_by.name == "Paul Police"
    enter(city, later)
    assert city.role("police-liaison").state == RoleCallState.CALLING
    city.phone("Petra").receives("Police liaison")  # the next in line is asked


def test_the_same_sheet_twice_changes_nothing(city: City) -> None:
    start = city.now
    city.activate("full")
    city.fast_forward(minutes=5)
    sheet = (
        tick(city, "police-liaison", "Petra", YES, start + timedelta(minutes=1)),
        tick(city, "duty-officer", "Dora", NOBODY, start + timedelta(minutes=2)),
        tick(city, "mayor", "Maya", DEPUTY, start + timedelta(minutes=3)),
    )
    enter(city, *sheet)

    def everything() -> tuple[object, ...]:
        with city.wiring.sessions() as session:
            return (
                session.scalar(select(func.count()).select_from(LogEntry)),
                session.scalar(select(func.count()).select_from(Delivery)),
                session.get_one(Activation, city.activation_id).revision,
            )

    before = everything()
    again = enter(city, *sheet)
    assert (again.fresh, again.known) == ((), 3)
    assert everything() == before


def test_a_call_that_nobody_picked_up_takes_back_no_yes_and_asks_the_next(city: City) -> None:
    start = city.now
    city.activate("full")
    city.fast_forward(minutes=2)
    city.phone("Paul").replies("1")
    city.fast_forward(minutes=2)
    enter(
        city,
        tick(city, "police-liaison", "Paul", NOBODY, start + timedelta(minutes=3)),
        tick(city, "duty-officer", "Dora", NOBODY, start + timedelta(minutes=3)),
    )
    assert city.role("police-liaison").answered_by.name == "Paul Police"
    assert city.rung("duty-officer", "Dora").state == "silent"
    city.phone("Dan").receives("Duty officer")
    city.phone("Dora").read = len(city.phone("Dora").texts())
    city.phone("Dora").replies("1")  # she wakes up: it counts all the same
    assert city.role("duty-officer").answered_by.name == "Dora Duty"


def test_times_that_cannot_be_are_refused_and_nothing_is_written(city: City) -> None:
    city.activate("full")
    for at in (city.now + timedelta(minutes=1), city.now - timedelta(minutes=1)):
        with pytest.raises(BadInput):
            enter(city, tick(city, "mayor", "Maya", YES, at))
    with pytest.raises(BadInput):
        enter(city, tick(city, "mayor", "Paul", YES, city.now))  # on no such ladder
    assert city.role("mayor").state == RoleCallState.CALLING


def test_what_is_entered_after_the_end_corrects_the_record_and_tells_nobody(city: City) -> None:
    start = city.now
    city.activate("full")
    city.fast_forward(minutes=5)
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        running = session.get_one(Activation, city.activation_id)
        activation.end(session, running, user, city.now, "over")
    texts = {name: len(city.phone(name).texts()) for name in ("Dora", "Paul", "Petra")}
    city.fast_forward(minutes=60)
    enter(city, tick(city, "police-liaison", "Petra", YES, start + timedelta(minutes=4)))
    role = city.role("police-liaison")
    assert (role.state, role.answered_by.name) == (RoleCallState.ANSWERED, "Petra Police")
    assert role.answered_at == start + timedelta(minutes=4)
    assert texts == {name: len(city.phone(name).texts()) for name in texts}


def test_the_chain_of_the_log_holds_with_entries_from_the_past(city: City) -> None:
    start = city.now
    city.activate("full")
    city.fast_forward(minutes=5)
    enter(city, tick(city, "mayor", "Maya", YES, start + timedelta(minutes=1)))
    with city.wiring.transaction() as session:
        seal_entries(session)
        count, broken = verify(session)
    assert count > 5
    assert broken is None


def test_nobody_who_was_called_on_paper_is_texted_when_the_server_is_back(city: City) -> None:
    night = city.now - timedelta(hours=6)
    sheet = [
        tick(city, "duty-officer", "Dora", NOBODY, night + timedelta(minutes=4)),
        tick(city, "duty-officer", "Dan", YES, night + timedelta(minutes=9)),
        tick(city, "mayor", "Maya", NOBODY, night + timedelta(minutes=12)),
        tick(city, "police-liaison", "Paul", NO, night + timedelta(minutes=5)),
    ]
    with city.wiring.sessions() as session:
        document = harbour_document()
        roles = document.roles_of_level("full")
        plan = plan_for(session, document, roles, night, city.wiring.settings)
        foreseen = still_to_call(plan.roles, sheet, city.now)
        names = set(session.scalars(select(Person.name).where(Person.id.in_(foreseen))))
    assert names == {"Petra Police", "Imam Idris", "Nour Press"}
    activate_from_paper(city, sheet)
    city.phone("Petra").receives("Police liaison")
    city.mailbox("Nour").receives("المسؤول الصحفي")  # the second tier's time had come long ago
    for name in ("Dora", "Dan", "Maya", "Paul"):
        city.phone(name).silent()
        city.mailbox(name).silent()
    duty = city.role("duty-officer")
    assert (duty.answered_by.name, duty.answered_at) == ("Dan Deputy", night + timedelta(minutes=9))
    assert duty.starts_at == night
    assert city.role("mayor").owner_name == "Cora Coordinator"  # silent on paper, nobody after her
    city.fast_forward(minutes=120)
    for name in ("Dora", "Dan", "Maya", "Paul"):
        city.phone(name).silent()
        city.mailbox(name).silent()


def test_record_only_calls_nobody_and_leaves_no_silence_without_an_owner(city: City) -> None:
    night = city.now - timedelta(hours=6)
    sheet = [tick(city, "police-liaison", "Paul", YES, night + timedelta(minutes=5))]
    activate_from_paper(city, sheet, call_rest=False)
    city.fast_forward(minutes=60)
    city.nothing_else()
    with city.wiring.sessions() as session:
        states = dict(
            session.execute(
                select(RoleCall.role, RoleCall.state).where(
                    RoleCall.activation_id == city.activation_id
                )
            ).all()
        )
    assert states.pop("police-liaison") == RoleCallState.ANSWERED
    assert set(states.values()) == {RoleCallState.OWNED}


def test_the_same_page_twice_makes_one_incident_with_one_sheet(city: City) -> None:
    night = city.now - timedelta(hours=6)
    sheet = [tick(city, "police-liaison", "Paul", YES, night + timedelta(minutes=5))]
    activate_from_paper(city, sheet)
    first = city.activation_id
    activate_from_paper(city, sheet)
    assert city.activation_id == first
    with city.wiring.sessions() as session:
        kinds = list(session.scalars(select(LogEntry.kind)))
    assert kinds.count("paper.entered") == 1


def test_a_tick_before_time_zero_makes_no_incident(city: City) -> None:
    sheet = [tick(city, "mayor", "Maya", YES, city.now - timedelta(hours=7))]
    with pytest.raises(BadInput):
        activate_from_paper(city, sheet)
    with city.wiring.sessions() as session:
        assert session.scalars(select(Activation)).all() == []


def test_a_note_by_hand_and_paper_agree(city: City) -> None:
    start = city.now
    city.activate("full")
    city.fast_forward(minutes=5)
    with city.wiring.transaction() as session:
        rung = session.get_one(type(city.rung("mayor", "Maya")), city.rung("mayor", "Maya").id)
        user = session.get_one(User, city.user_id)
        at = start + timedelta(minutes=2)
        note_by_hand(city.call_out(session), rung, Answer.JOINING, user, at)
    seen = look(city, tick(city, "mayor", "Maya", YES, start + timedelta(minutes=1)))
    assert seen.contradictions == ()
    enter(city, tick(city, "mayor", "Maya", YES, start + timedelta(minutes=1)))
    assert city.role("mayor").answered_at == start + timedelta(minutes=1)
