"""What Twilio is asked, and what is made of its answers."""

import asyncio
import logging
import socket
import unicodedata

import pytest

from notifications.fake_twilio import (
    FROM_NUMBER,
    PUBLIC_URL,
    SERVICE_SID,
    Break,
    Cut,
    FakeTwilio,
    Garble,
    Hang,
    Refuse,
    busy,
)
from notifications.messages import Channel, NotConfigured, Outcome, OutcomeKind
from tests.notifications.support import send, twilio_provider

CALLBACK = PUBLIC_URL + "/webhooks/twilio/status?attempt=tok_en-1"


ORDINARY = {
    "To": "+447700900123",
    "From": FROM_NUMBER,
    "Body": "Crisis team: reply 1 if you are coming, 2 if not.",
    "StatusCallback": CALLBACK,
}
BY_SERVICE = {key: value for key, value in ORDINARY.items() if key != "From"} | {
    "MessagingServiceSid": SERVICE_SID
}


@pytest.mark.parametrize(
    ("configured", "said", "asked"),
    [
        ({}, {}, ORDINARY),
        ({"from_number": None, "messaging_service_sid": SERVICE_SID}, {}, BY_SERVICE),
        ({"messaging_service_sid": SERVICE_SID}, {}, BY_SERVICE),
        ({"public_url": PUBLIC_URL + "/"}, {}, ORDINARY),
        ({}, {"valid_for": 900}, ORDINARY | {"ValidityPeriod": "900"}),
        ({}, {"valid_for": 2}, ORDINARY | {"ValidityPeriod": "6"}),
        ({}, {"valid_for": 90_000}, ORDINARY | {"ValidityPeriod": "36000"}),
        ({}, {"body": "تعال الآن 🕯"}, ORDINARY | {"Body": "تعال الآن 🕯"}),
        ({}, {"body": "a & b = c + 100%"}, ORDINARY | {"Body": "a & b = c + 100%"}),
        ({}, {"body": unicodedata.normalize("NFD", "Grüße")}, ORDINARY | {"Body": "Grüße"}),
        ({}, {"subject": "for e-mail only", "html": "<p>x</p>"}, ORDINARY),
        (
            {},
            {"attempt_token": "a&b=c/d"},
            ORDINARY | {"StatusCallback": CALLBACK.replace("tok_en-1", "a%26b%3Dc%2Fd")},
        ),
    ],
)
def test_what_twilio_is_asked(twilio, compose, configured, said, asked):
    (outcome,) = send(twilio_provider(twilio, **configured), compose(**said))
    assert outcome == Outcome(OutcomeKind.ACCEPTED, "twilio", twilio.messages[0].sid)
    assert twilio.messages[0].params == asked


