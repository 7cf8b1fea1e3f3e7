"""Turns of duty on screens: people's own pages behind a link, and the rotas that coordinators keep."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from playbook.clock import SimulatedClock
from playbook.domain.preparedness.rota import Shift
from playbook.models import (
    CityHoliday,
    Delivery,
    Person,
    Rota,
    RotaEntry,
    RotaEntryKind,
    RotaShift,
    RotaSwap,
    SwapState,
)
from playbook.services.preparedness.own_pages import page_address, renew_page
from playbook.services.preparedness.rotas import RotaFacts, save_rota, set_shifts
from playbook.wiring import Wiring
from tests.support.city import City

ROTA = "/directory/roles/duty-officer/rota"
START = datetime(2026, 3, 14, 19, tzinfo=UTC)
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    """The harbour city, with Dora at night and Dan by day; nobody on Sundays by day."""
    made = City(wiring, clock)
    with wiring.transaction() as session:
        rota = save_rota(
            session, "duty-officer", RotaFacts(1, date(2026, 3, 9)), now=made.now, user=None
        )
        ids = {p.name.split()[0]: p.id for p in session.scalars(select(Person))}
        shifts = [Shift(ids["Dora"], 0, 0, day, time(19), time(7)) for day in range(7)]
        shifts += [Shift(ids["Dan"], 0, 0, day, time(7), time(19)) for day in range(6)]
        set_shifts(session, rota, shifts, now=made.now, user=None)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


def id_of(city: City, name: str) -> int:
    with city.wiring.sessions() as session:
        return session.scalars(select(Person.id).where(Person.name.like(f"{name} %"))).one()


def page_of(city: City, name: str) -> str:
    with city.wiring.transaction() as session:
        person = session.get_one(Person, id_of(city, name))
        return page_address(person, "", "duty")


def all_of(city: City, model: type) -> list:
    with city.wiring.sessions() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def asked(city: City, **changes: str) -> dict[str, str]:
    """What Dora's form sends for the night of the 14th."""
    form = {
        "rota": str(all_of(city, Rota)[0].id),
        "position": "0",
        "start": str(int(START.timestamp())),
        "person": str(id_of(city, "Dan")),
        "from": "2026-03-14T19:00",
        "until": "2026-03-15T07:00",
    }
    return form | changes


def test_a_swap_is_asked_shown_first_and_accepted_by_link(city: City, client: FlaskClient) -> None:
    dora = page_of(city, "Dora")
    page = client.get(dora)
    assert page.status_code == 200
    assert "Sat 14 Mar, 19:00 GMT – Sun 15 Mar, 07:00 GMT" in page.text
    link = next(
        found.replace("&amp;", "&")
        for found in re.findall(r'href="([^"]+/ask[^"]+)"', page.text)
        if str(int(START.timestamp())) in found
    )
    form = client.get(link)
    assert "Dan Deputy" in form.text
    assert 'value="2026-03-14T19:00"' in form.text
    shown = client.post(f"{dora}/ask", data=asked(city))
    assert "gets a text message" in shown.text
    assert all_of(city, RotaSwap) == []
    done = client.post(f"{dora}/ask", data=asked(city, step="ask"))
    assert "You have asked. Until the answer is yes, the turn is yours." in done.text
    city.run_ticks()
    text = city.phone("Dan").receives("Dora Duty", "not an alarm", "/duty/")
    dan = text[text.index("/duty/") :].split()[0]
    assert "asks you to take a turn" in client.get(dan).text
    swap = all_of(city, RotaSwap)[0].id
    for _ in range(2):
        taken = client.post(f"{dan}/swaps/{swap}", data={"answer": "accept"})
        assert "The turn is yours now." in taken.text
    assert len(all_of(city, RotaEntry)) == 1
    city.run_ticks()
    city.phone("Dora").receives("Dan Deputy", "takes your turn")
    page = client.get(dora)
    assert "Sat 14 Mar, 19:00 GMT – Sun 15 Mar, 07:00 GMT" not in page.text.split("What came")[0]
    city.nothing_else()


