"""Twilio calls back: believed only if signed over our configured address, then read."""

import pytest

from notifications.delivery import DeliveryState
from notifications.fake_twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    FROM_NUMBER,
    PUBLIC_URL,
    FakeTwilio,
    sign,
)
from notifications.messages import BadCallback, BadSignature, Inbound, NotConfigured, Receipt
from notifications.providers.twilio import TwilioConfig, TwilioProvider
from tests.notifications.support import send, twilio_provider

STATUS = "/webhooks/twilio/status?attempt=tok-1"
SENT = {"MessageSid": "SM1", "MessageStatus": "sent"}
REPLY = {"MessageSid": "SM2", "From": "+447700900123", "To": FROM_NUMBER, "Body": "1 27"}


def provider(**said) -> TwilioProvider:
    ordinary = {
        "account_sid": ACCOUNT_SID,
        "auth_token": AUTH_TOKEN,
        "from_number": FROM_NUMBER,
        "public_url": PUBLIC_URL,
    }
    return TwilioProvider(TwilioConfig(**(ordinary | said)))


def call(path, form, *, token=AUTH_TOKEN, base=PUBLIC_URL, **said):
    headers = {"X-Twilio-Signature": sign(token, base + path, form)}
    return provider(**said).verify_and_parse(path, headers, form)


class FlaskForm(dict):
    """Stands for Flask's MultiDict: a mapping that can also list a field's values."""

    def getlist(self, name):
        return [self[name]]


# --- signatures ---------------------------------------------------------------------------


