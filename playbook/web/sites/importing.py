"""A table of places: shown before it is written; and the register as such a table."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput, Conflict
from playbook.services.preparedness import site_import
from playbook.services.preparedness.sites import all_sites
from playbook.web.database import session, transaction
from playbook.web.directory.held_file import MOST_BYTES, HeldFile, unpack
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.presentation import now
from playbook.web.sites.blueprint import blueprint, opened
from playbook.web.sites.wording import COMMUNITIES, KINDS


@blueprint.get("/import")
@allow(COORDINATOR)
@opened
def choose_file() -> ResponseReturnValue:
    """Ask for a table."""
    return _choose()


@blueprint.post("/import")
@allow(COORDINATOR)
@opened
def check_file() -> ResponseReturnValue:
    """Show what a table would change; nothing is written."""
    uploaded = request.files.get("file")
    data = uploaded.stream.read(MOST_BYTES + 1) if uploaded else b""
    if not data:
        return _choose(_("Choose a file first.")), 422
    if len(data) > MOST_BYTES:
        return _choose(_("This file is too large.")), 422
    return _plan(data)


@blueprint.post("/import/confirm")
@allow(COORDINATOR)
@opened
def import_file() -> ResponseReturnValue:
    """Write exactly what was shown; if that no longer fits, show it again."""
    try:
        held = unpack(request.form.get("file", ""))
    except BadInput as error:
        return _choose(sentence(error)), error.status
    try:
        with transaction() as current:
            done = site_import.apply_import(
                current, held.data, expected=held.digest, now=now(), user=signed_in_user()
            )
            count = len(done.new) + len(done.changed)
    except (BadInput, Conflict) as error:
        return _plan(held.data, sentence(error), error.status)
    flash(ngettext("%(num)d place is written.", "%(num)d places are written.", count), "success")
    return redirect(url_for("sites.index"), 303)


@blueprint.post("/export")
@allow(COORDINATOR)
@opened
def export() -> ResponseReturnValue:
    """Give the register as a table that can be imported again."""
    table = site_import.write_table(all_sites(session()))
    response = Response(table, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="places.csv"'
    return response


def _choose(error: str = "") -> str:
    return render_template(
        "sites/import.html", error=error, kinds=KINDS.items(), communities=COMMUNITIES.items()
    )


def _plan(data: bytes, error: str = "", status: int = 200) -> ResponseReturnValue:
    try:
        plan = site_import.plan_import(session(), data)
    except BadInput as problem:
        return _choose(sentence(problem)), problem.status
    page = render_template(
        "sites/import_plan.html",
        plan=plan,
        error=error,
        file=HeldFile(data, plan.digest).packed(),
        bad=[(row.line, sentence(row.problem)) for row in plan.bad],
        count=len(plan.new) + len(plan.changed),
    )
    return page, status
