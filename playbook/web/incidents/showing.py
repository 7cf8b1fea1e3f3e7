"""Looking: all incidents, one board, its live part, its time line."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from playbook.queries.engine import engine_state
from playbook.queries.response.board import board_of
from playbook.queries.response.codes import SUSPICIOUS
from playbook.queries.response.decisions import decision_body
from playbook.queries.response.incidents import incidents, revision_of
from playbook.queries.response.timeline import timeline
from playbook.web.database import session, wiring
from playbook.web.guards import COORDINATOR, OBSERVER, allow, may
from playbook.web.incidents.blueprint import TABS, Incident, blueprint, open_incident
from playbook.web.presentation import now


@blueprint.get("/")
@allow(OBSERVER)
def index() -> str:
    """List every incident, running ones first."""
    return render_template("incidents/index.html", lines=incidents(session()))


@blueprint.get("/<int:activation_id>")
@allow(OBSERVER)
def show(activation_id: int) -> str:
    """Show the board."""
    incident = open_incident(activation_id)
    tab = request.args.get("tab", "people")
    return render_template(
        "incidents/board.html",
        **_facts(incident),
        tab=tab if tab in TABS else "people",
        opened=request.args.get("open", ""),
        body_of=lambda decision_id: decision_body(incident.words, decision_id),
    )


@blueprint.get("/<int:activation_id>/live")
@allow(OBSERVER)
def live(activation_id: int) -> ResponseReturnValue:
    """Answer a waiting board: nothing if it is up to date (one query), else its columns as they stand."""
    if revision_of(session(), activation_id, now()) == request.args.get("revision"):
        return "", 204
    tab = request.args.get("tab", "people")
    return render_template("incidents/_live.html", **_facts(open_incident(activation_id)), tab=tab)


@blueprint.get("/<int:activation_id>/timeline")
@allow(OBSERVER)
def whole_timeline(activation_id: int) -> str:
    """Show the time line page by page."""
    incident = open_incident(activation_id)
    before = request.args.get("before", type=int)
    return render_template(
        "incidents/timeline.html",
        incident=incident,
        words=incident.words,
        page=timeline(session(), activation_id, before=before),
        before=before,
    )


def _facts(incident: Incident) -> dict[str, Any]:
    activation = incident.activation
    board = board_of(
        session(), activation, incident.words, incident.now, with_phones=may(COORDINATOR)
    )
    return {
        "incident": incident,
        "board": board,
        "top": board.top,
        "words": incident.words,
        "engine": engine_state(wiring().settings.instance_path, incident.now),
        "suspicious": SUSPICIOUS,
        "revision": revision_of(session(), activation.id, incident.now),
    }
