"""Views of the register: its door, its list, one place."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput, Conflict
from playbook.queries.preparedness import sites as queries
from playbook.services.preparedness import sites as service
from playbook.services.preparedness.sites import SiteFacts
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now
from playbook.web.sites.blueprint import (
    blueprint,
    close_register,
    open_register,
    open_until,
    opened,
)
from playbook.web.sites.wording import COMMUNITIES, KINDS

NOTHING = SiteFacts("", "", "", "")


@blueprint.get("/")
@allow(OBSERVER)
def index() -> str:
    """Show the register to whoever has opened it; to others its door, and how large it is."""
    if open_until() is None:
        return _door()
    return _list()


@blueprint.post("/open")
@allow(COORDINATOR)
def open_() -> ResponseReturnValue:
    """Open the register for a quarter of an hour, and write down why."""
    why = request.form.get("why", "")
    try:
        with transaction() as current:
            service.note_opening(current, signed_in_user(), why, now=now())
    except BadInput as error:
        return _door(sentence(error)), error.status
    open_register()
    return redirect(url_for("sites.index"), 303)


@blueprint.post("/close")
@allow(COORDINATOR)
def close() -> ResponseReturnValue:
    """Shut the register before its time."""
    close_register()
    return redirect(url_for("sites.index"), 303)


@blueprint.post("/find")
@allow(COORDINATOR)
@opened
def find() -> ResponseReturnValue:
    """Find places; posted, so that no name stands in an address."""
    return _list(request.form.get("find", ""), request.form.get("kind", ""))


@blueprint.get("/new")
@allow(COORDINATOR)
@opened
def new() -> ResponseReturnValue:
    """Show an empty form."""
    return _form(NOTHING)


@blueprint.post("/new")
@allow(COORDINATOR)
@opened
def add() -> ResponseReturnValue:
    """Add a place."""
    facts = _typed()
    try:
        with transaction() as current:
            service.add_site(current, facts, now=now(), user=signed_in_user())
    except (BadInput, Conflict) as error:
        return _form(facts, error=sentence(error)), error.status
    flash(_("The place is in the register."), "success")
    return redirect(url_for("sites.index"), 303)


@blueprint.get("/<int:site_id>")
@allow(COORDINATOR)
@opened
def edit(site_id: int) -> ResponseReturnValue:
    """Show one place."""
    return _form(service.facts_of(service.site_of(session(), site_id)), site_id)


@blueprint.post("/<int:site_id>")
@allow(COORDINATOR)
@opened
def change(site_id: int) -> ResponseReturnValue:
    """Change a place."""
    facts = _typed()
    try:
        with transaction() as current:
            site = service.site_of(current, site_id)
            service.change_site(current, site, facts, now=now(), user=signed_in_user())
    except (BadInput, Conflict) as error:
        return _form(facts, site_id, sentence(error)), error.status
    flash(_("What you changed is saved."), "success")
    return redirect(url_for("sites.index"), 303)


@blueprint.post("/<int:site_id>/right")
@allow(COORDINATOR)
@opened
def confirm(site_id: int) -> ResponseReturnValue:
    """Say that a place has been looked through and everything is right."""
    with transaction() as current:
        site = service.site_of(current, site_id)
        service.confirm_site(current, site, now=now(), user=signed_in_user())
    return redirect(url_for("sites.index", _anchor=f"site-{site_id}"), 303)


@blueprint.post("/<int:site_id>/remove")
@allow(COORDINATOR)
@opened
def remove(site_id: int) -> ResponseReturnValue:
    """Take a place out of the register."""
    with transaction() as current:
        site = service.site_of(current, site_id)
        service.remove_site(current, site, now=now(), user=signed_in_user())
    flash(_("The place is out of the register and is warned no more."), "success")
    return redirect(url_for("sites.index"), 303)


def _door(error: str = "") -> str:
    return render_template(
        "sites/door.html",
        rough=queries.rough_numbers(session()),
        sees=signed_in_user().sees_sites,
        error=error,
        typed=request.form.get("why", ""),
    )


def _list(find: str = "", kind: str = "") -> str:
    lines = queries.list_sites(session(), now(), find, [kind] if kind in KINDS else [])
    return render_template(
        "sites/index.html",
        lines=lines,
        stale=queries.stale_of(lines),
        find=find,
        kind=kind,
        kinds=[("", _("Every kind")), *KINDS.items()],
        role_name=RoleNames(),
        until=open_until(),
        found=ngettext("%(num)d place", "%(num)d places", len(lines)),
    )


def _typed() -> SiteFacts:
    form = request.form
    return SiteFacts(
        form.get("name", ""),
        form.get("kind", ""),
        form.get("community", ""),
        form.get("contact_role", ""),
        form.get("address", ""),
        form.get("needs", ""),
    )


def _form(facts: SiteFacts, site_id: int | None = None, error: str = "") -> str:
    names = RoleNames()
    people = queries.count_contacted(session(), facts.contact_role) if site_id else 0
    shown: dict[str, Any] = {
        "facts": facts,
        "site_id": site_id,
        "error": error,
        "people": people,
        "kinds": [("", _("Choose a kind")), *KINDS.items()],
        "communities": [("", _("None, or not only one")), *COMMUNITIES.items()],
        "roles": sorted(names.uses, key=names),
        "role_name": names,
    }
    return render_template("sites/form.html", **shown)
