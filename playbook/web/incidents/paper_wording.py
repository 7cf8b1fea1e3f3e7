"""What the time line says of answers that were entered from paper."""

from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from playbook.domain.response.paper import PAPER
from playbook.queries.response.timeline import Happened
from playbook.queries.response.words import Words
from playbook.web.incidents.blueprint import blueprint, said
from playbook.web.incidents.wording import VIA, fill, teach, teach_via
from playbook.web.presentation import clock, plain_date


@blueprint.app_template_filter("plain_day")
def plain_day(day: date) -> str:
    """Return a day as text alone, for an entry of a select."""
    return plain_date(day)


def entered(entry: Happened) -> Markup:
    """Say when, and by whom, what was ticked on paper came into the service."""
    at = datetime.fromisoformat(str(entry.facts["entered_at"]))
    name, caller = entry.facts.get("entered_by", ""), entry.facts.get("caller", "")
    if caller:
        return fill(
            _("from paper, called by %(caller)s, entered %(clock)s by %(name)s"),
            clock=clock(at),
            name=name,
            caller=caller,
        )
    return fill(_("from paper, entered %(clock)s by %(name)s"), clock=clock(at), name=name)


def _no_answer(entry: Happened, words: Words) -> Markup:
    return fill(
        _("Called %(name)s for %(role)s; nobody answered (%(via)s)"),
        name=entry.facts.get("name", ""),
        role=said(words.role(str(entry.facts.get("role", "")))),
        via=entered(entry),
    )


def _sheet(entry: Happened, _words: Words) -> Markup:
    answers, silent = int(entry.facts.get("answers", 0)), int(entry.facts.get("unanswered", 0))
    return escape(
        _(
            "Entered %(answers)s and %(silent)s from paper.",
            answers=ngettext("%(num)d answer", "%(num)d answers", answers),
            silent=ngettext("%(num)d unanswered call", "%(num)d unanswered calls", silent),
        )
    )


VIA[PAPER] = _l("from paper")
teach_via(PAPER, entered)
teach("paper.no-answer", _no_answer, _l("A person was called from paper; nobody answered."))
teach("paper.entered", _sheet, _l("Answers were entered from paper."))
