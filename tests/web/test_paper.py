"""Entering answers from paper on the screen: into a running incident, and before one is activated."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.models import Activation, CallSheetPrint, Person, RoleCall, SimulatedMessage
from playbook.wiring import Wiring
from tests.support.city import City

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]

ABOUT = {
    "key": "made-by-the-first-page-1",
    "kind": "real",
    "level": "full",
    "name": "The night",
    "when": "2026-03-13T21:00",
    "paper": "yes",
}


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


@pytest.fixture
def cora(city: City, signed_in: SignIn) -> FlaskClient:
    return signed_in("coordinator", name="Cora Two")


def key(sessions: Sessions, role: str, name: str) -> str:
    with sessions() as session:
        person = session.scalars(select(Person.id).where(Person.name.like(f"{name} %"))).one()
    return f"{role}.{person}"


def ticked(key: str, what: str, time: str, **more: str) -> dict[str, str]:
    fields = {f"what-{key}": what, f"time-{key}": time}
    return fields | {f"{name}-{key}": value for name, value in more.items()}


def incidents(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Activation)) or 0


def test_a_sheet_is_looked_at_in_numbers_and_then_entered(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.activate("full")
    city.fast_forward(minutes=5)
    city.phone("Paul").replies("1")
    city.fast_forward(minutes=10)
    base = f"/incidents/{city.activation_id}/paper"
    page = cora.get(base).text
    assert "Times as they stand on the paper" in page
    assert "Europe/London" in page
    sheet = {
        "caller": "Nina Night",
        **ticked(key(sessions, "police-liaison", "Petra"), "joining", "02:12"),
        **ticked(key(sessions, "police-liaison", "Paul"), "unable", "2.20"),
        **ticked(key(sessions, "mayor", "Maya"), "no-answer", "02:14"),
    }
    seen = cora.post(f"{base}/preview", data=sheet).text
    assert "Paul Police" in seen
    assert "The paper stands." in seen
    assert "Enter 3 lines from paper" in seen
    assert "Petra Police</bdi>" in seen
    assert city.rung("police-liaison", "Petra").answered_via is None, "looking writes nothing"
    assert cora.post(base, data=sheet).status_code == 303
    assert city.role("police-liaison").answered_by.name == "Petra Police"
    board = cora.get(f"/incidents/{city.activation_id}?tab=timeline").text
    assert "from paper, called by" in board
    assert "Entered 2 answers and 1 unanswered call from paper." in board
    again = cora.post(f"{base}/preview", data=sheet).text
    assert "Everything on this sheet is known already." in again


@pytest.mark.parametrize(
    ("what", "time", "said"),
    [
        ("joining", "02:40", "This time lies in the future."),
        ("joining", "02:09", "This time lies before time zero."),
        ("joining", "quarter", "This time could not be read."),
        ("joining", "", "Write the time as it stands on the paper."),
        ("", "02:12", "Say what was ticked, or take the time away."),
        ("dancing", "02:12", "Say what was ticked, or take the time away."),
    ],
)
def test_what_cannot_be_is_said_on_its_line_and_nothing_typed_is_lost(
    city: City, cora: FlaskClient, sessions: Sessions, what: str, time: str, said: str
) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    base = f"/incidents/{city.activation_id}/paper"
    good, bad = key(sessions, "mayor", "Maya"), key(sessions, "police-liaison", "Petra")
    sheet = {"caller": "Nina", **ticked(good, "joining", "02:15"), **ticked(bad, what, time)}
    for path in (f"{base}/preview", base):
        answer = cora.post(path, data=sheet)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'value="02:15"' in answer.text
        assert 'value="Nina"' in answer.text
        assert f'name="time-{bad}" value="{time}"' in answer.text
    assert city.role("mayor").answered_by is None


def test_a_time_that_came_twice_is_asked_about(
    city: City, cora: FlaskClient, sessions: Sessions, clock: SimulatedClock
) -> None:
    clock.move_to(datetime(2026, 10, 25, 0, 10, tzinfo=UTC))  # ten past one, summer time
    city.activate("full")
    clock.move_to(datetime(2026, 10, 25, 4, 0, tzinfo=UTC))
    base = f"/incidents/{city.activation_id}/paper"
    maya = key(sessions, "mayor", "Maya")
    answer = cora.post(f"{base}/preview", data=ticked(maya, "joining", "01:30"))
    assert "this time came twice" in answer.text
    assert f'name="turn-{maya}"' in answer.text
    assert cora.post(base, data=ticked(maya, "joining", "01:30", turn="2")).status_code == 303
    assert city.role("mayor").answered_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_sheet_over_midnight_is_read_day_by_day(
    city: City, cora: FlaskClient, sessions: Sessions, clock: SimulatedClock
) -> None:
    clock.move_to(datetime(2026, 3, 14, 23, 40, tzinfo=UTC))
    city.activate("full")
    clock.move_to(datetime(2026, 3, 16, 8, 0, tzinfo=UTC))
    base = f"/incidents/{city.activation_id}/paper"
    sheet = {
        **ticked(key(sessions, "mayor", "Maya"), "joining", "00:20"),
        **ticked(key(sessions, "police-liaison", "Paul"), "joining", "0020", day="2026-03-16"),
    }
    assert cora.post(base, data=sheet).status_code == 303
    assert city.role("mayor").answered_at == datetime(2026, 3, 15, 0, 20, tzinfo=UTC)
    assert city.role("police-liaison").answered_at == datetime(2026, 3, 16, 0, 20, tzinfo=UTC)


def test_lines_carry_the_number_that_was_printed(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.activate("full")
    with sessions.begin() as session:
        maya = session.scalars(select(Person.id).where(Person.name == "Maya Mayor")).one()
        people = [{"person_id": maya, "line": "T1-07b", "name": "Maya Mayor"}]
        lines = json.dumps({"roles": [{"role": "mayor", "people": people}]})
        session.add(
            CallSheetPrint(
                version_id=city.version_id, level="full", language="en", printed_at=city.now,
                via="page", digest="d", lines=lines,
            )
        )  # fmt: skip
    page = cora.get(f"/incidents/{city.activation_id}/paper").text
    assert "T1-07b" in page
    assert page.index("Maya Mayor") < page.index("Dora Duty"), "the printed order comes first"


def test_only_coordinators_enter_paper_and_only_into_what_exists(
    city: City, cora: FlaskClient, signed_in: SignIn
) -> None:
    city.activate("full")
    base = f"/incidents/{city.activation_id}/paper"
    watching = signed_in("observer")
    assert watching.get(base).status_code == 403
    assert watching.post(base).status_code == 403
    assert cora.get(f"/incidents/{city.activation_id + 9}/paper").status_code == 404
    assert cora.post(base, data={}).status_code == 422


def test_people_called_from_paper_are_entered_before_anybody_is_called(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    base = f"/activate/{city.version_id}"
    assert 'name="paper"' in cora.get(base).text
    look = cora.post(f"{base}/preview", data=ABOUT).text
    assert "Enter what was answered on paper" in look
    assert "/confirm" not in look
    assert "Maya Mayor" in cora.post(f"{base}/paper", data=ABOUT).text
    sheet = ABOUT | {
        **ticked(key(sessions, "duty-officer", "Dora"), "joining", "21:10"),
        **ticked(key(sessions, "mayor", "Maya"), "joining", "00:30"),
        **ticked(key(sessions, "police-liaison", "Paul"), "unable", "21:15"),
    }
    seen = cora.post(f"{base}/paper/preview", data=sheet).text
    assert "Call the remaining 3 people now" in seen
    assert "Call nobody: record only" in seen
    assert incidents(sessions) == 0
    confirmed = cora.post(f"{base}/paper/confirm", data=sheet | {"rest": "call"})
    assert confirmed.status_code == 303
    city.run_ticks()
    city.phone("Petra").receives("Police liaison")
    city.mailbox("Nour").receives("المسؤول الصحفي")
    city.nothing_else()
    again = cora.post(f"{base}/paper/confirm", data=sheet | {"rest": "call"})
    assert again.location == confirmed.location
    assert incidents(sessions) == 1


def test_record_only_calls_nobody(city: City, cora: FlaskClient, sessions: Sessions) -> None:
    base = f"/activate/{city.version_id}/paper"
    sheet = ABOUT | ticked(key(sessions, "mayor", "Maya"), "joining", "21:30")
    assert cora.post(f"{base}/confirm", data=sheet).status_code == 422
    assert cora.post(f"{base}/confirm", data=sheet | {"rest": "record"}).status_code == 303
    city.run_ticks()
    with sessions() as session:
        assert session.scalars(select(SimulatedMessage)).all() == []
        owners = session.execute(select(RoleCall.state, RoleCall.owner_name)).all()
    assert sorted(owners, key=str).count(("owned", "Cora Two")) == 4


def test_a_slip_in_the_sheet_keeps_the_whole_activation_as_typed(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    base = f"/activate/{city.version_id}/paper"
    sheet = ABOUT | ticked(key(sessions, "mayor", "Maya"), "joining", "21:99")
    answer = cora.post(f"{base}/confirm", data=sheet | {"rest": "call"})
    assert answer.status_code == 422
    assert re.search(r'name="name" value="The night"', answer.text)
    assert 'value="21:99"' in answer.text
    wrong = cora.post(base, data=ABOUT | {"when": "2026-03-14T02:14"})
    assert "Time zero lies in the future" in wrong.text
    assert incidents(sessions) == 0
