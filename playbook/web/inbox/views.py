"""Views of the inbox."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.domain.response.answers import Answer
from playbook.errors import BadInput
from playbook.queries.response.inbox import letters
from playbook.services.response import reading
from playbook.web.database import session, transaction, wiring
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox", template_folder="templates")


@blueprint.get("/")
@allow(OBSERVER)
def index() -> ResponseReturnValue:
    """Show what waits for a reader, and what has been read."""
    read = request.args.get("show") == "read"
    return render_template(
        "inbox/index.html", letters=letters(session(), waiting=not read), read=read
    )


@blueprint.post("/<int:inbound_id>/take")
@allow(COORDINATOR)
def take(inbound_id: int) -> ResponseReturnValue:
    """Take a message."""
    with transaction() as current:
        reading.take(current, inbound_id, signed_in_user(), wiring().clock.now())
    return redirect(url_for("inbox.index") + f"#letter-{inbound_id}")


@blueprint.post("/<int:inbound_id>/done")
@allow(COORDINATOR)
def done(inbound_id: int) -> ResponseReturnValue:
    """Say what came of a message."""
    outcome = request.form.get("outcome", "")
    with transaction() as current:
        reading.finish(current, inbound_id, signed_in_user(), wiring().clock.now(), outcome)
    flash(_("Noted. The message is among those already read."))
    return redirect(url_for("inbox.index"))


@blueprint.post("/<int:inbound_id>/answer")
@allow(COORDINATOR)
def understand(inbound_id: int) -> ResponseReturnValue:
    """Take the text as an answer, because a human has understood it so."""
    try:
        answer = Answer(request.form.get("answer", ""))
    except ValueError:
        raise BadInput(
            "Say what the person answered: joining, ask the deputy, or unable."
        ) from None
    with transaction() as current:
        reading.understand_as(
            current,
            inbound_id,
            answer,
            signed_in_user(),
            wiring().clock.now(),
            wiring().settings.public_url,
        )
    flash(_("Noted as an answer; the call-out goes by it."))
    return redirect(url_for("inbox.index"))
