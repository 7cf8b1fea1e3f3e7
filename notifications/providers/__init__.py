"""Who carries messages: the one list of providers, and what every one of them must keep to.

To add a provider: one module here, one entry in `PROVIDERS`, one table-driven test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from notifications.messages import Channel, Message, NotConfigured, Outcome


class Provider(Protocol):
    """Carries messages of one kind to the outside, or pretends to."""

    name: str
    """Stable; stored beside each delivery."""

    reaches_people: bool
    """Whether a message given to it can arrive at a real phone or mailbox."""

    async def send(self, message: Message) -> Outcome:
        """Try once to send, and say truthfully what is known.

        Never retries by itself. Bounded by the provider's own timeouts. May raise
        `NotificationError`, and then nothing has left; any other exception means that it may.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. Called once, on the event loop that `send` ran on."""
        ...


@dataclass(frozen=True)
class ProviderEntry:
    """A provider on the list: the channels it serves and how to build it from its configuration.

    Each `build` imports its own module, so that a city without Twilio does not load Twilio.
    """

    channels: frozenset[Channel]
    build: Callable[[object], Provider]


def _twilio(config: object) -> Provider:
    from notifications.providers.twilio import TwilioConfig, TwilioProvider

    if not isinstance(config, TwilioConfig):
        raise NotConfigured("Text messages through Twilio have not been set up yet.")
    config.require_sending()
    return TwilioProvider(config)


def _smtp(config: object) -> Provider:
    from notifications.providers.smtp import SmtpConfig, SmtpProvider

    if not isinstance(config, SmtpConfig):
        raise NotConfigured("A mail server has not been set up yet.")
    config.require_sending()
    return SmtpProvider(config)


def _simulator(config: object) -> Provider:
    from notifications.providers.simulator import SimulatorProvider, SimulatorStore

    if not isinstance(config, SimulatorStore):
        raise NotConfigured("The simulator has nowhere to keep what it is given.")
    return SimulatorProvider(config)


def _null(_config: object) -> Provider:
    from notifications.providers.null import NullProvider

    return NullProvider()


_ALL_CHANNELS = frozenset(Channel)

PROVIDERS: Mapping[str, ProviderEntry] = MappingProxyType(
    {
        "simulator": ProviderEntry(_ALL_CHANNELS, _simulator),
        "twilio": ProviderEntry(frozenset({Channel.SMS}), _twilio),
        "smtp": ProviderEntry(frozenset({Channel.EMAIL}), _smtp),
        "null": ProviderEntry(_ALL_CHANNELS, _null),
    }
)

DEFAULT = "simulator"


def build(channel: Channel, name: str, config: object = None) -> Provider:
    """The provider called `name` for a channel, ready to send.

    `config` is a `TwilioConfig`, an `SmtpConfig`, or for the simulator its `SimulatorStore`.
    Nothing is connected yet. Raises `NotConfigured` for an unknown name, a channel that this
    provider does not serve, or a configuration with something missing.
    """
    entry = PROVIDERS.get(name)
    if entry is None:
        known = ", ".join(sorted(PROVIDERS))
        raise NotConfigured(f"There is no provider called “{name}”. Choose one of: {known}.")
    if channel not in entry.channels:
        raise NotConfigured(f"The provider “{name}” does not carry messages by {channel}.")
    return entry.build(config)
