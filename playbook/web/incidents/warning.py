"""Warning similar places: chosen, shown in numbers, then one button. Names only for those who may know them."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from playbook.domain.preparedness.site_kinds import communities_of, kinds_named_in
from playbook.errors import BadInput
from playbook.queries.response.sites import count_warned
from playbook.services.response import site_warning
from playbook.services.response.context import load_running
from playbook.services.response.foreseeing import LONGEST
from playbook.services.response.site_warning import Warned, Wish
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.incidents.blueprint import Incident, blueprint, open_incident, sees_sites
from playbook.web.presentation import now
from playbook.web.sites.wording import COMMUNITIES, KINDS

TEXT = "text-"


@blueprint.get("/<int:activation_id>/warn")
@allow(COORDINATOR)
def warn(activation_id: int) -> str:
    """Ask which places are similar; what the incident says of the place is ticked already."""
    incident = open_incident(activation_id)
    said = " ".join(
        (incident.activation.name, incident.activation.place, incident.activation.known)
    )
    kinds = kinds_named_in(said)
    wish = Wish(_key(""), kinds, communities_of(kinds), incident.activation.place)
    return _form(incident, wish)


@blueprint.post("/<int:activation_id>/warn/edit")
@allow(COORDINATOR)
def edit_warning(activation_id: int) -> str:
    """Show the form again as it was filled in."""
    incident = open_incident(activation_id)
    return _form(incident, _wish(incident))


@blueprint.post("/<int:activation_id>/warn/preview")
@allow(COORDINATOR)
def foresee_warning(activation_id: int) -> ResponseReturnValue:
    """Show in numbers whom a warning would reach. Nothing is sent; that somebody looked is written down."""
    incident = open_incident(activation_id)
    wish = _wish(incident)
    try:
        with transaction() as writing:
            settings = wiring().settings
            call_out = load_running(writing, activation_id, now(), settings.public_url)
            seen = site_warning.foresee_warning(call_out, wish, settings)
            site_warning.note_look(call_out, wish, signed_in_user())
    except BadInput as error:
        return _form(incident, wish, sentence(error)), error.status
    return _preview(open_incident(activation_id), wish, seen)


@blueprint.post("/<int:activation_id>/warn")
@allow(COORDINATOR)
def warn_places(activation_id: int) -> ResponseReturnValue:
    """Warn them. The same page sent twice does it once."""
    incident = open_incident(activation_id)
    wish = _wish(incident)
    before = count_warned(session(), activation_id)
    try:
        with transaction() as writing:
            settings, user = wiring().settings, signed_in_user()
            site_warning.warn(writing, activation_id, wish, settings, user, now())
    except BadInput as error:
        return _form(open_incident(activation_id), wish, sentence(error)), error.status
    warned = count_warned(session(), activation_id) - before
    flash(
        ngettext("%(num)d place is being warned.", "%(num)d places are being warned.", warned),
        "success",
    )
    return redirect(
        url_for("board.show", activation_id=activation_id, _anchor="tier-similar-places"), 303
    )


def _key(key: str) -> str:
    return key if 16 <= len(key) <= 64 else secrets.token_urlsafe(24)


def _languages(incident: Incident) -> list[str]:
    known = incident.document.languages
    return list(dict.fromkeys((known.source, *known.all)))


def _wish(incident: Incident) -> Wish:
    form = request.form
    return Wish(
        key=_key(form.get("key", "")),
        kinds=tuple(form.getlist("kind")),
        communities=tuple(form.getlist("community")),
        attacked=form.get("attacked", "").strip()[:200],
        but=tuple(int(i) for i in form.getlist("but") if i.isdecimal() and len(i) < 10),
        texts={code: form.get(TEXT + code, "").strip() for code in _languages(incident)},
    )


def _form(incident: Incident, wish: Wish, problem: str = "") -> str:
    facts: dict[str, Any] = {
        "kinds": KINDS.items(),
        "communities": COMMUNITIES.items(),
        "languages": _languages(incident),
        "longest": LONGEST,
        "warned": count_warned(session(), incident.activation.id),
    }
    return render_template(
        "incidents/warn_form.html", incident=incident, wish=wish, problem=problem, **facts
    )


def _preview(incident: Incident, wish: Wish, seen: Warned) -> str:
    carried = [("key", wish.key), ("attacked", wish.attacked)]
    carried += [("kind", kind) for kind in wish.kinds]
    carried += [("community", community) for community in wish.communities]
    carried += [(TEXT + code, words) for code, words in wish.texts.items()]
    return render_template(
        "incidents/warn_preview.html",
        incident=incident,
        words=incident.words,
        wish=wish,
        seen=seen,
        carried=carried,
        named=sees_sites(),
    )
