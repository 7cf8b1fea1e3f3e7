"""Import, shown before it is written, and export."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playbook.domain.preparedness.directory_rows import COLUMNS, REQUIRED, Reading
from playbook.errors import BadInput, Conflict
from playbook.queries.preparedness.directory import roles_in_use
from playbook.queries.preparedness.directory_export import export_people
from playbook.services.preparedness.csv_rows import write_csv
from playbook.services.preparedness.directory_checks import checks_for
from playbook.services.preparedness.directory_import import (
    apply_import,
    plan_import,
    read_people,
)
from playbook.services.response.asking_again import asking_again
from playbook.web.database import session, transaction, wiring
from playbook.web.directory import wording
from playbook.web.directory.blueprint import RoleNames, blueprint, in_words, read_only, region
from playbook.web.directory.held_file import MOST_BYTES, HeldFile, unpack
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.presentation import now


@blueprint.get("/import")
@allow(COORDINATOR)
def choose_file() -> str:
    """Ask for a file."""
    return render_template("directory/import.html", columns=COLUMNS, required=REQUIRED, error="")


@blueprint.post("/import")
@allow(COORDINATOR)
def check_file() -> ResponseReturnValue:
    """Show what a file would change; nothing is written."""
    uploaded = request.files.get("file")
    data = uploaded.stream.read(MOST_BYTES + 1) if uploaded else b""
    error = ""
    if not data:
        error = wording.NO_FILE
    elif len(data) > MOST_BYTES:
        error = wording.LARGE_FILE
    if error:
        page = render_template(
            "directory/import.html", columns=COLUMNS, required=REQUIRED, error=error
        )
        return page, 422
    read_only()
    return _plan_page(data)


@blueprint.post("/import/confirm")
@allow(COORDINATOR)
def import_file() -> ResponseReturnValue:
    """Write exactly what was shown; if that no longer fits, show it again."""
    held = unpack(request.form.get("file", ""))
    try:
        with (
            transaction() as current,
            asking_again(current, now(), wiring().settings.public_url),
        ):
            done = apply_import(
                current,
                _reading(held.data),
                region=region(),
                now=now(),
                user=signed_in_user(),
                skip_bad=request.form.get("skip") == "yes",
                expected=held.digest,
            )
    except (BadInput, Conflict) as error:
        return _plan_page(held.data, sentence(error)), error.status
    flash(wording.imported(done), "success")
    return redirect(url_for("directory.index"))


@blueprint.get("/people.csv")
@allow(COORDINATOR)
def export() -> Response:
    """Give everybody as a table that can be imported again."""
    response = Response(write_csv(export_people(session())), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response


def _reading(data: bytes) -> Reading:
    return read_people(data, checks_for(region(), roles_in_use(session())))


def _plan_page(data: bytes, error: str = "") -> str:
    plan = plan_import(session(), _reading(data))
    return render_template(
        "directory/import_plan.html",
        plan=plan,
        error=error,
        file=HeldFile(data, plan.digest).packed(),
        in_words=in_words,
        role_name=RoleNames(),
    )
