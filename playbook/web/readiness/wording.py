"""What the readiness screens say: states, obstacles, times."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from playbook.domain.preparedness.readiness import CallState
from playbook.web.database import wiring
from playbook.web.presentation import number, state

#: Per state: whose icon and colour it borrows, and its own word. None is red: nobody need act this minute.
_STATES: dict[CallState, tuple[str, Any]] = {
    CallState.QUEUED: ("queued", _l("not yet asked")),
    CallState.WAITING: ("waiting", _l("asked, no answer yet")),
    CallState.ANSWERED: ("answered", _l("answered")),
    CallState.LATE: ("due", _l("answered after the end")),
    CallState.SILENT: ("silent", _l("no answer")),
    CallState.BOUNCED: ("undelivered", _l("bounced")),
    CallState.CANNOT: ("closed", _l("could not be asked")),
}

_OBSTACLES: dict[str, Any] = {
    "no-contact": _l("no number or address"),
    "no-sms": _l("gets no text messages"),
    "opted-out": _l("has stopped messages"),
    "disowned": _l("says it is no longer theirs"),
    "held": _l("everything to this person is held"),
    "nobody": _l("nobody holds this role"),
    "incident": _l("a real incident came first"),
    "removed": _l("was removed from the directory"),
    "closed": _l("closed before it was asked"),
    "too-late": _l("could not be sent in time"),
}

_WEEKDAYS = (
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
)


def call_state(found: CallState) -> Markup:
    """Show what became of a question, as icon, word and colour."""
    borrowed, word = _STATES[found]
    return state(borrowed, word)


def state_word(found: CallState) -> str:
    """Return what became of a question, as a word."""
    return str(_STATES[found][1])


def obstacle(reason: str) -> str:
    """Return why somebody could not be asked; an unknown reason as it is."""
    return str(_OBSTACLES.get(reason, reason))


def minutes(time: timedelta | None) -> str:
    """Return "4.5 min"; "–" for no time."""
    if time is None:
        return "–"
    return str(_("%(minutes)s min", minutes=number(round(time / timedelta(minutes=1), 1))))


def weekdays() -> list[tuple[int, str]]:
    """Return the days of the week for a form, Monday first."""
    return [(index, str(day)) for index, day in enumerate(_WEEKDAYS)]


def weekday_and_time(instant: datetime | None) -> tuple[int, str]:
    """Return the weekday (Monday is 0) and "HH:MM" of `instant` in the city; Wednesday at 10:30 for None."""
    if instant is None:
        return 2, "10:30"
    local = instant.astimezone(ZoneInfo(wiring().settings.city_time_zone))
    return local.weekday(), f"{local:%H:%M}"
