"""The HTTP client under Twilio's own library: pooled, and with timeouts that hold.

Why not the library's: its asynchronous client is capped at 100 connections, ignores every
timeout (a hung socket hangs forever) and calls a deprecated part of aiohttp; its synchronous one
spends four times the processor time per message.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from logging import getLogger
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

_log = getLogger(__name__)


class TooManyRequests(Exception):
    """HTTP 429: Twilio refused before processing, so sending again later is safe.

    Raised here because the library's own exceptions drop the Retry-After header.
    """

    def __init__(self, code: int | None, retry_after: float | None) -> None:
        super().__init__("HTTP 429")
        self.code = code
        self.retry_after = retry_after


class PooledHttpClient(AsyncHttpClient):  # type: ignore[misc]  # twilio ships no types
    """Sends Twilio's requests to `base` over at most `connections` kept connections.

    Make it on the event loop that will use it. `connect` bounds waiting for a connection and
    making it, `read` each wait for the answer; both are in seconds. The total is their sum, so
    whatever runs out before the request could leave is a connection timeout, never a vague one.
    """

    def __init__(self, base: str, *, connections: int, connect: float, read: float) -> None:
        super().__init__(_log, is_async=True)
        self._base = urlsplit(base)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=connect + read, connect=connect, sock_connect=connect, sock_read=read
            ),
        )

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 (the library's signature; ours hold)
        allow_redirects: bool = False,
    ) -> Response:
        """Make one request, once. Raises `TooManyRequests` and whatever aiohttp raises."""
        sent_headers = dict(headers or {})
        if auth is not None:
            sent_headers["Authorization"] = _basic(*auth)
        async with self._session.request(
            method,
            self._rebased(url),
            params={key: str(value) for key, value in (params or {}).items()},
            data=urlencode(data, doseq=True).encode() if data else None,
            headers=sent_headers,
            allow_redirects=allow_redirects,
        ) as response:
            text = await response.text()
        if response.status == 429:
            raise TooManyRequests(_code(text), _seconds(response.headers.get("Retry-After")))
        return Response(response.status, text, response.headers)

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    def _rebased(self, url: str) -> str:
        there = urlsplit(url)
        path = self._base.path.rstrip("/") + there.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, there.query, ""))


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _code(text: str) -> int | None:
    try:
        code = json.loads(text)["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None


def _seconds(retry_after: str | None) -> float | None:
    # The header may also be a date, which nobody has seen from Twilio: the caller's pause serves.
    if retry_after is None or not retry_after.strip().isdecimal():
        return None
    return float(retry_after)
