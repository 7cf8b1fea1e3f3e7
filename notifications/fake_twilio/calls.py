"""Phone calls: placed, ringing, answered by a person who presses digits, or by a machine that presses none."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree import ElementTree

from aiohttp import web

from notifications.fake_twilio.behaviour import Refuse
from notifications.fake_twilio.records import FakeCall
from notifications.fake_twilio.refusals import refused
from notifications.fake_twilio.signing import SignedRequest

if TYPE_CHECKING:
    from notifications.fake_twilio.server import FakeTwilio


class Calls:
    """The part of the interface that is about calls, and the phones at their other end.

    A test plays the person: `pick_up` gives the request by which Twilio fetches what to say; its answer goes into
    `hear`; `press` gives the request that carries the digits.
    """

    def __init__(self, twilio: "FakeTwilio") -> None:
        self._twilio = twilio

    def add_routes(self, app: web.Application, account: str) -> None:
        """Serve calls below `account`."""
        app.router.add_post(account + "/Calls.json", self._place)
        app.router.add_get(account + "/Calls/{sid}.json", self._fetch)

    def pick_up(self, call: FakeCall, *, by_machine: bool = False) -> SignedRequest:
        """Somebody, or a voicemail, answers the phone; return the request for what is said."""
        call.status = "in-progress"
        answered_by = "machine_start" if by_machine else "human"
        return self._signed(call, call.params["Url"], AnsweredBy=answered_by)

    def hear(self, call: FakeCall, instructions: str) -> str:
        """Take the instructions (TwiML) that came back; return the words that are spoken, repeats and all."""
        call.heard.append(instructions)
        said = ElementTree.fromstring(instructions).iter("Say")  # noqa: S314 - our own service's answer
        return " ".join((words.text or "").strip() for words in said)

    def press(self, call: FakeCall, digits: str) -> SignedRequest:
        """Press digits while the last instructions gather them; return the request that carries them.

        Raises LookupError if nothing gathers.
        """
        root = ElementTree.fromstring(call.heard[-1])  # noqa: S314 - our own service's answer
        gather = root.find(".//Gather")
        if gather is None:
            raise LookupError("Nothing waits for a digit in this call.")
        action = urljoin(call.params["Url"], gather.get("action", ""))
        return self._signed(call, action, Digits=digits)

    def end(self, call: FakeCall, status: str = "completed") -> SignedRequest | None:
        """The call is over: completed, "busy", "no-answer", "failed"; return the receipt if one was asked for."""
        call.status = status
        callback = call.params.get("StatusCallback")
        return None if callback is None else self._signed(call, callback, CallDuration="12")

    def _signed(self, call: FakeCall, url: str, **more: str) -> SignedRequest:
        return self._twilio.signed(url, call.form(self._twilio.account_sid, **more))

    async def _place(self, request: web.Request) -> web.StreamResponse:
        params = {name: str(value) for name, value in (await request.post()).items()}
        refusal = self._twilio.denied(request) or _invalid(params)
        if refusal is not None:
            return refused(refusal)
        call = FakeCall(
            sid=f"CA{len(self._twilio.calls) + 1:032x}",
            to=params["To"],
            sender=params["From"],
            status="queued",
            params=params,
            created_at=self._twilio.now(),
        )
        self._twilio.calls.append(call)
        return web.json_response(call.resource(self._twilio.account_sid), status=201)

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        refusal = self._twilio.denied(request)
        if refusal is not None:
            return refused(refusal)
        for call in self._twilio.calls:
            if call.sid == request.match_info["sid"]:
                return web.json_response(call.resource(self._twilio.account_sid))
        return refused(Refuse(404, 20404))


def _invalid(params: dict[str, str]) -> Refuse | None:
    for name, code in (("To", 21201), ("From", 21213)):
        if not params.get(name):
            return Refuse(400, code)
    return None if params.get("Url") else Refuse(400, 21205)
