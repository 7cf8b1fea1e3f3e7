"""One decision point: everything the playbook says about it, and taking it."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from playbook.errors import PlaybookError
from playbook.queries.response.decisions import decision_body, rounds_of
from playbook.services.response import decisions
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.incidents.blueprint import back_to_board, blueprint, open_incident
from playbook.web.presentation import now


@blueprint.get("/<int:activation_id>/decisions/<decision_id>")
@allow(OBSERVER)
def decision(activation_id: int, decision_id: str) -> str:
    """Show one decision point; a board asks for it as a part of itself."""
    part = bool(request.headers.get("HX-Request"))
    return render_template(
        "incidents/_decision_part.html" if part else "incidents/decision.html",
        **_facts(activation_id, decision_id),
    )


@blueprint.post("/<int:activation_id>/decisions/<decision_id>/decide")
@allow(COORDINATOR)
def decide(activation_id: int, decision_id: str) -> ResponseReturnValue:
    """Take the decision; if it cannot be taken, what was typed is kept."""
    try:
        with transaction() as writing:
            decisions.take(
                writing,
                activation_id,
                decision_id,
                option=request.form.get("option", ""),
                rationale=request.form.get("rationale", ""),
                authority=request.form.get("authority", "")[:80],
                decided_by=request.form.get("decided_by", ""),
                user=signed_in_user(),
                settings=wiring().settings,
                now=now(),
                expected_round=request.form.get("round", 1, type=int),
            )
    except PlaybookError as error:
        if error.status == 404:
            raise
        return _again(activation_id, decision_id, error)
    return back_to_board(activation_id, "decisions", f"d-{decision_id}")


@blueprint.post("/<int:activation_id>/decisions/<decision_id>/reopen")
@allow(COORDINATOR)
def reopen(activation_id: int, decision_id: str) -> ResponseReturnValue:
    """Open a taken decision again; what it had started goes on."""
    with transaction() as writing:
        decisions.reopen(
            writing, activation_id, decision_id, signed_in_user(), wiring().settings, now()
        )
    return back_to_board(activation_id, "decisions", f"d-{decision_id}")


def _again(activation_id: int, decision_id: str, error: PlaybookError) -> ResponseReturnValue:
    page = render_template(
        "incidents/decision.html",
        **_facts(activation_id, decision_id),
        problem=sentence(error),
        typed=request.form,
    )
    return page, error.status


def _facts(activation_id: int, decision_id: str) -> dict[str, Any]:
    incident = open_incident(activation_id)
    latest, rounds = rounds_of(session(), activation_id, decision_id, incident.words)
    return {
        "incident": incident,
        "words": incident.words,
        "body": decision_body(incident.words, decision_id),
        "latest": latest,
        "rounds": rounds,
    }
