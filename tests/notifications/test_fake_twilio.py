"""The fake keeps to what is known of the real one, or the tests above it prove nothing."""

import json
import urllib.error
import urllib.request
from base64 import b64encode
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from notifications.fake_twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    FROM_NUMBER,
    PUBLIC_URL,
    SERVICE_SID,
    FakeTwilio,
)

GOOD = {
    "To": "+447700900123",
    "From": FROM_NUMBER,
    "Body": "Come.",
    "StatusCallback": PUBLIC_URL + "/webhooks/twilio/status?attempt=1",
}


def ask(twilio, path, form=None, *, account=ACCOUNT_SID, token=AUTH_TOKEN):
    """One request; (status, JSON)."""
    request = urllib.request.Request(
        f"{twilio.base_url}/2010-04-01/Accounts/{account}/{path}",
        data=None if form is None else urlencode(form).encode(),
        headers={"Authorization": "Basic " + b64encode(f"{account}:{token}".encode()).decode()},
    )
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        (GOOD, "queued"),
        ({**GOOD, "From": "", "MessagingServiceSid": SERVICE_SID}, "accepted"),
    ],
)
def test_a_message_is_created_and_can_be_asked_about(twilio, form, status):
    code, created = ask(twilio, "Messages.json", {k: v for k, v in form.items() if v})
    assert (code, created["status"]) == (201, status)
    assert isinstance(created["num_segments"], str)
    twilio.report(created["sid"], "delivered")
    assert ask(twilio, f"Messages/{created['sid']}.json")[1]["status"] == "delivered"
    assert ask(twilio, "Messages/SM404.json")[0] == 404


@pytest.mark.parametrize(
    ("form", "account", "token", "expected"),
    [
        (GOOD, ACCOUNT_SID, "wrong", (401, 20003)),
        (GOOD, "AC9", AUTH_TOKEN, (401, 20003)),
        ({**GOOD, "To": ""}, ACCOUNT_SID, AUTH_TOKEN, (400, 21604)),
        ({**GOOD, "From": ""}, ACCOUNT_SID, AUTH_TOKEN, (400, 21603)),
        ({**GOOD, "Body": ""}, ACCOUNT_SID, AUTH_TOKEN, (400, 21602)),
        ({**GOOD, "Body": "a" * 1601}, ACCOUNT_SID, AUTH_TOKEN, (400, 21617)),
        ({**GOOD, "To": "07700 900123"}, ACCOUNT_SID, AUTH_TOKEN, (400, 21211)),
        ({**GOOD, "To": "+447700900666"}, ACCOUNT_SID, AUTH_TOKEN, (400, 21614)),
    ],
)
def test_what_the_real_one_refuses_is_refused(twilio, form, account, token, expected):
    twilio.refuse_number("+447700900666", 21614)
    code, error = ask(twilio, "Messages.json", form, account=account, token=token)
    assert (code, error["code"]) == expected
    assert twilio.messages == []


def test_stop_is_remembered_until_start(twilio):
    twilio.inbound("+447700900123", "stop")
    assert ask(twilio, "Messages.json", GOOD)[1]["code"] == 21610
    twilio.inbound("+447700900123", "START")
    assert ask(twilio, "Messages.json", GOOD)[0] == 201
    assert twilio.texts_to("+447700900123") == ["Come."]


def test_its_calls_are_signed_as_twilios_own_library_expects(twilio):
    ask(twilio, "Messages.json", GOOD)
    twilio.report(twilio.messages[0].sid, "failed", error_code=30006)
    (receipt,) = twilio.take_receipts()
    reply = twilio.inbound("+447700900123", "arrêt & déjà", opt_out_type="STOP")
    for call in (receipt, reply):
        signature = call.headers["X-Twilio-Signature"]
        assert RequestValidator(AUTH_TOKEN).validate(call.url, call.form, signature)
        assert call.url == PUBLIC_URL + call.path
    assert receipt.path == "/webhooks/twilio/status?attempt=1"
    assert (receipt.form["MessageStatus"], receipt.form["ErrorCode"]) == ("failed", "30006")
    assert reply.form["OptOutType"] == "STOP"


@pytest.mark.parametrize(
    ("told", "statuses"),
    [
        ([], ["sent", "delivered"]),
        (["duplicate_receipts"], ["sent", "sent", "delivered", "delivered"]),
        (["reorder_receipts"], ["delivered", "sent"]),
        (["drop_receipts"], []),
    ],
)
def test_receipts_get_lost_doubled_and_turned_round_when_told(twilio, told, statuses):
    for policy in told:
        setattr(twilio, policy, True)
    ask(twilio, "Messages.json", GOOD)
    twilio.report(twilio.messages[0].sid, "sent", "delivered")
    assert [call.form["MessageStatus"] for call in twilio.take_receipts()] == statuses
    assert twilio.take_receipts() == []


def test_without_a_callback_there_is_no_receipt(twilio):
    ask(twilio, "Messages.json", {k: v for k, v in GOOD.items() if k != "StatusCallback"})
    twilio.report(twilio.messages[0].sid, "sent")
    assert twilio.take_receipts() == []


def test_stopping_twice_is_harmless():
    fake = FakeTwilio().start()
    fake.stop()
    fake.stop()
