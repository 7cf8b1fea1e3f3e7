"""Dated exceptions: somebody else, or nobody, for a stretch that differs from the pattern."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.domain.preparedness.rota import Entry, EntryKind
from playbook.errors import BadInput, NotFound, PlaybookError
from playbook.models import Rota, RotaEntry
from playbook.queries.preparedness import directory as directory_queries
from playbook.services.preparedness import rotas
from playbook.services.preparedness.duty import as_entry, people_on
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames
from playbook.web.duty import wording
from playbook.web.duty.blueprint import (
    NAMED,
    blueprint,
    horizon,
    known_id,
    local_instant,
    new_gaps,
    open_rota,
    pattern_ahead,
    tell_gaps,
    zone_for,
)
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.presentation import now

#: What a form says for "nobody".
NOBODY = "nobody"
KINDS: dict[str, EntryKind] = {"imported": "imported", "exception": "exception", "swap": "swap"}


@blueprint.get("/directory/roles/<role>/rota/exceptions/new")
@allow(COORDINATOR)
def new_entry(role: str) -> str:
    """Ask who is on duty instead, from when until when."""
    return _form(open_rota(role), {})


@blueprint.post("/directory/roles/<role>/rota/exceptions/new")
@allow(COORDINATOR)
def add_entry(role: str) -> ResponseReturnValue:
    """Write the exception; what was typed is kept where it cannot be."""
    try:
        with transaction() as current:
            rota = open_rota(role)
            rotas.add_entry(current, rota, _facts(rota), now=now(), user=signed_in_user())
    except PlaybookError as error:
        return _form(open_rota(role), request.form, sentence(error)), error.status
    flash(_("The exception is in the rota."), "success")
    tell_gaps(open_rota(role))
    return redirect(url_for("duty.show", role=role), 303)


@blueprint.get("/directory/roles/<role>/rota/exceptions/<int:entry_id>/remove")
@allow(COORDINATOR)
def prepare_entry_removal(role: str, entry_id: int) -> str:
    """Show what stands behind an entry, and the gaps that taking it out makes."""
    rota = open_rota(role)
    entry = _entry(rota, entry_id)
    gone = as_entry(entry, KINDS[entry.kind], entry.made_at)
    kept: tuple[Entry, ...] = tuple(e for e in pattern_ahead(rota).entries if e != gone)
    return render_template(
        "duty/remove_entry.html",
        rota=rota,
        entry=entry,
        role_name=RoleNames()(role),
        gaps=new_gaps(rota, entries=kept),
        named=NAMED,
        days=horizon(rota).days,
        zone=zone_for(rota),
    )


@blueprint.post("/directory/roles/<role>/rota/exceptions/<int:entry_id>/remove")
@allow(COORDINATOR)
def remove_entry(role: str, entry_id: int) -> ResponseReturnValue:
    """Take an entry out: what stood behind it stands again."""
    with transaction() as current:
        rota = open_rota(role)
        entry = _entry(rota, entry_id)
        rotas.remove_entry(current, rota, entry, now=now(), user=signed_in_user())
    flash(_("It is taken out of the rota."), "success")
    tell_gaps(open_rota(role))
    return redirect(url_for("duty.show", role=role), 303)


def _entry(rota: Rota, entry_id: int) -> RotaEntry:
    found = next((entry for entry in rota.entries if entry.id == entry_id), None)
    if found is None:
        raise NotFound("There is no such entry in this rota.")
    return found


def _facts(rota: Rota) -> rotas.EntryFacts:
    """Return what was typed; raises BadInput."""
    form, zone = request.form, zone_for(rota)
    chosen = form.get("person", "")
    person_id = None if chosen == NOBODY else known_id(chosen)
    if person_id == 0:
        raise BadInput("Choose a person, or nobody. Nothing was saved.")
    starts_at = local_instant(form.get("from", ""), zone)
    ends_at = local_instant(form.get("until", ""), zone)
    if ends_at <= now():
        raise BadInput("This lies in the past. Nothing was saved.")
    return rotas.EntryFacts(person_id, starts_at, ends_at, position=known_id(form.get("position")))


def _form(rota: Rota, typed: Mapping[str, str], problem: str = "") -> str:
    near = [(person.id, person.name) for person in people_on(session(), rota)]
    known = {person_id for person_id, _name in near}
    everybody = directory_queries.read_directory(session()).people
    return render_template(
        "duty/entry.html",
        rota=rota,
        role_name=RoleNames()(rota.role),
        typed=typed,
        problem=problem,
        near=near,
        others=[(p.id, p.name) for p in everybody if p.id not in known],
        places=wording.places(),
        zone=zone_for(rota),
        nobody=NOBODY,
    )
