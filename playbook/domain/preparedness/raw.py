"""A playbook as it was written, before anything is typed: text, lists and mappings with lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from playbook.domain.preparedness.findings import Finding, Sentence, Severity

Raw: TypeAlias = str | list["Raw"] | dict[str, "Raw"]
#: The way to a value: keys of mappings and places in lists.
Path: TypeAlias = tuple[str | int, ...]


class Position(NamedTuple):
    """Where something was written: the file as its author knows it, and the line from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class RawFile:
    """One file as written.

    `tree` is None if the file could not be read (`findings` of the playbook say why). `lines`
    holds, for the path of each key and list item, the line on which it stands.
    """

    name: str
    tree: Raw | None
    lines: Mapping[Path, int] = field(default_factory=dict)

    def at(self, path: Path) -> Position:
        """Return where `path` stands, or the nearest thing around it that stands anywhere."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return Position(self.name, self.lines[path[:length]])
        return Position(self.name, 1)


@dataclass(frozen=True)
class RawPlaybook:
    """One folder as written; `folder` is its name (None where there is none, as in a bare zip).

    `findings` are what reading the files turned up: broken YAML, a key that is there twice.
    """

    folder: str | None
    structure: RawFile
    words: Mapping[str, RawFile] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def dotted(path: Path) -> str:
    """Return a path as a person writes it, places in lists left out: "roles.mayor.channels"."""
    return ".".join(str(step) for step in path if isinstance(step, str))


def error(position: Position, path: Path, problem: Sentence, mend: Sentence) -> Finding:
    """Return a finding that keeps the playbook from being published."""
    return Finding(Severity.ERROR, position.file, position.line, dotted(path), problem, mend)


def warning(position: Position, path: Path, problem: Sentence, mend: Sentence) -> Finding:
    """Return a finding that the author should know of."""
    return Finding(Severity.WARNING, position.file, position.line, dotted(path), problem, mend)
