"""Cells of a table of people: what each may hold, and what is said when it does not.

What needs a library (is this a phone, does this language exist) is passed in as `Checks`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from playbook.domain.preparedness.durations import ID
from playbook.domain.preparedness.findings import Sentence
from playbook.domain.text import nearest, tidy
from playbook.errors import BadInput

#: How long a cell may be: the widths of the tables behind it.
LENGTHS = {"key": 120, "name": 200, "organisation": 200, "organisation_kind": 80}
NOTES_LENGTH = 10_000


class BadCell(BadInput):
    """A cell does not hold what its column is for: what is wrong, and how to mend it."""

    def __init__(self, problem: Sentence, mend: Sentence) -> None:
        super().__init__(problem.say, **problem.facts)
        self.problem = problem
        self.mend = mend


@dataclass(frozen=True)
class Checks:
    """What only a library can tell: each returns what is stored, or raises BadCell."""

    phone: Callable[[str], str]
    email: Callable[[str], str]
    language: Callable[[str], str]
    #: Role ids that published playbooks use; empty when none is published yet.
    roles: frozenset[str] = frozenset()


def one_line(text: str) -> str:
    """Return `text` in one spelling and on one line, without control characters."""
    return _printable(" ".join(tidy(text).split()))


def _printable(text: str) -> str:
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks through folders each time


def check_time_zone(text: str) -> str:
    """Return `text` if it is an IANA time zone, "" if it is empty; raise BadCell otherwise."""
    if not text:
        return ""
    if text in _time_zones():
        return text
    meant = nearest(text.replace(" ", "_"), _time_zones())
    raise BadCell(
        Sentence("“{text}” is not a time zone.", text=text),
        Sentence("Did you mean “{meant}”?", meant=meant)
        if meant
        else Sentence("Write a region and a city, like “Europe/London”."),
    )


def check_role(text: str) -> str:
    """Return `text` if it can be a role id; raise BadCell otherwise."""
    if re.fullmatch(ID, text) and len(text) <= 80:
        return text
    raise BadCell(
        Sentence("“{text}” is not a role.", text=text[:80]),
        Sentence(
            "Write the role as playbooks do, in small letters with hyphens: “police-liaison”."
        ),
    )


def check_filled(column: str, text: str) -> str:
    """Return what a key or a name holds; raise BadCell if it is empty or too long."""
    value = check_short(column, text)
    if value:
        return value
    if column == "name":
        raise BadCell(Sentence("There is no name."), Sentence("Write the person's name."))
    raise BadCell(
        Sentence("There is no key."),
        Sentence("Give every person a short word of your own that never changes, like “p-017”."),
    )


def check_short(column: str, text: str) -> str:
    """Return one line of text; raise BadCell if it is longer than its column in the database."""
    value = one_line(text)
    if len(value) > LENGTHS[column]:
        raise BadCell(
            Sentence("This is longer than {most} characters.", most=LENGTHS[column]),
            Sentence("Shorten it. Longer texts belong into the notes."),
        )
    return value


def check_notes(text: str) -> str:
    """Return notes as they are stored; raise BadCell if they are a book."""
    value = _printable(tidy(text))
    if len(value) > NOTES_LENGTH:
        raise BadCell(
            Sentence("The notes are longer than {most} characters.", most=NOTES_LENGTH),
            Sentence("Shorten them."),
        )
    return value
