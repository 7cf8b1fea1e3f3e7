"""The board: who may look, what the top line says, who has answered, how an incident ends."""

import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.models import (
    ActivationKind,
    LogEntry,
)
from playbook.queries.engine import write_beat
from playbook.services import log
from playbook.services.preparedness.publishing import publish
from playbook.settings import Settings
from tests.support import harbour
from tests.support.city import City
from tests.support.people import add_user
from tests.web.incidents.asking import address, decide, role_line

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]


def test_an_observer_reads_everything_but_numbers_and_changes_nothing(
    city: City, signed_in: SignIn, cora: FlaskClient
) -> None:
    city.fast_forward(minutes=12)
    watching = signed_in("observer")
    for path in ("", "?tab=doing", "/roles/mosque-council"):
        assert "447700900106" not in watching.get(address(city, path)).text
        assert "447700900106" in cora.get(address(city, path)).text
    assert 'name="option"' not in watching.get(address(city, "/decisions/similar-sites")).text
    for path in (
        "/decisions/similar-sites/decide",
        "/decisions/similar-sites/reopen",
        "/roles/mayor/take-over",
        "/tasks/1/finish",
        "/tasks/1/reopen",
        "/rungs/1/answer",
        "/rungs/1/skip",
        "/messages/1/resolve",
        "/end",
        "/coordinator",
    ):
        assert watching.post(address(city, path)).status_code == 403, path


def test_an_incident_that_never_was_is_not_found(cora: FlaskClient, city: City) -> None:
    for path in ("", "/live", "/timeline", "/roles/mayor", "/messages", "/end", "/coordinator"):
        assert cora.get(f"/incidents/{city.activation_id + 99}{path}").status_code == 404
    assert cora.get(address(city, "/roles/astronaut")).status_code == 404
    assert cora.get(address(city, "/decisions/go-home")).status_code == 404


def test_the_top_line_says_what_is_not_done(city: City, cora: FlaskClient) -> None:
    page = cora.get(address(city)).text
    assert "Alert number 11" in page
    assert "<strong>3</strong></span> <span>not answered</span>" in page
    assert "number-act" not in page, "red is kept for what a human must do now"
    city.phone("Maya").replies("1")
    city.fast_forward(minutes=31)
    page = cora.get(address(city)).text
    # The holding line was due at half past two, and the city has adopted that deadline.
    assert re.search(
        r"<strong>1</strong> .*to act on now:.*</span> <span>decision due</span>", page
    )
    assert "late by" in page


def test_a_stopped_engine_is_told_aloud(
    city: City, cora: FlaskClient, settings: Settings, clock: SimulatedClock
) -> None:
    alarm = "The engine is not running: nothing is sent and nobody is called by itself."
    assert alarm in cora.get(address(city)).text
    settings.instance_path.mkdir(exist_ok=True)
    write_beat(settings.instance_path, clock.now())
    assert alarm not in cora.get(address(city)).text
    clock.advance(timedelta(minutes=1))
    assert alarm in cora.get(address(city)).text


def test_a_version_published_in_the_middle_is_shown_and_changes_nothing(
    city: City, cora: FlaskClient, sessions: Sessions, clock: SimulatedClock
) -> None:
    document = harbour.harbour_document()
    words = {
        language: {**words, "playbook.summary": "Changed."}
        for language, words in document.words.items()
    }
    newer = document.model_copy(update={"words": words})
    with sessions.begin() as session:
        publish(session, canonical_bytes(newer), newer, None, "Sample author", clock.now())
    page = cora.get(address(city)).text
    assert "Version 2 of this playbook has been published since." in page
    assert "version 1" in page


def test_a_role_says_its_best_state_and_by_whom(city: City, cora: FlaskClient) -> None:
    page = cora.get(address(city)).text
    assert role_line(page, "mayor") == "Mayor being called Maya Mayor"
    assert role_line(page, "press-officer") == "Press officer waiting"
    city.phone("Maya").replies("1")
    city.phone("Dora").replies("3")
    page = cora.get(address(city)).text
    assert role_line(page, "mayor") == "Mayor answered Maya Mayor"
    assert (
        role_line(page, "duty-officer") == "Duty officer being called Dan Deputy 2 of 3 1 refused"
    )


def test_a_silence_is_owned_by_name_in_red(city: City, cora: FlaskClient) -> None:
    city.fast_forward(minutes=25)
    page = cora.get(address(city)).text
    assert role_line(page, "police-liaison") == (
        "Police liaison owned by a person Cora Coordinator 2 silent"
    )
    assert re.search(r'class="line line-act" id="role-police-liaison"', page)
    assert "state-act" in page


def test_the_board_reads_right_to_left_in_the_readers_language(
    city: City, cora: FlaskClient
) -> None:
    page = cora.get(address(city, "?lang=ar")).text
    assert '<html lang="ar" dir="rtl"' in page
    assert "العمدة" in page


def test_ending_shows_what_stops_and_stops_it(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    page = cora.get(address(city, "/end")).text
    assert "End it and stop asking 3 people" in page
    assert ">2</span>" in page  # roles of the second tier, not called yet
    cora.post(address(city, "/end"), data={"reason": "False alarm."})
    board = cora.get(address(city)).text
    assert "Ended" in board
    assert "hx-trigger" not in board
    assert "<form" not in board.split('id="columns"')[1].split("<footer")[0]
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).receives("Reply 1")
    city.fast_forward(minutes=30)
    city.nothing_else()
    assert decide(cora, city).status_code == 409
    with sessions() as session:
        entries = session.scalars(select(LogEntry).where(LogEntry.kind == "activation.ended")).all()
        assert [log.read_payload(entry) for entry in entries] == [{"reason": "False alarm."}]


def test_open_silences_go_along_with_coordination(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.fast_forward(minutes=25)
    with sessions.begin() as session:
        to = add_user(session, "coordinator", name="Nora Night")
        watcher = add_user(session, "observer", name="Olga Observer")
        to_id, watcher_id = to.id, watcher.id
    assert city.role("police-liaison").owner_name == "Cora Coordinator"
    page = cora.get(address(city, "/coordinator")).text
    assert "Nora Night" in page
    assert "Olga Observer" not in page
    assert cora.post(address(city, "/coordinator"), data={"to": watcher_id}).status_code == 422
    assert cora.post(address(city, "/coordinator"), data={"to": to_id}).status_code == 303
    assert city.role("police-liaison").owner_name == "Nora Night"
    assert "Coordinator: <bdi>Nora Night</bdi>" in cora.get(address(city)).text
    city.fast_forward(minutes=60)
    assert city.role("press-officer").owner_name == "Nora Night"


def test_the_list_puts_what_runs_first(city: City, cora: FlaskClient) -> None:
    first = city.activation_id
    cora.post(address(city, "/end"))
    city.activate("watch", ActivationKind.EXERCISE)
    page = cora.get("/incidents/").text
    assert page.index(f'"/incidents/{city.activation_id}"') < page.index(f'"/incidents/{first}"')
    assert "EXERCISE" in page


def test_without_any_incident_the_list_offers_the_first_step(signed_in: SignIn) -> None:
    page = signed_in().get("/incidents/").text
    assert "No incident and no exercise yet" in page
    assert 'href="/activate/"' in page