def test_twilios_published_signature_is_accepted():
    """The one worked example in Twilio's security documentation; it is no message of ours."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    published = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
    assert sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == published
    ours = provider(auth_token="12345", public_url="https://mycompany.com")
    with pytest.raises(BadCallback):
        ours.verify_and_parse("/myapp.php?foo=1&bar=2", {"X-Twilio-Signature": published}, form)
    with pytest.raises(BadSignature):
        ours.verify_and_parse("/myapp.php?foo=1&bar=3", {"X-Twilio-Signature": published}, form)


@pytest.mark.parametrize("name", ["X-Twilio-Signature", "x-twilio-signature", "X-TWILIO-SIGNATURE"])
def test_the_signature_is_found_however_its_header_is_written(name):
    headers = {"Host": "internal:8000", name: sign(AUTH_TOKEN, PUBLIC_URL + STATUS, SENT)}
    assert provider().verify_and_parse(STATUS, headers, SENT).provider_ref == "SM1"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "nonsense"},
        {"X-Twilio-Signature": "ключ"},
        {"X-Twilio-Signature": sign("another token", PUBLIC_URL + STATUS, SENT)},
        {"X-Twilio-Signature": sign("", PUBLIC_URL + STATUS, SENT)},
        {"X-Twilio-Signature": sign(AUTH_TOKEN, "http://internal:8000" + STATUS, SENT)},
        {"X-Twilio-Signature": sign(AUTH_TOKEN, PUBLIC_URL + STATUS + "&x=1", SENT)},
        {"X-Twilio-Signature": sign(AUTH_TOKEN, PUBLIC_URL + STATUS, SENT | {"To": "+1"})},
    ],
)
def test_a_call_that_is_not_signed_for_exactly_this_is_refused(headers):
    with pytest.raises(BadSignature):
        provider().verify_and_parse(STATUS, headers, SENT)


def test_a_changed_field_breaks_the_signature():
    with FakeTwilio() as twilio:
        signed = twilio.inbound("+447700900123", "2")
    with pytest.raises(BadSignature):
        provider().verify_and_parse(signed.path, signed.headers, signed.form | {"Body": "1"})


@pytest.mark.parametrize("missing", ["auth_token", "public_url"])
def test_without_a_token_or_an_address_every_call_is_refused(missing):
    with pytest.raises(NotConfigured):
        call(STATUS, SENT, token="", base="", **{missing: ""})


def test_while_a_token_is_rotated_both_are_believed():
    for token in (AUTH_TOKEN, "the next one"):
        assert call(STATUS, SENT, token=token, secondary_auth_token="the next one")
    with pytest.raises(BadSignature):
        call(STATUS, SENT, token="", secondary_auth_token="")


def test_it_does_not_matter_whether_twilio_names_the_port():
    assert call(STATUS, SENT, base="https://crisis.city.example.org:443")


def test_flasks_bare_question_mark_is_not_part_of_the_address():
    path = "/webhooks/twilio/inbound"
    headers = {"X-Twilio-Signature": sign(AUTH_TOKEN, PUBLIC_URL + path, REPLY)}
    assert provider().verify_and_parse(path + "?", headers, REPLY)


def test_a_flask_form_is_read_like_any_other():
    headers = {"X-Twilio-Signature": sign(AUTH_TOKEN, PUBLIC_URL + STATUS, SENT)}
    assert provider().verify_and_parse(STATUS, headers, FlaskForm(SENT)).provider_ref == "SM1"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"MessageSid": "SM1"},
        {"MessageStatus": "sent"},
        {"MessageSid": "SM1", "Body": "1"},
        {"CallSid": "CA1", "From": "+447700900123"},
    ],
)
def test_a_signed_call_that_says_nothing_to_us_is_refused_as_such(form):
    with pytest.raises(BadCallback):
        call(STATUS, form)


# --- receipts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "state", "reason"),
    [
        ({"MessageStatus": "queued"}, DeliveryState.ACCEPTED, None),
        ({"MessageStatus": "sent"}, DeliveryState.SENT, None),
        ({"MessageStatus": "delivered", "RawDlrDoneDate": "2611230200"}, "delivered", None),
        ({"MessageStatus": "undelivered", "ErrorCode": "30003"}, "undelivered", "unreachable"),
        ({"MessageStatus": "undelivered", "ErrorCode": "30005"}, "undelivered", "bad-number"),
        ({"MessageStatus": "undelivered", "ErrorCode": "30006"}, "undelivered", "landline"),
        ({"MessageStatus": "undelivered", "ErrorCode": "30007"}, "undelivered", "filtered"),
        ({"MessageStatus": "failed", "ErrorCode": "30001"}, "failed", "queue-full"),
        ({"MessageStatus": "failed", "ErrorCode": "30034"}, "failed", "sender-unregistered"),
        ({"MessageStatus": "failed", "ErrorCode": "99999"}, "failed", "refused"),
        ({"MessageStatus": "failed", "ErrorCode": "³"}, "failed", "refused"),
        ({"MessageStatus": "failed"}, "failed", "refused"),
        ({"MessageStatus": "canceled"}, "cancelled", None),
        ({"MessageStatus": "a status of next year"}, "unknown", None),
    ],
)
def test_a_receipt_says_how_far_the_message_came_and_why_no_further(form, state, reason):
    receipt = call(STATUS, {"MessageSid": "SM1"} | form)
    assert receipt == Receipt("twilio", "SM1", "tok-1", DeliveryState(state), reason)


@pytest.mark.parametrize(
    ("query", "token"),
    [("", None), ("?attempt=", None), ("?attempt=a%26b", "a&b"), ("?attempt=a&attempt=b", None)],
)
def test_the_attempts_token_comes_back_as_it_was_given_or_not_at_all(query, token):
    assert call("/webhooks/twilio/status" + query, SENT).attempt_token == token


def test_receipts_of_a_whole_journey(twilio, compose):
    """Sent, delivered, each twice and the wrong way round: every call is signed and readable."""
    ours = twilio_provider(twilio)
    (outcome,) = send(ours, compose())
    twilio.duplicate_receipts = twilio.reorder_receipts = True
    twilio.report(outcome.provider_ref, "sent", "delivered")
    receipts = [ours.verify_and_parse(c.path, c.headers, c.form) for c in twilio.take_receipts()]
    assert [receipt.state for receipt in receipts] == ["delivered", "delivered", "sent", "sent"]
    assert {receipt.attempt_token for receipt in receipts} == {"tok_en-1"}
    assert {receipt.provider_ref for receipt in receipts} == {outcome.provider_ref}


# --- replies ------------------------------------------------------------------------------


def test_a_reply_is_handed_on_as_it_was_written():
    with FakeTwilio() as twilio:
        signed = twilio.inbound("+447700900123", " 1 27 ")
    reply = provider().verify_and_parse(signed.path, signed.headers, signed.form)
    assert reply == Inbound(
        "twilio", signed.form["MessageSid"], "+447700900123", FROM_NUMBER, " 1 27 ", None
    )


@pytest.mark.parametrize(
    ("fields", "opt_out"),
    [
        ({"Body": "STOP"}, "stop"),
        ({"Body": "stop"}, "stop"),
        ({"Body": "Arrêt"}, "stop"),
        ({"Body": "UNSTOP"}, "start"),
        ({"Body": "help"}, "help"),
        ({"Body": "please stop"}, None),
        ({"Body": "1"}, None),
        ({"Body": ""}, None),
        # Twilio knows the words of more languages than we do, and answers them itself.
        ({"Body": "dur", "OptOutType": "STOP"}, "stop"),
        ({"Body": "yardım", "OptOutType": "HELP"}, "help"),
        ({"Body": "STOP", "OptOutType": "something new"}, "stop"),
    ],
)
def test_a_wish_to_stop_is_recognised(fields, opt_out):
    assert call("/webhooks/twilio/inbound", REPLY | fields).opt_out == opt_out


def test_two_replies_have_two_references():
    with FakeTwilio() as twilio:
        first, second = (twilio.inbound("+447700900123", "1") for _ in range(2))
    assert first.form["MessageSid"] != second.form["MessageSid"]
