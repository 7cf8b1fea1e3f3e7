"""Translations: how far each has been read, and a native speaker's name under it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput, NotFound
from playbook.services.preparedness.readings import sign_readings
from playbook.web.database import transaction
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.languages import direction, language_name
from playbook.web.playbooks.blueprint import Page, address, blueprint, in_words
from playbook.web.presentation import now


@dataclass(frozen=True)
class Pair:
    """A source text and its translation."""

    key: str
    source: str
    translation: str
    reader: str | None


@dataclass(frozen=True)
class Group:
    """The texts of one entry of the playbook, under its name; `message` is its id if it is one."""

    key: str
    name: str
    message: str
    pairs: list[Pair]

    @property
    def unread(self) -> int:
        """How many of them nobody has read."""
        return sum(pair.reader is None for pair in self.pairs)


@blueprint.get("/<key>/<int:number>/translations")
@allow(OBSERVER)
def translations(key: str, number: int) -> ResponseReturnValue:
    """Show how far each translation of a version has been read."""
    return render_template("playbooks/translations.html", **Page(key, number).facts())


@blueprint.get("/<key>/<int:number>/translations/<language>")
@allow(OBSERVER)
def translation(key: str, number: int, language: str) -> ResponseReturnValue:
    """Show a translation beside its source."""
    return _side_by_side(Page(key, number), language)


@blueprint.post("/<key>/<int:number>/translations/<language>")
@allow(COORDINATOR)
def sign(key: str, number: int, language: str) -> ResponseReturnValue:
    """Note that a native speaker has read a translation, or the chosen messages of it."""
    page = Page(key, number)
    reader = request.form.get("reader", "").strip()
    chosen = request.form.getlist("message")
    messages = None if request.form.get("what") == "everything" else chosen
    try:
        if messages == []:
            raise BadInput("Choose at least one message. Nothing was signed.")
        with transaction() as session:
            count = sign_readings(
                session, page.version, language, reader, now(), signed_in_user(), messages
            )
    except BadInput as problem:
        return _side_by_side(page, language, in_words(problem), reader, chosen), 422
    said = ngettext(
        "%(num)d text is now read by %(reader)s.",
        "%(num)d texts are now read by %(reader)s.",
        count,
        reader=reader,
    )
    if count:
        flash(said, "success")
    else:
        flash(_("Nothing was left to sign: a reader is named for every one."))
    if request.form.get("back") == "message" and len(chosen) == 1:
        return redirect(address("message", page.version, message_id=chosen[0]))
    return redirect(url_for("playbooks.translation", key=key, number=number, language=language))


def _side_by_side(
    page: Page, language: str, problem: str = "", reader: str = "", chosen: list[str] | None = None
) -> str:
    if language not in page.readings.languages:
        raise NotFound("This playbook is not translated into “{language}”.", language=language)
    return render_template(
        "playbooks/translation.html",
        **page.facts()
        | {
            "into": language,
            "into_dir": direction(language),
            "into_name": language_name(language),
            "source_dir": direction(page.playbook.languages.source),
            "state": page.readings.languages[language],
            "groups": _groups(page, language),
            "problem": problem,
            "reader": reader,
            "chosen": chosen or [],
        },
    )


def _groups(page: Page, language: str) -> list[Group]:
    """Return the translated texts by the entry that they speak of; messages first, because they
    reach people.
    """
    source = page.playbook.words.get(page.playbook.languages.source, {})
    found: dict[str, list[Pair]] = {}
    for key, text in page.playbook.words.get(language, {}).items():
        group = ".".join(key.split(".")[:2])
        pair = Pair(key, source.get(key, ""), text, page.readings.reader_of(language, key))
        found.setdefault(group, []).append(pair)
    return sorted(
        (_group(page, key, sorted(pairs, key=lambda p: p.key)) for key, pairs in found.items()),
        key=lambda g: (not g.message, g.key),
    )


def _group(page: Page, key: str, pairs: list[Pair]) -> Group:
    section, entry = key.split(".")
    source = page.playbook.words.get(page.playbook.languages.source, {})
    names = (f"{key}.{part}" for part in ("name", "title", "what", "question"))
    name = next((source[k] for k in names if k in source), key)
    is_message = section == "messages" and entry in page.playbook.messages
    return Group(key, name, entry if is_message else "", pairs)
