"""The public page that checks a code. It never says what happened, who was called, or whether anything is under way."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from playbook.errors import BadInput
from playbook.services.response.checking import Verdict, check_on_page
from playbook.web.database import transaction
from playbook.web.errors import sentence
from playbook.web.guards import public
from playbook.web.limits import limiter
from playbook.web.presentation import now

blueprint = Blueprint("checking", __name__, template_folder="templates")

#: From one address: enough for a hospital behind one, and a million codes take weeks.
OFTEN = "600 per minute"
GUESSES = "20 per minute; 100 per hour"


@blueprint.get("/check")
@public
@limiter.limit(OFTEN)
def show() -> str:
    """Show where to type the code."""
    return _page(None)


@blueprint.post("/check")
@public
@limiter.limit(GUESSES)
def check() -> ResponseReturnValue:
    """Say yes or no; the code stays out of every address and log."""
    typed = request.form.get("code", "")
    try:
        with transaction() as writing:
            verdict = check_on_page(writing, typed, now())
    except BadInput as error:
        return _page(None, typed[:40], sentence(error)), error.status
    return _page(verdict)


def _page(verdict: Verdict | None, typed: str = "", problem: str = "") -> str:
    return render_template("checking/check.html", verdict=verdict, typed=typed, problem=problem)
