"""What the time line says of warned places and of messages to lists. No place is named by it."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from playbook.queries.response.timeline import Happened
from playbook.queries.response.words import Words
from playbook.web.incidents.blueprint import said
from playbook.web.incidents.wording import fill, teach, term


def _list_message(entry: Happened, _words: Words) -> Markup:
    texts = dict(entry.facts.get("texts") or {}).values()
    return fill(_("Sent a message to lists and roles: %(text)s"), text=" / ".join(texts))


def _warned(entry: Happened, _words: Words) -> Markup:
    places = int(entry.facts.get("places", 0))
    return escape(
        ngettext("Warned %(num)d similar place.", "Warned %(num)d similar places.", places)
    )


def _heard(sentence: Any) -> Callable[[Happened, Words], Markup]:
    def tell(entry: Happened, words: Words) -> Markup:
        return fill(
            str(sentence),
            name=entry.facts.get("name", ""),
            role=said(words.role(str(entry.facts.get("role", "")))),
            via=term(entry.facts.get("via", ""), "via"),
        )

    return tell


teach("change.list-message", _list_message, _l("Lists and roles got a message."))
teach("sites.warned", _warned, _l("Similar places were warned."))
teach(
    "sites.counted",
    lambda _entry, _words: escape(_("Looked at how many similar places there are to warn.")),
    _l("Somebody looked at how many similar places there are."),
)
teach(
    "warning.joining",
    _heard(_l("%(name)s has received the warning: %(role)s (%(via)s)")),
    _l("A similar place has received the warning."),
)
teach(
    "warning.deputy",
    _heard(_l("%(name)s asks that the deputy is warned: %(role)s (%(via)s)")),
    _l("A similar place asked for the deputy."),
)
teach(
    "warning.unable",
    _heard(_l("%(name)s asks to be called: %(role)s (%(via)s)")),
    _l("A similar place asked to be called."),
)
