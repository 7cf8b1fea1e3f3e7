"""What the time line says of codes that were checked, and of who was let in on one."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from playbook.queries.response.timeline import Happened
from playbook.queries.response.words import Words
from playbook.web.incidents.wording import fill, teach


def _named(sentence: Any) -> Any:
    def tell(entry: Happened, _words: Words) -> Markup:
        return fill(str(sentence), name=entry.facts.get("name", ""))

    return tell


teach(
    "code.checked",
    _named(_l("The code of %(name)s was checked at the desk: it is right.")),
    _l("A code was checked at the desk."),
)
teach(
    "code.refused",
    lambda _e, _w: escape(_("A wrong code was refused at the desk.")),
    _l("A wrong code was refused at the desk."),
)
teach(
    "code.admitted",
    _named(_l("Let %(name)s in on their code.")),
    _l("A person was let in on their code."),
)
teach(
    "code.admitted-again",
    _named(_l("Let somebody in again on the code of %(name)s, after a warning.")),
    _l("Somebody was let in again on the same code."),
)
