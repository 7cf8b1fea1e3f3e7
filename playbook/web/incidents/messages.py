"""Every message of an incident; the unknown ones are for a human to find out about."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playbook.errors import BadInput, NotFound
from playbook.models import Delivery
from playbook.queries.response.messages import messages_of
from playbook.services.response import receipts
from playbook.web.database import session, transaction
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.incidents.blueprint import blueprint, open_incident
from playbook.web.presentation import now


@blueprint.get("/<int:activation_id>/messages")
@allow(OBSERVER)
def messages(activation_id: int) -> str:
    """List the messages, by state if asked."""
    incident = open_incident(activation_id)
    state = request.args.get("state", "")
    page = messages_of(
        session(),
        activation_id,
        incident.words,
        state=state,
        page=request.args.get("page", 1, type=int),
    )
    return render_template("incidents/messages.html", incident=incident, page=page, chosen=state)


@blueprint.post("/<int:activation_id>/messages/<int:delivery_id>/resolve")
@allow(COORDINATOR)
def resolve(activation_id: int, delivery_id: int) -> ResponseReturnValue:
    """Say whether an unknown message arrived."""
    arrived = request.form.get("arrived", "")
    if arrived not in ("yes", "no"):
        raise BadInput("Say whether the message arrived.")
    with transaction() as writing:
        delivery = writing.get(Delivery, delivery_id)
        if delivery is None or delivery.activation_id != activation_id:
            raise NotFound("There is no such message in this incident.")
        receipts.resolve_unknown(
            writing, delivery_id, signed_in_user(), now(), arrived=arrived == "yes"
        )
    return redirect(url_for("board.messages", activation_id=activation_id), 303)
