"""Named lists of roles for messages during an incident."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.errors import BadInput, Conflict
from playbook.services.preparedness import role_lists as service
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames, blueprint
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now


@blueprint.get("/lists")
@allow(OBSERVER)
def lists() -> str:
    """Show every list with its roles."""
    return render_template(
        "directory/lists.html", lists=service.all_lists(session()), role_name=RoleNames()
    )


@blueprint.get("/lists/new")
@allow(COORDINATOR)
def new_list() -> str:
    """Show an empty form."""
    return _form("", [])


@blueprint.post("/lists/new")
@allow(COORDINATOR)
def add_list() -> ResponseReturnValue:
    """Add a list."""
    name, roles = _typed()
    try:
        with transaction() as current:
            service.add_list(current, name, roles, now=now(), user=signed_in_user())
    except (BadInput, Conflict) as error:
        return _form(name, roles, error=sentence(error)), error.status
    flash(_("The list “%(name)s” is saved.", name=name), "success")
    return redirect(url_for("directory.lists"), 303)


@blueprint.get("/lists/<int:list_id>")
@allow(COORDINATOR)
def edit_list(list_id: int) -> str:
    """Show one list's form."""
    found = service.list_of(session(), list_id)
    return _form(found.name, found.roles, list_id)


@blueprint.post("/lists/<int:list_id>")
@allow(COORDINATOR)
def change_list(list_id: int) -> ResponseReturnValue:
    """Change a list."""
    name, roles = _typed()
    try:
        with transaction() as current:
            found = service.list_of(current, list_id)
            service.change_list(current, found, name, roles, now=now(), user=signed_in_user())
    except (BadInput, Conflict) as error:
        return _form(name, roles, list_id, sentence(error)), error.status
    flash(_("The list “%(name)s” is saved.", name=name), "success")
    return redirect(url_for("directory.lists"), 303)


@blueprint.post("/lists/<int:list_id>/remove")
@allow(COORDINATOR)
def remove_list(list_id: int) -> ResponseReturnValue:
    """Remove a list."""
    with transaction() as current:
        found = service.list_of(current, list_id)
        name = found.name
        service.remove_list(current, found, now=now(), user=signed_in_user())
    flash(_("The list “%(name)s” is gone; its roles stay.", name=name), "success")
    return redirect(url_for("directory.lists"), 303)


def _typed() -> tuple[str, list[str]]:
    return request.form.get("name", ""), request.form.getlist("roles")


def _form(name: str, roles: list[str], list_id: int | None = None, error: str = "") -> str:
    names = RoleNames()
    known = dict.fromkeys((*names.uses, *roles))
    return render_template(
        "directory/list_form.html",
        name=name,
        chosen=roles,
        list_id=list_id,
        error=error,
        choices=sorted(((role, names(role)) for role in known), key=lambda c: c[1].casefold()),
    )
