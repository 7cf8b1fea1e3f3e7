"""A rota from somebody's calendar: what it would change first, then one button."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.errors import BadInput, Conflict
from playbook.models import Rota
from playbook.services.preparedness.rota_calendars import (
    MOST_BYTES,
    MOST_ENTRIES,
    apply_calendar,
    plan_calendar,
    read_calendar,
)
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames, read_only
from playbook.web.directory.held_file import HeldFile, unpack
from playbook.web.duty.blueprint import (
    NAMED,
    blueprint,
    open_rota,
    settings,
    tell_gaps,
    zone_for,
)
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.presentation import now


@blueprint.get("/directory/roles/<role>/rota/calendar")
@allow(COORDINATOR)
def choose_calendar(role: str) -> str:
    """Ask for a calendar file, and say what is read of it."""
    return _choose(open_rota(role))


@blueprint.post("/directory/roles/<role>/rota/calendar")
@allow(COORDINATOR)
def check_calendar(role: str) -> ResponseReturnValue:
    """Show what a calendar would change; nothing is written."""
    rota = open_rota(role)
    uploaded = request.files.get("file")
    data = uploaded.stream.read(MOST_BYTES + 1) if uploaded else b""
    if not data:
        return _choose(rota, _("Choose a file first.")), 422
    read_only()
    try:
        return _plan(open_rota(role), data)
    except BadInput as error:
        return _choose(open_rota(role), sentence(error)), error.status


@blueprint.post("/directory/roles/<role>/rota/calendar/confirm")
@allow(COORDINATOR)
def import_calendar(role: str) -> ResponseReturnValue:
    """Write exactly what was shown; if that no longer fits, show it again."""
    held = unpack(request.form.get("file", ""))
    read = read_calendar(held.data, zone_for(open_rota(role)), now())
    try:
        with transaction() as current:
            done = apply_calendar(
                current,
                open_rota(role),
                read,
                settings(),
                expected=held.digest,
                now=now(),
                user=signed_in_user(),
            )
    except Conflict as error:
        return _plan(open_rota(role), held.data, sentence(error)), error.status
    flash(
        _(
            "The calendar is in the rota. Turns added: %(added)d. Taken out: %(removed)d. "
            "As before: %(unchanged)d.",
            added=done.added,
            removed=done.removed,
            unchanged=done.unchanged,
        ),
        "success",
    )
    tell_gaps(open_rota(role))
    return redirect(url_for("duty.show", role=role), 303)


def _choose(rota: Rota, problem: str = "") -> str:
    return render_template(
        "duty/calendar.html",
        rota=rota,
        role_name=RoleNames()(rota.role),
        zone=zone_for(rota),
        entries=MOST_ENTRIES,
        problem=problem,
    )


def _plan(rota: Rota, data: bytes, problem: str = "") -> str:
    zone = zone_for(rota)
    plan = plan_calendar(session(), rota, read_calendar(data, zone, now()), settings(), now())
    return render_template(
        "duty/calendar_plan.html",
        rota=rota,
        role_name=RoleNames()(rota.role),
        zone=zone,
        plan=plan,
        named=NAMED,
        problem=problem,
        file=HeldFile(data, plan.digest).packed(),
    )
