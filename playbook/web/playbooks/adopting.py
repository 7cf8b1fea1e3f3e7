"""Deadlines: a coordinator makes reminders the city's own, which publishes the next version."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput, Conflict
from playbook.services.preparedness.publishing import adopt_deadlines
from playbook.web.database import transaction
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.languages import time_zone
from playbook.web.playbooks.blueprint import Page, address, blueprint, in_words
from playbook.web.playbooks.cards import Deadline, deadline
from playbook.web.playbooks.words import Shown
from playbook.web.presentation import now


@dataclass(frozen=True)
class DeadlineRow:
    """A decision or task with its deadline; `field` is the name of its box in the form."""

    field: str
    id: str
    number: str
    title: Shown
    deadline: Deadline


@blueprint.get("/<key>/<int:number>/deadlines")
@allow(COORDINATOR)
def deadlines(key: str, number: int) -> ResponseReturnValue:
    """Show which deadlines are the city's own and which are reminders."""
    return _form(Page(key, number))


@blueprint.post("/<key>/<int:number>/deadlines")
@allow(COORDINATOR)
def adopt(key: str, number: int) -> ResponseReturnValue:
    """Adopt the chosen deadlines: publish the next version, which says so."""
    page = Page(key, number)
    decisions, tasks = request.form.getlist("decision"), request.form.getlist("task")
    by = request.form.get("by", "").strip()
    count = len(decisions) + len(tasks)
    note = ngettext(
        "%(num)d deadline adopted by %(name)s.",
        "%(num)d deadlines adopted by %(name)s.",
        count,
        name=by,
    )
    try:
        on = _day(request.form.get("on", ""))
        with transaction() as session:
            version = adopt_deadlines(
                session,
                page.version,
                decisions,
                by,
                on,
                signed_in_user(),
                now(),
                task_ids=tasks,
                note=note,
            )
    except (BadInput, Conflict) as problem:
        return _form(page, in_words(problem)), problem.status
    flash(
        _("Version %(number)s is published: %(note)s", number=version.number, note=note), "success"
    )
    return redirect(address("document", version))


def _day(written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise BadInput("Write the day as year, month and day. Nothing was changed.") from None
    if day > now().astimezone(time_zone()).date():
        raise BadInput("The day of adoption lies in the future. Nothing was changed.")
    return day


def _form(page: Page, problem: str = "") -> str:
    words, playbook = page.words, page.playbook
    decisions = [
        DeadlineRow("decision", i, d.number or "", words(f"decisions.{i}.title"), due)
        for i, d in playbook.decisions_in_order().items()
        if (due := deadline(words, d.due, d.adopted)) is not None
    ]
    tasks = [
        DeadlineRow("task", i, "", words(f"tasks.{i}.title"), due)
        for i, t in playbook.tasks.items()
        if (due := deadline(words, t.due, t.adopted)) is not None
    ]
    today = now().astimezone(time_zone()).date()
    return render_template(
        "playbooks/deadlines.html",
        **page.facts(),
        rows=[(_("Decisions"), decisions), (_("Tasks"), tasks)],
        reminders=sum(row.deadline.is_reminder for row in [*decisions, *tasks]),
        total=len(decisions) + len(tasks),
        today=today,
        problem=problem,
        chosen=request.form.getlist("decision") + request.form.getlist("task"),
        by=request.form.get("by", ""),
        on=request.form.get("on", today.isoformat()),
    )
