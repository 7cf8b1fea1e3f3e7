"""Entering answers from paper: the sheet, what it amounts to, one button."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput
from playbook.queries.response.paper import Sheet, sheet_of_incident
from playbook.services.response import paper as service
from playbook.services.response.context import load
from playbook.services.response.paper_reckoning import Reckoned
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.incidents.blueprint import Incident, blueprint, open_incident
from playbook.web.incidents.paper_form import Night, Typed, read_sheet
from playbook.web.presentation import now


@dataclass(frozen=True)
class Open:
    """The sheet of one incident, and what was typed into it."""

    incident: Incident
    sheet: Sheet
    night: Night
    typed: Typed


@blueprint.get("/<int:activation_id>/paper")
@allow(COORDINATOR)
def paper(activation_id: int) -> str:
    """Show the whole tree as a call sheet lists it, to be ticked."""
    return _form(_open(activation_id))


@blueprint.post("/<int:activation_id>/paper/edit")
@allow(COORDINATOR)
def edit_paper(activation_id: int) -> str:
    """Show the sheet again as it was filled in."""
    return _form(_open(activation_id))


@blueprint.post("/<int:activation_id>/paper/preview")
@allow(COORDINATOR)
def look_at_paper(activation_id: int) -> ResponseReturnValue:
    """Show in numbers what entering the sheet would change; nothing is written."""
    opened = _open(activation_id)
    if opened.typed.errors or not opened.typed.ticks:
        return _form(opened, _nothing(opened)), 422
    call_out = load(session(), activation_id, now(), wiring().settings.public_url)
    try:
        seen = service.foresee(call_out, opened.typed.ticks)
    except BadInput as error:
        return _form(opened, sentence(error)), error.status
    return render_template("incidents/paper_preview.html", **_facts(opened), seen=seen)


@blueprint.post("/<int:activation_id>/paper")
@allow(COORDINATOR)
def enter_paper(activation_id: int) -> ResponseReturnValue:
    """Enter the sheet. The same one twice changes nothing the second time."""
    opened = _open(activation_id)
    if opened.typed.errors or not opened.typed.ticks:
        return _form(opened, _nothing(opened)), 422
    try:
        with transaction() as writing:
            call_out = load(writing, activation_id, now(), wiring().settings.public_url)
            typed = opened.typed
            entered = service.enter(call_out, typed.ticks, signed_in_user(), typed.caller)
    except BadInput as error:
        return _form(_open(activation_id), sentence(error)), error.status
    flash(_said(entered), "success")
    return redirect(url_for("board.show", activation_id=activation_id), 303)


def _open(activation_id: int) -> Open:
    incident = open_incident(activation_id)
    sheet = sheet_of_incident(session(), incident.activation, incident.words)
    zone = ZoneInfo(wiring().settings.city_time_zone)
    night = Night(incident.activation.time_zero, incident.now, zone)
    return Open(incident, sheet, night, read_sheet(request.form, sheet, night))


def _nothing(opened: Open) -> str:
    return "" if opened.typed.errors else str(_("Nothing was ticked. Tick at least one line."))


def _said(entered: Reckoned) -> str:
    if not entered.fresh:
        return str(_("Everything on this sheet was known already. Nothing was changed."))
    return str(
        ngettext(
            "%(num)d line from paper was entered.",
            "%(num)d lines from paper were entered.",
            len(entered.fresh),
        )
    )


def _facts(opened: Open) -> dict[str, object]:
    return {**vars(opened), "words": opened.incident.words}


def _form(opened: Open, problem: str = "") -> str:
    return render_template("incidents/paper.html", **_facts(opened), problem=problem)
