"""What an incident's pages say about rotas: a gap that was met, and until when somebody is on duty."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from playbook.queries.response.timeline import Happened
from playbook.queries.response.words import Words
from playbook.services.response.preview import PreviewHole
from playbook.web.incidents.blueprint import blueprint, said
from playbook.web.incidents.wording import fill, teach
from playbook.web.presentation import plain_moment, tag


@blueprint.app_template_filter("on_duty_until")
def on_duty_until(instant: datetime) -> Markup:
    """Show "on duty until 07:00 GMT", with the day when it is not today."""
    return tag(instant, _("on duty until %(moment)s", moment=plain_moment(instant)))


@blueprint.app_template_filter("rota_gap_told")
def rota_gap_told(hole: PreviewHole, words: Words) -> Markup:
    """Say that nobody is on a role's rota when it is called, who is called instead, and when the gap ends."""
    sentence = (
        _(
            "Nobody is on the rota of “%(role)s” at %(at)s: %(name)s, next in line, will be called. "
            "The gap ends at %(until)s."
        )
        if hole.until
        else _(
            "Nobody is on the rota of “%(role)s” at %(at)s, nor later: %(name)s, next in line, will be called."
        )
    )
    return fill(
        sentence,
        role=said(words.role(hole.role)),
        name=hole.name,
        at=plain_moment(hole.at) if hole.at else "",
        until=plain_moment(hole.until) if hole.until else "",
    )


def _rota_gap(entry: Happened, words: Words) -> Markup:
    role = said(words.role(str(entry.facts.get("role", ""))))
    name = entry.facts.get("name", "")
    if not name:
        return fill(_("Nobody was on the rota of %(role)s, and nobody stands in line."), role=role)
    return fill(
        _("Nobody was on the rota of %(role)s; %(name)s, next in line, was called."),
        role=role,
        name=name,
    )


teach("role.rota-gap", _rota_gap, _l("Nobody was on the rota of a role."))
