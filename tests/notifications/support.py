"""Building a provider against a fake and sending through it once."""

import asyncio
from typing import Any

from notifications.fake_twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    FROM_NUMBER,
    PUBLIC_URL,
    FakeTwilio,
)
from notifications.messages import Message, Outcome
from notifications.providers import Provider
from notifications.providers.twilio import TwilioConfig, TwilioProvider


def twilio_provider(twilio: FakeTwilio, **said: Any) -> TwilioProvider:
    """A provider whose Twilio is the fake; say only what differs from the ordinary."""
    ordinary: dict[str, Any] = {
        "account_sid": ACCOUNT_SID,
        "auth_token": AUTH_TOKEN,
        "from_number": FROM_NUMBER,
        "public_url": PUBLIC_URL,
        "api_base": twilio.base_url,
    }
    return TwilioProvider(TwilioConfig(**(ordinary | said)))


def send(provider: Provider, *messages: Message) -> list[Outcome]:
    """Send all at once on an event loop of their own, then close the provider."""

    async def all_at_once() -> list[Outcome]:
        try:
            return await asyncio.gather(*(provider.send(message) for message in messages))
        finally:
            await provider.close()

    return asyncio.run(all_at_once())
