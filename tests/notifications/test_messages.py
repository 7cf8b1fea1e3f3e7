"""The words of this package keep people's numbers and texts to themselves."""

import pytest

from notifications import messages
from notifications.delivery import DeliveryState
from notifications.messages import (
    Channel,
    Inbound,
    Message,
    NotificationError,
    Outcome,
    OutcomeKind,
    Reason,
    Receipt,
)

SECRETS = ["+447700900123", "Come to the town hall", "A subject", "<p>html</p>", "tok-1"]


def test_a_printed_message_names_nobody_and_quotes_nothing():
    message = Message(
        key="alert-1",
        channel=Channel.SMS,
        to=SECRETS[0],
        body=SECRETS[1],
        subject=SECRETS[2],
        html=SECRETS[3],
        attempt_token=SECRETS[4],
        language="en",
    )
    assert "alert-1" in repr(message)
    assert not [secret for secret in SECRETS if secret in repr(message)]


def test_a_printed_reply_names_nobody_and_quotes_nothing():
    reply = Inbound("twilio", "SM1", SECRETS[0], "+447700900999", SECRETS[1])
    assert "SM1" in repr(reply)
    assert not [secret for secret in SECRETS if secret in repr(reply)]


def test_an_outcome_and_a_receipt_need_no_reason():
    assert Outcome(OutcomeKind.ACCEPTED, "null").reason is None
    assert Receipt("twilio", "SM1", None, DeliveryState.SENT).reason is None


OUR_ERRORS = [k for k in NotificationError.__subclasses__() if k.__module__ == messages.__name__]


@pytest.mark.parametrize("kind", OUR_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_tells_a_person_something_and_a_program_something_else(kind):
    error = kind()
    assert error.sentence.endswith(".")
    assert str(error) == error.sentence
    assert " " not in error.reason
    assert kind("Said differently.").sentence == "Said differently."


def test_no_two_errors_share_a_code():
    codes = [kind.reason for kind in OUR_ERRORS]
    assert len(set(codes)) == len(codes)


def test_reasons_are_short_codes():
    assert all(len(reason) <= 24 and reason == reason.lower() for reason in Reason)
