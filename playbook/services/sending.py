"""The sender that this installation's settings ask for, and the simulator's store behind it."""

import base64
from urllib.parse import urlsplit

from sqlalchemy.orm import Session, sessionmaker

from notifications.messages import Channel, Message
from notifications.providers import Provider, build
from notifications.sender import Sender
from playbook.clock import Clock
from playbook.models import ActivationKind, SimulatedMessage
from playbook.models.keyring import current_keyring
from playbook.settings import Settings


class TableStore:
    """Simulated phones and mailboxes, kept in a table so that every process sees the same."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def deliver(self, message: Message) -> str:
        """Put `message` on its phone or into its mailbox; return the simulator's id for it."""
        file = message.attachments[0] if message.attachments else None
        with self._sessions.begin() as session:
            shown = SimulatedMessage(
                at=self._clock.now(),
                channel=message.channel.value,
                address=message.to,
                address_index=current_keyring().blind_index(message.to),
                direction="in",
                subject=message.subject,
                body=message.body,
                language=message.language,
                exercise=message.exercise,
                attempt_token=message.attempt_token,
                attachment_name=file.name if file else None,
                attachment_type=file.media_type if file else None,
                attachment=base64.b64encode(file.content).decode() if file else None,
            )
            session.add(shown)
            session.flush()
            return f"sim-{shown.id}"


def build_sender(settings: Settings, sessions: sessionmaker[Session], clock: Clock) -> Sender:
    """Return the sender that `settings` ask for; raises the providers' NotConfigured, naming what is missing.

    Exercises go to the simulator, whatever is configured, unless the installation says otherwise.
    """
    store = TableStore(sessions, clock)
    names = {Channel.SMS: settings.sms_provider, Channel.EMAIL: settings.email_provider}
    providers: dict[tuple[Channel, bool], Provider] = {}
    for channel, name in names.items():
        providers[channel, False] = build(channel, name, _config(name, settings, store, clock))
        if not settings.exercises_reach_real_phones:
            providers[channel, True] = build(channel, "simulator", store)
    return Sender(providers, exercises_may_leave=settings.exercises_reach_real_phones)


def kinds_heard(settings: Settings, provider: str) -> frozenset[ActivationKind]:
    """Return the kinds of incident that a text from `provider` may answer.

    Everybody's phone stands on the simulator's page, where a coordinator can write as anybody. Once real texts leave,
    that must reach no real incident; and nobody's own phone has ever seen an exercise that stays inside.
    """
    exercises_leave = settings.exercises_reach_real_phones
    if provider != "simulator":
        return frozenset(ActivationKind) if exercises_leave else frozenset({ActivationKind.REAL})
    if settings.sms_provider == "simulator":
        return frozenset(ActivationKind)
    return frozenset() if exercises_leave else frozenset({ActivationKind.EXERCISE})


def _config(name: str, settings: Settings, store: TableStore, clock: Clock) -> object:
    if name == "twilio":
        return twilio_config(settings)
    if name == "smtp":
        return _smtp_config(settings, clock)
    return store if name == "simulator" else None


def twilio_config(settings: Settings) -> object:
    """Return what the Twilio provider and its webhooks need, as far as it is set."""
    from notifications.providers.twilio import TwilioConfig

    return TwilioConfig(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        secondary_auth_token=settings.twilio_secondary_auth_token.get_secret_value() or None,
        # A name takes the place of a number only where somebody has chosen one: nobody can reply to a name.
        from_number=settings.twilio_from_number or settings.sender_name or None,
        messaging_service_sid=settings.twilio_messaging_service_sid or None,
        public_url=settings.public_url,
        api_base=settings.twilio_api_base,
        timeout=settings.provider_timeout_seconds,
    )


def _smtp_config(settings: Settings, clock: Clock) -> object:
    from notifications.providers.smtp import SmtpConfig, SmtpSecurity

    return SmtpConfig(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username or None,
        password=settings.smtp_password.get_secret_value() or None,
        security=SmtpSecurity(settings.smtp_security),
        sender_address=settings.email_from,
        sender_name=settings.email_from_name or settings.sender,
        domain=settings.email_from.rpartition("@")[2]
        or urlsplit(settings.public_url).hostname
        or "",
        now=clock.now,
        timeout=settings.provider_timeout_seconds,
    )
