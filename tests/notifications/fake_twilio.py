"""A Twilio of our own, over real HTTP on loopback: it remembers, it signs, and it fails on request.

    with FakeTwilio() as twilio:
        provider = TwilioProvider(TwilioConfig(api_base=twilio.base_url, ...))
        ...
        twilio.report(twilio.messages[0].sid, "sent", "delivered")
        for call in twilio.take_receipts():
            client.post(call.path, headers=call.headers, data=call.form)
        call = twilio.inbound("+447700900123", "1 27")

Signatures are computed here from the published recipe, not with Twilio's own library, so that
the two check each other.
"""

import asyncio
import base64
import hashlib
import hmac
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "token-of-the-fake"
FROM_NUMBER = "+447700900999"
SERVICE_SID = "MG" + "1" * 32
PUBLIC_URL = "https://crisis.city.example.org"

_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the URL and the sorted fields."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(
        hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    ).decode()


@dataclass(frozen=True)
class SignedRequest:
    """A webhook call, ready for a Flask test client: `post(path, headers=headers, data=form)`."""

    url: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass(frozen=True)
class Refuse:
    """Answer an error of Twilio's own, having sent nothing."""

    status: int = 400
    code: int | None = 21211
    retry_after: str | None = None


@dataclass(frozen=True)
class Break:
    """Answer a bare server error, having taken the message or not."""

    status: int = 500
    accepted: bool = False


@dataclass(frozen=True)
class Hang:
    """Never answer, having taken the message or not."""

    accepted: bool = True


@dataclass(frozen=True)
class Cut:
    """Close the connection instead of answering."""

    accepted: bool = True


@dataclass(frozen=True)
class Garble:
    """Say 201 with something that is not JSON."""

    accepted: bool = True


Behaviour = Refuse | Break | Hang | Cut | Garble


def busy(retry_after: str | None = None) -> Refuse:
    """Too many requests at once: never processed."""
    return Refuse(429, 20429, retry_after)


@dataclass
class FakeMessage:
    """A message that the fake has taken."""

    sid: str
    to: str
    body: str
    sender: str
    status: str
    params: dict[str, str]
    error_code: int | None = None
    statuses: list[str] = field(default_factory=list)


