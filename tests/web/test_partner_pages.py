"""What partners and providers meet: the answer page and the webhooks; and what coordinators do on the phones page."""

import logging
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from twilio.request_validator import RequestValidator

from playbook.app import create_app
from playbook.clock import SimulatedClock
from playbook.models import Activation, Delivery, Inbound, Person, RoleCallState, User
from playbook.services.response.activation import end
from playbook.services.response.inbound import receive
from playbook.settings import Settings
from playbook.wiring import Wiring
from tests.support.city import City

TOKEN = "a token that only the test knows"


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


def link_in(text: str) -> str:
    found = re.search(r"http://localhost:8000(/a/\S+)", text)
    assert found, text
    return found.group(1)


def test_opening_the_link_changes_nothing_and_a_button_answers(
    city: City, client: FlaskClient
) -> None:
    city.activate("full")
    link = link_in(city.phone("Paul").receives("Police liaison"))
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert "Police liaison" in page.text
    assert city.role("police-liaison").state == RoleCallState.CALLING
    answered = client.post(link, data={"answer": "joining"})
    assert "Thank you. We count on you." in answered.text
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    assert city.rung("police-liaison", "Paul").answered_via == "link"


def test_the_answer_page_speaks_the_partners_language(city: City, client: FlaskClient) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    link = link_in(city.mailbox("Nour").receives("المسؤول الصحفي"))
    page = client.get(link, headers={"Accept-Language": "en"})
    assert '<html lang="ar" dir="rtl">' in page.text
    # Whoever reads along in English reads the role in English too, before and after answering.
    page = client.get(f"{link}?lang=en")
    assert "Press officer" in page.text
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    assert "Thank you." in client.post(action.group(1), data={"answer": "joining"}).text


def test_a_no_by_link_asks_the_next_person(city: City, client: FlaskClient) -> None:
    city.activate("full")
    link = link_in(city.phone("Paul").receives("Police liaison"))
    client.post(link, data={"answer": "unable"})
    city.run_ticks()
    city.phone("Petra").receives("Police liaison")


def test_the_link_of_somebody_who_was_removed_leads_nowhere(
    city: City, client: FlaskClient
) -> None:
    city.activate("full")
    link = link_in(city.phone("Paul").receives("Police liaison"))
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        paul.removed_at = city.now
    assert client.get(link).status_code == 404
    assert client.post(link, data={"answer": "joining"}).status_code == 404
    assert city.role("police-liaison").state == RoleCallState.CALLING


def test_a_link_that_belongs_to_nobody_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/a/nobodys")
    assert page.status_code == 404
    assert "tel:+442079460000" in page.text
    assert "home page" not in page.text, "a partner has no home page here"


@pytest.fixture
def twilio(settings: Settings, clock: SimulatedClock, city: City) -> Flask:
    """The application with Twilio's token set."""
    changed = settings.model_copy(
        update={
            "public_url": "https://crisis.example.org",
            "twilio_auth_token": type(settings.twilio_auth_token)(TOKEN),
            "twilio_account_sid": "AC" + "0" * 32,
        }
    )
    return create_app(changed, clock, TESTING=True, RATELIMIT_ENABLED=False)


def signed(path: str, form: dict[str, str]) -> dict[str, str]:
    signature = RequestValidator(TOKEN).compute_signature("https://crisis.example.org" + path, form)
    return {"X-Twilio-Signature": signature}


def test_an_unsigned_webhook_gets_403_and_a_log_line(
    twilio: Flask, city: City, caplog: pytest.LogCaptureFixture
) -> None:
    city.activate("full")
    form = {"MessageSid": "SM1", "From": "+447700900104", "To": "+447700900000", "Body": "1"}
    with caplog.at_level(logging.WARNING):
        answer = twilio.test_client().post("/webhooks/twilio/inbound", data=form)
    assert answer.status_code == 403
    assert "webhook refused" in caplog.text
    assert "+447700900104" not in caplog.text
    assert city.role("police-liaison").state == RoleCallState.CALLING


def test_without_a_token_every_webhook_is_refused(app: Flask) -> None:
    form = {"MessageSid": "SM1", "From": "+447700900104", "To": "+447700900000", "Body": "1"}
    headers = signed("/webhooks/twilio/inbound", form)
    answer = app.test_client().post("/webhooks/twilio/inbound", data=form, headers=headers)
    assert answer.status_code == 403


def test_a_signed_answer_counts_and_the_same_webhook_again_does_not(
    twilio: Flask, city: City
) -> None:
    city.activate("full")
    form = {"MessageSid": "SM1", "From": "+447700900104", "To": "+447700900000", "Body": "1"}
    headers = signed("/webhooks/twilio/inbound", form)
    for _ in range(3):
        answer = twilio.test_client().post("/webhooks/twilio/inbound", data=form, headers=headers)
        assert answer.status_code == 200
        assert answer.text.endswith("<Response/>")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    with city.wiring.sessions() as session:
        assert len(session.scalars(select(Inbound)).all()) == 1


