"""The server: messages and calls taken over HTTP, asked about, reported on."""

import asyncio
import base64
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Self

from aiohttp import ClientError, ClientSession, web

from notifications.fake_twilio.behaviour import (
    Behaviour,
    Break,
    Cut,
    Forecast,
    Garble,
    Hang,
    Refuse,
    Weather,
)
from notifications.fake_twilio.calls import Calls
from notifications.fake_twilio.records import FakeCall, FakeMessage, page
from notifications.fake_twilio.refusals import refused
from notifications.fake_twilio.signing import SignedRequest, sign

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "token-of-the-fake"  # noqa: S105 - opens nothing but the fake
FROM_NUMBER = "+447700900999"
SERVICE_SID = "MG" + "1" * 32
PUBLIC_URL = "https://crisis.city.example.org"

#: When nobody says what time it is.
LONG_AGO = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
_START = frozenset({"START", "YES", "UNSTOP"})


class FakeTwilio:
    """The server; see the package's own words for how to use it.

    `posts_to` is where the service really listens: with it, receipts and replies are posted there by themselves,
    signed for `public_url`. `now` tells the time that messages carry.
    """

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        public_url: str = PUBLIC_URL,
        inbound_path: str = "/webhooks/twilio/inbound",
        posts_to: str | None = None,
        weather: Weather | None = None,
        now: Callable[[], datetime] = lambda: LONG_AGO,
        port: int = 0,
    ) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.public_url = public_url
        self.inbound_path = inbound_path
        self.posts_to = posts_to
        self.port = port
        self.now = now
        self.messages: list[FakeMessage] = []
        self.calls: list[FakeCall] = []
        self.phones = Calls(self)
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
        self.forecast = Forecast(weather or Weather())
        self._by_sid: dict[str, FakeMessage] = {}
        self._plans: deque[Behaviour] = deque()
        self._refused_numbers: dict[str, Refuse] = {}
        self._pending: list[SignedRequest] = []
        self._under_way = 0
        self._inbound_count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()
        self._session: ClientSession | None = None
        self._posting: set[asyncio.Task[None]] = set()
        self.posted = 0
        """How many receipts and replies were posted and answered with a 2xx."""

    # --- what a test tells it -------------------------------------------------------------

    def will(self, *behaviours: Behaviour) -> None:
        """Do these, one for each of the next requests; then behave again."""
        self._plans.extend(behaviours)

    def turn(self, weather: Weather) -> None:
        """From now on, the weather is this."""
        self.forecast = Forecast(weather)

    def refuse_number(self, to: str, code: int) -> None:
        """Refuse every message to a number from now on."""
        self._refused_numbers[to] = Refuse(400, code)

    def report(self, sid: str, *statuses: str, error_code: int | None = None) -> None:
        """Move a message through statuses; each causes a receipt if a callback was asked for."""
        message = self.message(sid)
        for status in statuses:
            message.status = status
            message.statuses.append(status)
            message.error_code = error_code
            callback = message.params.get("StatusCallback")
            if callback:
                self._pending.append(self.signed(callback, message.form(self.account_sid)))

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
        return self.signed(self.public_url + self.inbound_path, form)

    # --- what a test asks it --------------------------------------------------------------

    def message(self, sid: str) -> FakeMessage:
        """The message taken under this SID. Raises KeyError."""
        return self._by_sid[sid]

    def texts_to(self, number: str) -> list[str]:
        """What was sent to a number, oldest first."""
        return [message.body for message in self.messages if message.to == number]

    def signed(self, url: str, form: dict[str, str]) -> SignedRequest:
        """Return a webhook call to `url` as Twilio would make it."""
        headers = {"X-Twilio-Signature": sign(self.auth_token, url, form)}
        return SignedRequest(url, url.removeprefix(self.public_url), headers, form)

    # --- being a server -------------------------------------------------------------------

    def start(self) -> Self:
        """Listen on loopback: on `port`, or on a free one."""
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=lambda: self._live(ready), daemon=True)
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

    def _live(self, ready: "Future[str]") -> None:
        try:
            asyncio.run(self._serve(ready))
        except OSError as error:
            ready.set_exception(error)

    async def _serve(self, ready: "Future[str]") -> None:
        self._loop = asyncio.get_running_loop()
        app = web.Application()
        account = "/2010-04-01/Accounts/{account}"
        app.router.add_post(account + "/Messages.json", self._create)
        app.router.add_get(account + "/Messages.json", self._list)
        app.router.add_get(account + "/Messages/{sid}.json", self._fetch)
        self.phones.add_routes(app, account)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        async with ClientSession() as self._session:
            site = web.TCPSite(runner, "127.0.0.1", self.port)
            await site.start()
            host, port = runner.addresses[0][:2]
            ready.set_result(f"http://{host}:{port}")
            await self._stopping.wait()
            for task in self._posting:
                task.cancel()
            await asyncio.gather(*self._posting, return_exceptions=True)
        await runner.cleanup()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            self.request_headers.append(dict(request.headers))
            params = {name: str(value) for name, value in (await request.post()).items()}
            if pause := self.latency or self.forecast.latency():
                await asyncio.sleep(pause)
            return await self._answer(request, params)
        finally:
            self._under_way -= 1

    async def _answer(self, request: web.Request, params: dict[str, str]) -> web.StreamResponse:
        refusal = self.denied(request) or self._invalid(params)
        if refusal is not None:
            return refused(refusal)
        plan = self._plans.popleft() if self._plans else self.forecast.behaviour()
        if isinstance(plan, Refuse):
            return refused(plan)
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
        return web.json_response(message.resource(self.account_sid), status=201)

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        refusal = self.denied(request)
        if refusal is not None:
            return refused(refusal)
        message = self._by_sid.get(request.match_info["sid"])
        if message is None:
            return refused(Refuse(404, 20404))
        return web.json_response(message.resource(self.account_sid))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """Messages, newest first; by recipient if one is asked for, as many as the page holds."""
        refusal = self.denied(request)
        if refusal is not None:
            return refused(refusal)
        to, size = request.query.get("To"), int(request.query.get("PageSize", "50"))
        found = [m for m in reversed(self.messages) if to is None or m.to == to][:size]
        rows = [message.resource(self.account_sid) for message in found]
        return web.json_response(page("messages", rows, str(request.rel_url)))

    def denied(self, request: web.Request) -> Refuse | None:
        """Return the refusal of a request that does not know our account or its token."""
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
        message = FakeMessage(
            sid=f"SM{len(self.messages) + 1:032x}",
            to=params["To"],
            body=params["Body"],
            sender=params.get("From", FROM_NUMBER),
            status="accepted" if "MessagingServiceSid" in params else "queued",
            params=params,
            created_at=self.now(),
        )
        self.messages.append(message)
        self._by_sid[message.sid] = message
        if self.posts_to is not None and "StatusCallback" in params:
            self.begin(self._report_by_itself(message))
        return message

    # --- posting by itself ----------------------------------------------------------------

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Do `work` beside the requests; what still runs when the server stops is cut off."""
        task = asyncio.ensure_future(work)
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _report_by_itself(self, message: FakeMessage) -> None:
        undelivered = self.forecast.is_undelivered()
        ends = "undelivered" if undelivered else "delivered"
        for status in self.forecast.receipts(["sent", ends]):
            await asyncio.sleep(self.forecast.weather.receipt_delay)
            message.status = status
            message.statuses.append(status)
            message.error_code = 30003 if status == "undelivered" else None
            call = self.signed(message.params["StatusCallback"], message.form(self.account_sid))
            await self.post(call)
        message.status = ends

    async def post(self, call: SignedRequest) -> str | None:
        """Post a webhook call to where the service listens; return its answer, None if there is none."""
        if self._session is None or self.posts_to is None:
            return None
        try:
            async with self._session.post(
                self.posts_to + call.path, data=call.form, headers=call.headers
            ) as answer:
                text = await answer.text()
                if answer.ok:
                    self.posted += 1
                    return text
        except ClientError:
            pass  # the real one gives up on a receipt that nobody takes, too
        return None