def test_opening_changes_nothing_and_no_page_shows_a_number(
    city: City, client: FlaskClient
) -> None:
    dora = page_of(city, "Dora")
    client.post(f"{dora}/ask", data=asked(city, step="ask"))
    dan = page_of(city, "Dan")
    swap = all_of(city, RotaSwap)[0]
    for path in (dora, dan, f"{dora}.ics", f"{dan}.ics"):
        for _ in range(2):
            page = client.get(path)
            assert page.status_code == 200
            for number in ("7700 900", "7700900", "harbour.example.org"):
                assert number not in page.text
    assert client.get(f"{dan}/swaps/{swap.id}").status_code == 405
    assert all_of(city, RotaSwap)[0].state == SwapState.ASKED


def test_a_page_speaks_its_persons_language(city: City, client: FlaskClient) -> None:
    with city.wiring.transaction() as session:
        session.get_one(Person, id_of(city, "Dora")).language = "ar"
    page = client.get(page_of(city, "Dora"), headers={"Accept-Language": "en"})
    assert '<html lang="ar" dir="rtl">' in page.text


def test_a_secret_that_is_none_any_more_opens_nothing(
    city: City, app: Flask, client: FlaskClient
) -> None:
    app.config["ERROR_PAGES"] = True
    dora = page_of(city, "Dora")
    with city.wiring.transaction() as session:
        renew_page(session, session.get_one(Person, id_of(city, "Dora")), now=city.now, user=None)
    for path in (dora, "/duty/none", "/duty/static"):
        assert client.get(path).status_code == 404
        assert client.get(f"{path}.ics").status_code == 404
        assert client.get(f"{path}/ask").status_code == 404
        assert client.post(f"{path}/ask", data=asked(city)).status_code == 404
        assert client.post(f"{path}/swaps/1", data={"answer": "accept"}).status_code == 404


def test_nobody_touches_the_swap_of_others(city: City, app: Flask, client: FlaskClient) -> None:
    app.config["ERROR_PAGES"] = True
    client.post(f"{page_of(city, 'Dora')}/ask", data=asked(city, step="ask"))
    swap = all_of(city, RotaSwap)[0].id
    for name, act in (("Maya", "accept"), ("Dora", "accept"), ("Dan", "withdraw")):
        page = client.post(f"{page_of(city, name)}/swaps/{swap}", data={"answer": act})
        assert page.status_code == 404
    dan = page_of(city, "Dan")
    assert client.post(f"{dan}/swaps/{swap}", data={"answer": "perhaps"}).status_code == 200
    assert client.post(f"{dan}/swaps/999999", data={"answer": "accept"}).status_code == 404
    assert all_of(city, RotaSwap)[0].state == SwapState.ASKED


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"from": "soon"}, 422),
        ({"until": "2026-03-15T09:00"}, 422),
        ({"until": "2026-03-14T18:00"}, 422),
        ({"person": ""}, 422),
        ({"person": "9" * 30}, 422),
        ({"rota": "9" * 30}, 404),
        ({"start": "x"}, 404),
        ({"start": "1"}, 404),
        ({"position": "7"}, 404),
        ({"position": "x"}, 404),
    ],
)
def test_what_cannot_be_asked_is_said_and_what_was_typed_is_kept(
    city: City, app: Flask, client: FlaskClient, changes: dict[str, str], status: int
) -> None:
    app.config["ERROR_PAGES"] = True
    for step in ("", "ask"):
        page = client.post(f"{page_of(city, 'Dora')}/ask", data=asked(city, step=step, **changes))
        assert page.status_code == status
        if status == 422:
            assert 'role="alert"' in page.text
            assert f'value="{changes.get("from", "2026-03-14T19:00")}"' in page.text
    assert all_of(city, RotaSwap) == []


def test_whoever_comes_too_late_is_told_on_the_page(
    city: City, app: Flask, client: FlaskClient
) -> None:
    client.post(f"{page_of(city, 'Dora')}/ask", data=asked(city, step="ask"))
    swap = all_of(city, RotaSwap)[0].id
    client.post(f"{page_of(city, 'Dora')}/swaps/{swap}", data={"answer": "withdraw"})
    page = client.post(f"{page_of(city, 'Dan')}/swaps/{swap}", data={"answer": "accept"})
    assert page.status_code == 409
    assert "settled already" in page.text


