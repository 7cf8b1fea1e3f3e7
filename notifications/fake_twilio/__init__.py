"""A Twilio of our own, over real HTTP on loopback: it remembers, it signs, and it fails on request.

For tests, for benchmarks, and for trying an installation out (`playbook fake-twilio`): Twilio's own library
talks to it unmodified.

    with FakeTwilio() as twilio:
        provider = TwilioProvider(TwilioConfig(api_base=twilio.base_url, ...))
        ...
        twilio.report(twilio.messages[0].sid, "sent", "delivered")
        for call in twilio.take_receipts():
            client.post(call.path, headers=call.headers, data=call.form)
        call = twilio.inbound("+447700900123", "1 27")

Receipts are handed out as above, or posted by themselves (`FakeTwilio(posts_to=…)`), as a `Weather` says: late,
lost, twice, in the wrong order.
"""

from notifications.fake_twilio.behaviour import (
    Behaviour,
    Break,
    Cut,
    Garble,
    Hang,
    Refuse,
    Weather,
    busy,
)
from notifications.fake_twilio.records import FakeCall, FakeMessage
from notifications.fake_twilio.server import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    FROM_NUMBER,
    PUBLIC_URL,
    SERVICE_SID,
    FakeTwilio,
)
from notifications.fake_twilio.signing import SignedRequest, sign

__all__ = [
    "ACCOUNT_SID",
    "AUTH_TOKEN",
    "FROM_NUMBER",
    "PUBLIC_URL",
    "SERVICE_SID",
    "Behaviour",
    "Break",
    "Cut",
    "FakeCall",
    "FakeMessage",
    "FakeTwilio",
    "Garble",
    "Hang",
    "Refuse",
    "SignedRequest",
    "Weather",
    "busy",
    "sign",
]
