"""A person's own page: opened by a link, without an account, and what it lets them do."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from playbook.clock import SimulatedClock
from playbook.models import ContactPoint, NumberCorrection, Person
from playbook.services.preparedness.own_pages import page_address, renew_page
from playbook.wiring import Wiring
from tests.support.city import City, Phone

NEW = "+447700900555"


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


def named(session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def page_of(city: City, name: str) -> str:
    with city.wiring.transaction() as session:
        address = page_address(named(session, name), city.wiring.settings.public_url)
    return address.removeprefix(city.wiring.settings.public_url)


def point_ids(city: City, name: str) -> list[int]:
    with city.wiring.sessions() as session:
        person = named(session, name)
        return [point.id for point in person.contact_points]


def code_on(city: City) -> str:
    city.run_ticks()
    found = re.search(r"\d{6}", Phone(city, "new", NEW).texts()[-1])
    assert found
    return found[0]


def rows(city: City) -> tuple[list[tuple[object, ...]], int]:
    with city.wiring.sessions() as session:
        points = session.execute(
            select(ContactPoint.value_index, ContactPoint.disowned_at).order_by(ContactPoint.id)
        ).all()
        return [tuple(p) for p in points], len(session.scalars(select(NumberCorrection)).all())


def test_opening_the_page_changes_nothing_and_shows_only_last_digits(
    city: City, client: FlaskClient
) -> None:
    path, before = page_of(city, "Paul Police"), rows(city)
    page = client.get(path)
    assert page.status_code == 200
    assert "… 104" in page.text
    assert "900104" not in page.text
    assert "paul@" not in page.text
    assert "Police liaison" in page.text
    assert "City of Harbour" in page.text
    assert "<script" not in page.text
    assert rows(city) == before


def test_the_page_speaks_its_persons_language(city: City, client: FlaskClient) -> None:
    page = client.get(page_of(city, "Imam Idris"), headers={"Accept-Language": "en"})
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "مجلس المسجد" in page.text


@pytest.mark.parametrize("path", ["/me/nobodys", "/me/" + "a" * 26])
def test_a_link_that_belongs_to_nobody_leads_nowhere(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
    for act in ("/numbers", "/numbers/1", "/codes/1", "/numbers/1/disown", "/left", "/language"):
        assert client.post(path + act, data={"value": NEW, "code": "1"}).status_code == 404


def test_a_renewed_page_is_opened_by_its_new_link_only(city: City, client: FlaskClient) -> None:
    old = page_of(city, "Paul Police")
    with city.wiring.transaction() as session:
        renew_page(session, named(session, "Paul Police"), now=city.now, user=None)
    assert client.get(old).status_code == 404
    new = page_of(city, "Paul Police")
    assert new != old
    assert client.get(new).status_code == 200


def test_a_number_is_corrected_with_the_code_that_came_to_it(
    city: City, client: FlaskClient
) -> None:
    path = page_of(city, "Paul Police")
    phone_id = point_ids(city, "Paul Police")[0]
    page = client.post(f"{path}/numbers/{phone_id}", data={"value": NEW}, follow_redirects=True)
    assert "Type the code" in page.text
    assert "… 555" in page.text
    form = re.search(r'action="(/me/[^"]+/codes/\d+)"', page.text)
    assert form
    page = client.post(form[1], data={"code": code_on(city)}, follow_redirects=True)
    assert "counts from now on" in page.text
    assert "… 555" in page.text
    assert "… 104" not in page.text


def test_wrong_codes_are_counted_and_the_fifth_is_the_last(city: City, client: FlaskClient) -> None:
    path = page_of(city, "Paul Police")
    phone_id = point_ids(city, "Paul Police")[0]
    page = client.post(f"{path}/numbers/{phone_id}", data={"value": NEW}, follow_redirects=True)
    form = re.search(r'action="(/me/[^"]+/codes/\d+)"', page.text)
    assert form
    right = code_on(city)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1):
        page = client.post(form[1], data={"code": wrong})
        assert page.status_code == 422
        assert f"{left} more time" in page.text
    page = client.post(form[1], data={"code": wrong})
    assert "wrong five times" in page.text
    page = client.post(form[1], data={"code": right})
    assert page.status_code == 404
    assert "not valid any more" in page.text
    assert "… 104" in page.text


def test_an_expired_code_says_what_to_do(
    city: City, client: FlaskClient, clock: SimulatedClock
) -> None:
    path = page_of(city, "Paul Police")
    phone_id = point_ids(city, "Paul Police")[0]
    page = client.post(f"{path}/numbers/{phone_id}", data={"value": NEW}, follow_redirects=True)
    form = re.search(r'action="(/me/[^"]+/codes/\d+)"', page.text)
    assert form
    right = code_on(city)
    clock.advance(timedelta(hours=24))
    page = client.post(form[1], data={"code": right})
    assert page.status_code == 404
    assert "Give the number again" in page.text


def test_what_cannot_be_used_is_kept_as_it_was_typed(city: City, client: FlaskClient) -> None:
    path = page_of(city, "Paul Police")
    phone_id = point_ids(city, "Paul Police")[0]
    page = client.post(f"{path}/numbers/{phone_id}", data={"value": "07700 9"})
    assert page.status_code == 422
    assert 'value="07700 9"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert "Write it like this" in page.text
    page = client.post(f"{path}/numbers", data={"kind": "email", "value": "paul at home"})
    assert page.status_code == 422
    assert 'value="paul at home"' in page.text


def test_nobody_touches_somebody_elses_number(city: City, client: FlaskClient) -> None:
    path, before = page_of(city, "Paul Police"), rows(city)
    hers = point_ids(city, "Petra Police")[0]
    for act in (f"/numbers/{hers}", f"/numbers/{hers}/disown", f"/numbers/{hers}/take-up"):
        assert client.post(path + act, data={"value": NEW}).status_code == 404
    assert client.post(f"{path}/codes/2147483647", data={"code": "1"}).status_code == 404
    assert rows(city) == before


def test_a_number_is_given_up_and_taken_up_again(city: City, client: FlaskClient) -> None:
    path = page_of(city, "Paul Police")
    phone_id = point_ids(city, "Paul Police")[0]
    page = client.post(f"{path}/numbers/{phone_id}/disown", follow_redirects=True)
    assert "used only if nothing else is left" in page.text
    page = client.post(f"{path}/numbers/{phone_id}/take-up", follow_redirects=True)
    assert "This is yours again" in page.text


def test_who_says_that_they_have_left_is_told_that_the_city_decides(
    city: City, client: FlaskClient, signed_in: Callable[..., FlaskClient]
) -> None:
    path = page_of(city, "Paul Police")
    page = client.post(f"{path}/left", data={"left": "yes"}, follow_redirects=True)
    assert "the city has decided" in page.text
    assert "says they have left" in signed_in("observer").get("/directory/").text
    page = client.post(f"{path}/left", data={"left": "no"}, follow_redirects=True)
    assert "You have not left" in page.text


def test_the_language_of_messages_is_chosen(city: City, client: FlaskClient) -> None:
    path = page_of(city, "Paul Police")
    page = client.post(f"{path}/language", data={"language": "ar"}, follow_redirects=True)
    assert '<html lang="ar" dir="rtl">' in page.text
    assert client.post(f"{path}/language", data={"language": "xx"}).status_code == 422


def test_guessing_is_slowed_down(city: City, make_app: Callable[..., Flask]) -> None:
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    codes = [client.post("/me/nobodys/codes/1", data={"code": "1"}).status_code for _ in range(61)]
    assert codes[0] == 404
    assert codes[-1] == 429
