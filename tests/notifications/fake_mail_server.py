"""A mail server on loopback that keeps what it is given, and misbehaves on request."""

import asyncio
import ssl
import threading
from concurrent.futures import Future
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Silence(asyncio.Protocol):
    """A server that takes the call and says nothing."""

    transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport


class FakeMailServer:
    """Start with `with`; then `port`, `letters` and how often somebody `connected`.

    `replies` maps a stage (`MAIL`, `RCPT`, `DATA`) to the reply given instead of yes. `cut_at`
    and `hang_at` name the stage at which the connection is cut, or no reply ever comes; a letter
    cut or hung at `DATA` has been kept.
    """

    def __init__(
        self,
        *,
        replies: dict[str, str] | None = None,
        cut_at: str | None = None,
        hang_at: str | None = None,
        tls: ssl.SSLContext | None = None,
        account: tuple[str, str] | None = None,
        greets: bool = True,
        utf8: bool = True,
    ) -> None:
        self.replies = replies or {}
        self.cut_at = cut_at
        self.hang_at = hang_at
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.encrypted: list[bool] = []
        self.connected = 0
        self.port = 0
        self._greets = greets
        self._settings: dict[str, Any] = {"enable_SMTPUTF8": utf8, "hostname": "mail.example.org"}
        if tls is not None:
            self._settings |= {"tls_context": tls, "require_starttls": True}
        if account is not None:
            self._settings |= {
                "auth_required": True,
                "auth_require_tls": tls is not None,
                "authenticator": lambda *call: AuthResult(
                    success=_signed_in(call[-1], account), handled=False
                ),
            }
        self._conversations: list[SMTP | Silence] = []
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        self.port = ready.result(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)

    async def _serve(self, ready: "Future[int]") -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(self._converse, "127.0.0.1", 0)
        ready.set_result(server.sockets[0].getsockname()[1])
        await self._stopping.wait()
        server.close()
        for conversation in self._conversations:
            if isinstance(conversation.transport, asyncio.WriteTransport):
                conversation.transport.abort()

    def _converse(self) -> asyncio.BaseProtocol:
        self.connected += 1
        if self._greets:
            conversation: SMTP | Silence = SMTP(self, loop=self._loop, **self._settings)
        else:
            conversation = Silence()
        self._conversations.append(conversation)
        return conversation

    # aiosmtpd finds these by name.

    async def handle_MAIL(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        envelope.mail_from = address
        return await self._stage("MAIL", server, "250 OK")

    async def handle_RCPT(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._stage("RCPT", server, "250 OK")

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if "DATA" not in self.replies:
            content = envelope.content
            assert isinstance(content, bytes)
            self.raw.append(content)
            self.letters.append(message_from_bytes(content, policy=policy.default))
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
            self.encrypted.append(session.ssl is not None)
        return await self._stage("DATA", server, "250 kept")

    async def _stage(self, stage: str, server: SMTP, otherwise: str) -> str:
        if stage == self.cut_at:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        if stage == self.hang_at:
            await self._stopping.wait()
        return self.replies.get(stage, otherwise)


def _signed_in(given: Any, account: tuple[str, str]) -> bool:
    return (given.login.decode(), given.password.decode()) == account
