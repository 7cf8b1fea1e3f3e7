"""The blueprint that the directory's screens hang on, and what all of them need."""

from typing import Any

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from markupsafe import Markup, escape

from playbook.domain.preparedness.findings import Sentence
from playbook.models.database import begin_reading
from playbook.queries.preparedness.directory import RoleUse, roles_in_use
from playbook.queries.preparedness.rotas import GapAhead
from playbook.web.database import session, wiring
from playbook.web.directory import wording
from playbook.web.languages import page_language
from playbook.web.presentation import date_and_clock

blueprint = Blueprint(
    "directory",
    __name__,
    url_prefix="/directory",
    template_folder="templates",
    static_folder="static",
)

#: A checked file travels in a form once, packed; see `held_file`.
MOST_FORM_BYTES = 4 * 1024 * 1024


@blueprint.record_once
def _make_room(state: BlueprintSetupState) -> None:
    config = state.app.config
    config["MAX_FORM_MEMORY_SIZE"] = max(config["MAX_FORM_MEMORY_SIZE"] or 0, MOST_FORM_BYTES)


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"wording": wording}


def read_only() -> None:
    """Let this request read only, although it is posted: a search must not wait for writers."""
    session().rollback()
    begin_reading()


class RoleNames:
    """Roles as the reader calls them; one that no published playbook names is shown as its id."""

    def __init__(self) -> None:
        self.uses: dict[str, RoleUse] = roles_in_use(session())
        self._language = page_language()

    def __call__(self, role: str) -> str:
        """Return the name of `role`."""
        names = self.uses[role].names if role in self.uses else {}
        return names.get(self._language) or names.get("en") or next(iter(names.values()), role)

    def choices(self, without: set[str]) -> list[tuple[str, str]]:
        """Return the roles of published playbooks but for `without`, by name, for a form."""
        free = [(role, self(role)) for role in self.uses if role not in without]
        return [("", gettext("Choose a role")), *sorted(free, key=lambda c: c[1].casefold())]


def region() -> str:
    """Return the region that numbers without a country code are read in."""
    return wiring().settings.city_region


@blueprint.app_template_filter("gap_told")
def gap_told(gap: GapAhead) -> Markup:
    """Show from when until when nobody is on a rota."""
    facts = {"start": date_and_clock(gap.starts_at), "end": date_and_clock(gap.ends_at)}
    if gap.ends_at is None:
        return escape(gettext("nobody from %(start)s on")) % facts
    return escape(gettext("nobody from %(start)s until %(end)s")) % facts


def in_words(sentence: Sentence) -> str:
    """Return a sentence of the rules in the reader's language."""
    translated = str(gettext(sentence.say))
    return translated.format(**sentence.facts) if sentence.facts else translated


def page_of(items: list[Any], number: int, size: int) -> tuple[list[Any], int, int]:
    """Return one page of `items`, its number and how many pages there are."""
    pages = max(1, -(-len(items) // size))
    number = min(max(1, number), pages)
    return items[(number - 1) * size : number * size], number, pages
