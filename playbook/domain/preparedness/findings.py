"""What is wrong with a playbook, said so that a city's lawyer can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from playbook.domain.text import nearest

#: More choices than this are not listed: the reader looks them up instead.
FEW = 12


class Sentence(str):
    """A sentence in English that remembers how it was made, so that the edge can say it in the
    reader's language.

    `say` is the sentence with `{placeholders}`, `facts` fills them; as a plain text it reads in
    English.
    """

    say: str
    facts: dict[str, Any]

    __slots__ = ("facts", "say")

    def __new__(cls, say: str, **facts: Any) -> "Sentence":
        """Return `say` with its placeholders filled from `facts`."""
        made = super().__new__(cls, say.format(**facts) if facts else say)
        made.say = say
        made.facts = facts
        return made


class Severity(StrEnum):
    """What a finding means: an error keeps a playbook from being published, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where it is, and how to mend it.

    `file` is as the author knows it ("words/ar.yaml", or "city-base/playbook.yaml" for what is
    inherited); `line` counts from 1; `path` is the place inside the document
    ("decisions.similar-sites.due").
    """

    severity: Severity
    file: str
    line: int
    path: str
    problem: Sentence
    mend: Sentence

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.problem} {self.mend}".rstrip()


def in_reading_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings as one reads the files: playbook.yaml first, then line by line, each finding
    once.
    """
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda f: ("/" in f.file, f.file, f.line, f.path, f.problem))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding keeps the playbook from being published."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def suggestion(word: str, known: Iterable[str]) -> Sentence:
    """Return how to mend a misspelt id: the one that was probably meant, or the few that exist."""
    choices = sorted(known)
    meant = nearest(word, choices)
    if meant is not None:
        return Sentence("Did you mean “{meant}”?", meant=meant)
    if 0 < len(choices) <= FEW:
        return Sentence("What exists: {choices}.", choices=", ".join(choices))
    return Sentence("Correct the id, or add what it names.")
