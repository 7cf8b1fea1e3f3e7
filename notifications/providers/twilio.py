"""Text messages through Twilio: sending, delivery receipts and replies.

Facts: Twilio's OpenAPI schema and documentation for Messages, read in November 2026. Creating a
message has no idempotency key, so a request whose answer was lost is `unknown`, never sent again
from here. The attempt token rides in the StatusCallback address: a receipt then names the attempt
even when the answer with Twilio's own SID never arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from logging import getLogger
from types import MappingProxyType
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from notifications.delivery import DeliveryState, from_twilio
from notifications.encoding import normalised
from notifications.messages import (
    BadCallback,
    BadSignature,
    Channel,
    Inbound,
    Message,
    NotConfigured,
    OptOut,
    Outcome,
    OutcomeKind,
    Reason,
    Receipt,
)
from notifications.providers.twilio_http import PooledHttpClient, TooManyRequests
from notifications.replies import understand

STATUS_PATH = "/webhooks/twilio/status"
INBOUND_PATH = "/webhooks/twilio/inbound"

_log = getLogger(__name__)

# Twilio asks not to program against its error codes: they only pick words for people. What is
# done next follows from the HTTP status and the message status.
_HINTS: Mapping[int, Reason] = MappingProxyType(
    {
        20003: Reason.AUTH,
        21211: Reason.BAD_NUMBER,
        21408: Reason.REGION_OFF,
        21610: Reason.OPTED_OUT,
        21611: Reason.QUEUE_FULL,
        21612: Reason.SENDER_REFUSED,
        21614: Reason.NOT_MOBILE,
        21635: Reason.LANDLINE,
        21657: Reason.SENDER_REFUSED,
        30001: Reason.QUEUE_FULL,
        30002: Reason.SUSPENDED,
        30003: Reason.UNREACHABLE,
        30004: Reason.BLOCKED,
        30005: Reason.BAD_NUMBER,
        30006: Reason.LANDLINE,
        30007: Reason.FILTERED,
        30008: Reason.CARRIER_ERROR,
        30034: Reason.SENDER_UNREGISTERED,
    }
)

_OPT_OUT_TYPES: Mapping[str, OptOut] = MappingProxyType(
    {"STOP": "stop", "START": "start", "HELP": "help"}
)

# Twilio takes 1 to 36,000 seconds and advises more than 5.
_SHORTEST_VALIDITY, _LONGEST_VALIDITY = 6, 36_000

# When Twilio says "too many" without saying for how long.
_PAUSE = 1.0

_UNHAPPY = frozenset({DeliveryState.UNDELIVERED, DeliveryState.FAILED})


@dataclass(frozen=True, kw_only=True)
class TwilioConfig:
    """A city's Twilio account.

    Either `from_number` or `messaging_service_sid` sends; with both, the service picks the
    sender. `public_url` is the address under which Twilio reaches this service: signatures are
    checked over it, never over what a proxy makes of a request. While a token is being rotated,
    `secondary_auth_token` is believed in signatures too. Times are in seconds.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    from_number: str | None = None
    messaging_service_sid: str | None = None
    public_url: str
    secondary_auth_token: str | None = field(default=None, repr=False)
    api_base: str = "https://api.twilio.com"
    connect_timeout: float = 5.0
    timeout: float = 15.0
    connections: int = 64

    def require_sending(self) -> None:
        """Raise `NotConfigured`, naming what is missing, unless this is enough to send."""
        needed = {
            "the account SID": self.account_sid,
            "the auth token": self.auth_token,
            "a sender number or a messaging service": self.from_number
            or self.messaging_service_sid,
            "the public address of this service": self.public_url,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise NotConfigured(f"Twilio cannot be used yet. Missing: {', '.join(missing)}.")


class TwilioProvider:
    """Sends text messages through one Twilio account and reads what Twilio calls back with."""

    name = "twilio"
    reaches_people = True

    def __init__(self, config: TwilioConfig) -> None:
        self.config = config
        self._http: PooledHttpClient | None = None
        self._client: Client | None = None

    async def send(self, message: Message) -> Outcome:
        """Create one message at Twilio, with one request.

        Temporary only when the request certainly was not processed: no connection was made, or
        Twilio answered 429. Permanent for any other refusal. Unknown when the request may have
        been taken: a timeout, a lost connection, a server error, an answer that makes no sense.
        Raises `NotConfigured` when the configuration is not enough to send.
        """
        if message.channel is not Channel.SMS:
            return self._outcome(OutcomeKind.PERMANENT, Reason.CHANNEL_UNSUPPORTED)
        self.config.require_sending()
        try:
            created = await self._twilio().messages.create_async(**self._parameters(message))
        except TooManyRequests as busy:
            reason = _HINTS.get(busy.code or 0, Reason.BUSY)
            pause = _PAUSE if busy.retry_after is None else busy.retry_after
            return Outcome(OutcomeKind.TEMPORARY, self.name, reason=reason, retry_after=pause)
        except TwilioException as refusal:
            return self._refused(refusal)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return self._outcome(OutcomeKind.TEMPORARY, Reason.CONNECT)
        except TimeoutError:
            return self._outcome(OutcomeKind.UNKNOWN, Reason.TIMEOUT)
        except (aiohttp.ClientError, OSError):
            return self._outcome(OutcomeKind.UNKNOWN, Reason.CONNECTION_LOST)
        except ValueError:
            return self._outcome(OutcomeKind.UNKNOWN, Reason.PROVIDER_ERROR)
        if not created.sid:
            return self._outcome(OutcomeKind.UNKNOWN, Reason.PROVIDER_ERROR)
        return Outcome(OutcomeKind.ACCEPTED, self.name, created.sid)

    async def close(self) -> None:
        """Close the connections to Twilio; a later `send` would open new ones."""
        http, self._http, self._client = self._http, None, None
        if http is not None:
            await http.close()

    def verify_and_parse(
        self, path_with_query: str, headers: Mapping[str, str], form: Mapping[str, str]
    ) -> Receipt | Inbound:
        """Check that Twilio signed a webhook call, then read it.

        `path_with_query` is what came after the public address (`/webhooks/twilio/status?…`),
        `form` all posted fields (a plain mapping or a Flask `MultiDict`); header names may be in
        any case. Fails closed: raises `NotConfigured` without a token or public address,
        `BadSignature` for a missing or wrong signature, `BadCallback` for a signed call that is
        neither a receipt nor a message. The same call may come twice, and before `send` returned.
        """
        self._verify(path_with_query, headers, form)
        provider_ref = form.get("MessageSid") or form.get("SmsSid")
        if not provider_ref:
            raise BadCallback
        if "MessageStatus" in form:
            return self._receipt(provider_ref, path_with_query, form)
        if "From" in form and "Body" in form:
            return self._inbound(provider_ref, form)
        raise BadCallback

    def _twilio(self) -> Client:
        if self._client is None:
            self._http = PooledHttpClient(
                self.config.api_base,
                connections=self.config.connections,
                connect=self.config.connect_timeout,
                read=self.config.timeout,
            )
            self._client = Client(
                self.config.account_sid,
                self.config.auth_token,
                http_client=self._http,
                # Not empty, or the library reads the process's own environment instead.
                environment={"TWILIO_EDGE": "", "TWILIO_REGION": ""},
            )
        return self._client

    def _parameters(self, message: Message) -> dict[str, object]:
        token = quote(message.attempt_token, safe="")
        parameters: dict[str, object] = {
            "to": message.to,
            "body": normalised(message.body),
            "status_callback": f"{self._public_url}{STATUS_PATH}?attempt={token}",
        }
        if self.config.messaging_service_sid:
            parameters["messaging_service_sid"] = self.config.messaging_service_sid
        else:
            parameters["from_"] = self.config.from_number
        if message.valid_for is not None:
            parameters["validity_period"] = min(
                max(message.valid_for, _SHORTEST_VALIDITY), _LONGEST_VALIDITY
            )
        return parameters

    def _refused(self, refusal: TwilioException) -> Outcome:
        status, code = getattr(refusal, "status", None), getattr(refusal, "code", None)
        _log.info("Twilio answered HTTP %s with code %s", status, code)
        # 408 is a relay that gave up waiting: like a server error, it does not say how far
        # the request had come.
        if isinstance(status, int) and 400 <= status < 500 and status != 408:
            reason = _HINTS.get(code or 0, Reason.AUTH if status == 401 else Reason.REFUSED)
            return self._outcome(OutcomeKind.PERMANENT, reason)
        return self._outcome(OutcomeKind.UNKNOWN, Reason.PROVIDER_ERROR)

    def _outcome(self, kind: OutcomeKind, reason: Reason) -> Outcome:
        return Outcome(kind, self.name, reason=reason)

    def _verify(self, path: str, headers: Mapping[str, str], form: Mapping[str, str]) -> None:
        if not (self.config.auth_token and self.config.public_url):
            raise NotConfigured("Twilio is not set up here, so its calls cannot be checked.")
        # Flask's `full_path` ends with a bare question mark when there is no query.
        url = self._public_url + path.removesuffix("?")
        signature = _header(headers, "X-Twilio-Signature")
        tokens = (self.config.auth_token, self.config.secondary_auth_token)
        if not any(
            RequestValidator(token).validate(url, form, signature) for token in tokens if token
        ):
            raise BadSignature

    @property
    def _public_url(self) -> str:
        return self.config.public_url.rstrip("/")

    def _receipt(self, provider_ref: str, path: str, form: Mapping[str, str]) -> Receipt:
        attempts = parse_qs(urlsplit(path).query).get("attempt", [])
        state = from_twilio(form["MessageStatus"])
        code = form.get("ErrorCode", "")
        reason = _HINTS.get(int(code)) if code.isascii() and code.isdecimal() else None
        if reason is None and state in _UNHAPPY:
            reason = Reason.REFUSED
        return Receipt(
            self.name, provider_ref, attempts[0] if len(attempts) == 1 else None, state, reason
        )

    def _inbound(self, provider_ref: str, form: Mapping[str, str]) -> Inbound:
        body = form["Body"]
        # Twilio's own verdict knows more languages than our list of words.
        opt_out = _OPT_OUT_TYPES.get(form.get("OptOutType", "").upper()) or understand(body).opt_out
        return Inbound(self.name, provider_ref, form["From"], form.get("To", ""), body, opt_out)


def _header(headers: Mapping[str, str], name: str) -> str:
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), "")
