"""The page behind the link in a proof's mail. Opening it changes nothing: mail scanners open links too."""

from flask import render_template
from flask.typing import ResponseReturnValue

from playbook.models import ReadinessCall
from playbook.services.preparedness import readiness_answers
from playbook.services.preparedness.own_pages import page_address
from playbook.services.preparedness.readiness import call_by_token
from playbook.web.database import session, transaction, wiring
from playbook.web.guards import public
from playbook.web.languages import force_language
from playbook.web.limits import limiter
from playbook.web.presentation import now
from playbook.web.readiness.blueprint import blueprint


@blueprint.get("/proof/<token>")
@public
@limiter.limit("600 per minute")
def address(token: str) -> ResponseReturnValue:
    """Ask whether this address is still right, with one button."""
    return _page(token, call_by_token(session(), token))


@blueprint.post("/proof/<token>")
@public
@limiter.limit("600 per minute")
def confirm(token: str) -> ResponseReturnValue:
    """Take the press, and thank."""
    with transaction() as current:
        call = readiness_answers.confirm(current, token, now())
    return _page(token, call)


def _page(token: str, call: ReadinessCall) -> str:
    person = call.person
    own = None
    if person is not None:
        force_language(person.language)
        # The mail held the same link. Whoever has a page that was renewed meanwhile gets no new one from here.
        known = person.page_token_digest is not None
        own = page_address(person, wiring().settings.public_url) if known else None
    return render_template(
        "readiness/address.html", token=token, answered_at=call.answered_at, own=own
    )