class FakeTwilio:
    """The server; see the module's own words for how to use it."""

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        public_url: str = PUBLIC_URL,
        inbound_path: str = "/webhooks/twilio/inbound",
    ) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.public_url = public_url
        self.inbound_path = inbound_path
        self.messages: list[FakeMessage] = []
        self.opted_out: set[str] = set()
        self.requests = 0
        """How many attempts to create a message have reached the server."""
        self.most_at_once = 0
        self.request_headers: list[dict[str, str]] = []
        self.latency = 0.0
        self.drop_receipts = False
        self.duplicate_receipts = False
        self.reorder_receipts = False
        self.base_url = ""
        self._plans: deque[Behaviour] = deque()
        self._refused_numbers: dict[str, Refuse] = {}
        self._pending: list[SignedRequest] = []
        self._under_way = 0
        self._inbound_count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()

    # --- what a test tells it -------------------------------------------------------------

    def will(self, *behaviours: Behaviour) -> None:
        """Do these, one for each of the next requests; then behave again."""
        self._plans.extend(behaviours)

    def refuse_number(self, to: str, code: int) -> None:
        """Refuse every message to a number from now on."""
        self._refused_numbers[to] = Refuse(400, code)

    def report(self, sid: str, *statuses: str, error_code: int | None = None) -> None:
        """Move a message through statuses; each causes a receipt if a callback was asked for."""
        message = self.message(sid)
        for status in statuses:
            message.status = status
            message.statuses.append(status)
            callback = message.params.get("StatusCallback")
            if callback:
                self._pending.append(self._signed(callback, self._status_form(message, error_code)))
        message.error_code = error_code

    def take_receipts(self) -> list[SignedRequest]:
        """The receipts due since the last time: dropped, doubled or turned round as told."""
        receipts, self._pending = self._pending, []
        if self.drop_receipts:
            return []
        if self.duplicate_receipts:
            receipts = [receipt for receipt in receipts for _ in range(2)]
        if self.reorder_receipts:
            receipts.reverse()
        return receipts

    def inbound(
        self, sender: str, body: str, *, to: str = FROM_NUMBER, opt_out_type: str | None = None
    ) -> SignedRequest:
        """A person writes; STOP and START words are remembered, as Twilio does."""
        word = body.strip().upper()
        if word in _STOP:
            self.opted_out.add(sender)
        elif word in _START:
            self.opted_out.discard(sender)
        self._inbound_count += 1
        sid = f"SM{0xB << 120 | self._inbound_count:032x}"
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": body,
            "From": sender,
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": to,
        }
        if opt_out_type is not None:
            form["OptOutType"] = opt_out_type
        return self._signed(self.public_url + self.inbound_path, form)

    # --- what a test asks it --------------------------------------------------------------

    def message(self, sid: str) -> FakeMessage:
        """The message taken under this SID."""
        return next(message for message in self.messages if message.sid == sid)

    def texts_to(self, number: str) -> list[str]:
        """What was sent to a number, oldest first."""
        return [message.body for message in self.messages if message.to == number]

    # --- being a server -------------------------------------------------------------------

    def start(self) -> Self:
        """Listen on a free port of loopback."""
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        self.base_url = ready.result(timeout=10)
        return self

    def stop(self) -> None:
        """Let every hanging request go and stop listening."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=10)
            self._loop = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _serve(self, ready: "Future[str]") -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        messages = "/2010-04-01/Accounts/{account}/Messages"
        app.router.add_post(messages + ".json", self._create)
        app.router.add_get(messages + "/{sid}.json", self._fetch)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        ready.set_result(f"http://{host}:{port}")
        await self._stopping.wait()
        await runner.cleanup()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            self.request_headers.append(dict(request.headers))
            params = {name: str(value) for name, value in (await request.post()).items()}
            if self.latency:
                await asyncio.sleep(self.latency)
            return await self._answer(request, params)
        finally:
            self._under_way -= 1

    async def _answer(self, request: web.Request, params: dict[str, str]) -> web.StreamResponse:
        refusal = self._denied(request) or self._invalid(params)
        if refusal is not None:
            return _refusal(refusal)
        plan = self._plans.popleft() if self._plans else None
        if isinstance(plan, Refuse):
            return _refusal(plan)
        if plan is None or plan.accepted:
            message = self._take(params)
        if isinstance(plan, Hang):
            await self._stopping.wait()
        if isinstance(plan, Hang | Cut):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if isinstance(plan, Break):
            return web.Response(status=plan.status, text="<h1>something broke</h1>")
        if isinstance(plan, Garble):
            return web.Response(status=201, text="<h1>created?</h1>")
        return web.json_response(self._resource(message), status=201)

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        refusal = self._denied(request)
        if refusal is not None:
            return _refusal(refusal)
        sid = request.match_info["sid"]
        for message in self.messages:
            if message.sid == sid:
                return web.json_response(self._resource(message))
        return _refusal(Refuse(404, 20404))

    def _denied(self, request: web.Request) -> Refuse | None:
        wanted = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {wanted}":
            return Refuse(401, 20003)
        return None if request.match_info["account"] == self.account_sid else Refuse(404, 20404)

    def _invalid(self, params: dict[str, str]) -> Refuse | None:
        to = params.get("To", "")
        if not to:
            return Refuse(400, 21604)
        if not (params.get("From") or params.get("MessagingServiceSid")):
            return Refuse(400, 21603)
        if not params.get("Body"):
            return Refuse(400, 21602)
        if len(params["Body"]) > 1600:
            return Refuse(400, 21617)
        if not (to.startswith("+") and to[1:].isdecimal()):
            return Refuse(400, 21211)
        return Refuse(400, 21610) if to in self.opted_out else self._refused_numbers.get(to)

    def _take(self, params: dict[str, str]) -> FakeMessage:
        by_service = "MessagingServiceSid" in params
        message = FakeMessage(
            sid=f"SM{len(self.messages) + 1:032x}",
            to=params["To"],
            body=params["Body"],
            sender=params.get("From", FROM_NUMBER),
            status="accepted" if by_service else "queued",
            params=params,
        )
        self.messages.append(message)
        return message

    def _resource(self, message: FakeMessage) -> dict[str, object]:
        created = "Mon, 23 Nov 2026 02:00:00 +0000"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.body,
            "date_created": created,
            "date_sent": None,
            "date_updated": created,
            "direction": "outbound-api",
            "error_code": message.error_code,
            "error_message": None,
            "from": message.params.get("From"),
            "messaging_service_sid": message.params.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "0" if "MessagingServiceSid" in message.params else "1",
            "price": None,
            "price_unit": None,
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {},
            "to": message.to,
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}.json",
        }

    def _status_form(self, message: FakeMessage, error_code: int | None) -> dict[str, str]:
        form = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
            "To": message.to,
        }
        if error_code is not None:
            form["ErrorCode"] = str(error_code)
        return form

    def _signed(self, url: str, form: dict[str, str]) -> SignedRequest:
        headers = {"X-Twilio-Signature": sign(self.auth_token, url, form)}
        return SignedRequest(url, url.removeprefix(self.public_url), headers, form)


def _refusal(refusal: Refuse) -> web.Response:
    headers = {} if refusal.retry_after is None else {"Retry-After": refusal.retry_after}
    error = {
        "code": refusal.code,
        # Like the real one, it repeats the number: nobody may log this.
        "message": "The 'To' number +447700900123 is not welcome.",
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    return web.json_response(error, status=refusal.status, headers=headers)