def test_the_calendar_holds_every_turn_with_its_instant(city: City, client: FlaskClient) -> None:
    answer = client.get(f"{page_of(city, 'Dora')}.ics")
    assert answer.mimetype == "text/calendar"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len(events) == 57
    assert START in [event.start for event in events]
    assert len({str(event["UID"]) for event in events}) == 57
    assert "Duty officer: on duty" in [str(event["SUMMARY"]) for event in events]


def test_partners_pages_are_limited(city: City, make_app: Callable[..., Flask]) -> None:
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    codes = {client.post("/duty/guess/ask").status_code for _ in range(61)}
    assert codes == {404, 429}


def test_the_rota_shows_who_and_names_the_gaps_first(city: City, signed_in: SignIn) -> None:
    page = signed_in("observer").get(ROTA)
    assert page.status_code == 200
    assert "nobody is on duty at 2 times" in page.text
    assert "Sun 15 Mar, 07:00 – 19:00 GMT" in page.text
    assert page.text.index("nobody is on duty at 2 times") < page.text.index("duty-table")
    assert page.text.count("Dora Duty") >= 28
    assert "/rota/exceptions/new" not in page.text
    assert (
        'href="/directory/roles/duty-officer/rota"'
        in signed_in("observer").get("/directory/roles/duty-officer").text
    )


def test_a_role_without_a_rota_gets_one(city: City, signed_in: SignIn) -> None:
    client = signed_in("coordinator")
    path = "/directory/roles/mayor/rota"
    assert "No rota yet" in client.get(path).text
    bad = client.post(
        f"{path}/settings", data={"cycle_weeks": "99", "anchor": "2026-03-09", "time_zone": ""}
    )
    assert bad.status_code == 422
    assert 'value="99"' in bad.text
    for wrong in ({"anchor": "x"}, {"time_zone": "Mars"}, {"cycle_weeks": "x"}):
        form = {"cycle_weeks": "2", "anchor": "2026-03-11", "time_zone": ""} | wrong
        assert client.post(f"{path}/settings", data=form).status_code == 422
    form = {"cycle_weeks": "2", "anchor": "2026-03-11", "time_zone": "Europe/Paris"}
    page = client.post(f"{path}/settings", data=form, follow_redirects=True)
    assert "The pattern is empty" in page.text
    rota = all_of(city, Rota)[1]
    assert (rota.cycle_weeks, rota.anchor) == (2, date(2026, 3, 9))
    added = client.post(
        f"{path}/shifts",
        data={
            "person": str(id_of(city, "Maya")),
            "position": "0",
            "week": "1",
            "weekday": ["0", "7"],
            "starts": "08:00",
            "ends": "08:00",
        },
        follow_redirects=True,
    )
    assert "The weekly pattern is saved." in added.text
    assert "In the coming 14 days nobody is on duty" in added.text
    assert "Public holiday" in added.text
    assert len([row for row in all_of(city, RotaShift) if row.rota_id == rota.id]) == 2


def test_a_bad_shift_is_not_saved_and_what_was_typed_is_kept(city: City, signed_in: SignIn) -> None:
    client = signed_in("coordinator")
    good = {
        "person": str(id_of(city, "Dan")),
        "position": "0",
        "week": "0",
        "weekday": "6",
        "starts": "07:00",
        "ends": "19:00",
    }
    before = len(all_of(city, RotaShift))
    for wrong in (
        {"person": ""},
        {"person": "9" * 9},
        {"weekday": []},
        {"weekday": "8"},
        {"week": "3"},
        {"position": "77"},
        {"starts": "late"},
        {"ends": "25:00"},
    ):
        page = client.post(f"{ROTA}/shifts", data=good | wrong)
        assert page.status_code in {404, 422}, wrong
        assert 'role="alert"' in page.text
    assert len(all_of(city, RotaShift)) == before
    page = client.post(f"{ROTA}/shifts", data=good, follow_redirects=True)
    assert "In the coming 14 days somebody is on duty at every hour." in page.text


