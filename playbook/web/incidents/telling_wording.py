"""What the time line says of changes that were told again, because nobody confirmed them."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from playbook.queries.response.timeline import Happened
from playbook.queries.response.words import Words
from playbook.web.incidents.wording import fill, teach, term


def _told_again(entry: Happened, _words: Words) -> Markup:
    name, channel = entry.facts.get("name", ""), str(entry.facts.get("channel", ""))
    if channel == "voice":
        return fill(_("%(name)s has not confirmed a change; a human is asked to phone."), name=name)
    return fill(
        _("%(name)s has not confirmed a change; told again: %(channel)s."),
        name=name,
        channel=term(channel, "channel"),
    )


teach(
    "change.told-again", _told_again, _l("A person had not confirmed a change and was told again.")
)
