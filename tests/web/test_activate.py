"""Activating on the screen: what happened, what will happen, one button."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.errors import BadInput
from playbook.models import Activation, ActivationKind, Delivery, Person, RoleCall, RoleHolder
from playbook.services.preparedness.publishing import publish
from playbook.web.incidents.moments import read_moment, write_moment
from tests.support.harbour import add_people, harbour_document, publish_harbour

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]

FIELDS = {
    "key": "made-by-the-first-page-1",
    "kind": "real",
    "level": "full",
    "name": "Shots at the harbour",
    "when": "2026-03-14T02:05",
    "place": "Pier 4",
    "known": "Two scenes, police confirm one.",
}


@pytest.fixture
def version(sessions: Sessions, clock: SimulatedClock) -> int:
    """The harbour city's playbook and people."""
    with sessions.begin() as session:
        add_people(session)
        return publish_harbour(session, clock.now()).id


def count(sessions: Sessions, table: type) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_only_playbook_is_chosen_without_asking(version: int, signed_in: SignIn) -> None:
    answer = signed_in().get("/activate/")
    assert answer.status_code == 302
    assert answer.location == f"/activate/{version}"


def test_of_several_playbooks_one_is_chosen_and_a_base_is_not_offered(
    version: int, sessions: Sessions, clock: SimulatedClock, signed_in: SignIn
) -> None:
    with sessions.begin() as session:
        for key, title, activatable in (
            ("school", "Attack on a school", True),
            ("base", "Base", False),
        ):
            document = harbour_document()
            words = {lang: {**w, "playbook.title": title} for lang, w in document.words.items()}
            other = document.model_copy(
                update={"playbook": key, "activatable": activatable, "words": words}
            )
            publish(session, canonical_bytes(other), other, None, "Sample author", clock.now())
    page = signed_in().get("/activate/").text
    assert "Harbour" in page
    assert "Attack on a school" in page
    assert "<strong>Base</strong>" not in page


def test_without_a_playbook_the_page_says_what_to_do_first(
    sessions: Sessions, signed_in: SignIn
) -> None:
    assert "No playbook can be activated yet" in signed_in().get("/activate/").text


def test_whether_it_is_real_and_how_large_is_never_guessed(version: int, signed_in: SignIn) -> None:
    page = signed_in().get(f"/activate/{version}").text
    assert 'name="kind" value="real"' in page
    assert 'name="kind" value="exercise"' in page
    assert " checked" not in page
    # Everything else has its default: the city's own clock, the playbook's title.
    assert 'value="2026-03-14T02:10"' in page
    assert 'value="Harbour"' in page
    assert "5 roles" in page


def test_what_is_missing_is_asked_for_and_what_was_typed_is_kept(
    version: int, signed_in: SignIn, sessions: Sessions
) -> None:
    typed = {**FIELDS, "kind": "", "level": "huge", "when": "yesterday"}
    for step in ("preview", "confirm"):
        answer = signed_in().post(f"/activate/{version}/{step}", data=typed)
        assert answer.status_code == 422
        assert "Say whether this is real or an exercise." in answer.text
        assert "Choose how many to call." in answer.text
        assert "could not be read" in answer.text
        assert "Two scenes, police confirm one." in answer.text
        assert 'value="made-by-the-first-page-1"' in answer.text
    assert count(sessions, Activation) == 0


def test_what_will_happen_is_shown_before_anything_is_sent(
    version: int, signed_in: SignIn, sessions: Sessions
) -> None:
    page = signed_in().post(f"/activate/{version}/preview", data=FIELDS).text
    assert "Call 3 people now" in page
    assert "No real phone will ring: this installation sends to the simulator." in page
    assert "Imam Idris" in page
    # The Arabic text stands in its own direction, with the city's facts in it.
    assert '<blockquote class="bubble" lang="ar" dir="rtl">' in page
    assert "Port Harmony crisis cell: full activation" in page
    assert count(sessions, Activation) == count(sessions, Delivery) == 0


