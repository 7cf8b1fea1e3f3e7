"""Ending an incident, and handing it over."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.errors import BadInput
from playbook.models import Activation, User
from playbook.queries.response.incidents import possible_coordinators, what_stops
from playbook.services.response import activation as service
from playbook.web.database import session, transaction
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.incidents.blueprint import back_to_board, blueprint, open_incident
from playbook.web.presentation import now


@blueprint.get("/<int:activation_id>/end")
@allow(COORDINATOR)
def ending(activation_id: int) -> str:
    """Show in numbers what ending would stop."""
    incident = open_incident(activation_id)
    return render_template(
        "incidents/end.html", incident=incident, stops=what_stops(session(), activation_id)
    )


@blueprint.post("/<int:activation_id>/end")
@allow(COORDINATOR)
def end(activation_id: int) -> ResponseReturnValue:
    """End the incident."""
    open_incident(activation_id)
    with transaction() as writing:
        service.end(
            writing,
            writing.get_one(Activation, activation_id),
            signed_in_user(),
            now(),
            request.form.get("reason", "").strip(),
        )
    flash(_("The incident has ended. Nothing more is called; what had left has left."), "success")
    return redirect(url_for("board.show", activation_id=activation_id), 303)


@blueprint.get("/<int:activation_id>/coordinator")
@allow(COORDINATOR)
def coordinator(activation_id: int) -> str:
    """Show who coordinates and who could."""
    return render_template(
        "incidents/coordinator.html",
        incident=open_incident(activation_id),
        people=possible_coordinators(session()),
    )


@blueprint.post("/<int:activation_id>/coordinator")
@allow(COORDINATOR)
def hand_over(activation_id: int) -> ResponseReturnValue:
    """Hand coordination over; its open silences go with it."""
    open_incident(activation_id)
    with transaction() as writing:
        chosen = request.form.get("to", type=int)
        to = writing.get(User, chosen) if chosen else None
        if to is None or chosen not in dict(possible_coordinators(writing)):
            raise BadInput("Choose who coordinates from now on.")
        service.hand_over(
            writing, writing.get_one(Activation, activation_id), to, signed_in_user(), now()
        )
    return back_to_board(activation_id)
