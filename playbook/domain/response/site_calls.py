"""Warning similar places: how such a call is named, what an answer to it means, and what nobody there is told.

A place is called through the role of its contact, one call per place: "mosque-council~s7" for place 7. Whoever is
warned is never asked to join: 1 means received, 2 my deputy, 3 please call me.
"""

from collections.abc import Iterable
from datetime import datetime

from playbook.domain.response.answers import Told
from playbook.domain.response.changes import ADDED

#: The message that asks for a role, and the one that warns a similar place.
CALL_OUT = "call-out"
SITE_WARNING = "site-warning"
#: Ends the cause of the task of calling somebody back who has asked for it.
CALL_ME = ":call-me"

_SITE = f"{ADDED}s"


def site_role(role: str, site_id: int) -> str:
    """Return the name of the call that warns a place through its contact role."""
    return f"{role}{_SITE}{site_id}"


def site_of(role: str) -> int | None:
    """Return the id of the place that a call warns; None for any other call."""
    _contact, found, number = role.partition(_SITE)
    return int(number) if found and number.isdigit() else None


def told_of_warning(told: Told) -> Told:
    """Return what a warned place is told instead of what somebody is told who was asked to join."""
    if told in (Told.JOINING, Told.AGAIN, Told.LATE):
        return Told.SITE_THANKS
    return {Told.DEPUTY: Told.SITE_DEPUTY, Told.UNABLE: Told.SITE_CALL_YOU}.get(told, told)


def meant_by_a_digit(asked: Iterable[tuple[str, bool, datetime]]) -> str:
    """Return which message a digit answers, of those that one person has got: (message, still open, asked at).

    An open one before an answered one, then the latest: an answer to a warning must not undo somebody's earlier
    promise to come. What it does not answer stays open, so its ladder goes on. Without any, the call-out.
    """
    latest: dict[str, tuple[bool, datetime]] = {}
    for message, is_open, at in asked:
        latest[message] = max(latest.get(message, (False, at)), (is_open, at))
    return max(latest, key=lambda message: latest[message], default=CALL_OUT)