def test_the_request_is_signed_in_and_form_encoded(twilio, compose):
    send(twilio_provider(twilio), compose())
    (headers,) = twilio.request_headers
    assert headers["Authorization"].startswith("Basic ")
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_the_region_in_the_environment_cannot_reroute_messages(twilio, compose, monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    (outcome,) = send(twilio_provider(twilio), compose())
    assert outcome.kind is OutcomeKind.ACCEPTED


def test_a_relay_under_a_path_of_its_own_can_stand_in_between(twilio, compose):
    """The path is kept, so the fake, which knows no such path, says not found."""
    (outcome,) = send(twilio_provider(twilio, api_base=twilio.base_url + "/relay"), compose())
    assert outcome == Outcome(OutcomeKind.PERMANENT, "twilio", reason="refused")
    assert twilio.requests == 0


@pytest.mark.parametrize(
    ("behaviour", "kind", "reason", "retry_after", "taken"),
    [
        (busy(), "temporary", "busy", 1.0, 0),
        (busy("7"), "temporary", "busy", 7.0, 0),
        (busy("Mon, 23 Nov 2026 02:00:00 GMT"), "temporary", "busy", 1.0, 0),
        (Refuse(429, 21611), "temporary", "queue-full", 1.0, 0),
        (Refuse(429, None), "temporary", "busy", 1.0, 0),
        (Refuse(400, 21211), "permanent", "bad-number", None, 0),
        (Refuse(400, 21614), "permanent", "not-mobile", None, 0),
        (Refuse(400, 21635), "permanent", "landline", None, 0),
        (Refuse(403, 21408), "permanent", "region-off", None, 0),
        (Refuse(400, 21610), "permanent", "opted-out", None, 0),
        (Refuse(400, 21612), "permanent", "sender-refused", None, 0),
        (Refuse(401, 20003), "permanent", "auth", None, 0),
        (Refuse(401, None), "permanent", "auth", None, 0),
        (Refuse(403, 30002), "permanent", "suspended", None, 0),
        (Refuse(400, 99999), "permanent", "refused", None, 0),
        (Refuse(404, None), "permanent", "refused", None, 0),
        (Refuse(408, None), "unknown", "provider-error", None, 0),
        (Refuse(302, None), "unknown", "provider-error", None, 0),
        (Break(500, accepted=False), "unknown", "provider-error", None, 0),
        (Break(500, accepted=True), "unknown", "provider-error", None, 1),
        (Break(503, accepted=True), "unknown", "provider-error", None, 1),
        (Garble(), "unknown", "provider-error", None, 1),
        (Cut(accepted=False), "unknown", "connection-lost", None, 0),
        (Cut(accepted=True), "unknown", "connection-lost", None, 1),
    ],
)
def test_what_is_made_of_an_answer(twilio, compose, behaviour, kind, reason, retry_after, taken):
    twilio.will(behaviour)
    (outcome,) = send(twilio_provider(twilio), compose())
    assert outcome == Outcome(OutcomeKind(kind), "twilio", None, reason, retry_after)
    assert len(twilio.messages) == taken
    assert twilio.requests == 1, "nothing is ever sent again from here"


def test_an_answer_that_never_comes_is_unknown_and_asked_for_once(twilio, compose):
    twilio.will(Hang(accepted=True))
    (outcome,) = send(twilio_provider(twilio, timeout=0.2), compose())
    assert outcome == Outcome(OutcomeKind.UNKNOWN, "twilio", reason="timeout")
    assert (twilio.requests, len(twilio.messages)) == (1, 1)


def test_one_hanging_request_does_not_hold_up_the_others(twilio, compose):
    twilio.will(Hang())
    outcomes = send(
        twilio_provider(twilio, timeout=1.5), *(compose(to=f"+4477009001{n:02}") for n in range(20))
    )
    assert sorted(outcome.kind for outcome in outcomes) == ["accepted"] * 19 + ["unknown"]


def test_nobody_listening_means_that_nothing_was_sent(compose):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        nobody = FakeTwilio()
        nobody.base_url = f"http://127.0.0.1:{port}"
        (outcome,) = send(twilio_provider(nobody), compose())
    assert outcome == Outcome(OutcomeKind.TEMPORARY, "twilio", reason="connect")


def test_waiting_in_vain_for_a_free_connection_means_that_nothing_was_sent(twilio, compose):
    twilio.will(Hang())
    outcomes = send(
        twilio_provider(twilio, connections=1, connect_timeout=0.5, timeout=2.0),
        compose(),
        compose(to="+447700900124"),
    )
    assert [(each.kind, each.reason) for each in outcomes] == [
        (OutcomeKind.UNKNOWN, "timeout"),
        (OutcomeKind.TEMPORARY, "connect"),
    ]
    assert twilio.requests == 1


def test_a_server_that_does_not_speak_tls_means_that_nothing_was_sent(twilio, compose):
    encrypted = twilio_provider(twilio, api_base=twilio.base_url.replace("http:", "https:"))
    (outcome,) = send(encrypted, compose())
    assert outcome == Outcome(OutcomeKind.TEMPORARY, "twilio", reason="connect")
    assert twilio.requests == 0


def test_no_more_connections_are_opened_than_configured(twilio, compose):
    twilio.latency = 0.02
    send(twilio_provider(twilio, connections=3), *[compose()] * 12)
    assert twilio.requests == 12
    assert twilio.most_at_once <= 3


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.VOICE])
def test_other_channels_are_not_twilios(twilio, compose, channel):
    (outcome,) = send(twilio_provider(twilio), compose(channel=channel))
    assert outcome == Outcome(OutcomeKind.PERMANENT, "twilio", reason="channel-unsupported")
    assert twilio.requests == 0


def test_an_unconfigured_account_is_refused_before_anything_leaves(twilio, compose):
    with pytest.raises(NotConfigured):
        send(twilio_provider(twilio, from_number=None), compose())
    assert twilio.requests == 0


def test_a_wrong_token_is_told_as_such(twilio, compose):
    (outcome,) = send(twilio_provider(twilio, auth_token="wrong"), compose())
    assert outcome == Outcome(OutcomeKind.PERMANENT, "twilio", reason="auth")


def test_no_number_and_no_text_ever_reaches_the_log(twilio, compose, caplog):
    """Twilio's own error messages repeat the number they refuse."""
    caplog.set_level(logging.DEBUG)
    twilio.will(Refuse(400, 21211), Break(500))
    send(twilio_provider(twilio), *[compose(body="Come to the town hall")] * 3)
    ours = [record.getMessage() for record in caplog.records if "aiohttp" not in record.name]
    assert any("21211" in line for line in ours)
    assert not [line for line in ours if "7700" in line or "town hall" in line or "tok" in line]


def test_the_provider_can_be_used_again_after_closing(twilio, compose):
    provider = twilio_provider(twilio)
    assert [send(provider, compose())[0].kind for _ in range(2)] == [OutcomeKind.ACCEPTED] * 2


def test_closing_what_was_never_used_is_harmless(twilio):
    asyncio.run(twilio_provider(twilio).close())
