"""One role: its ladder, and what a human can do about it."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from playbook.domain.response.answers import Answer
from playbook.errors import BadInput, NotFound, PlaybookError
from playbook.models import RoleCall, Rung
from playbook.queries.response.role import find_role_call, ladder_view
from playbook.services.response import answers
from playbook.services.response.context import load, load_running
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, may, signed_in_user
from playbook.web.incidents.blueprint import back_to_board, blueprint, open_incident
from playbook.web.incidents.moments import read_moment
from playbook.web.languages import time_zone
from playbook.web.presentation import now


@blueprint.get("/<int:activation_id>/roles/<role>")
@allow(OBSERVER)
def role(activation_id: int, role: str) -> str:
    """Show a role's ladder; a board asks for it as a part of itself."""
    return render_template(
        "incidents/_ladder.html" if request.headers.get("HX-Request") else "incidents/role.html",
        **_facts(activation_id, role),
    )


@blueprint.post("/<int:activation_id>/rungs/<int:rung_id>/answer")
@allow(COORDINATOR)
def note_answer(activation_id: int, rung_id: int) -> ResponseReturnValue:
    """Note what somebody said on the phone or in the room."""
    try:
        with transaction() as writing:
            rung = _rung(writing, activation_id, rung_id)
            call_out = load(writing, activation_id, now(), wiring().settings.public_url)
            # A minute typed is a minute meant; without one they said it just now.
            at = read_moment(request.form.get("at", ""), time_zone()) or now()
            answers.note_by_hand(call_out, rung, _answer(), signed_in_user(), at)
    except PlaybookError as error:
        return _again(activation_id, rung_id, error)
    return back_to_board(activation_id, "people", f"role-{request.form.get('role', '')}")


@blueprint.post("/<int:activation_id>/rungs/<int:rung_id>/skip")
@allow(COORDINATOR)
def skip(activation_id: int, rung_id: int) -> ResponseReturnValue:
    """Do not wait for this person any longer."""
    with transaction() as writing:
        rung = _rung(writing, activation_id, rung_id)
        call_out = load_running(writing, activation_id, now(), wiring().settings.public_url)
        answers.skip(call_out, rung, signed_in_user())
    return back_to_board(activation_id, "people", f"role-{request.form.get('role', '')}")


@blueprint.post("/<int:activation_id>/roles/<role>/take-over")
@allow(COORDINATOR)
def take_over(activation_id: int, role: str) -> ResponseReturnValue:
    """Own a role: nobody further is called for it."""
    with transaction() as writing:
        call_out = load_running(writing, activation_id, now(), wiring().settings.public_url)
        role_call: RoleCall = find_role_call(writing, activation_id, role)
        answers.take_over(call_out, role_call, signed_in_user())
    return back_to_board(activation_id, "people", f"role-{role}")


def _rung(writing: Session, activation_id: int, rung_id: int) -> Rung:
    rung = writing.get(Rung, rung_id)
    if rung is None or rung.activation_id != activation_id:
        raise NotFound("This person is not on a ladder of this incident.")
    return rung


def _answer() -> Answer:
    try:
        return Answer(request.form.get("answer", ""))
    except ValueError:
        raise BadInput(
            "Say what the person answered: joining, ask the deputy, or unable."
        ) from None


def _again(activation_id: int, rung_id: int, error: PlaybookError) -> ResponseReturnValue:
    """Show the role again with what was typed, and why it was not taken."""
    rung = _rung(session(), activation_id, rung_id)
    page = render_template(
        "incidents/role.html",
        **_facts(activation_id, rung.role_call.role),
        problem=sentence(error),
        problem_rung=rung_id,
        typed_at=request.form.get("at", ""),
    )
    return page, error.status


def _facts(activation_id: int, role: str) -> dict[str, Any]:
    incident = open_incident(activation_id)
    return {
        "incident": incident,
        "words": incident.words,
        "ladder": ladder_view(
            session(),
            incident.activation,
            role,
            incident.words,
            incident.now,
            with_phones=may(COORDINATOR),
        ),
    }
