"""What several tests of this package need: a message to send and a fake Twilio to send it to."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from notifications.fake_twilio import FakeTwilio
from notifications.messages import Channel, Message

Compose = Callable[..., Message]


@pytest.fixture
def compose() -> Compose:
    """Make a text message; say only what matters to the test."""

    def make(**said: Any) -> Message:
        ordinary: dict[str, Any] = {
            "key": "alert-1/partner-7",
            "channel": Channel.SMS,
            "to": "+447700900123",
            "body": "Crisis team: reply 1 if you are coming, 2 if not.",
            "attempt_token": "tok_en-1",
            "language": "en",
        }
        return Message(**(ordinary | said))

    return make


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake
