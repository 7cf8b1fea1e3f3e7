"""How often a stranger may knock: sign-in and pages behind a link."""

from typing import cast

from flask import Blueprint, Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=False)

#: A whole crisis cell sits behind one address, so the limit that stops guessing is per account.
PER_ACCOUNT = "10 per minute"
PER_ADDRESS = "60 per minute"


def account_and_address() -> str:
    """Return whom a sign-in is counted for: this account from this address."""
    account = (request.form.get("email") or request.form.get("identity") or "").strip().lower()
    return f"{get_remote_address()} {account}"


def set_up_limits(app: Flask) -> None:
    """Limit sign-in; areas with public pages decorate their own views with `limiter.limit`.

    Off in tests, unless one asks with RATELIMIT_ENABLED=True.
    """
    app.config.setdefault("RATELIMIT_ENABLED", not app.testing)
    limiter.init_app(app)
    security = cast("Blueprint", app.blueprints["security"])
    limiter.limit(PER_ADDRESS, methods=["POST"])(security)
    limiter.limit(PER_ACCOUNT, methods=["POST"], key_func=account_and_address)(security)