def test_a_role_that_nobody_holds_is_red_and_holds_nobody_up(
    version: int, signed_in: SignIn, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        for holder in session.scalars(select(RoleHolder).where(RoleHolder.role == "press-officer")):
            session.delete(holder)
    client = signed_in()
    page = client.post(f"/activate/{version}/preview", data=FIELDS).text
    assert "Nobody holds the role “<bdi>Press officer</bdi>”." in page
    assert "gap-serious" in page
    assert "You can go on without mending any of them." in page
    assert client.post(f"/activate/{version}/confirm", data=FIELDS).status_code == 303
    with sessions() as session:
        owned = session.scalars(select(RoleCall).where(RoleCall.role == "press-officer")).one()
        assert owned.state == "waiting"


def test_one_coordinator_confirms_alone_and_stands_before_the_board(
    version: int, signed_in: SignIn, sessions: Sessions
) -> None:
    client = signed_in("coordinator", name="Cora Coordinator")
    answer = client.post(f"/activate/{version}/confirm", data=FIELDS)
    assert answer.status_code == 303
    with sessions() as session:
        made = session.scalars(select(Activation)).one()
        assert answer.location == f"/incidents/{made.id}"
        assert made.name == "Shots at the harbour"
        assert made.time_zero == datetime(2026, 3, 14, 2, 5, tzinfo=UTC)
        assert (made.place, made.known) == ("Pier 4", "Two scenes, police confirm one.")
        assert made.coordinator_name == "Cora Coordinator"
        assert made.kind == ActivationKind.REAL
    assert client.get(answer.location).status_code == 200


def test_two_impatient_fingers_make_one_incident(
    version: int, signed_in: SignIn, sessions: Sessions
) -> None:
    client = signed_in()
    first = client.post(f"/activate/{version}/confirm", data=FIELDS)
    second = client.post(f"/activate/{version}/confirm", data=FIELDS)
    assert first.location == second.location
    assert count(sessions, Activation) == 1
    assert count(sessions, Delivery) == 3


def test_a_plan_that_changed_meanwhile_still_goes(
    version: int, signed_in: SignIn, sessions: Sessions, clock: SimulatedClock
) -> None:
    client = signed_in()
    client.post(f"/activate/{version}/preview", data=FIELDS)
    with sessions.begin() as session:
        maya = session.scalars(select(Person).where(Person.name == "Maya Mayor")).one()
        maya.removed_at = clock.now()
    assert client.post(f"/activate/{version}/confirm", data=FIELDS).status_code == 303
    assert count(sessions, Activation) == 1


def test_time_zero_in_the_future_is_asked_about(
    version: int, signed_in: SignIn, sessions: Sessions
) -> None:
    answer = signed_in().post(
        f"/activate/{version}/confirm", data={**FIELDS, "when": "2026-03-14T12:05"}
    )
    assert answer.status_code == 422
    assert "Time zero lies in the future" in answer.text
    assert "Two scenes, police confirm one." in answer.text
    assert count(sessions, Activation) == 0


def test_an_exercise_cannot_be_mistaken(version: int, signed_in: SignIn) -> None:
    client = signed_in()
    page = client.post(f"/activate/{version}/preview", data={**FIELDS, "kind": "exercise"}).text
    assert 'class="band"' in page
    assert "Start exercise with 7 simulated people" in page
    assert "Call 3 people now" not in page
    board = client.post(
        f"/activate/{version}/confirm", data={**FIELDS, "kind": "exercise"}, follow_redirects=True
    ).text
    assert 'class="band"' in board


def test_changing_something_gives_the_form_back_as_it_was(version: int, signed_in: SignIn) -> None:
    page = signed_in().post(f"/activate/{version}", data=FIELDS).text
    assert page.count(" checked") == 2
    assert "Pier 4" in page
    assert 'value="2026-03-14T02:05"' in page


def test_only_a_coordinator_activates(
    version: int, client: FlaskClient, signed_in: SignIn, sessions: Sessions
) -> None:
    for path in ("/activate/", f"/activate/{version}"):
        assert client.get(path).status_code == 302
        assert signed_in("observer").get(path).status_code == 403
    assert (
        signed_in("observer").post(f"/activate/{version}/confirm", data=FIELDS).status_code == 403
    )
    assert count(sessions, Activation) == 0


def test_a_version_that_never_was_is_not_found(version: int, signed_in: SignIn) -> None:
    assert signed_in().get(f"/activate/{version + 1000}").status_code == 404


@pytest.mark.parametrize("zone", ["Europe/Bratislava", "America/New_York", "Asia/Kolkata"])
def test_a_moment_survives_its_field(zone: str, now: datetime) -> None:
    assert read_moment(write_moment(now, ZoneInfo(zone)), ZoneInfo(zone)) == now


def test_an_hour_that_comes_twice_is_the_first_one() -> None:
    zone = ZoneInfo("Europe/Bratislava")
    first = read_moment("2026-10-25T02:30", zone)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert first is not None
    assert write_moment(first + timedelta(hours=1), zone) == "2026-10-25T02:30"


@pytest.mark.parametrize("text", ["soon", "2026-13-01T00:00", "0001-01-01T00:00"])
def test_no_moment_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadInput):
        read_moment(text, ZoneInfo("Asia/Kolkata"))
