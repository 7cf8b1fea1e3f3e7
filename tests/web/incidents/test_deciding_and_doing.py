"""Decisions taken and tasks done, each by whom and when."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.models import (
    Activation,
    Decision,
    Person,
    Task,
)
from tests.support import harbour
from tests.support.city import City
from tests.web.incidents.asking import address, decide, one

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]


def test_a_reminder_is_never_late_and_never_red(city: City, cora: FlaskClient) -> None:
    city.fast_forward(minutes=90)
    page = cora.get(address(city)).text
    card = re.search(r'<details class="([^"]*)" id="d-similar-sites">.*?</summary>', page, re.S)
    adopted = re.search(r'<details class="([^"]*)" id="d-holding-line">.*?</summary>', page, re.S)
    assert card
    assert adopted
    assert "reminder" in card[0]
    assert "late" not in card[0]
    assert "line-act" not in card[1]
    assert "late by" in adopted[0]
    assert "line-act" in adopted[1]


def test_a_decision_shows_what_each_option_sets_in_motion(city: City, cora: FlaskClient) -> None:
    page = cora.get(address(city, "/decisions/similar-sites")).text
    assert "Which similar places must hear from us first?" in page
    assert "Ask for a patrol" in page
    assert "sets nothing in motion" in page
    assert "They learn it from the news." in page
    assert "A default of this project, not guidance." in page
    assert page.index('value="police-liaison"') < page.index('value="mayor"')


def test_a_decision_says_who_what_when_and_why_and_starts_its_tasks(
    city: City, cora: FlaskClient
) -> None:
    assert decide(cora, city).status_code == 303
    page = cora.get(address(city, "/decisions/similar-sites")).text
    for part in (
        "Call them",
        "Paul Police",
        "Police liaison",
        "Two callers named them.",
        "Cora Two",
    ):
        assert part in page
    board = cora.get(address(city)).text
    assert "1 decision taken" in board
    assert "Ask for a patrol" in board
    assert "Prepare: " in board
    # The template of the message stands on the task, ready to be read out.
    assert "We know what happened. Call {callback}." in board


def test_whoever_is_slower_sees_who_was_faster_and_keeps_what_they_typed(
    city: City, cora: FlaskClient, signed_in: SignIn, sessions: Sessions
) -> None:
    decide(cora, city)
    slower = decide(
        signed_in("coordinator", name="Otto Other"), city, option="wait", rationale="No, we wait."
    )
    assert slower.status_code == 409
    assert "Cora Two" in slower.text
    assert "No, we wait." in slower.text
    assert one(sessions, select(Decision.option).where(Decision.option.is_not(None))) == "call-them"


def test_without_an_option_nothing_is_decided_and_the_reason_stays(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    answer = decide(cora, city, option="")
    assert answer.status_code == 422
    assert "Choose one of the options." in answer.text
    assert "Two callers named them." in answer.text


def test_a_decision_can_be_opened_again_and_the_first_one_stays_on_record(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    decide(cora, city)
    cora.post(address(city, "/decisions/similar-sites/reopen"))
    assert (
        decide(cora, city, option="wait", rationale="Police asked us to.", round=2).status_code
        == 303
    )
    page = cora.get(address(city, "/decisions/similar-sites")).text
    assert "Two callers named them." in page
    assert "Police asked us to." in page


def test_a_deciders_unforeseen_authority_is_accepted_and_told(
    city: City, cora: FlaskClient
) -> None:
    decide(cora, city, authority="", decided_by="Somebody at the scene")
    page = cora.get(address(city, "/timeline")).text
    assert "on an authority that the playbook does not name" in page


def test_whom_a_human_must_phone_stands_first_with_the_number(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.fast_forward(minutes=10.5)
    page = cora.get(address(city)).text
    assert "1 person to call by phone" in page
    assert page.index("tel:+447700900106") < page.index("Open the log")
    rung = city.rung("mosque-council", "Imam")
    cora.post(address(city, f"/rungs/{rung.id}/answer"), data={"answer": "joining"})
    assert city.role("mosque-council").state == "answered"
    assert "to call by phone" not in cora.get(address(city)).text
    assert one(sessions, select(Task.outcome).where(Task.kind == "phone-call")) == "done"


def test_nobody_is_phoned_who_is_not_needed_any_more(
    city: City, sessions: Sessions, cora: FlaskClient
) -> None:
    with sessions.begin() as session:
        harbour.add_person(
            session, "Nadia Next", phone="+447700900120", roles={"mosque-council": 1}
        )
    city.activate("full")
    city.fast_forward(minutes=41)
    assert "2 people to call by phone" in cora.get(address(city)).text
    city.phone("Imam").replies(f"1 {city_number(sessions, city)}")
    assert city.role("mosque-council").state == "answered"
    assert "to call by phone" not in cora.get(address(city)).text


def city_number(sessions: Sessions, city: City) -> int:
    return int(one(sessions, select(Activation.number).where(Activation.id == city.activation_id)))


def test_nobody_is_told_to_phone_a_person_without_a_number(
    city: City, sessions: Sessions, cora: FlaskClient
) -> None:
    with sessions.begin() as session:
        idris = session.scalars(select(Person).where(Person.name == "Imam Idris")).one()
        idris.contact_points = [c for c in idris.contact_points if c.kind == "email"]
    city.fast_forward(minutes=11)
    assert "to call by phone" not in cora.get(address(city)).text
    assert city.role("mosque-council").state == "owned"


def test_a_task_is_ticked_off_and_the_tick_taken_back(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    task = one(sessions, select(Task.id).where(Task.ref == "open-log"))
    cora.post(address(city, f"/tasks/{task}/finish"), data={"outcome": "done"})
    page = cora.get(address(city)).text
    assert "1 task done" in page
    assert "Cora Two" in page
    cora.post(address(city, f"/tasks/{task}/reopen"))
    assert "task done" not in cora.get(address(city)).text
    cora.post(address(city, f"/tasks/{task}/finish"), data={"outcome": "not-needed"})
    assert one(sessions, select(Task.outcome).where(Task.id == task)) == "not-needed"
    assert (
        cora.post(address(city, f"/tasks/{task}/finish"), data={"outcome": "x"}).status_code == 422
    )
