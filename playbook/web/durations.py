"""Lengths of time in words, in the page's language, with its own plurals."""

from collections.abc import Callable
from datetime import timedelta

from flask_babel import ngettext

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 365 * DAY

#: A unit is used from two of it on: "95 min" says more to somebody in a hurry than "2 h".
UNITS = (("year", YEAR), ("day", DAY), ("hour", HOUR), ("minute", MINUTE))


def in_units(length: timedelta) -> tuple[str, int]:
    """Return the largest fitting unit and how many whole ones of it `length` holds."""
    seconds = int(length.total_seconds())
    for unit, size in UNITS:
        if seconds >= 2 * size:
            return unit, seconds // size
    return "second", seconds


def length_of(length: timedelta) -> str:
    """Return "12 min"."""
    return _say(_LENGTH, length)


def ahead(length: timedelta) -> str:
    """Return "in 12 min"."""
    return _say(_AHEAD, length)


def ago(length: timedelta) -> str:
    """Return "12 min ago"."""
    return _say(_AGO, length)


def _say(words: dict[str, Callable[[int], str]], length: timedelta) -> str:
    unit, count = in_units(length)
    return words[unit](count)


_LENGTH: dict[str, Callable[[int], str]] = {
    "second": lambda n: ngettext("%(num)d s", "%(num)d s", n),
    "minute": lambda n: ngettext("%(num)d min", "%(num)d min", n),
    "hour": lambda n: ngettext("%(num)d h", "%(num)d h", n),
    "day": lambda n: ngettext("%(num)d day", "%(num)d days", n),
    "year": lambda n: ngettext("%(num)d year", "%(num)d years", n),
}
_AHEAD: dict[str, Callable[[int], str]] = {
    "second": lambda n: ngettext("in %(num)d s", "in %(num)d s", n),
    "minute": lambda n: ngettext("in %(num)d min", "in %(num)d min", n),
    "hour": lambda n: ngettext("in %(num)d h", "in %(num)d h", n),
    "day": lambda n: ngettext("in %(num)d day", "in %(num)d days", n),
    "year": lambda n: ngettext("in %(num)d year", "in %(num)d years", n),
}
_AGO: dict[str, Callable[[int], str]] = {
    "second": lambda n: ngettext("%(num)d s ago", "%(num)d s ago", n),
    "minute": lambda n: ngettext("%(num)d min ago", "%(num)d min ago", n),
    "hour": lambda n: ngettext("%(num)d h ago", "%(num)d h ago", n),
    "day": lambda n: ngettext("%(num)d day ago", "%(num)d days ago", n),
    "year": lambda n: ngettext("%(num)d year ago", "%(num)d years ago", n),
}
