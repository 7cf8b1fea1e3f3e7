"""Turns of duty: a person's own page behind a link, and the rotas that coordinators keep."""

from playbook.web.duty import calendars, entries, holidays, rota, shifts
from playbook.web.duty.blueprint import blueprint
from playbook.web.duty.own import answer, ask

__all__ = ["blueprint", "calendars", "entries", "holidays", "rota", "shifts"]

#: The link itself is the secret; a partner's old phone may keep no cookies.
csrf_exempt = (ask, answer)
