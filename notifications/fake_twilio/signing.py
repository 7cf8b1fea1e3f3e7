"""Signed webhook calls, from the published recipe and not with Twilio's own library: the two check each other."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the X-Twilio-Signature: base 64 of HMAC-SHA1 over the URL and the sorted fields."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


@dataclass(frozen=True)
class SignedRequest:
    """A webhook call, ready for a Flask test client: `post(path, headers=headers, data=form)`."""

    url: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
