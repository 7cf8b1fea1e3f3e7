"""The blueprint that an incident's screens hang on, and what all of them need."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user
from markupsafe import Markup, escape

from playbook.domain.preparedness.document import Playbook
from playbook.models import Activation
from playbook.queries.response.incidents import find_incident
from playbook.queries.response.sites import warned_places
from playbook.queries.response.words import Places, Word, Words
from playbook.services.preparedness.documents import document_of
from playbook.web.database import session
from playbook.web.guards import COORDINATOR, may
from playbook.web.languages import direction, page_language
from playbook.web.presentation import now

blueprint = Blueprint(
    "board",
    __name__,
    url_prefix="/incidents",
    template_folder="templates",
    static_folder="static",
)

#: The columns of the board; on a phone one is shown at a time.
TABS = ("people", "decisions", "doing", "timeline")


@dataclass(frozen=True)
class Incident:
    """One incident as a request sees it: the row, its pinned document, its words in the page's language."""

    activation: Activation
    document: Playbook
    words: Words
    now: datetime

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.activation.ended_at is not None

    @property
    def may_act(self) -> bool:
        """Whether the current user may change something here."""
        return not self.ended and may(COORDINATOR)


def open_incident(activation_id: int) -> Incident:
    """Return an incident for this request, or raise NotFound."""
    activation = find_incident(session(), activation_id)
    document = document_of(activation.version)
    language = page_language()
    names = warned_places(session(), activation_id) if sees_sites() else {}
    places = Places(gettext("A similar place"), language, names)
    return Incident(activation, document, Words(document, language, places), now())


def sees_sites() -> bool:
    """Whether the current user may know which places the city's register holds."""
    return bool(getattr(current_user, "sees_sites", False))


def back_to_board(activation_id: int, tab: str = "", at: str = "") -> ResponseReturnValue:
    """Go back to where a button was pressed: the role's page if it was there, else the board."""
    role = request.form.get("role", "")
    if request.form.get("from") == "role" and role:
        return redirect(url_for("board.role", activation_id=activation_id, role=role), 303)
    return redirect(
        url_for(
            "board.show",
            activation_id=activation_id,
            tab=tab or None,
            open=role or None,
            _anchor=at or None,
        ),
        303,
    )


@blueprint.app_template_filter("said")
def said(word: Word | None) -> Markup:
    """Show a playbook's word, marked with its language where that is not the page's."""
    if word is None:
        return Markup()
    if word.language == page_language():
        return escape(word.text)
    return Markup('<span lang="{}" dir="{}">{}</span>').format(
        word.language, direction(word.language), word.text
    )
