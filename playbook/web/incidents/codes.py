"""The desk: is a code ours, whose is it, and may they come in?"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.errors import BadInput
from playbook.models import CheckCode
from playbook.queries.response.codes import (
    SUSPICIOUS,
    CodeLine,
    admitted,
    code_line,
    count_wrong_codes,
)
from playbook.services.response import checking
from playbook.web.database import session, transaction
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.incidents.blueprint import blueprint, open_incident
from playbook.web.presentation import now


@blueprint.get("/<int:activation_id>/codes")
@allow(OBSERVER)
def codes(activation_id: int) -> str:
    """Show where to type a code, and who was let in."""
    return _page(activation_id)


@blueprint.post("/<int:activation_id>/codes")
@allow(COORDINATOR)
def check_code(activation_id: int) -> ResponseReturnValue:
    """Show whose code it is; not by an address, so that it stays in no history."""
    open_incident(activation_id)
    typed = request.form.get("code", "")
    try:
        with transaction() as writing:
            found = checking.check_at_desk(writing, activation_id, typed, signed_in_user(), now())
            code_id = found.id if found is not None else None
    except BadInput as error:
        return _page(activation_id, typed=typed[:40], problem=sentence(error)), error.status
    if code_id is None:
        return _page(activation_id, typed=typed[:40], refused=True)
    return _page(activation_id, found=session().get_one(CheckCode, code_id))


@blueprint.post("/<int:activation_id>/codes/<int:code_id>/admit")
@allow(COORDINATOR)
def admit(activation_id: int, code_id: int) -> ResponseReturnValue:
    """Let somebody in; a second time on the same code only if that is said."""
    open_incident(activation_id)
    with transaction() as writing:
        code = checking.admit(
            writing,
            activation_id,
            code_id,
            signed_in_user(),
            now(),
            again=request.form.get("again") == "yes",
        )
        name = code.person.name
    flash(_("%(name)s is let in.", name=name), "success")
    return redirect(url_for("board.codes", activation_id=activation_id), 303)


def _page(
    activation_id: int,
    *,
    found: CheckCode | None = None,
    typed: str = "",
    problem: str = "",
    refused: bool = False,
) -> str:
    incident = open_incident(activation_id)
    line: CodeLine | None = None
    other = None
    if found is not None and found.activation_id == activation_id:
        line = code_line(session(), found, incident.words)
    elif found is not None:
        other = found.activation
    return render_template(
        "incidents/codes.html",
        incident=incident,
        line=line,
        sent=checking.sent_times(session(), found) if found is not None and line else (),
        other=other,
        typed=typed,
        problem=problem,
        refused=refused,
        admitted=admitted(session(), activation_id),
        wrong=count_wrong_codes(session(), activation_id, now()),
        suspicious=SUSPICIOUS,
    )
