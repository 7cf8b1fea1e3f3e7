"""Who is on duty is called: at night, after a change of clocks, after a swap, in a gap, through a switchboard."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from playbook.clock import SimulatedClock
from playbook.domain.preparedness.rota import HOLIDAY, Shift
from playbook.models import (
    CityHoliday,
    ContactKind,
    LogEntry,
    Person,
    PlaybookVersion,
    Rota,
    RotaEntryKind,
)
from playbook.services import log
from playbook.services.preparedness import directory, rotas
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.rotas import EntryFacts, RotaFacts
from playbook.services.response.calling import plan_for
from tests.support.city import City

MONDAY = date(2026, 1, 5)
#: Ten past three on the Sunday on which London's clocks have gone forward an hour and ten minutes before.
AFTER_THE_CHANGE = datetime(2026, 3, 29, 2, 10, tzinfo=UTC)
DAY, NIGHT = ("07:00", "19:00"), ("19:00", "07:00")
WORKING, EVERY = range(5), range(7)

Turns = tuple[str, range, tuple[str, str]]


def person(session: Session, first_name: str) -> Person:
    return session.scalars(select(Person).where(Person.name.like(f"{first_name} %"))).one()


def rota(city: City, role: str, *turns: Turns, positions: dict[str, int] | None = None) -> None:
    """Give a role a rota: who, on which days of the week, from when until when."""
    with city.wiring.transaction() as session:
        made = rotas.save_rota(session, role, RotaFacts(1, MONDAY), now=city.now, user=None)
        shifts = [
            Shift(
                person(session, name).id,
                (positions or {}).get(name, 0),
                0,
                day,
                time.fromisoformat(starts),
                time.fromisoformat(ends),
            )
            for name, days, (starts, ends) in turns
            for day in days
        ]
        rotas.set_shifts(session, made, shifts, now=city.now, user=None)


def stretch(
    city: City, role: str, name: str | None, starts: datetime, ends: datetime, kind: RotaEntryKind
) -> None:
    with city.wiring.transaction() as session:
        row = session.scalars(select(Rota).where(Rota.role == role)).one()
        who = person(session, name).id if name else None
        facts = EntryFacts(who, starts, ends, kind)
        rotas.add_entry(session, row, facts, now=city.now, user=None)


@pytest.fixture
def sunday(city: City, clock: SimulatedClock) -> City:
    """The harbour city on the Sunday after the change; Petra has the nights of the police, Paul the working days."""
    rota(city, "police-liaison", ("Paul", WORKING, DAY), ("Petra", EVERY, NIGHT))
    clock.advance(AFTER_THE_CHANGE - clock.now())
    return city


def test_the_night_rota_is_called_on_the_sunday_after_the_change_and_not_the_weekday_holder(
    sunday: City,
) -> None:
    sunday.activate("full")

    sunday.phone("Petra").receives("Police liaison")
    sunday.phone("Paul").silent()
    rung = sunday.rung("police-liaison", "Petra")
    assert rung.position == 0
    assert rung.duty_until == datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert not sunday.role("police-liaison").rota_gap


def test_the_standing_line_comes_behind_whoever_is_on_duty(sunday: City) -> None:
    sunday.activate("full")
    sunday.phone("Petra").receives("Police liaison")

    sunday.fast_forward(minutes=11)

    sunday.phone("Paul").receives("Police liaison")
    assert sunday.rung("police-liaison", "Paul").duty_until is None


def test_a_swap_made_an_hour_earlier_counts(sunday: City, clock: SimulatedClock) -> None:
    clock.advance(-timedelta(hours=1))
    stretch(
        sunday,
        "police-liaison",
        "Dan",
        datetime(2026, 3, 28, 19, tzinfo=UTC),
        datetime(2026, 3, 29, 4, tzinfo=UTC),
        RotaEntryKind.SWAP,
    )
    clock.advance(timedelta(hours=1))

    sunday.activate("full")

    sunday.phone("Dan").receives("Police liaison")
    sunday.phone("Petra").silent()
    assert sunday.rung("police-liaison", "Dan").duty_until == datetime(2026, 3, 29, 4, tzinfo=UTC)


def test_a_gap_falls_to_the_next_in_line_who_is_named(sunday: City) -> None:
    stretch(
        sunday,
        "police-liaison",
        None,
        datetime(2026, 3, 28, 19, tzinfo=UTC),
        datetime(2026, 3, 29, 6, tzinfo=UTC),
        RotaEntryKind.EXCEPTION,
    )

    sunday.activate("full")

    sunday.phone("Paul").receives("Police liaison")
    sunday.phone("Petra").silent()
    assert sunday.role("police-liaison").rota_gap
    with sunday.wiring.sessions() as session:
        [noted] = session.scalars(select(LogEntry).where(LogEntry.kind == "role.rota-gap"))
        assert log.read_payload(noted) == {
            "role": "police-liaison",
            "name": "Paul Police",
            # Nobody has the Sunday: the next turn is the night's.
            "until": "2026-03-29T18:00:00+00:00",
        }


def test_a_gap_is_on_the_preview_with_its_end_and_on_the_board(
    sunday: City, signed_in: Callable[..., FlaskClient]
) -> None:
    stretch(
        sunday,
        "police-liaison",
        None,
        datetime(2026, 3, 28, 19, tzinfo=UTC),
        datetime(2026, 3, 29, 6, tzinfo=UTC),
        RotaEntryKind.EXCEPTION,
    )
    client = signed_in("coordinator", name="Cora Two")
    form = {
        "key": "made-by-the-first-page-1",
        "kind": "real",
        "level": "full",
        "name": "Shots at the harbour",
        "when": "2026-03-29T03:05",
    }

    page = client.post(f"/activate/{sunday.version_id}/preview", data=form).text

    assert "next in line, will be called" in page
    assert "Paul Police" in page
    assert "19:00 BST" in page
    sunday.activate("full")
    board = client.get(f"/incidents/{sunday.activation_id}").text
    assert "nobody was on the rota" in board
    ladder = client.get(f"/incidents/{sunday.activation_id}/roles/police-liaison").text
    assert "next in line, was called" in ladder


def test_the_ladder_says_until_when_somebody_is_on_duty(
    sunday: City, signed_in: Callable[..., FlaskClient]
) -> None:
    sunday.activate("full")
    client = signed_in("coordinator", name="Cora Two")

    ladder = client.get(f"/incidents/{sunday.activation_id}/roles/police-liaison").text

    assert "on duty until 07:00 BST" in ladder


def test_a_later_tier_is_led_by_whoever_is_on_duty_when_it_starts(
    city: City, clock: SimulatedClock
) -> None:
    rota(
        city,
        "press-officer",
        ("Nour", EVERY, ("07:00", "02:15")),
        ("Maya", EVERY, ("02:15", "07:00")),
    )

    city.activate("full")
    city.fast_forward(minutes=11)

    assert city.rung("press-officer", "Maya").position == 0


def test_a_decision_calls_whoever_is_on_duty_now_not_when_the_tier_would_have_started(
    city: City,
) -> None:
    rota(
        city,
        "press-officer",
        ("Nour", EVERY, ("07:00", "02:15")),
        ("Maya", EVERY, ("02:15", "07:00")),
    )
    with city.wiring.sessions() as session:
        document = document_of(session.get_one(PlaybookVersion, city.version_id))
        roles = {"press-officer": document.roles["press-officer"]}
        settings = city.wiring.settings

        planned = plan_for(session, document, roles, city.now, settings)
        at_once = plan_for(session, document, roles, city.now, settings, at_once=True)

    assert planned.roles[0].rungs[0].holder.name == "Maya Mayor"
    assert at_once.roles[0].rungs[0].holder.name == "Nour Press"


def test_the_rota_of_a_deputy_role_counts_too(city: City) -> None:
    rota(city, "mayor", ("Petra", EVERY, NIGHT))

    city.activate("full")

    ladder = {
        name: city.rung("duty-officer", name).position for name in ("Dora", "Dan", "Petra", "Maya")
    }
    assert ladder == {"Dora": 0, "Dan": 1, "Petra": 2, "Maya": 3}
    assert city.rung("duty-officer", "Petra").duty_until is not None


def test_whoever_stands_behind_on_the_rota_is_the_first_deputy(city: City) -> None:
    rota(
        city,
        "police-liaison",
        ("Dan", EVERY, NIGHT),
        ("Dora", EVERY, NIGHT),
        positions={"Dora": 1},
    )

    city.activate("full")

    names = ("Dan", "Dora", "Paul", "Petra")
    assert [city.rung("police-liaison", name).position for name in names] == [0, 1, 2, 3]


def test_a_holiday_of_the_city_brings_its_own_people(city: City) -> None:
    with city.wiring.transaction() as session:
        made = rotas.save_rota(session, "mayor", RotaFacts(1, MONDAY), now=city.now, user=None)
        dan, dora = person(session, "Dan"), person(session, "Dora")
        shifts = [Shift(dan.id, 0, 0, day, time(0), time(0)) for day in EVERY]
        shifts.append(Shift(dora.id, 0, 0, HOLIDAY, time(0), time(0)))
        rotas.set_shifts(session, made, shifts, now=city.now, user=None)
        session.add(CityHoliday(on=date(2026, 3, 14), name="Harbour day"))

    city.activate("full")

    assert city.rung("mayor", "Dora").position == 0
    city.phone("Dan").silent()


def test_whoever_left_the_directory_is_on_no_rota_and_leaves_a_gap(sunday: City) -> None:
    with sunday.wiring.transaction() as session:
        directory.remove_person(session, person(session, "Petra"), now=sunday.now, user=None)

    sunday.activate("full")

    sunday.phone("Paul").receives("Police liaison")
    assert sunday.role("police-liaison").rota_gap


def test_an_empty_rota_with_nobody_in_line_still_names_who_owns_the_silence(city: City) -> None:
    rota(city, "mayor")
    with city.wiring.transaction() as session:
        directory.remove_person(session, person(session, "Maya"), now=city.now, user=None)

    city.activate("full")

    call = city.role("mayor")
    assert call.rota_gap
    assert call.owner_name == "Cora Coordinator"


@pytest.fixture
def switchboard(city: City) -> City:
    """A harbour hospital whose switchboard fetches Petra; she has no other phone and no address."""
    with city.wiring.transaction() as session:
        petra = person(session, "Petra")
        for point in list(petra.contact_points):
            if point.kind == ContactKind.PHONE:
                point.script = "Crisis cell here. Page the police desk, please."
            else:
                petra.contact_points.remove(point)
    rota(city, "police-liaison", ("Petra", EVERY, NIGHT))
    return city


def test_a_switchboard_is_called_by_a_human_and_never_texted(
    switchboard: City, signed_in: Callable[..., FlaskClient]
) -> None:
    switchboard.activate("full")

    switchboard.phone("Petra").silent()
    assert switchboard.rung("police-liaison", "Petra").channels == ["voice", "email"]
    client = signed_in("coordinator", name="Cora Two")
    board = client.get(f"/incidents/{switchboard.activation_id}").text
    assert "A switchboard answers there" in board
    assert "Page the police desk, please." in board
    ladder = client.get(f"/incidents/{switchboard.activation_id}/roles/police-liaison").text
    assert "Page the police desk, please." in ladder
    switchboard.fast_forward(minutes=30)
    switchboard.phone("Petra").silent()


def test_an_observer_reads_neither_number_nor_script(
    switchboard: City, signed_in: Callable[..., FlaskClient]
) -> None:
    switchboard.activate("full")

    board = signed_in("observer").get(f"/incidents/{switchboard.activation_id}").text

    assert "Petra Police" in board
    assert "Page the police desk" not in board


def test_a_plan_asks_no_more_of_the_database_for_more_rotas(city: City) -> None:
    def asked() -> int:
        with city.wiring.sessions() as session:
            document = document_of(session.get_one(PlaybookVersion, city.version_id))
            statements: list[str] = []
            engine = session.get_bind()

            def listen(*facts: object) -> None:
                statements.append(str(facts[2]))

            event.listen(engine, "before_cursor_execute", listen)
            plan_for(session, document, document.roles, city.now, city.wiring.settings)
            event.remove(engine, "before_cursor_execute", listen)
            return len(statements)

    rota(city, "mayor", ("Dan", EVERY, NIGHT))
    with_one = asked()
    for role in ("police-liaison", "press-officer", "duty-officer", "mosque-council"):
        rota(city, role, ("Dan", EVERY, NIGHT), ("Dora", EVERY, DAY))

    assert asked() == with_one
