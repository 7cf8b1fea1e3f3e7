"""Roles: who holds what, and who deputises in which order."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.domain.preparedness.directory_cells import check_role
from playbook.errors import NotFound
from playbook.queries.preparedness import directory as queries
from playbook.services.preparedness import directory as service
from playbook.services.preparedness import directory_roles
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames, blueprint
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now


@blueprint.get("/roles")
@allow(OBSERVER)
def roles() -> str:
    """List every role with its people in order; those that nobody holds come first."""
    names = RoleNames()
    table = queries.role_table(queries.read_directory(session()), names.uses)
    table.sort(key=lambda line: (bool(line.holders), names(line.role).casefold()))
    return render_template(
        "directory/roles.html",
        table=table,
        empty=sum(not line.holders for line in table),
        role_name=names,
    )


@blueprint.get("/roles/<role>")
@allow(OBSERVER)
def role(role: str) -> str:
    """Show one role: its people, and who could be added."""
    names = RoleNames()
    everybody = queries.read_directory(session())
    line = next((r for r in queries.role_table(everybody, names.uses) if r.role == role), None)
    if line is None:
        raise NotFound("No playbook uses this role, and nobody holds it.")
    holders = {person.id for person in line.holders}
    return render_template(
        "directory/role.html",
        line=line,
        role_name=names,
        others=[person for person in everybody.people if person.id not in holders],
    )


@blueprint.post("/roles/<role>/order")
@allow(COORDINATOR)
def move(role: str) -> ResponseReturnValue:
    """Move one person up or down. The form carries the order that was shown, so that a change by
    somebody else is noticed rather than undone.
    """
    order = [int(i) for i in request.form.get("order", "").split(",") if i.isdigit()]
    person_id = request.form.get("person", 0, type=int)
    step = -1 if request.form.get("move") == "up" else 1
    if person_id in order:
        place = order.index(person_id)
        other = min(max(0, place + step), len(order) - 1)
        order[place], order[other] = order[other], order[place]
        with transaction() as current:
            directory_roles.reorder_role(current, role, order, now=now(), user=signed_in_user())
    return redirect(url_for("directory.role", role=role))


@blueprint.post("/roles/<role>/people")
@allow(COORDINATOR)
def add_holder(role: str) -> ResponseReturnValue:
    """Give the role to one more person, as the last in its order."""
    check_role(role)
    person_id = request.form.get("person", 0, type=int)
    if person_id:
        with transaction() as current:
            found = service.person_of(current, person_id)
            directory_roles.assign_role(current, role, found, now=now(), user=signed_in_user())
    return redirect(url_for("directory.role", role=role))


@blueprint.post("/roles/<role>/leave")
@allow(COORDINATOR)
def take_role(role: str) -> ResponseReturnValue:
    """Take the role from a person."""
    with transaction() as current:
        found = service.person_of(current, request.form.get("person", 0, type=int))
        directory_roles.leave_role(current, role, found, now=now(), user=signed_in_user())
        name = found.name
    flash(_("%(name)s no longer holds this role.", name=name), "success")
    back = request.form.get("back")
    if back == "person":
        return redirect(url_for("directory.person", person_id=found.id))
    if role not in RoleNames().uses and not directory_roles.order_of(session(), role):
        return redirect(url_for("directory.roles"))
    return redirect(url_for("directory.role", role=role))