def test_a_receipt_finds_its_message_by_our_own_token_and_never_lowers_it(
    twilio: Flask, city: City
) -> None:
    city.activate("full")
    with city.wiring.sessions() as session:
        row = session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert row is not None
    path = f"/webhooks/twilio/status?attempt={row.attempt_token}"
    for word in ("delivered", "sent", "queued"):
        form = {"MessageSid": "SM-lost", "MessageStatus": word, "To": "+447700900101"}
        answer = twilio.test_client().post(path, data=form, headers=signed(path, form))
        assert answer.status_code == 204
    with city.wiring.sessions() as session:
        assert session.get_one(Delivery, row.id).state == "delivered"


def test_an_undelivered_text_gives_way_to_the_next_channel_at_once(
    twilio: Flask, city: City
) -> None:
    city.activate("full")
    city.mailbox("Paul").silent()
    with city.wiring.sessions() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    for row in rows:
        path = f"/webhooks/twilio/status?attempt={row.attempt_token}"
        form = {"MessageSid": f"SM{row.id}", "MessageStatus": "undelivered", "ErrorCode": "30005"}
        twilio.test_client().post(path, data=form, headers=signed(path, form))
    city.run_ticks()
    city.mailbox("Paul").receives("Police liaison")


def test_the_wall_of_phones_shows_what_was_sent_and_answers_as_its_people(
    city: City, signed_in: Callable[..., FlaskClient]
) -> None:
    city.activate("full")
    client = signed_in("coordinator")
    wall = client.get("/phones/?find=Paul")
    assert "Paul Police" in wall.text
    assert "Dora Duty" not in wall.text
    reply = re.search(r"/phones/(\d+)/reply", wall.text)
    assert reply
    client.post(reply.group(), data={"body": "1"})
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    city.run_ticks()
    assert "you are joining" in client.get("/phones/?find=Paul").text


def test_the_demonstration_button_answers_for_people_who_are_being_asked(
    city: City, signed_in: Callable[..., FlaskClient]
) -> None:
    city.activate("full")
    page = signed_in("coordinator").post("/phones/answer-for-some", follow_redirects=True)
    assert "3 simulated people have answered." in page.text


def test_a_text_in_words_waits_in_the_inbox_until_somebody_has_said_what_came_of_it(
    city: City, signed_in: Callable[..., FlaskClient]
) -> None:
    city.activate("full")
    city.phone("Paul").replies("is this a hoax?")
    client = signed_in("coordinator", name="Rita Reader")
    inbox = client.get("/inbox/")
    assert "is this a hoax?" in inbox.text
    assert "Paul Police" in inbox.text
    inbound = re.search(r"/inbox/(\d+)/done", inbox.text)
    assert inbound
    client.post(f"/inbox/{inbound.group(1)}/take")
    assert "<bdi>Rita Reader</bdi> is reading this." in client.get("/inbox/").text
    client.post(inbound.group(), data={"outcome": "Called him back, he is coming."})
    assert "is this a hoax?" not in client.get("/inbox/").text
    assert "Called him back" in client.get("/inbox/?show=read").text


def test_a_human_understands_words_as_an_answer(
    city: City, signed_in: Callable[..., FlaskClient]
) -> None:
    city.activate("full")
    city.phone("Paul").replies("on my way")
    client = signed_in("coordinator")
    answer = re.search(r"/inbox/\d+/answer", client.get("/inbox/").text)
    assert answer
    client.post(answer.group(), data={"answer": "joining"})
    assert city.role("police-liaison").state == RoleCallState.ANSWERED


def test_an_answer_that_collides_with_another_transaction_is_taken_at_the_second_try(
    twilio: Flask, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.activate("full")
    collisions = iter([IntegrityError("INSERT", {}, Exception("somebody was faster"))])

    def collide_once(*arguments: object) -> object:
        for collision in collisions:
            raise collision
        return receive(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr("playbook.web.webhooks.views.receive", collide_once)
    form = {"MessageSid": "SM1", "From": "+447700900104", "To": "+447700900000", "Body": "1"}
    headers = signed("/webhooks/twilio/inbound", form)
    answer = twilio.test_client().post("/webhooks/twilio/inbound", data=form, headers=headers)
    assert answer.status_code == 200
    assert city.role("police-liaison").state == RoleCallState.ANSWERED


def test_a_reader_cannot_be_made_to_understand_something_that_is_no_answer(
    city: City, app: Flask, signed_in: Callable[..., FlaskClient]
) -> None:
    app.config["ERROR_PAGES"] = True
    city.activate("full")
    city.phone("Paul").replies("on my way")
    client = signed_in("coordinator")
    answer = re.search(r"/inbox/\d+/answer", client.get("/inbox/").text)
    assert answer
    assert client.post(answer.group(), data={"answer": "perhaps"}).status_code == 422
    assert client.post(answer.group()).status_code == 422


def test_after_the_end_a_link_tells_whoever_finds_it_nothing_but_that_it_has_ended(
    city: City, client: FlaskClient
) -> None:
    city.activate("full")
    link = link_in(city.phone("Paul").receives("Police liaison"))
    city.phone("Petra").silent()
    with city.wiring.transaction() as session:
        activation = session.get_one(Activation, city.activation_id)
        end(session, activation, session.get_one(User, city.user_id), city.now, "over")
    for page in (client.get(link), client.post(link, data={"answer": "joining"})):
        assert "has ended" in page.text
        for secret in ("Police liaison", "Paul", city.wiring.settings.join_point, 'name="answer"'):
            assert secret not in page.text
