"""How a playbook's terms are said in the reader's language: durations, deadlines, marks, kinds."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from playbook.domain.preparedness.durations import Duration, Offset, Unit
from playbook.web.languages import time_zone
from playbook.web.presentation import date_locale, plain_clock

#: What an evidence mark means, in words that a lawyer and a tired coordinator both understand.
EVIDENCE = {
    "verified": _l("Stated in the source, as read."),
    "default": _l("A default of this project, not guidance."),
    "unconfirmed": _l("Widely cited, not confirmed."),
}
EVIDENCE_NAMES = {
    "verified": _l("Verified"),
    "default": _l("Default"),
    "unconfirmed": _l("Unconfirmed"),
}
EVIDENCE_ICONS = {"verified": "check", "default": "settings", "unconfirmed": "question-mark"}
CHANNELS = {
    "sms": _l("SMS"),
    "email": _l("Email"),
    "voice": _l("Phone call"),
    "web": _l("Website"),
    "press": _l("Press"),
    "letter": _l("Letter"),
}
KINDS = {
    "call-out": _l("Call-out"),
    "reply": _l("Automatic reply"),
    "holding-line": _l("Holding line"),
    "statement": _l("Statement"),
    "family-coordination": _l("Families"),
    "solidarity": _l("Solidarity"),
    "rumour-correction": _l("Correction of a rumour"),
    "vigil-notice": _l("Vigil"),
    "service-access": _l("How to get help"),
    "donations": _l("Donations"),
    "school-letter": _l("School letter"),
    "staff": _l("Staff"),
    "anniversary": _l("Anniversary"),
    "check-in": _l("Check-in"),
    "follow-up-invitation": _l("Invitation to follow-up"),
}
AUDIENCES = {
    "partners": _l("Partners"),
    "public": _l("The public"),
    "families": _l("Families"),
    "community": _l("The community concerned"),
    "staff": _l("Staff"),
    "schools": _l("Schools"),
    "care": _l("People in care"),
}
APPROVALS = {
    "none": _l("Approved with the playbook: one person may send it."),
    "one": _l("One more person must approve it before it goes."),
    "two": _l("Two more people must approve it before it goes."),
}
CONTACT_KINDS = {
    "call": _l("Phone call"),
    "letter": _l("Letter"),
    "sms": _l("SMS"),
    "email": _l("Email"),
    "visit": _l("Visit"),
    "meeting": _l("Meeting"),
    "screening": _l("Screening"),
}
TRIGGERS = {
    "trial": _l("a trial"),
    "inquest": _l("an inquest"),
    "similar-attack": _l("a similar attack"),
}


def say(table: Mapping[str, Any], key: str) -> str:
    """Return a term's name; a term that this service does not know yet, as it is written.

    Looked up once per request: a page says the same few terms hundreds of times.
    """
    said: dict[tuple[int, str], str] = g.setdefault("playbook_terms", {})
    if (id(table), key) not in said:
        said[id(table), key] = str(table.get(key, key.replace("-", " ")))
    return said[id(table), key]


def duration(length: Duration) -> str:
    """Return a length of time in words: "60 min"."""
    count = length.count
    if length.unit is Unit.MINUTE:
        return str(ngettext("%(num)d min", "%(num)d min", count))
    if length.unit is Unit.HOUR:
        return str(ngettext("%(num)d h", "%(num)d h", count))
    if length.unit is Unit.DAY:
        return str(ngettext("%(num)d day", "%(num)d days", count))
    if length.unit is Unit.WEEK:
        return str(ngettext("%(num)d week", "%(num)d weeks", count))
    if length.unit is Unit.MONTH:
        return str(ngettext("%(num)d month", "%(num)d months", count))
    return str(ngettext("%(num)d year", "%(num)d years", count))


def due(offset: Offset, decision_title: str = "") -> str:
    """Return when something is due, as a sentence: "Due 60 min after time zero".

    `decision_title` names the decision that it counts from, if it counts from one.
    """
    time = duration(offset.duration)
    if offset.direction == "before":
        if offset.anchor == "anniversary":
            return str(_("Due %(time)s before the anniversary", time=time))
        return str(_("Due %(time)s before the hearing", time=time))
    if offset.anchor == "time-zero":
        return str(_("Due %(time)s after time zero", time=time))
    if offset.anchor == "confirmation":
        return str(_("Due %(time)s after the activation is confirmed", time=time))
    if offset.anchor == "anniversary":
        return str(_("Due %(time)s after the anniversary", time=time))
    if offset.anchor == "hearing":
        return str(_("Due %(time)s after the hearing", time=time))
    return str(
        _("Due %(time)s after “%(decision)s” was decided", time=time, decision=decision_title)
    )


def until(offset: Offset, decision_title: str = "") -> str:
    """Return when something that repeats ends: "until 72 hours after time zero"."""
    time = duration(offset.duration)
    if offset.direction == "before":
        if offset.anchor == "anniversary":
            return str(_("until %(time)s before the anniversary", time=time))
        return str(_("until %(time)s before the hearing", time=time))
    if offset.anchor == "time-zero":
        return str(_("until %(time)s after time zero", time=time))
    if offset.anchor == "confirmation":
        return str(_("until %(time)s after the activation is confirmed", time=time))
    if offset.anchor == "anniversary":
        return str(_("until %(time)s after the anniversary", time=time))
    if offset.anchor == "hearing":
        return str(_("until %(time)s after the hearing", time=time))
    return str(
        _("until %(time)s after “%(decision)s” was decided", time=time, decision=decision_title)
    )


def starts(length: Duration) -> str:
    """Return when a tier is called: "at once" or "10 minutes after confirmation"."""
    if length.count == 0:
        return str(_("at once"))
    return str(_("%(time)s after confirmation", time=duration(length)))


def stretch(from_: Duration, until: Duration | None) -> str:
    """Return when a phase is: "from 1 hour to 24 hours after time zero"."""
    if until is None:
        return str(_("from %(start)s after time zero", start=duration(from_)))
    if from_.count == 0:
        return str(_("until %(end)s after time zero", end=duration(until)))
    return str(
        _("from %(start)s to %(end)s after time zero", start=duration(from_), end=duration(until))
    )


def full_day(day: date) -> str:
    """Return a day with its year: a playbook is read, and printed, for years."""
    return str(format_date(day, "long", locale=date_locale()))


def full_moment(instant: datetime) -> str:
    """Return an instant with its year and its zone, for the same reason."""
    local = instant.astimezone(time_zone())
    return str(_("%(date)s, %(clock)s", date=full_day(local.date()), clock=plain_clock(instant)))
