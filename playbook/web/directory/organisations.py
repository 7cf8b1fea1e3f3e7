"""Organisations: listed, added, edited, removed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict
from playbook.models import Organisation
from playbook.queries.preparedness import directory as queries
from playbook.queries.preparedness.truth import possible_owners
from playbook.services.preparedness import directory as service
from playbook.services.preparedness.directory import OrganisationFacts
from playbook.services.preparedness.truth import set_owner
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import blueprint
from playbook.web.directory.truth import row_id
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now


@blueprint.get("/organisations")
@allow(OBSERVER)
def organisations() -> str:
    """List every organisation with how many people belong to it."""
    return render_template(
        "directory/organisations.html", organisations=queries.list_organisations(session())
    )


@blueprint.get("/organisations/new")
@allow(COORDINATOR)
def new_organisation() -> str:
    """Show an empty form."""
    return _form_page(OrganisationFacts(""))


@blueprint.post("/organisations/new")
@allow(COORDINATOR)
def add_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    facts = _posted()
    try:
        with transaction() as current:
            added = service.add_organisation(current, facts, now=now(), user=signed_in_user())
            _set_owner(current, added)
    except (BadInput, Conflict) as error:
        return _form_page(facts, error=sentence(error), owner=_posted_owner()), error.status
    flash(_("%(name)s is in the directory.", name=facts.name), "success")
    return redirect(url_for("directory.organisations"))


@blueprint.get("/organisations/<int:organisation_id>")
@allow(COORDINATOR)
def edit_organisation(organisation_id: int) -> str:
    """Show an organisation's form."""
    found = service.organisation_of(session(), organisation_id)
    return _form_page(
        OrganisationFacts(found.name, found.kind, found.notes or ""),
        organisation_id,
        owner=(found.owner_id, found.owner_mails),
    )


@blueprint.post("/organisations/<int:organisation_id>")
@allow(COORDINATOR)
def change_organisation(organisation_id: int) -> ResponseReturnValue:
    """Change an organisation."""
    facts = _posted()
    try:
        with transaction() as current:
            found = service.organisation_of(current, organisation_id)
            service.edit_organisation(current, found, facts, now=now(), user=signed_in_user())
            _set_owner(current, found)
    except (BadInput, Conflict) as error:
        page = _form_page(facts, organisation_id, sentence(error), _posted_owner())
        return page, error.status
    flash(_("What you changed about %(name)s is saved.", name=facts.name), "success")
    return redirect(url_for("directory.organisations"))


@blueprint.post("/organisations/<int:organisation_id>/remove")
@allow(COORDINATOR)
def remove_organisation(organisation_id: int) -> ResponseReturnValue:
    """Remove an organisation that nobody belongs to."""
    with transaction() as current:
        found = service.organisation_of(current, organisation_id)
        name = found.name
        service.remove_organisation(current, found, now=now(), user=signed_in_user())
    flash(_("%(name)s is no longer in the directory.", name=name), "success")
    return redirect(url_for("directory.organisations"))


def _posted() -> OrganisationFacts:
    form = request.form
    return OrganisationFacts(form.get("name", ""), form.get("kind", ""), form.get("notes", ""))


def _posted_owner() -> tuple[int | None, bool]:
    return row_id(request.form.get("owner", "")), request.form.get("owner_mails") == "yes"


def _set_owner(current: Session, organisation: Organisation) -> None:
    """Set who looks after it; a form without that field, from before it existed, changes nothing."""
    if "owner" in request.form:
        owner_id, mails = _posted_owner()
        set_owner(current, organisation, owner_id, mails=mails, now=now(), user=signed_in_user())


def _form_page(
    facts: OrganisationFacts,
    organisation_id: int | None = None,
    error: str = "",
    owner: tuple[int | None, bool] = (None, True),
) -> str:
    lines = queries.list_organisations(session())
    return render_template(
        "directory/organisation_form.html",
        facts=facts,
        error=error,
        line=next((o for o in lines if o.id == organisation_id), None),
        kinds=sorted({o.kind for o in lines if o.kind}),
        owner=owner,
        owners=[("", _("Nobody")), *possible_owners(session())],
    )
