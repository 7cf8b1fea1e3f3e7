"""One person: shown, added, edited, held, removed."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from playbook.errors import Conflict, NotFound
from playbook.models import ContactKind, Person
from playbook.queries.preparedness import directory as queries
from playbook.queries.preparedness.truth import last_correction
from playbook.services.preparedness import directory as service
from playbook.services.preparedness import directory_contacts, directory_roles
from playbook.services.response.asking_again import asking_again
from playbook.services.response.leaving import leave
from playbook.web.database import session, transaction, wiring
from playbook.web.directory.blueprint import RoleNames, blueprint, region
from playbook.web.directory.person_form import (
    PersonForm,
    digest_of,
    empty_form,
    form_from,
    form_of,
)
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now


@blueprint.get("/people/<int:person_id>")
@allow(OBSERVER)
def person(person_id: int) -> str:
    """Show a person: numbers and notes to coordinators only."""
    found = queries.read_person(session(), person_id)
    everybody = queries.read_directory(session())
    names = RoleNames()
    places = queries.places_of(session(), person_id)
    return render_template(
        "directory/person.html",
        person=found,
        line=everybody.by_id().get(person_id),
        places=places,
        instead=_stand_ins(everybody, names, person_id, [place.role for place, _n in places]),
        role_name=names,
        choices=names.choices({place.role for place, _n in places}),
        corrected_at=last_correction(session(), person_id),
    )


@blueprint.get("/people/new")
@allow(COORDINATOR)
def new_person() -> str:
    """Show an empty form."""
    return _form_page(empty_form(), None)


@blueprint.post("/people/new")
@allow(COORDINATOR)
def add_person() -> ResponseReturnValue:
    """Add a person."""
    form = form_from(request.form)
    form.check()
    if form.wrong:
        return _form_page(form, None), 422
    try:
        with transaction() as current:
            added = service.add_person(current, form.facts, now=now(), user=signed_in_user())
            _set_contacts(current, added, form)
            person_id = added.id
    except (Conflict, NotFound) as error:
        form.errors["key"] = sentence(error)
        return _form_page(form, None), error.status
    flash(_("%(name)s is in the directory.", name=form.facts.name), "success")
    return redirect(url_for("directory.person", person_id=person_id))


@blueprint.get("/people/<int:person_id>/edit")
@allow(COORDINATOR)
def edit_person(person_id: int) -> str:
    """Show a person's form."""
    found = queries.read_person(session(), person_id)
    return _form_page(form_of(found), found)


@blueprint.post("/people/<int:person_id>/edit")
@allow(COORDINATOR)
def change_person(person_id: int) -> ResponseReturnValue:
    """Change a person; what somebody else changed meanwhile is never overwritten unseen."""
    form = form_from(request.form)
    form.check()
    if form.wrong:
        return _form_page(form, queries.read_person(session(), person_id)), 422
    try:
        with transaction() as current:
            found = queries.read_person(current, person_id)
            if form.seen != digest_of(found):
                raise Conflict(
                    "Somebody else has changed this person since you opened the form. What you typed "
                    "is kept below; compare it with the person's page, then save again."
                )
            service.edit_person(current, found, form.facts, now=now(), user=signed_in_user())
            _set_contacts(current, found, form)
    except (Conflict, NotFound) as error:
        found = queries.read_person(session(), person_id)
        form.errors[""] = sentence(error)
        form.seen = digest_of(found)
        return _form_page(form, found), error.status
    flash(_("What you changed about %(name)s is saved.", name=form.facts.name), "success")
    return redirect(url_for("directory.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/hold")
@allow(COORDINATOR)
def hold_person(person_id: int) -> ResponseReturnValue:
    """Stop everything to a person."""
    with transaction() as current:
        found = service.person_of(current, person_id)
        service.hold_person(current, found, now=now(), user=signed_in_user())
        name = found.name
    flash(_("Everything to %(name)s is held, on every channel.", name=name), "success")
    return redirect(url_for("directory.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/lift")
@allow(COORDINATOR)
def lift_hold(person_id: int) -> ResponseReturnValue:
    """Let messages reach a person again."""
    with transaction() as current:
        found = service.person_of(current, person_id)
        service.lift_hold(current, found, now=now(), user=signed_in_user())
        name = found.name
    flash(_("Messages reach %(name)s again.", name=name), "success")
    return redirect(url_for("directory.person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/remove")
@allow(COORDINATOR)
def remove_person(person_id: int) -> ResponseReturnValue:
    """Remove a person from the directory."""
    with transaction() as current:
        name = service.person_of(current, person_id).name
        leave(
            current,
            [person_id],
            now=now(),
            user=signed_in_user(),
            public_url=wiring().settings.public_url,
        )
    flash(_("%(name)s is no longer in the directory and holds no role.", name=name), "success")
    return redirect(url_for("directory.index"))


@blueprint.post("/people/<int:person_id>/restore")
@allow(COORDINATOR)
def restore_person(person_id: int) -> ResponseReturnValue:
    """Take a removed person back."""
    with transaction() as current:
        found = service.person_of(current, person_id)
        service.restore_person(current, found, now=now(), user=signed_in_user())
    flash(_("This person is back, without roles and numbers. Add them here."), "success")
    return redirect(url_for("directory.edit_person", person_id=person_id))


@blueprint.post("/people/<int:person_id>/roles")
@allow(COORDINATOR)
def give_role(person_id: int) -> ResponseReturnValue:
    """Give a person a role, as its last deputy; nothing chosen changes nothing."""
    role = request.form.get("role", "").strip()
    if role:
        with transaction() as current:
            found = service.person_of(current, person_id)
            directory_roles.assign_role(current, role, found, now=now(), user=signed_in_user())
    return redirect(url_for("directory.person", person_id=person_id))


def _set_contacts(current: Session, person: Person, form: PersonForm) -> None:
    with asking_again(current, now(), wiring().settings.public_url):
        for kind in ContactKind:
            directory_contacts.set_contact_points(
                current,
                person,
                kind,
                form.points(kind),
                region=region(),
                now=now(),
                user=signed_in_user(),
            )


def _form_page(form: PersonForm, person: Person | None) -> str:
    organisations = [(str(o.id), o.name) for o in queries.list_organisations(session())]
    everybody = queries.read_directory(session())
    return render_template(
        "directory/person_form.html",
        form=form,
        person=person,
        roles=len(person.roles) if person else 0,
        organisations=[("", _("None")), *organisations],
        languages=sorted({p.language for p in everybody.people} | {"en", "ar", "fr", "sk"}),
    )


def _stand_ins(
    everybody: queries.Directory, names: RoleNames, person_id: int, roles: list[str]
) -> dict[str, queries.PersonLine]:
    """Return, for each of `roles`, who is called first instead of this person."""
    return {
        line.role: next(p for p in line.holders if p.id != person_id and not p.held)
        for line in queries.role_table(everybody, names.uses)
        if line.role in roles and any(p.id != person_id and not p.held for p in line.holders)
    }
