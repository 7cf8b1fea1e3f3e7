"""What a stranger meets who doubts a message: the page that checks a code, and the sender's card."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from playbook.clock import SimulatedClock
from playbook.models import Person
from playbook.wiring import Wiring
from tests.stories.test_is_it_real import code_in
from tests.support.city import City


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


def test_the_page_says_yes_and_nothing_more(city: City, client: FlaskClient) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    assert client.get("/check").status_code == 200
    page = client.post("/check", data={"code": code})
    assert page.status_code == 200
    assert "Yes. This message comes from" in page.text
    assert "02:10 GMT" in page.text
    for secret in ("Paul", "Police", "full", "Story", "alert", code):
        assert secret not in page.text, secret


def test_the_page_says_no_and_what_to_do(city: City, client: FlaskClient) -> None:
    page = client.post("/check", data={"code": "000000"})
    assert "No. We do not know this code." in page.text
    assert "do not act on the message" in page.text
    assert city.wiring.settings.call_back_number in page.text


def test_what_is_no_code_is_kept_and_explained(city: City, client: FlaskClient) -> None:
    page = client.post("/check", data={"code": "12 34<"})
    assert page.status_code == 422
    assert 'value="12 34&lt;"' in page.text
    assert "Our codes have six digits." in page.text


@pytest.mark.parametrize("language", ["ar", "fr", "sk"])
def test_the_page_is_there_in_every_language(
    city: City, client: FlaskClient, language: str
) -> None:
    page = client.get(f"/check?lang={language}")
    assert f'<html lang="{language}"' in page.text
    assert f'action="/check?lang={language}"' in page.text


def test_guessing_is_slow(city: City, make_app: Callable[..., Flask]) -> None:
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    answers = [client.post("/check", data={"code": f"{n:06d}"}).status_code for n in range(21)]
    assert answers == [200] * 20 + [429]
    assert client.get("/check").status_code == 200


def test_the_card_can_be_saved_printed_and_scanned(city: City, make_app: Callable[..., Flask]):
    client = make_app(
        sms_provider="twilio",
        twilio_account_sid="AC0",
        twilio_auth_token=SecretStr("for this test"),
        twilio_from_number="+447700900999",
        sender_name="Harmony",
    ).test_client()
    page = client.get("/card")
    assert 'src="/card.svg' in page.text
    assert "Harmony" in page.text
    card = client.get("/card.vcf")
    assert card.mimetype == "text/vcard"
    lines = card.get_data(as_text=True).split("\r\n")
    assert lines[:2] == ["BEGIN:VCARD", "VERSION:4.0"]
    assert "FN:Harmony" in lines
    assert "TEL;VALUE=uri;TYPE=text:tel:+447700900999" in lines
    assert "TEL;VALUE=uri;TYPE=voice:tel:+442079460000" in lines
    assert "URL:http://localhost:8000/check" in lines
    assert max(len(line.encode()) for line in lines) <= 75
    picture = client.get("/card.svg")
    assert picture.mimetype == "image/svg+xml"
    assert b"<svg" in io.BytesIO(picture.data).read(200)


def test_the_card_without_a_number_names_none(city: City, client: FlaskClient) -> None:
    assert "TYPE=text" not in client.get("/card.vcf").text
    assert "can differ" in client.get("/card").text


def test_the_answer_page_leads_to_both(city: City, client: FlaskClient) -> None:
    city.activate("full")
    link = re.search(r"(/a/\S+)", city.phone("Paul").receives("Police liaison"))
    assert link
    page = client.get(link.group(1)).text
    assert 'href="/check' in page
    assert 'href="/card' in page


def test_a_coordinator_sends_the_card_once(
    city: City, signed_in: Callable[..., FlaskClient]
) -> None:
    client = signed_in("coordinator", name="Cora Two")
    with city.wiring.sessions() as session:
        paul = session.scalars(select(Person.id).where(Person.name == "Paul Police")).one()
    assert "Send the card" in client.get(f"/directory/people/{paul}").text
    for _ in range(2):
        done = client.post(f"/directory/people/{paul}/card", follow_redirects=True)
    assert "a moment ago" in done.text
    city.run_ticks()
    city.phone("Paul").receives("no alarm", "/card")
    city.mailbox("Paul").receives("no alarm", "/card")
    city.nothing_else()
