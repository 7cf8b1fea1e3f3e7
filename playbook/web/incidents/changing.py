"""It changes, it is over: what will happen in numbers first, then one button; and adding a person."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from playbook.domain.response.changes import ChangeKind, role_in_playbook
from playbook.errors import BadInput, NotFound, PlaybookError
from playbook.queries.response.announcements import announcements_of
from playbook.queries.response.sites import count_warned
from playbook.services.preparedness.role_lists import all_lists
from playbook.services.response import acknowledging, changes
from playbook.services.response.adding import add_person
from playbook.services.response.context import load_running
from playbook.services.response.foreseeing import LONGEST, OWN_WORDS, Change, Foreseen, foresee
from playbook.services.response.list_messages import LIST, ROLE, WARNED_SITES
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, may, signed_in_user
from playbook.web.incidents.blueprint import Incident, back_to_board, blueprint, open_incident
from playbook.web.languages import LANGUAGES, page_language
from playbook.web.presentation import now

#: How a change stands in an address.
KINDS = {
    "level": ChangeKind.LEVEL,
    "correction": ChangeKind.CORRECTION,
    "false-alarm": ChangeKind.FALSE_ALARM,
    "stand-down": ChangeKind.STAND_DOWN,
    "list": ChangeKind.LIST_MESSAGE,
}
#: The fields that a correction's texts come in: "text-en", "text-ar" …
TEXT = "text-"


@blueprint.get("/<int:activation_id>/changes")
@allow(OBSERVER)
def changed(activation_id: int) -> str:
    """Show what can change, what has been announced, and who has confirmed it."""
    incident = open_incident(activation_id)
    return render_template(
        "incidents/changes.html",
        incident=incident,
        announcements=announcements_of(
            session(), activation_id, incident.words, with_phones=may(COORDINATOR)
        ),
        may_note=may(COORDINATOR),
    )


@blueprint.get("/<int:activation_id>/changes/<kind>")
@allow(COORDINATOR)
def prepare(activation_id: int, kind: str) -> ResponseReturnValue:
    """Ask what must be known; where nothing must, show at once what will happen."""
    incident = open_incident(activation_id)
    change = _change(_kind(kind), {}, incident)
    if change.kind.ends and not incident.ended:
        return _preview(incident, kind, change)
    return _form(incident, kind, change)


@blueprint.post("/<int:activation_id>/changes/<kind>/edit")
@allow(COORDINATOR)
def edit_change(activation_id: int, kind: str) -> str:
    """Show the form again as it was filled in."""
    incident = open_incident(activation_id)
    return _form(incident, kind, _change(_kind(kind), request.form, incident))


@blueprint.post("/<int:activation_id>/changes/<kind>/preview")
@allow(COORDINATOR)
def look_ahead(activation_id: int, kind: str) -> ResponseReturnValue:
    """Show what will happen, with the exact texts; nothing is written."""
    incident = open_incident(activation_id)
    return _preview(incident, kind, _change(_kind(kind), request.form, incident))


@blueprint.post("/<int:activation_id>/changes/<kind>")
@allow(COORDINATOR)
def make_change(activation_id: int, kind: str) -> ResponseReturnValue:
    """Do it. The same page sent twice does it once; if it cannot be done, what was typed is kept."""
    incident = open_incident(activation_id)
    change = _change(_kind(kind), request.form, incident)
    try:
        with transaction() as writing:
            made = changes.make(
                writing, activation_id, change, wiring().settings, signed_in_user(), now()
            )
            people = sum(bool(told.channels) for told in made.told)
    except BadInput as error:
        return _form(open_incident(activation_id), kind, change, sentence(error)), error.status
    flash(ngettext("%(num)d person is told.", "%(num)d people are told.", people), "success")
    return redirect(url_for("board.changed", activation_id=activation_id), 303)


@blueprint.post("/<int:activation_id>/told/<int:told_id>")
@allow(COORDINATOR)
def told_by_hand(activation_id: int, told_id: int) -> ResponseReturnValue:
    """Say that somebody has been phoned, or has confirmed in the room; also after the end."""
    open_incident(activation_id)
    with transaction() as writing:
        acknowledging.told_by_hand(writing, activation_id, told_id, signed_in_user(), now())
    return redirect(
        url_for("board.changed", activation_id=activation_id, _anchor=f"told-{told_id}"), 303
    )


@blueprint.get("/<int:activation_id>/people/new")
@allow(COORDINATOR)
def new_person(activation_id: int) -> str:
    """Ask for a name, a phone, a language, and what the person stands for."""
    return _person_form(open_incident(activation_id), {"language": page_language()})


@blueprint.post("/<int:activation_id>/people/new")
@allow(COORDINATOR)
def call_too(activation_id: int) -> ResponseReturnValue:
    """Call somebody at once; if that cannot be, what was typed is kept."""
    form = request.form
    incident = open_incident(activation_id)
    try:
        with transaction() as writing:
            made = add_person(
                writing,
                activation_id,
                name=form.get("name", ""),
                phone=form.get("phone", ""),
                language=form.get("language", ""),
                role=form.get("stands_for", ""),
                settings=wiring().settings,
                user=signed_in_user(),
                now=now(),
            )
            role = made.role
    except PlaybookError as error:
        if not isinstance(error, BadInput):
            raise
        return _person_form(incident, form, sentence(error)), error.status
    flash(_("The person is being called now."), "success")
    return back_to_board(activation_id, "people", f"role-{role}")


def _kind(kind: str) -> ChangeKind:
    if kind not in KINDS:
        raise NotFound("There is no such change.")
    return KINDS[kind]


def _change(kind: ChangeKind, form: Mapping[str, str], incident: Incident) -> Change:
    key = form.get("key", "")
    return Change(
        key=key if 16 <= len(key) <= 64 else secrets.token_urlsafe(24),
        kind=kind,
        level=form.get("level", "") if kind is ChangeKind.LEVEL else "",
        texts={code: form.get(TEXT + code, "").strip() for code in _languages(incident)}
        if kind in OWN_WORDS
        else {},
        reason=form.get("reason", "").strip() if kind.ends else "",
        to=_targets(form) if kind is ChangeKind.LIST_MESSAGE else (),
        asks=form.get("asks") == "yes",
    )


def _targets(form: Mapping[str, str]) -> tuple[str, ...]:
    """Return the lists and roles that were ticked, or that a page carries along in one field."""
    ticked = form.getlist("to") if isinstance(form, MultiDict) else []
    return tuple(dict.fromkeys(t for entry in ticked for t in entry.split(",") if t))


def _languages(incident: Incident) -> list[str]:
    """Return the languages that a correction can be written in, the source first."""
    known = incident.document.languages
    return list(dict.fromkeys((known.source, *known.all)))


def _fields(change: Change) -> dict[str, str]:
    """Return what the next page must carry along."""
    carried = {"key": change.key, "level": change.level, "reason": change.reason}
    if change.kind is ChangeKind.LIST_MESSAGE:
        carried |= {"to": ",".join(change.to), "asks": "yes" if change.asks else ""}
    return carried | {TEXT + code: words for code, words in change.texts.items()}


def _preview(incident: Incident, kind: str, change: Change) -> ResponseReturnValue:
    try:
        seen = _foreseen(incident, change)
    except BadInput as error:
        return _form(incident, kind, change, sentence(error)), error.status
    return render_template(
        "incidents/change_preview.html",
        incident=incident,
        words=incident.words,
        kind=kind,
        change=change,
        seen=seen,
        carried=_fields(change),
    )


def _foreseen(incident: Incident, change: Change) -> Foreseen:
    settings = wiring().settings
    call_out = load_running(session(), incident.activation.id, now(), settings.public_url)
    return foresee(call_out, change, settings)


def _form(incident: Incident, kind: str, change: Change, problem: str = "") -> str:
    document, words = incident.document, incident.words
    levels = [
        (level, f"{words(f'levels.{level}.name')} – {words(f'levels.{level}.meaning')}")
        for level in document.levels_in_order()
        if level != incident.activation.level
    ]
    facts: dict[str, Any] = {
        "levels": levels,
        "languages": _languages(incident),
        "longest": LONGEST,
        "problem": problem,
    }
    if change.kind is ChangeKind.LIST_MESSAGE:
        facts |= _choices(incident)
    return render_template(
        "incidents/change_form.html",
        incident=incident,
        words=words,
        kind=kind,
        change=change,
        **facts,
    )


def _choices(incident: Incident) -> dict[str, Any]:
    """Return the lists and roles that a message can go to."""
    words = incident.words
    return {
        "lists": [
            (f"{LIST}{one.id}", one.name, [words.role(role) for role in one.roles])
            for one in all_lists(session())
        ],
        "roles": sorted(
            ((f"{ROLE}{role}", words.role(role)) for role in incident.document.roles),
            key=lambda entry: str(entry[1]).casefold(),
        ),
        "warned": count_warned(session(), incident.activation.id),
        "warned_key": WARNED_SITES,
    }


def _person_form(incident: Incident, typed: Mapping[str, str], problem: str = "") -> str:
    words = incident.words
    roles = sorted(
        ((role, str(words.role(role_in_playbook(role)))) for role in incident.document.roles),
        key=lambda entry: entry[1],
    )
    languages = list(dict.fromkeys((*_languages(incident), *LANGUAGES)))
    return render_template(
        "incidents/person_new.html",
        incident=incident,
        typed=typed,
        roles=roles,
        languages=languages,
        problem=problem,
    )
