"""Views of the first page."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from playbook.errors import BadInput
from playbook.queries.home import preparedness, running
from playbook.queries.preparedness.readiness import proofs_and_drills
from playbook.queries.preparedness.rotas import gaps_ahead
from playbook.queries.preparedness.truth import count_doubts
from playbook.services.preparedness.documents import AlteredVersion
from playbook.services.standby import Readiness, readiness
from playbook.web.database import session, wiring
from playbook.web.directory.blueprint import RoleNames
from playbook.web.guards import OBSERVER, allow, public
from playbook.web.languages import set_preference
from playbook.web.presentation import THEMES, now
from playbook.web.readiness.wording import minutes

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
@allow(OBSERVER)
def index() -> str:
    """Show what runs; when nothing does, how ready we are."""
    active = running(session(), current_user.id, now())
    if request.headers.get("HX-Request"):
        return render_template("home/_running.html", active=active)
    if active:
        return render_template("home/index.html", active=active)
    return render_template(
        "home/index.html",
        active=active,
        ready=preparedness(session()),
        gaps=gaps_ahead(session(), wiring().settings, now()),
        role_name=_role_names(),
        doubts=count_doubts(session(), now()),
        proofs=proofs_and_drills(session()),
        minutes=minutes,
        standby=_standby(),
    )


def _standby() -> Readiness | None:
    """Return how ready the second machine is; None where the installation has none."""
    folder = wiring().settings.standby_folder
    return readiness(Path(folder)) if folder else None


def _role_names() -> Callable[[str], str]:
    """Return what says a role's name; its id where a playbook was altered: this page opens whatever is wrong."""
    try:
        return RoleNames()
    except AlteredVersion:
        return str


@blueprint.get("/health")
@public
def health() -> ResponseReturnValue:
    """Tell a monitor whether the database answers, and which version runs."""
    try:
        session().execute(text("SELECT 1"))
        reachable = True
    except SQLAlchemyError:
        reachable = False
    body = {
        "status": "ok" if reachable else "failing",
        "database": "reachable" if reachable else "unreachable",
        "version": installed_version(),
    }
    return jsonify(body), 200 if reachable else 503


@blueprint.post("/appearance")
@public
def set_theme() -> ResponseReturnValue:
    """Keep light, dark or the device's own in this browser, and go back to the page."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        raise BadInput("Choose light, dark, or like the device.")
    response = make_response(redirect(inside(request.form.get("next", "/"))))
    set_preference(response, "theme", theme)
    return response


def inside(address: str) -> str:
    """Return `address` when it leads to a page of ours, else the home page."""
    parts = urlsplit(address)
    safe = not parts.scheme and not parts.netloc and address.startswith("/")
    return address.rstrip("?") if safe and not address.startswith(("//", "/\\")) else "/"


def installed_version() -> str:
    """Return the version of this installation."""
    try:
        return version("playbook")
    except PackageNotFoundError:
        return "unknown"
