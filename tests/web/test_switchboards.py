"""Switchboards in the directory's form, and gaps of rotas where people look first."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from playbook.domain.preparedness.rota import Shift
from playbook.models import ContactKind, Person
from playbook.services.preparedness import directory_contacts, rotas
from playbook.services.preparedness.directory_contacts import PointFacts
from playbook.services.preparedness.rotas import EntryFacts, RotaFacts
from tests.support.harbour import add_people

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]
SCRIPT = "Page the desk, please."


@pytest.fixture
def petra(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return add_people(session)["petra"].id


def phones(sessions: Sessions, person_id: int) -> list[tuple[str, str | None]]:
    with sessions() as session:
        points = session.get_one(Person, person_id).contact_points
        return [(c.value, c.script) for c in points if c.kind == ContactKind.PHONE]


def form(client: FlaskClient, person_id: int, **changes: str) -> dict[str, str]:
    page = client.get(f"/directory/people/{person_id}/edit").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    facts = {
        "name": "Petra Police",
        "key": "petra-police",
        "language": "en",
        "phone-0": "+447700900105",
        "phone-0-sms": "yes",
        "email-0": "petra@harbour.example.org",
        "seen": seen,
    }
    return facts | changes


def test_a_phone_becomes_a_switchboard_and_is_shown_as_one(
    petra: int, sessions: Sessions, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    path = f"/directory/people/{petra}"

    client.post(f"{path}/edit", data=form(client, petra, **{"phone-0-script": SCRIPT}))

    assert phones(sessions, petra) == [("+447700900105", SCRIPT)]
    assert SCRIPT in client.get(path).text
    assert SCRIPT in client.get(f"{path}/edit").text
    assert SCRIPT not in signed_in("observer").get(path).text


def test_an_empty_script_makes_it_a_phone_again(
    petra: int, sessions: Sessions, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    path = f"/directory/people/{petra}/edit"
    client.post(path, data=form(client, petra, **{"phone-0-script": SCRIPT}))

    client.post(path, data=form(client, petra, **{"phone-0-script": "  "}))

    assert phones(sessions, petra) == [("+447700900105", None)]


def test_a_script_that_is_too_long_is_kept_on_the_page_and_not_saved(
    petra: int, sessions: Sessions, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    typed = form(client, petra, **{"phone-0-script": "a" * 10_001})

    page = client.post(f"/directory/people/{petra}/edit", data=typed)

    assert page.status_code == 422
    assert "a" * 10_001 in page.text
    assert phones(sessions, petra) == [("+447700900105", None)]


@pytest.mark.parametrize(("number", "kept"), [("+447700900105", SCRIPT), ("+447700900199", None)])
def test_a_table_of_people_leaves_the_script_of_a_number_alone_and_never_moves_it_to_another(
    petra: int, sessions: Sessions, now: datetime, number: str, kept: str | None
) -> None:
    def write(point: PointFacts) -> None:
        with sessions.begin() as session:
            directory_contacts.set_contact_points(
                session,
                session.get_one(Person, petra),
                ContactKind.PHONE,
                [point],
                region="GB",
                now=now,
                user=None,
            )

    write(PointFacts("+447700900105", script=SCRIPT))
    write(PointFacts(number))

    assert phones(sessions, petra) == [(number, kept)]


def test_a_gap_ahead_is_on_the_first_page_and_among_the_problems(
    petra: int, sessions: Sessions, signed_in: SignIn, now: datetime
) -> None:
    with sessions.begin() as session:
        act = {"now": now, "user": None}
        rota = rotas.save_rota(session, "police-liaison", RotaFacts(1, now.date()), **act)
        shifts = [Shift(petra, 0, 0, day, time(7), time(7)) for day in range(7)]
        rotas.set_shifts(session, rota, shifts, **act)
        away = now + timedelta(days=2)
        rotas.add_entry(session, rota, EntryFacts(None, away, away + timedelta(hours=9)), **act)
    client = signed_in("observer")

    home, problems = client.get("/").text, client.get("/directory/problems").text

    for page in (home, problems):
        assert "02:10 GMT" in page
        assert "11:10 GMT" in page
    assert "gap in a rota in the coming 14 days" in home
    assert "Nobody on the rota in the coming 14 days" in problems


def test_without_a_rota_nobody_speaks_of_gaps(petra: int, signed_in: SignIn) -> None:
    client = signed_in("observer")
    assert "rota" not in client.get("/").text
    assert "Nobody on the rota" not in client.get("/directory/problems").text


def test_the_only_phone_of_a_switchboard_is_no_problem(
    petra: int, sessions: Sessions, signed_in: SignIn
) -> None:
    with sessions.begin() as session:
        point = session.get_one(Person, petra).contact_points[0]
        point.gets_sms, point.script = False, SCRIPT
    page = signed_in("observer").get("/directory/problems").text
    assert "Petra" not in page
