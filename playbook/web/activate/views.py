"""The three steps. Nothing is written before the last one, and what is known never stands in an address."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playbook.domain.preparedness.document import Playbook
from playbook.errors import BadInput, NotFound
from playbook.models import PlaybookVersion
from playbook.queries.response.words import Words
from playbook.services.preparedness.documents import document_of, latest_versions
from playbook.services.response.activation import activate
from playbook.services.response.preview import preview
from playbook.web.activate.form import Typed, read
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.languages import page_language
from playbook.web.presentation import now

blueprint = Blueprint("activate", __name__, url_prefix="/activate", template_folder="templates")


@blueprint.get("/")
@allow(COORDINATOR)
def start() -> ResponseReturnValue:
    """Choose the playbook; where there is only one, go on at once."""
    versions = [v for v in latest_versions(session()) if v.activatable]
    if len(versions) == 1:
        return redirect(url_for("activate.form", version_id=versions[0].id))
    choices = [(v, Words(document_of(v), page_language())) for v in versions]
    return render_template("activate/choose.html", choices=choices)


@blueprint.get("/<int:version_id>")
@allow(COORDINATOR)
def form(version_id: int) -> str:
    """Ask what happened, with a default for everything that may have one."""
    version, document = open_version(version_id)
    name = document.text("playbook.title", page_language()).text
    return show_form(version, document, Typed.fresh(now(), city_zone(), name), {})


@blueprint.post("/<int:version_id>")
@allow(COORDINATOR)
def change(version_id: int) -> str:
    """Show the form again as it was filled in."""
    version, document = open_version(version_id)
    return show_form(version, document, Typed.from_form(request.form), {})


@blueprint.post("/<int:version_id>/preview")
@allow(COORDINATOR)
def look(version_id: int) -> ResponseReturnValue:
    """Show what will happen; nothing is written."""
    version, document = open_version(version_id)
    typed = Typed.from_form(request.form)
    wanted, errors = read(typed, version_id, document, now(), city_zone())
    if wanted is None:
        return show_form(version, document, typed, errors), 422
    settings = wiring().settings
    words = Words(document, page_language())
    return render_template(
        "activate/preview.html",
        version=version,
        words=words,
        typed=typed,
        wanted=wanted,
        plan=preview(session(), wanted, settings, now()),
        simulated=_simulated(),
        exercises_reach_phones=settings.exercises_reach_real_phones,
    )


@blueprint.post("/<int:version_id>/confirm")
@allow(COORDINATOR)
def confirm(version_id: int) -> ResponseReturnValue:
    """Activate. The same form sent twice makes one incident; a plan that changed meanwhile still goes."""
    version, document = open_version(version_id)
    typed = Typed.from_form(request.form)
    wanted, errors = read(typed, version_id, document, now(), city_zone())
    if wanted is None:
        return show_form(version, document, typed, errors), 422
    user = signed_in_user()
    try:
        with transaction() as writing:
            made = activate(writing, wanted, wiring().settings, user, now())
            activation_id = made.id
    except BadInput as error:
        version, document = open_version(version_id)
        return show_form(version, document, typed, {"when": sentence(error)}), error.status
    return redirect(url_for("board.show", activation_id=activation_id), 303)


def open_version(version_id: int) -> tuple[PlaybookVersion, Playbook]:
    """Return a version that can be activated, with its document; raise NotFound for any other."""
    version = session().get(PlaybookVersion, version_id)
    if version is None or not version.activatable:
        raise NotFound("This playbook version cannot be activated.")
    return version, document_of(version)


def show_form(
    version: PlaybookVersion, document: Playbook, typed: Typed, errors: dict[str, str]
) -> str:
    """Show the first page as it was filled in, with what is wrong with which field."""
    facts: dict[str, Any] = {
        "version": version,
        "words": Words(document, page_language()),
        "levels": [
            (level, len(document.roles_of_level(level))) for level in document.levels_in_order()
        ],
        "typed": typed,
        "errors": errors,
        "zone": city_zone().key,
        "zone_name": now().astimezone(city_zone()).tzname(),
        "simulated": _simulated(),
    }
    return render_template("activate/form.html", **facts)


def city_zone() -> ZoneInfo:
    """Return the zone in which the city says when it happened."""
    return ZoneInfo(wiring().settings.city_time_zone)


def _simulated() -> frozenset[str]:
    """Return the channels on which nothing real leaves this installation."""
    settings = wiring().settings
    names = {"sms": settings.sms_provider, "email": settings.email_provider}
    return frozenset(channel for channel, name in names.items() if name in ("simulator", "null"))
