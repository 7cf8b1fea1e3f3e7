"""Webhooks of Twilio. Answer fast, never twice with effect, and say nothing to whoever is not Twilio."""

from typing import Literal

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError, OperationalError

from notifications.messages import BadCallback, BadSignature, Inbound, NotConfigured, Receipt
from notifications.providers.twilio import TwilioConfig, TwilioProvider
from playbook.services.response.inbound import receive
from playbook.services.response.receipts import apply_receipt
from playbook.services.sending import twilio_config
from playbook.web.database import transaction, wiring
from playbook.web.guards import public

blueprint = Blueprint("webhooks", __name__)

#: An empty answer in Twilio's own language: we reply through the queue, not here.
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@blueprint.post("/webhooks/twilio/inbound")
@public
def inbound() -> ResponseReturnValue:
    """Take a text that somebody sent to one of our numbers."""
    return _handle("inbound")


@blueprint.post("/webhooks/twilio/status")
@public
def status() -> ResponseReturnValue:
    """Take a delivery receipt."""
    return _handle("status")


def _handle(kind: Literal["inbound", "status"]) -> ResponseReturnValue:
    """Verify, parse, and hand over to one service; a call that comes again changes nothing."""
    config = twilio_config(wiring().settings)
    if not isinstance(config, TwilioConfig):
        return "", 403
    try:
        parsed = TwilioProvider(config).verify_and_parse(
            request.full_path.rstrip("?"), dict(request.headers), request.form
        )
    except (BadSignature, NotConfigured) as refused:
        current_app.logger.warning("webhook refused: %s, twilio %s", refused.reason, kind)
        return "", 403
    except BadCallback:
        current_app.logger.warning("webhook not understood: twilio %s", kind)
        return "", 400
    try:
        _carry_out(parsed)
    except (IntegrityError, OperationalError):
        # The same call came twice at once, or the engine took the same step. Seen afresh, it is known or has room.
        current_app.logger.info("webhook collided and is tried again: twilio %s", kind)
        _carry_out(parsed)
    if kind == "inbound":
        return NOTHING, 200, {"Content-Type": "text/xml; charset=utf-8"}
    return "", 204


def _carry_out(parsed: Receipt | Inbound) -> None:
    with transaction() as session:
        if isinstance(parsed, Receipt):
            apply_receipt(session, parsed, wiring().clock.now())
        else:
            receive(session, parsed, wiring().clock.now(), wiring().settings)
