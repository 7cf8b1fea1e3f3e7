"""Errors as Twilio words them."""

from collections.abc import Mapping

from aiohttp import web

from notifications.fake_twilio.behaviour import Refuse


def refused(refusal: Refuse) -> web.Response:
    """Return the answer to a request that is refused."""
    headers: Mapping[str, str] = (
        {} if refusal.retry_after is None else {"Retry-After": refusal.retry_after}
    )
    error = {
        "code": refusal.code,
        # Like the real one, it repeats the number: nobody may log this.
        "message": "The 'To' number +447700900123 is not welcome.",
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    return web.json_response(error, status=refusal.status, headers=headers)