def test_a_shift_is_changed_and_taken_out_after_its_effect_was_shown(
    city: City, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    row = next(r for r in all_of(city, RotaShift) if (r.weekday, r.starts) == (0, "07:00"))
    form = client.get(f"{ROTA}/shifts/{row.id}")
    assert 'value="07:00"' in form.text
    data = {
        "person": str(id_of(city, "Paul")),
        "position": "0",
        "week": "0",
        "weekday": "0",
        "starts": "07:00",
        "ends": "19:00",
    }
    assert client.post(f"{ROTA}/shifts/{row.id}", data=data | {"starts": ""}).status_code == 422
    client.post(f"{ROTA}/shifts/{row.id}", data=data)
    row = next(r for r in all_of(city, RotaShift) if (r.weekday, r.starts) == (0, "07:00"))
    assert row.person_id == id_of(city, "Paul")
    effect = client.get(f"{ROTA}/shifts/{row.id}/remove")
    assert "nobody would be on duty at 2 times more" in effect.text
    assert "Mon 16 Mar, 07:00 – 19:00 GMT" in effect.text
    page = client.post(f"{ROTA}/shifts/{row.id}/remove", follow_redirects=True)
    assert "first: Sun 15 Mar, 07:00 – 19:00 GMT; Mon 16 Mar" in page.text
    assert row.id not in [r.id for r in all_of(city, RotaShift)]


def test_an_exception_fills_a_gap_and_taking_it_out_opens_it_again(
    city: City, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    data = {
        "person": str(id_of(city, "Paul")),
        "position": "0",
        "from": "2026-03-15T07:00",
        "until": "2026-03-15T19:00",
    }
    path = f"{ROTA}/exceptions/new"
    for wrong in (
        {"person": ""},
        {"person": "9" * 9},
        {"from": "x"},
        {"until": "2026-03-15T06:00"},
        {"from": "2026-03-01T07:00", "until": "2026-03-01T19:00"},
    ):
        page = client.post(path, data=data | wrong)
        assert page.status_code in {404, 422}
        assert f'value="{(data | wrong)["from"]}"' in page.text
    assert all_of(city, RotaEntry) == []
    page = client.post(path, data=data, follow_redirects=True)
    assert "nobody is on duty at 1 time" in page.text
    entry = all_of(city, RotaEntry)[0]
    assert entry.kind == RotaEntryKind.EXCEPTION
    effect = client.get(f"{ROTA}/exceptions/{entry.id}/remove")
    assert "nobody would be on duty at 1 time more" in effect.text
    client.post(f"{ROTA}/exceptions/{entry.id}/remove")
    assert all_of(city, RotaEntry) == []
    client.post(path, data=data | {"person": "nobody"})
    assert all_of(city, RotaEntry)[0].person_id is None


def test_ids_of_another_rota_lead_nowhere(city: City, app: Flask, signed_in: SignIn) -> None:
    app.config["ERROR_PAGES"] = True
    client = signed_in("coordinator")
    form = {"cycle_weeks": "1", "anchor": "2026-03-09", "time_zone": ""}
    client.post("/directory/roles/mayor/rota/settings", data=form)
    shift = all_of(city, RotaShift)[0].id
    client.post(
        f"{ROTA}/exceptions/new",
        data={"person": "nobody", "from": "2026-03-20T07:00", "until": "2026-03-20T19:00"},
    )
    entry = all_of(city, RotaEntry)[0].id
    other = "/directory/roles/mayor/rota"
    for path in (f"{other}/shifts/{shift}/remove", f"{other}/exceptions/{entry}/remove"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    for path in ("/directory/roles/nothing/rota", "/directory/roles/police-liaison/rota/pattern"):
        assert client.get(path).status_code == 404
    assert len(all_of(city, RotaEntry)) == 1


def test_links_are_sent_after_their_number_was_shown_and_once(
    city: City, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    page = client.get(f"{ROTA}/links")
    assert "Send 2 people the link" in page.text
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key
    for _ in range(2):
        client.post(f"{ROTA}/links", data={"key": key[1]})
    assert [d.message for d in all_of(city, Delivery)] == ["duty-link", "duty-link"]
    city.run_ticks()
    city.phone("Dora").receives("your turns of duty", "/duty/")


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\n{body}END:VCALENDAR\r\n".encode()


SUNDAY = (
    "UID:one\r\nSUMMARY:Paul Police\r\nDTSTART:20260315T070000Z\r\nDTEND:20260315T190000Z\r\n"
    "RRULE:FREQ=WEEKLY;COUNT=3"
)
STRANGER = (
    "UID:two\r\nSUMMARY:Somebody <b>else</b>\r\nDTSTART:20260320T070000Z\r\nDTEND:20260320T190000Z"
)


def test_a_calendar_is_shown_first_then_written(city: City, signed_in: SignIn) -> None:
    client = signed_in("coordinator")
    path = f"{ROTA}/calendar"
    assert client.post(path).status_code == 422
    refused = client.post(path, data={"file": (io.BytesIO(b"name,phone"), "x.ics")})
    assert refused.status_code == 422
    assert "could not be read as a calendar" in refused.text
    shown = client.post(path, data={"file": (io.BytesIO(ics(SUNDAY, STRANGER)), "x.ics")})
    assert "Write 3 turns into the rota" in shown.text
    assert "Somebody &lt;b&gt;else&lt;/b&gt;" in shown.text
    assert all_of(city, RotaEntry) == []
    held = re.search(r'name="file" value="([^"]+)"', shown.text)
    assert held
    page = client.post(f"{path}/confirm", data={"file": held[1]}, follow_redirects=True)
    assert "Turns added: 3. Taken out: 0." in page.text
    assert "somebody is on duty at every hour" in page.text
    assert {e.kind for e in all_of(city, RotaEntry)} == {RotaEntryKind.IMPORTED}
    again = client.post(path, data={"file": (io.BytesIO(ics(SUNDAY)), "x.ics")})
    assert "This calendar changes nothing." in again.text
    assert client.post(f"{path}/confirm", data={"file": "forged"}).status_code == 422


def test_holidays_are_kept_set_aside_and_taken_back(city: City, signed_in: SignIn) -> None:
    client = signed_in("coordinator")
    page = client.get("/directory/holidays")
    assert "Christmas Day" in page.text
    add = {"on": "2026-07-04", "name": "Harbour Day"}
    page = client.post("/directory/holidays", data=add, follow_redirects=True)
    assert "Harbour Day" in page.text
    for wrong in ({"on": "x"}, {"name": ""}, {"on": "2126-07-04"}, {"name": "x" * 200}):
        assert client.post("/directory/holidays", data=add | wrong).status_code == 422
    day = {"on": "2026-12-25"}
    page = client.post("/directory/holidays/set-aside", data=day, follow_redirects=True)
    assert "set aside: a working day" in page.text
    client.post("/directory/holidays", data=day)
    client.post("/directory/holidays/set-aside", data={"on": "2026-07-04"})
    assert all_of(city, CityHoliday) == []
    assert client.get("/directory/holidays?year=2027").status_code == 200


@pytest.mark.parametrize("year", ["1066", "x", "99999", "٢٠٢٦"])
def test_a_year_that_nobody_plans_is_not_found(app: Flask, signed_in: SignIn, year: str) -> None:
    app.config["ERROR_PAGES"] = True
    assert signed_in("observer").get(f"/directory/holidays?year={year}").status_code == 404


def test_a_rota_is_removed_after_it_was_said_who_holds_the_role_then(
    city: City, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    client.post(f"{page_of(city, 'Dora')}/ask", data=asked(city, step="ask"))
    page = client.get(f"{ROTA}/remove")
    assert page.text.index("Dora Duty") < page.text.index("Dan Deputy")
    done = client.post(f"{ROTA}/remove", follow_redirects=True)
    assert "The rota is removed." in done.text
    assert all_of(city, Rota) == []
    assert client.get(page_of(city, "Dora")).status_code == 200


def test_staff_forms_carry_a_safety_token(city: City, make_app: Callable[..., Flask]) -> None:
    app = make_app(WTF_CSRF_ENABLED=True)
    from tests.support.people import add_user, client_of

    with city.wiring.transaction() as session:
        user = add_user(session)
    client = client_of(app, user)
    assert client.post(f"{ROTA}/remove").status_code == 400
    assert len(all_of(city, Rota)) == 1
    # A partner's own page works without a cookie: its address is the secret.
    plain = app.test_client()
    assert plain.post(f"{page_of(city, 'Dora')}/ask", data=asked(city)).status_code == 200
