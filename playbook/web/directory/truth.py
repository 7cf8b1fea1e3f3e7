"""What must be looked at, who has left, and the link to one's own page: every act counted first."""

import secrets
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput, NotFound
from playbook.models import Person
from playbook.queries.preparedness import directory as queries
from playbook.queries.preparedness.truth import read_truth
from playbook.services.preparedness import directory as service
from playbook.services.preparedness import own_pages
from playbook.services.preparedness.own_links import LinkPlan, plan_links, send_links
from playbook.services.response import leaving
from playbook.web.database import session, transaction, wiring
from playbook.web.directory.blueprint import RoleNames, blueprint
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now

#: People in one act; far more than any list of leavers holds.
MOST = 200


@blueprint.get("/truth")
@allow(OBSERVER)
def truth() -> str:
    """Show what must be looked at, by organisation, with who looks after it."""
    mine = request.args.get("mine") == "1"
    groups = read_truth(session(), now(), signed_in_user().id if mine else None)
    return render_template("directory/truth.html", groups=groups, mine=mine)


@blueprint.get("/leave")
@allow(COORDINATOR)
def foresee_leaving() -> ResponseReturnValue:
    """Show what happens if these people have left; nothing is changed."""
    foreseen = leaving.foresee(session(), _ids(request.args.getlist), now())
    if not foreseen.people:
        flash(_("Nobody was chosen. Tick who has left."), "warning")
        return redirect(url_for("directory.truth"))
    names = RoleNames()
    return render_template(
        "directory/leave.html",
        foreseen=foreseen,
        named=lambda roles: ", ".join(names(role) for role in roles),
    )


@blueprint.post("/leave")
@allow(COORDINATOR)
def leave() -> ResponseReturnValue:
    """Remove these people from every role, rota and running call-out."""
    ids = _ids(request.form.getlist)
    with transaction() as current:
        gone = leaving.leave(
            current,
            ids,
            now=now(),
            user=signed_in_user(),
            public_url=wiring().settings.public_url,
        )
        left = [person.id for person in gone]
    if not left:
        return redirect(url_for("directory.truth"))
    return redirect(url_for("directory.left", person=left))


@blueprint.get("/left")
@allow(COORDINATOR)
def left() -> ResponseReturnValue:
    """Say who has just been removed, and offer to take that back for an hour."""
    ids = _ids(request.args.getlist)
    gone = [row for row in queries.read_removed(session()) if row.id in ids]
    recent = [row for row in gone if row.removed_at > now() - leaving.UNDO_WITHIN]
    if not gone:
        raise NotFound("Nobody of them was removed.")
    return render_template("directory/left.html", gone=gone, undo=len(recent) == len(gone))


@blueprint.post("/left/undo")
@allow(COORDINATOR)
def take_back() -> ResponseReturnValue:
    """Take people back with their roles, without their numbers."""
    with transaction() as current:
        back = leaving.take_back(
            current, _ids(request.form.getlist), now=now(), user=signed_in_user()
        )
        ids = [person.id for person in back]
    flash(
        ngettext(
            "%(num)s person is back with the roles of before. Numbers were forgotten: enter them again.",
            "%(num)s people are back with the roles of before. Numbers were forgotten: enter them again.",
            len(ids),
        ),
        "success",
    )
    if len(ids) == 1:
        return redirect(url_for("directory.edit_person", person_id=ids[0]))
    return redirect(url_for("directory.index"))


@blueprint.get("/links")
@allow(COORDINATOR)
def foresee_links() -> str:
    """Show who would get the link to their own page; nothing is sent."""
    organisation_id, person_id = _whom()
    organisation = service.organisation_of(session(), organisation_id) if organisation_id else None
    person = service.person_of(session(), person_id) if person_id else None
    return render_template(
        "directory/links.html",
        plan=_plan(organisation_id, person_id),
        organisation=organisation,
        person=person,
        request_key=secrets.token_hex(12),
    )


@blueprint.post("/links")
@allow(COORDINATOR)
def send_own_links() -> ResponseReturnValue:
    """Send the link; the same form twice sends once."""
    organisation_id, person_id = _whom()
    key = request.form.get("request_key", "")
    if not key.isalnum() or len(key) > 32:
        raise BadInput("The form did not come through whole. Nothing was sent; open it again.")
    with transaction() as current:
        plan = plan_links(current, organisation_id=organisation_id, person_id=person_id)
        sent = send_links(
            current,
            plan,
            key,
            settings=wiring().settings,
            now=now(),
            user=signed_in_user(),
        )
    flash(
        ngettext(
            "The link to their page is on its way to %(num)s person.",
            "The link to their page is on its way to %(num)s people.",
            sent,
        ),
        "success",
    )
    if person_id:
        return redirect(url_for("directory.person", person_id=person_id))
    return redirect(url_for("directory.index", organisation=organisation_id))


@blueprint.post("/people/<int:person_id>/renew-page")
@allow(COORDINATOR)
def renew_page(person_id: int) -> ResponseReturnValue:
    """Make the links to a person's page that were sent so far useless."""
    with transaction() as current:
        found = _present(service.person_of(current, person_id))
        own_pages.renew_page(current, found, now=now(), user=signed_in_user())
        name = found.name
    flash(_("The old links to the page of %(name)s open nothing any more.", name=name), "success")
    return redirect(url_for("directory.person", person_id=person_id))


def _plan(organisation_id: int | None, person_id: int | None) -> LinkPlan:
    return plan_links(session(), organisation_id=organisation_id, person_id=person_id)


def _present(person: Person) -> Person:
    if person.removed_at is not None:
        raise NotFound("There is no such person.")
    return person


def _whom() -> tuple[int | None, int | None]:
    """Return the organisation and the person that are meant, if any; a bad id never means everybody."""
    found = {}
    for name in ("organisation", "person"):
        text = request.values.get(name, "")
        found[name] = row_id(text)
        if text and found[name] is None:
            raise NotFound("Nobody and nothing here has this number. Nothing was sent.")
    return found["organisation"], found["person"]


def row_id(text: str) -> int | None:
    """Return the id that `text` is, or None if no row can have it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _ids(values: Callable[[str], list[str]]) -> list[int]:
    return [number for text in values("person")[:MOST] if (number := row_id(text)) is not None]
