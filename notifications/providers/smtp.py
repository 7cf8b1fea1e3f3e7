"""E-mail over SMTP: composing one message, and saying truthfully what became of it.

Sources: RFC 5321 (4yz replies are transient, 5yz permanent), RFC 5322 (Message-ID, Date), RFC 3834
(`Auto-Submitted`), RFC 6531 (addresses beyond ASCII). Everything before the text is handed over is
known not to have been sent; once the text is on its way, only the server's reply tells.
"""

import asyncio
import contextlib
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from enum import StrEnum
from textwrap import shorten

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from notifications.encoding import normalised
from notifications.messages import (
    Channel,
    Message,
    NotConfigured,
    Outcome,
    OutcomeKind,
    Reason,
)

# Kept as 7-bit on the wire, so that no relay in between can spoil an accent.
_POLICY = SMTP_POLICY.clone(cte_type="7bit")

_ADDRESS = re.compile(r"(?P<local>[^\s@<>()\[\]\\,;:\"]{1,64})@(?P<domain>[\w.-]{1,253})")
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

# Servers close idle connections without a word; one that rested longer is not trusted.
_IDLE_SECONDS = 5.0

_SUBJECT_LENGTH = 78


class SmtpSecurity(StrEnum):
    """How the way to the mail server is protected. `STARTTLS` is demanded, not merely tried."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class SmtpConfig:
    """A city's mail server.

    `domain` is ours, for Message-IDs and for greeting the server. `now` gives the aware time for
    `Date`. `ca_file` names certificates to trust instead of the system's. `timeout` (seconds)
    bounds each exchange with the server, `connections` how many are open at once.
    """

    host: str
    port: int = 587
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    sender_address: str
    sender_name: str = ""
    domain: str
    now: Callable[[], datetime]
    ca_file: str | None = None
    timeout: float = 20.0
    connections: int = 4

    def __post_init__(self) -> None:
        try:
            security = SmtpSecurity(self.security)
        except ValueError:
            known = ", ".join(SmtpSecurity)
            raise NotConfigured(f"Mail security must be one of: {known}.") from None
        # A plain word from a settings file must never compare as "no protection".
        object.__setattr__(self, "security", security)

    def require_sending(self) -> None:
        """Raise `NotConfigured`, saying what is wrong, unless this is enough to send."""
        if not (self.host and self.domain):
            raise NotConfigured("E-mail cannot be sent yet. Please name the mail server.")
        try:
            mailbox(self.sender_address, self.sender_name)
        except ValueError:
            raise NotConfigured(
                "E-mail cannot be sent yet. The sender's address is not an e-mail address."
            ) from None
        if self.password and self.security is SmtpSecurity.NONE and self.host not in _LOOPBACK:
            raise NotConfigured(
                "The mail password would travel unprotected. Please use TLS or STARTTLS."
            )


class SmtpProvider:
    """Sends e-mail through one server, over a few connections that are used again."""

    name = "smtp"
    reaches_people = True

    def __init__(self, config: SmtpConfig) -> None:
        self.config = config
        self._slots = asyncio.Semaphore(config.connections)
        self._idle: list[tuple[SMTP, float]] = []

    async def send(self, message: Message) -> Outcome:
        """Hand one message to the server, once.

        Temporary: no connection, none free within `timeout`, a 4yz reply, or a connection lost
        before the text was handed over. Permanent: a 5yz reply, or an address that is none. Unknown: no reply after the
        text had left. The reference is the Message-ID, the same for every attempt at a message.
        """
        if message.channel is not Channel.EMAIL:
            return self._outcome(OutcomeKind.PERMANENT, Reason.CHANNEL_UNSUPPORTED)
        self.config.require_sending()
        try:
            mail = compose(message, self.config)
        except ValueError:
            return self._outcome(OutcomeKind.PERMANENT, Reason.BAD_ADDRESS)
        try:
            # Waiting has an end of its own: cut off from outside, it would look as if something may have left.
            async with asyncio.timeout(self.config.timeout):
                await self._slots.acquire()
        except TimeoutError:
            return self._outcome(OutcomeKind.TEMPORARY, Reason.QUEUE_FULL)
        try:
            client = await self._connection()
        except (SMTPException, OSError) as problem:
            return self._not_connected(problem)
        else:
            return await self._transfer(client, mail)
        finally:
            self._slots.release()

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            client, _ = self._idle.pop()
            transport = client.transport
            with contextlib.suppress(SMTPException, OSError):
                await client.quit()
            _cut(transport)

    async def _connection(self) -> SMTP:
        oldest = asyncio.get_running_loop().time() - _IDLE_SECONDS
        while self._idle:
            client, rested_since = self._idle.pop()
            if client.is_connected and rested_since > oldest:
                return client
            _hang_up(client)
        return await self._connect()

    async def _connect(self) -> SMTP:
        config = self.config
        client = SMTP(
            hostname=config.host,
            port=config.port,
            local_hostname=config.domain,
            timeout=config.timeout,
            use_tls=config.security is SmtpSecurity.TLS,
            start_tls=False,
            cert_bundle=config.ca_file,
        )
        try:
            await client.connect()
            await client.ehlo()
            if config.security is SmtpSecurity.STARTTLS:
                await client.starttls()
            if config.username:
                await client.login(config.username, config.password or "")
        except BaseException:
            _hang_up(client)
            raise
        return client

    def _not_connected(self, problem: Exception) -> Outcome:
        permanent, temporary = OutcomeKind.PERMANENT, OutcomeKind.TEMPORARY
        if isinstance(problem, SMTPResponseException):
            kind = permanent if problem.code >= 500 else temporary
            if isinstance(problem, SMTPAuthenticationError):
                return self._outcome(kind, Reason.AUTH)
            return self._outcome(kind, Reason.REFUSED if kind is permanent else Reason.BUSY)
        if isinstance(problem, OSError):
            return self._outcome(temporary, Reason.CONNECT)
        # What is left is a server that offers no STARTTLS, or no way to sign in without it.
        return self._outcome(permanent, Reason.TLS_UNAVAILABLE)

    async def _transfer(self, client: SMTP, mail: EmailMessage) -> Outcome:
        sent = False
        try:
            refused = await self._address(client, mail)
            if refused is not None:
                return refused
            policy = _POLICY.clone(utf8=True) if _beyond_ascii(mail) else _POLICY
            outcome = await self._hand_over(client, mail, mail.as_bytes(policy=policy))
            sent = outcome.kind is OutcomeKind.ACCEPTED
            return outcome
        finally:
            # After anything but success the conversation's state is not worth finding out.
            if sent:
                self._idle.append((client, asyncio.get_running_loop().time()))
            else:
                _hang_up(client)

    async def _address(self, client: SMTP, mail: EmailMessage) -> Outcome | None:
        """Name sender and recipient; an outcome if that already failed."""
        options, encoding = [], "ascii"
        if _beyond_ascii(mail):
            if not client.supports_extension("smtputf8"):
                return self._outcome(OutcomeKind.PERMANENT, Reason.ADDRESS_REFUSED)
            options, encoding = ["SMTPUTF8"], "utf-8"
        try:
            await client.mail(_spec(mail, "From"), options=options, encoding=encoding)
            await client.rcpt(_spec(mail, "To"), encoding=encoding)
        except SMTPResponseException as refusal:
            return self._refused(refusal)
        except (SMTPException, OSError):
            return self._outcome(OutcomeKind.TEMPORARY, Reason.CONNECTION_LOST)
        return None

    async def _hand_over(self, client: SMTP, mail: EmailMessage, content: bytes) -> Outcome:
        try:
            await client.data(content)
        except SMTPResponseException as refusal:
            return self._refused(refusal)
        except TimeoutError:
            return self._outcome(OutcomeKind.UNKNOWN, Reason.TIMEOUT)
        except (SMTPException, OSError):
            return self._outcome(OutcomeKind.UNKNOWN, Reason.CONNECTION_LOST)
        return Outcome(OutcomeKind.ACCEPTED, self.name, str(mail["Message-ID"]))

    def _refused(self, refusal: SMTPResponseException) -> Outcome:
        if 400 <= refusal.code < 500:
            return self._outcome(OutcomeKind.TEMPORARY, Reason.BUSY)
        if not 500 <= refusal.code < 600:
            # Some unforeseen yes, or no reply at all in the sense of the standard.
            return self._outcome(OutcomeKind.UNKNOWN, Reason.PROVIDER_ERROR)
        if isinstance(refusal, SMTPRecipientRefused):
            return self._outcome(OutcomeKind.PERMANENT, Reason.ADDRESS_REFUSED)
        if isinstance(refusal, SMTPSenderRefused):
            return self._outcome(OutcomeKind.PERMANENT, Reason.SENDER_REFUSED)
        return self._outcome(OutcomeKind.PERMANENT, Reason.REFUSED)

    def _outcome(self, kind: OutcomeKind, reason: Reason) -> Outcome:
        return Outcome(kind, self.name, reason=reason)


def compose(message: Message, config: SmtpConfig) -> EmailMessage:
    """The mail for a message: plain text, HTML as the richer alternative if there is any, then the files.

    No header can be smuggled in: addresses are checked part by part, a subject is made one line.
    There is no List-Unsubscribe, because an alert is not a mailing list. Raises `ValueError` when
    the recipient's address is not an e-mail address.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = mailbox(config.sender_address, config.sender_name)
    mail["To"] = mailbox(message.to)
    mail["Subject"] = _subject(message)
    mail["Date"] = config.now()
    mail["Message-ID"] = message_id(message.key, config.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(normalised(message.body))
    if message.html is not None:
        mail.add_alternative(normalised(message.html), subtype="html")
    for attachment in message.attachments:
        kind, _, subtype = attachment.media_type.partition("/")
        mail.add_attachment(
            attachment.content,
            maintype=kind or "application",
            subtype=subtype or "octet-stream",
            filename=_one_line(attachment.name),
        )
    # Setting a content clears every Content- header, so this one comes last.
    if _LANGUAGE.fullmatch(message.language):
        mail["Content-Language"] = message.language
    return mail


def message_id(key: str, domain: str) -> str:
    """The Message-ID of every attempt at the message called `key`, which it does not reveal.

    Being the same each time, it lets mail programs drop a second copy.
    """
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def mailbox(address: str, name: str = "") -> Address:
    """An address with an optional name, its domain in the form that DNS knows.

    Raises `ValueError` for anything but one plain `local@domain`.
    """
    parts = _ADDRESS.fullmatch(address.strip(" "))
    if parts is None or any(unicodedata.category(c).startswith("C") for c in address):
        raise ValueError("not an e-mail address")
    domain = parts["domain"].encode("idna").decode("ascii")
    return Address(display_name=_one_line(name), username=parts["local"], domain=domain)


def _hang_up(client: SMTP) -> None:
    transport = client.transport
    client.close()
    _cut(transport)


def _cut(transport: asyncio.BaseTransport | None) -> None:
    """Close at once. A polite TLS goodbye would wait for a server that may be long gone."""
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _subject(message: Message) -> str:
    if message.subject:
        return _one_line(message.subject)
    return shorten(_one_line(message.body), _SUBJECT_LENGTH, placeholder=" …")


def _one_line(text: str) -> str:
    spaced = "".join(" " if unicodedata.category(c) == "Cc" else c for c in normalised(text))
    return " ".join(spaced.split())


def _spec(mail: EmailMessage, header: str) -> str:
    spec: str = mail[header].addresses[0].addr_spec
    return spec


def _beyond_ascii(mail: EmailMessage) -> bool:
    return not (_spec(mail, "From") + _spec(mail, "To")).isascii()
