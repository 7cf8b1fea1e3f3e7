"""Activating after people have been called from paper: their answers are entered before anybody else is called."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.domain.response.call_plan import CallPlan
from playbook.domain.response.paper import still_to_call
from playbook.errors import BadInput
from playbook.models import PlaybookVersion
from playbook.queries.response.paper import Sheet, sheet_of_plan
from playbook.queries.response.words import Words
from playbook.services.preparedness.documents import document_of
from playbook.services.response.activation import FromPaper, Request, activate
from playbook.services.response.calling import plan_for
from playbook.web.activate import views
from playbook.web.activate.form import Typed, read
from playbook.web.activate.views import blueprint
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.incidents.paper_form import Night, read_sheet
from playbook.web.incidents.paper_form import Typed as TypedSheet
from playbook.web.languages import page_language
from playbook.web.presentation import now

#: What the last page's two buttons say.
CALL, RECORD = "call", "record"


@dataclass(frozen=True)
class Step:
    """What was said so far: the activation, the ladders of that night, what was ticked on them."""

    version: PlaybookVersion
    words: Words
    about: Typed
    wanted: Request
    plan: CallPlan
    sheet: Sheet
    night: Night
    typed: TypedSheet


@blueprint.post("/<int:version_id>/paper")
@allow(COORDINATOR)
def on_paper(version_id: int) -> ResponseReturnValue:
    """Show the whole tree, to be ticked as the paper is; also again, as it was filled in."""
    step = _step(version_id)
    return step if isinstance(step, tuple) else _form(step)


@blueprint.post("/<int:version_id>/paper/preview")
@allow(COORDINATOR)
def look_at_paper(version_id: int) -> ResponseReturnValue:
    """Show in numbers what was ticked and who remains to be called; nothing is written."""
    step = _step(version_id)
    if isinstance(step, tuple):
        return step
    if step.typed.errors or not step.typed.ticks:
        return _form(step, _nothing(step)), 422
    remaining = still_to_call(step.plan.roles, step.typed.ticks, now())
    return render_template(
        "activate/paper_preview.html",
        **vars(step),
        remaining=len(remaining),
        answers=sum(tick.what.answer is not None for tick in step.typed.ticks),
        unanswered=sum(tick.what.answer is None for tick in step.typed.ticks),
    )


@blueprint.post("/<int:version_id>/paper/confirm")
@allow(COORDINATOR)
def confirm_paper(version_id: int) -> ResponseReturnValue:
    """Activate with these answers taken first, in one transaction; the same page twice makes one incident."""
    step = _step(version_id)
    if isinstance(step, tuple):
        return step
    if step.typed.errors or not step.typed.ticks:
        return _form(step, _nothing(step)), 422
    rest = request.form.get("rest", "")
    if rest not in (CALL, RECORD):
        raise BadInput("Say whether the remaining people are called now, or nobody.")
    user = signed_in_user()
    typed = step.typed
    ticked = FromPaper(tuple(typed.ticks), typed.caller, rest == CALL, user)
    wanted = step.wanted
    try:
        with transaction() as writing:
            made = activate(writing, wanted, wiring().settings, user, now(), ticked)
            activation_id = made.id
    except BadInput as error:
        again = _step(version_id)
        return again if isinstance(again, tuple) else (_form(again, sentence(error)), error.status)
    flash(_("The answers from paper are taken. Nobody who gave one is called again."), "success")
    return redirect(url_for("board.show", activation_id=activation_id), 303)


def _step(version_id: int) -> Step | tuple[str, int]:
    """Return what the forms so far say; where they cannot be used, the first page again with its status."""
    version, document = views.open_version(version_id)
    zone = views.city_zone()
    about = Typed.from_form(request.form)
    wanted, errors = read(about, version_id, document, now(), zone)
    if wanted is not None and wanted.time_zero > now():
        errors["when"] = _("Time zero lies in the future. When did it happen?")
    if wanted is None or errors:
        return views.show_form(version, document, about, errors), 422
    roles = document_of(version).roles_of_level(wanted.level)
    plan = plan_for(session(), document, roles, wanted.time_zero, wiring().settings)
    words = Words(document, page_language())
    sheet = sheet_of_plan(session(), version_id, wanted.level, plan.roles, words)
    night = Night(wanted.time_zero, now(), zone)
    typed = read_sheet(request.form, sheet, night)
    return Step(version, words, about, wanted, plan, sheet, night, typed)


def _nothing(step: Step) -> str:
    return "" if step.typed.errors else str(_("Nothing was ticked. Tick at least one line."))


def _form(step: Step, problem: str = "") -> str:
    return render_template("activate/paper.html", **vars(step), problem=problem)
