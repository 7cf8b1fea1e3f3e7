"""Which providers exist, and that none can be had half configured."""

from datetime import UTC, datetime

import pytest

from notifications.messages import Channel, NotConfigured
from notifications.providers import DEFAULT, PROVIDERS, build
from notifications.providers.smtp import SmtpConfig, SmtpSecurity
from notifications.providers.twilio import TwilioConfig


class Shelf:
    def deliver(self, message):
        return "shelf-1"


def twilio_config(**said):
    return TwilioConfig(
        **(
            {
                "account_sid": "AC1",
                "auth_token": "secret",
                "from_number": "+447700900999",
                "public_url": "https://crisis.city.example.org",
            }
            | said
        )
    )


def smtp_config(**said):
    return SmtpConfig(
        **(
            {
                "host": "mail.city.example.org",
                "sender_address": "crisis@city.example.org",
                "domain": "city.example.org",
                "now": lambda: datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
            }
            | said
        )
    )


@pytest.mark.parametrize(
    ("channel", "name", "config"),
    [
        (Channel.SMS, "twilio", twilio_config()),
        (Channel.SMS, "twilio", twilio_config(from_number=None, messaging_service_sid="MG1")),
        (Channel.EMAIL, "smtp", smtp_config()),
        (Channel.SMS, "simulator", Shelf()),
        (Channel.EMAIL, "simulator", Shelf()),
        (Channel.VOICE, "simulator", Shelf()),
        (Channel.VOICE, "null", None),
    ],
)
def test_a_provider_is_built_by_its_name(channel, name, config):
    assert build(channel, name, config).name == name


def test_only_what_goes_to_the_outside_reaches_people():
    reaching = {
        "twilio": build(Channel.SMS, "twilio", twilio_config()),
        "smtp": build(Channel.EMAIL, "smtp", smtp_config()),
        "simulator": build(Channel.SMS, "simulator", Shelf()),
        "null": build(Channel.SMS, "null"),
    }
    assert set(reaching) == set(PROVIDERS)
    assert {name for name, each in reaching.items() if each.reaches_people} == {"twilio", "smtp"}


def test_the_default_reaches_nobody():
    assert DEFAULT == "simulator"
    assert PROVIDERS[DEFAULT].channels == set(Channel)


@pytest.mark.parametrize(
    ("channel", "name", "config", "told"),
    [
        (Channel.SMS, "pigeon", None, "pigeon"),
        (Channel.EMAIL, "twilio", twilio_config(), "email"),
        (Channel.VOICE, "twilio", twilio_config(), "voice"),
        (Channel.SMS, "smtp", smtp_config(), "sms"),
        (Channel.SMS, "twilio", None, "Twilio"),
        (Channel.SMS, "twilio", smtp_config(), "Twilio"),
        (Channel.SMS, "twilio", twilio_config(account_sid=""), "account SID"),
        (Channel.SMS, "twilio", twilio_config(auth_token=""), "auth token"),
        (Channel.SMS, "twilio", twilio_config(from_number=None), "sender number"),
        (Channel.SMS, "twilio", twilio_config(public_url=""), "public address"),
        (Channel.EMAIL, "smtp", None, "mail server"),
        (Channel.EMAIL, "smtp", smtp_config(host=""), "mail server"),
        (Channel.EMAIL, "smtp", smtp_config(sender_address="crisis"), "sender's address"),
        (
            Channel.EMAIL,
            "smtp",
            smtp_config(username="city", password="secret", security="none"),
            "unprotected",
        ),
        (Channel.SMS, "simulator", None, "simulator"),
    ],
)
def test_a_provider_with_something_missing_is_refused_and_told(channel, name, config, told):
    with pytest.raises(NotConfigured) as refusal:
        build(channel, name, config)
    assert told in refusal.value.sentence
    assert "secret" not in refusal.value.sentence


@pytest.mark.parametrize(
    "config",
    [twilio_config(secondary_auth_token="secret"), smtp_config(password="secret")],
    ids=["twilio", "smtp"],
)
def test_a_printed_configuration_keeps_its_secrets(config):
    assert "secret" not in repr(config)


def test_mail_security_cannot_be_misspelt_into_none():
    assert smtp_config(security="tls").security is SmtpSecurity.TLS
    with pytest.raises(NotConfigured, match="starttls"):
        smtp_config(security="ssl")
