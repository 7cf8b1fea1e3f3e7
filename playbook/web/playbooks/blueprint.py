"""The blueprint that the playbook screens hang on, and what all of them need."""

from typing import Any

from flask import Blueprint, Flask, current_app, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.findings import Sentence
from playbook.errors import PlaybookError
from playbook.models import PlaybookVersion
from playbook.queries.preparedness.playbooks import find_version, versions_of
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.readings import ReadingState, reading_state
from playbook.web.database import session
from playbook.web.languages import page_language
from playbook.web.playbooks.wording import full_moment
from playbook.web.playbooks.words import Words, choose_language

blueprint = Blueprint(
    "playbooks",
    __name__,
    url_prefix="/playbooks",
    template_folder="templates",
    static_folder="static",
)

#: A zip of a playbook is at most 8 MB; a checked playbook travels in a form once.
MOST_REQUEST_BYTES = 16 * 1024 * 1024
MOST_FORM_BYTES = 4 * 1024 * 1024


@blueprint.record_once
def _make_room(state: BlueprintSetupState) -> None:
    config = state.app.config
    if config["MAX_CONTENT_LENGTH"] is None:
        config["MAX_CONTENT_LENGTH"] = MOST_REQUEST_BYTES
    config["MAX_FORM_MEMORY_SIZE"] = max(config["MAX_FORM_MEMORY_SIZE"] or 0, MOST_FORM_BYTES)


class Page:
    """One version as a screen reads it: the document, its words in one language, its readings."""

    def __init__(self, key: str, number: int | None) -> None:
        self.version: PlaybookVersion = find_version(session(), key, number)
        self.playbook: Playbook = document_of(self.version)
        self.readings: ReadingState = reading_state(session(), self.version)
        self.language = choose_language(self.playbook, request.args.get("in"), page_language())
        self.words = Words(self.playbook, self.language, page_language(), self.readings)

    def facts(self) -> dict[str, Any]:
        """Return what every template of a version is given."""
        versions = versions_of(session(), self.version)
        return {
            "version": self.version,
            "key": self.version.playbook.key,
            "versions": versions,
            "is_newest": versions[0].number == self.version.number,
            "playbook": self.playbook,
            "words": self.words,
            "language": self.language,
            "source": self.playbook.languages.source,
            "readings": self.readings,
            "title": self.words("playbook.title"),
            "published": full_moment(self.version.published_at),
        }


def address(endpoint: str, version: PlaybookVersion, **values: Any) -> str:
    """Return the address of a page about `version`."""
    return url_for(
        f"playbooks.{endpoint}", key=version.playbook.key, number=version.number, **values
    )


def in_words(sentence: Sentence | PlaybookError) -> str:
    """Return what a finding or an error says, in the reader's language."""
    translated = str(gettext(sentence.say))
    return translated.format(**sentence.facts) if sentence.facts else translated


def own_app() -> Flask:
    """Return the running application."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy of it
    return app
