"""The readiness screens: numbers first, one button, results by organisation, a drill as a picture."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from playbook.clock import SimulatedClock
from playbook.jobs import readiness as tick
from playbook.models import (
    ActivationKind,
    Person,
    ReadinessCall,
    ReadinessRound,
    ReadinessSchedule,
    RoundKind,
)
from playbook.queries.preparedness.readiness import drill_report, list_rounds, proofs_and_drills
from playbook.wiring import Wiring
from tests.support.city import City
from tests.support.drills import add_drills

CELL = ["duty-officer", "mayor", "police-liaison"]
MONDAY = datetime(2026, 3, 16, 10, tzinfo=UTC)


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


@pytest.fixture
def client(city: City, signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in("coordinator")


def rounds(city: City) -> list[ReadinessRound]:
    with city.wiring.sessions() as session:
        return list(session.scalars(select(ReadinessRound).order_by(ReadinessRound.id)))


def test_before_anything_was_asked_the_page_says_how_to_begin(city: City, client: FlaskClient):
    page = client.get("/readiness/").text
    assert "Ask every number" in page
    assert "none begins by itself" in page
    assert "Nobody has asked the numbers yet" in client.get("/").text


def test_a_proof_says_in_numbers_whom_it_asks_and_starts_once(city: City, client: FlaskClient):
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        paul.contact_points[0].opted_out_at = city.now
    page = client.get("/readiness/proof/new").text
    assert "13 numbers and addresses of 7 people are asked." in page
    assert "1 cannot be asked" in page
    assert "has stopped messages" in page
    assert "Mon 16 Mar, 10:00 GMT" in page
    assert "Ask 13 numbers" in page
    assert "Routine check of this number, no alarm." in page
    for _ in range(2):
        answer = client.post("/readiness/proof/new", data={"key": "one"})
        assert answer.status_code == 302
    assert len(rounds(city)) == 1
    again = client.post("/readiness/proof/new", data={"key": "two"})
    assert again.status_code == 409
    assert "under way already" in again.text


def test_a_proof_is_shown_by_organisation_and_closed_early_by_hand(city: City, client: FlaskClient):
    client.post("/readiness/proof/new", data={"key": "one"})
    one = rounds(city)[0].id
    city.clock.move_to(MONDAY + timedelta(hours=1))
    city.run_ticks()
    city.phone("Dora").replies("1")
    page = client.get(f"/readiness/rounds/{one}").text
    assert "City of Harbour" in page
    assert "1 of 14 answered" in page
    assert "asked, no answer yet" in page
    assert client.post(f"/readiness/rounds/{one}/close").status_code == 302
    page = client.get(f"/readiness/rounds/{one}").text
    assert "no answer" in page
    assert "Dora Duty" in page  # her mailbox is silent
    assert "13 numbers were silent in the last proof." in client.get("/").text


def test_nothing_starts_while_a_real_incident_runs(city: City, client: FlaskClient):
    city.activate("watch")
    assert "A real incident is running" in client.get("/readiness/proof/new").text
    assert (
        "<button"
        not in client.get("/readiness/drill/preview?role=mayor").text.split("Once")[1][:400]
    )
    assert client.post("/readiness/proof/new", data={"key": "one"}).status_code == 409
    data = {"key": "one", "role": CELL}
    assert client.post("/readiness/drill/new", data=data).status_code == 409
    assert rounds(city) == []


def test_an_exercise_does_not_stand_in_the_way(city: City, client: FlaskClient):
    city.activate("watch", ActivationKind.EXERCISE)
    assert client.post("/readiness/proof/new", data={"key": "one"}).status_code == 302


def test_the_cell_of_a_playbook_is_chosen_and_the_preview_names_whom_it_asks(
    city: City, client: FlaskClient
):
    page = client.get("/readiness/drill/new").text
    assert 'value="duty-officer" checked' in page
    assert 'value="press-officer" checked' not in page
    preview = client.get(
        "/readiness/drill/preview", query_string={"role": [*CELL, "no-such-role"]}
    ).text
    assert "Drill of 3 roles" in preview
    assert "Dora Duty" in preview
    assert "Drill 3 people now" in preview
    assert client.get("/readiness/drill/preview").status_code == 422
    assert client.post("/readiness/drill/new", data={"role": "no-such-role"}).status_code == 422


def test_a_drill_starts_and_its_report_names_the_silent_ones(city: City, client: FlaskClient):
    client.post("/readiness/drill/new", data={"key": "one", "role": CELL})
    city.run_ticks()
    city.fast_forward(3)
    city.phone("Paul").replies("1")
    city.clock.advance(timedelta(minutes=30))
    tick.run(city.wiring, city.now)
    page = client.get(f"/readiness/rounds/{rounds(city)[0].id}").text
    assert "1 of 3" in page
    assert "3 min" in page
    assert page.count("no answer") >= 2
    assert "half of the roles answered within 3 min" in client.get("/").text


def test_a_schedule_is_opt_in_keeps_what_was_typed_wrong_and_ends(city: City, client: FlaskClient):
    bad = client.post("/readiness/proof/schedule", data={"first": "soon", "every": "91"})
    assert bad.status_code == 422
    assert 'value="soon"' in bad.text
    for data in (
        {"first": "2020-01-01", "every": "91"},
        {"first": "9999-12-31", "every": "91"},
        {"first": "2026-03-28", "every": "1"},
        {"first": "2026-03-28", "every": "²"},
    ):
        assert client.post("/readiness/proof/schedule", data=data).status_code == 422
    good = {"first": "2026-03-28", "every": "91"}  # a Saturday
    assert client.post("/readiness/proof/schedule", data=good).status_code == 302
    assert "Mon 30 Mar, 10:00 BST" in client.get("/readiness/").text
    assert "The next proof begins" in client.get("/").text
    client.post("/readiness/proof/off")
    assert "Mon 30 Mar" not in client.get("/readiness/").text


def test_a_drill_is_planned_by_weekday_and_hour(city: City, client: FlaskClient):
    data = {"role": CELL, "weekday": "2", "at": "10:30", "weeks": "4"}
    for wrong in ({"weekday": "9"}, {"at": "noon"}, {"weeks": "99"}, {"weeks": ""}):
        answer = client.post("/readiness/drill/schedule", data=data | wrong)
        assert answer.status_code == 422
    assert client.post("/readiness/drill/schedule", data={"weekday": "2"}).status_code == 422
    assert client.post("/readiness/drill/schedule", data=data).status_code == 302
    with city.wiring.sessions() as session:
        schedule = session.scalars(select(ReadinessSchedule)).one()
    assert schedule.next_due_at == datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
    assert (schedule.every_days, schedule.roles) == (28, CELL)
    assert "3 roles" in client.get("/readiness/").text


def test_what_does_not_exist_is_not_found(city: City, client: FlaskClient):
    assert client.get("/readiness/rounds/999").status_code == 404
    assert client.post("/readiness/rounds/999/close").status_code == 404
    assert client.post("/readiness/nonsense/off").status_code == 404


def test_the_inbox_says_that_the_number_was_asked(city: City, client: FlaskClient):
    client.post("/readiness/proof/new", data={"key": "one"})
    city.clock.move_to(MONDAY + timedelta(hours=1))
    city.run_ticks()
    city.phone("Dora").replies("this is not Dora")
    assert "This number was asked in the routine check of" in client.get("/inbox/").text


def test_the_picture_is_drawn_from_the_other_side_in_arabic(city: City, client: FlaskClient):
    with city.wiring.transaction() as session:
        made = add_drills(session, city.now, roles=4, drills=2)
    english = client.get(f"/readiness/rounds/{made}").text
    arabic = client.get(f"/readiness/rounds/{made}?lang=ar").text
    assert 'class="rd-bar" x="0.0%"' in english
    assert 'class="rd-bar" x="0.0%"' not in arabic.split("rd-legend")[1]
    assert "style=" not in english
    assert "<script>" not in english


def queries_of(session: Session, work: Callable[[], object]) -> int:
    seen = []
    engine = session.get_bind()

    def count(*args: object) -> None:
        seen.append(args)

    event.listen(engine, "before_cursor_execute", count)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)


def test_sixty_roles_take_no_more_queries_than_six(session: Session, now: datetime):
    counts = []
    for roles in (6, 60):
        made = add_drills(session, now, roles=roles, drills=6, name=f"of {roles}")
        session.expire_all()

        def draw(made: int = made) -> None:
            report = drill_report(session, session.get_one(ReadinessRound, made))
            assert len(report.roles[0].before) == 5
            list_rounds(session)
            proofs_and_drills(session)

        counts.append(queries_of(session, draw))
    assert counts[0] == counts[1]
    assert counts[0] < 20
    assert session.scalars(select(ReadinessCall)).first() is not None
    assert {str(kind) for kind in RoundKind} == {"proof", "drill"}
