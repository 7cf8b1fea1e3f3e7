"""One role: who was tried, what happens next, and what a human can do about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.models import (
    Delivery,
    RoleCall,
    Task,
)
from playbook.queries.response.role import find_role_call, next_steps
from playbook.wiring import Wiring
from tests.support import harbour
from tests.support.city import City
from tests.web.incidents.asking import address, one

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]


@pytest.mark.parametrize("role", sorted(harbour.ROLES))
def test_every_step_that_is_announced_comes_at_its_time(
    role: str, city: City, sessions: Sessions
) -> None:
    def steps() -> tuple[Any, ...]:
        with sessions() as session:
            call = find_role_call(session, city.activation_id, role)
            return next_steps(call, city.now, "Cora Coordinator")

    def tried() -> tuple[int, str]:
        with sessions() as session:
            call = find_role_call(session, city.activation_id, role)
            return sum(len(r.all_attempts) for r in call.rungs), call.state

    seen = []
    while announced := steps():
        step = announced[0]
        assert step.at is not None, "the harbour's provider takes everything at once"
        before = tried()
        city.fast_forward((step.at - city.now).total_seconds() / 60 - 0.01)
        assert tried() == before, f"{step} came early"
        city.fast_forward(0.02)
        assert tried() != before, f"{step} did not come"
        seen.append(step.kind)
    assert seen[-1] == "owner"
    assert tried()[1] == "owned"


def test_before_a_message_has_left_no_time_is_announced(
    wiring: Wiring, clock: SimulatedClock, city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        for call in session.scalars(select(RoleCall).where(RoleCall.role == "mayor")):
            for attempt in call.rungs[0].all_attempts:
                attempt.settled_at = None
    page = cora.get(address(city, "/roles/mayor")).text
    assert "The minutes of <bdi>Maya Mayor</bdi> begin when the first message" in page


def test_the_ladder_tells_who_was_tried_how_and_what_came_back(
    city: City, cora: FlaskClient
) -> None:
    city.fast_forward(minutes=6)
    page = cora.get(address(city, "/roles/police-liaison")).text
    assert "Paul Police" in page
    assert "City of Harbour" in page
    assert page.count("handed over") == 2
    assert "SMS to <bdi>Petra Police</bdi>, the next in line." in page
    assert "tel:+447700900104" in page


def test_an_answer_on_the_phone_is_noted_with_the_time_it_was_given(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.fast_forward(minutes=5)
    rung = city.rung("police-liaison", "Paul")
    answer = cora.post(
        address(city, f"/rungs/{rung.id}/answer"),
        data={"answer": "joining", "at": "2026-03-14T02:12", "role": "police-liaison"},
    )
    assert answer.status_code == 303
    noted = city.rung("police-liaison", "Paul")
    assert (noted.state, noted.answered_via, noted.noted_by_name) == ("joining", "hand", "Cora Two")
    assert noted.answered_at == city.now - timedelta(minutes=3)
    assert city.role("police-liaison").state == "answered"


def test_an_answer_from_the_future_is_refused_and_what_was_typed_stays(
    city: City, cora: FlaskClient
) -> None:
    rung = city.rung("police-liaison", "Paul")
    answer = cora.post(
        address(city, f"/rungs/{rung.id}/answer"),
        data={"answer": "joining", "at": "2026-03-14T04:12", "role": "police-liaison"},
    )
    assert answer.status_code == 409
    assert "lies in the future" in answer.text
    assert 'value="2026-03-14T04:12"' in answer.text
    assert city.rung("police-liaison", "Paul").state == "asked"


def test_not_waiting_any_longer_asks_the_next_in_line(city: City, cora: FlaskClient) -> None:
    rung = city.rung("police-liaison", "Paul")
    cora.post(
        address(city, f"/rungs/{rung.id}/skip"), data={"role": "police-liaison", "from": "role"}
    )
    assert city.rung("police-liaison", "Paul").state == "skipped"
    assert city.rung("police-liaison", "Petra").state == "asked"


def test_a_role_is_taken_over_by_name(city: City, cora: FlaskClient) -> None:
    answer = cora.post(
        address(city, "/roles/mayor/take-over"), data={"role": "mayor", "from": "role"}
    )
    assert answer.location == address(city, "/roles/mayor")
    role = city.role("mayor")
    assert (role.state, role.owner_name) == ("owned", "Cora Two")
    city.phone("Maya").receives("Mayor")
    city.fast_forward(minutes=15)
    city.phone("Maya").silent()


def test_somebody_who_said_stop_is_to_be_phoned(city: City, cora: FlaskClient) -> None:
    city.phone("Paul").replies("STOP")
    page = cora.get(address(city, "/roles/police-liaison")).text
    assert "STOP: this person has stopped texts. Use the phone or email." in page


def test_the_ladder_of_one_incident_is_closed_to_another(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    first = city.activation_id
    rung = city.rung("mayor", "Maya")
    task = one(sessions, select(Task.id).where(Task.ref == "open-log"))
    city.activate("watch")
    assert city.activation_id != first
    assert (
        cora.post(address(city, f"/rungs/{rung.id}/answer"), data={"answer": "joining"}).status_code
        == 404
    )
    assert cora.post(address(city, f"/tasks/{task}/finish")).status_code == 404


def test_an_unknown_message_is_first_and_a_human_says_what_became_of_it(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        lost = session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert lost is not None
        lost.state = "unknown"
        lost_id = lost.id
    assert "Of 1 message nobody can say whether it left." in cora.get(address(city)).text
    page = cora.get(address(city, "/messages")).text
    assert page.index("unknown, a human must find out</span>") < page.index("handed over</span>")
    cora.post(address(city, f"/messages/{lost_id}/resolve"), data={"arrived": "yes"})
    row = one(sessions, select(Delivery).where(Delivery.id == lost_id))
    assert (row.state, row.resolved_by_name) == ("delivered", "Cora Two")
    page = cora.get(address(city, "/messages?state=delivered")).text
    assert "found out by <bdi>Cora Two</bdi>" in page
    assert "handed over</span>" not in page.split("rows")[1]
    answer = cora.post(address(city, f"/messages/{lost_id}/resolve"), data={"arrived": "maybe"})
    assert answer.status_code == 422
