"""The fake as a service of its own: weather, receipts that it posts, lists, and phone calls."""

import asyncio
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from notifications.fake_twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    FROM_NUMBER,
    PUBLIC_URL,
    Break,
    FakeTwilio,
    Hang,
    Weather,
    busy,
)
from notifications.fake_twilio.behaviour import Forecast
from notifications.providers.twilio_http import PooledHttpClient

THEN = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
CALLBACK = PUBLIC_URL + "/webhooks/twilio/status?attempt=1"


class Listener:
    """A service that takes receipts and remembers them."""

    def __init__(self):
        taken = self.taken = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                form = dict(
                    parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
                )
                taken.append((self.path, self.headers["X-Twilio-Signature"], form))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, number):
        for _ in range(400):
            if len(self.taken) >= number:
                return [form for _, _, form in self.taken]
            threading.Event().wait(0.01)
        raise AssertionError(f"only {len(self.taken)} came")


@pytest.fixture
def listener():
    listener = Listener()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()


def with_client(fake, work):
    """Let Twilio's own library, as the service uses it, do `work`."""

    async def run():
        http = PooledHttpClient(fake.base_url, connections=4, connect=2, read=2)
        try:
            return await work(Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http))
        finally:
            await http.close()

    return asyncio.run(run())


def create(client, **more):
    said = {
        "to": "+447700900123",
        "from_": FROM_NUMBER,
        "body": "Come.",
        "status_callback": CALLBACK,
    }
    return client.messages.create_async(**(said | more))


def test_receipts_are_posted_signed_in_order_to_where_the_service_listens(listener):
    with FakeTwilio(posts_to=listener.url, weather=Weather(receipt_delay=0.01)) as fake:
        with_client(fake, create)
        assert [form["MessageStatus"] for form in listener.wait_for(2)] == ["sent", "delivered"]
    path, signature, form = listener.taken[0]
    assert path == "/webhooks/twilio/status?attempt=1"
    assert RequestValidator(AUTH_TOKEN).validate(PUBLIC_URL + path, form, signature)


def test_what_the_carrier_refuses_says_so(listener):
    weather = Weather(receipt_delay=0.01, undelivered=1.0)
    with FakeTwilio(posts_to=listener.url, weather=weather) as fake:
        with_client(fake, create)
        last = listener.wait_for(2)[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")


def test_twilios_own_library_lists_what_was_sent_to_a_number():
    with FakeTwilio(now=lambda: THEN) as fake:

        async def send_three_and_list(client):
            for to, body in (
                ("+447700900123", "one"),
                ("+447700900124", "two"),
                ("+447700900123", "three"),
            ):
                await create(client, to=to, body=body)
            return await client.messages.list_async(to="+447700900123", limit=20)

        found = with_client(fake, send_three_and_list)
    assert [message.body for message in found] == ["three", "one"]
    assert found[0].date_created == THEN


def test_the_same_seed_brings_the_same_weather():
    weather = Weather(
        seed=7, latency=0.05, latency_spread=0.5, busy=0.2, broken_after=0.1, lost=0.3
    )

    def drawn():
        forecast = Forecast(weather)
        return [
            (forecast.latency(), forecast.behaviour(), forecast.is_undelivered()) for _ in range(50)
        ]

    assert drawn() == drawn()
    assert len({latency for latency, _, _ in drawn()}) == 50
    assert {busy(), Break(accepted=True), None} <= {behaviour for _, behaviour, _ in drawn()}


@pytest.mark.parametrize(
    ("weather", "expected"),
    [
        (Weather(busy=1.0), busy()),
        (Weather(broken_before=1.0), Break(accepted=False)),
        (Weather(broken_after=1.0), Break(accepted=True)),
        (Weather(hanging_after=1.0), Hang(accepted=True)),
        (Weather(), None),
    ],
)
def test_a_share_of_one_is_always(weather, expected):
    forecast = Forecast(weather)
    assert {forecast.behaviour() for _ in range(20)} == {expected}


@pytest.mark.parametrize(
    ("weather", "told"),
    [
        (Weather(lost=1.0), []),
        (Weather(doubled=1.0), ["sent", "sent", "delivered", "delivered"]),
        (Weather(reordered=1.0), ["delivered", "sent"]),
    ],
)
def test_receipts_are_lost_doubled_and_turned_round(weather, told):
    assert Forecast(weather).receipts(["sent", "delivered"]) == told


TWIML = """<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Gather action="/voice/answer?attempt=1" numDigits="1"><Say language="en-GB">Press 1.</Say></Gather>
</Response>"""


def place(client):
    return client.calls.create_async(
        to="+447700900123",
        from_=FROM_NUMBER,
        url=PUBLIC_URL + "/voice/say?attempt=1",
        status_callback=PUBLIC_URL + "/voice/status?attempt=1",
    )


def test_a_person_picks_up_hears_and_presses_a_digit():
    with FakeTwilio() as fake:
        placed = with_client(fake, place)
        (call,) = fake.calls
        assert placed.sid == call.sid
        fetch = fake.phones.pick_up(call)
        assert (fetch.path, fetch.form["CallStatus"]) == ("/voice/say?attempt=1", "in-progress")
        assert fake.phones.hear(call, TWIML) == "Press 1."
        pressed = fake.phones.press(call, "1")
        assert (pressed.path, pressed.form["Digits"]) == ("/voice/answer?attempt=1", "1")
        over = fake.phones.end(call)
    assert over is not None
    assert over.form["CallStatus"] == "completed"
    for request in (fetch, pressed, over):
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(AUTH_TOKEN).validate(request.url, request.form, signature)


def test_a_voicemail_picks_up_too_and_presses_nothing():
    with FakeTwilio() as fake:
        with_client(fake, place)
        (call,) = fake.calls
        assert fake.phones.pick_up(call, by_machine=True).form["AnsweredBy"] == "machine_start"
        fake.phones.hear(call, "<Response><Say>Goodbye.</Say></Response>")
        with pytest.raises(LookupError):
            fake.phones.press(call, "1")
