"""How turns of duty are told: days and hours in the rota's own zone, places, and why somebody has a turn."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from playbook.domain.preparedness.rota import HOLIDAY
from playbook.web.languages import direction
from playbook.web.presentation import LRI, PDI, date_locale, plain_date, tag

#: Why somebody has a turn: icon and word; the weekly pattern is the usual case and says nothing.
WHY = {
    "holiday": ("sun", _l("public holiday")),
    "imported": ("download", _l("from a calendar")),
    "exception": ("edit", _l("exception")),
    "swap": ("refresh", _l("swapped")),
}
SWAP_STATES = {
    "asked": ("hourglass", _l("waiting for an answer"), "busy"),
    "accepted": ("check", _l("accepted"), "good"),
    "declined": ("x", _l("declined"), "quiet"),
    "withdrawn": ("minus", _l("no longer asked"), "quiet"),
}


def plain_hour(instant: datetime, zone: ZoneInfo, *, named: bool = True) -> str:
    """Return "19:00 GMT" in `zone`; without the zone where it stands beside."""
    local = instant.astimezone(zone)
    text = f"{local:%H:%M} {local.tzname()}" if named else f"{local:%H:%M}"
    return f"{LRI}{text}{PDI}" if direction() == "rtl" else text


def plain_moment(instant: datetime, zone: ZoneInfo) -> str:
    """Return "Sat, 14 Mar, 19:00 GMT"."""
    return str(
        gettext(
            "%(date)s, %(clock)s",
            date=plain_date(instant.astimezone(zone).date()),
            clock=plain_hour(instant, zone),
        )
    )


def plain_hours(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return "07:00 – 19:00 GMT"; both zones where the clocks change in between."""
    same = start.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset()
    return f"{plain_hour(start, zone, named=not same)} – {plain_hour(end, zone)}"


def plain_span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return "Sat, 14 Mar, 07:00 – 19:00 GMT", or both dates where the end is on a later day."""
    first = start.astimezone(zone).date()
    if end.astimezone(zone).date() == first:
        return str(
            gettext(
                "%(date)s, %(clock)s", date=plain_date(first), clock=plain_hours(start, end, zone)
            )
        )
    return f"{plain_moment(start, zone)} – {plain_moment(end, zone)}"


def span(start: datetime, end: datetime, zone: ZoneInfo) -> Markup:
    """Return a stretch for a page, readable by programs too."""
    return tag(start, plain_span(start, end, zone), "duty-span")


def hours(start: datetime, end: datetime, zone: ZoneInfo) -> Markup:
    """Return the hours of a turn whose day stands beside it; the end's date where it lies further on."""
    last = end.astimezone(zone).date()
    if last - start.astimezone(zone).date() <= timedelta(days=1) and end - start < timedelta(
        days=1
    ):
        return tag(start, plain_hours(start, end, zone), "duty-span")
    return tag(start, f"{plain_hour(start, zone)} – {plain_moment(end, zone)}", "duty-span")


def place(position: int) -> str:
    """Return what a position means: who is called first, who stands behind."""
    if position == 0:
        return str(gettext("on duty"))
    if position == 1:
        return str(gettext("stands behind"))
    return str(gettext("stands behind, number %(number)d", number=position))


def places() -> list[tuple[str, str]]:
    """Return the positions that a form offers."""
    return [(str(number), place(number)) for number in range(4)]


def weekday(number: int) -> str:
    """Return "Monday" for 0, and what the seventh row of a pattern means."""
    if number == HOLIDAY:
        return str(gettext("Public holiday"))
    return str(get_day_names("wide", context="stand-alone", locale=date_locale())[number])


def week(number: int) -> str:
    """Return "Week 1" for the week 0 of a cycle."""
    return str(gettext("Week %(number)d", number=number + 1))


def day(on: date) -> str:
    """Return "Sat, 14 Mar"."""
    return plain_date(on)
