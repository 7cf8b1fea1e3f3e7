"""YAML read as text: a loader that never guesses, never follows, and knows every line.

`no`, `on`, `04` and `2026-05-01` stay what was typed. Anchors' aliases, tags and a second document
are refused, a key that is there twice is reported, and depth and size have an end: a playbook may
come from another city.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.raw import Path, Position, Raw, RawFile, error

#: Enough for a thousand decisions; more is no playbook.
MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 20

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Control characters and halves of characters, which no screen shows and no database keeps.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class _Refused(Exception):
    """Reading stops here; what was found is in `finding`."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass
class _Open:
    """A mapping or list that is being read; `key` is the key whose value comes next."""

    made: dict[str, Raw] | list[Raw]
    path: Path
    key: str | None = None
    #: The value that comes next belongs to a key that was there already.
    is_repeated: bool = False


@dataclass
class _Reading:
    name: str
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    root: Raw | None = None
    documents: int = 0

    def refuse(self, line: int, problem: Sentence, mend: Sentence) -> NoReturn:
        raise _Refused(error(Position(self.name, line), (), problem, mend))


def read_yaml(name: str, content: bytes) -> tuple[RawFile, list[Finding]]:
    """Return the tree of one file, every scalar as text, with the line of every key and item.

    `name` is what findings call the file. A file that cannot be read has the tree None and a
    finding that says why; a repeated key is a finding, and its first value counts.
    """
    reading = _Reading(name)
    try:
        text = _decoded(reading, content)
        for event in _events(reading, text):
            _take(reading, event)
    except _Refused as refused:
        return RawFile(name, None), [*reading.findings, refused.finding]
    tree: Raw = reading.root if reading.root is not None else {}
    return RawFile(name, tree, reading.lines), reading.findings


def _decoded(reading: _Reading, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        reading.refuse(
            1,
            Sentence("This file is larger than {most} MB.", most=MOST_BYTES // 1024 // 1024),
            Sentence("A playbook holds text only; take out what does not belong to it."),
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        reading.refuse(
            content[: broken.start].count(b"\n") + 1,
            Sentence("This file is not saved as UTF-8."),
            Sentence("Save it again with the encoding UTF-8."),
        )
        raise


def _events(reading: _Reading, text: str) -> Iterator[Any]:
    """Yield YAML events; the C parser keeps its own stack, so depth is checked while reading."""
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.reader.ReaderError as broken:
        reading.refuse(
            text[: broken.position].count("\n") + 1,
            Sentence("There is a character here that cannot be printed."),
            Sentence("Type the line again."),
        )
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        reading.refuse(
            mark.line + 1 if mark else 1,
            Sentence("This line cannot be read: {reason}.", reason=broken.problem or "unknown"),
            Sentence(
                "Look for a missing colon, a tab, an unclosed quotation mark or a line that is "
                "moved in too far; a text with a colon inside needs quotation marks."
            ),
        )
    except yaml.YAMLError as broken:
        reading.refuse(
            1,
            Sentence("This file cannot be read: {reason}.", reason=str(broken)),
            Sentence("Type the file again from a good one."),
        )


def _take(reading: _Reading, event: Any) -> None:
    line = event.start_mark.line + 1
    if isinstance(event, yaml.DocumentStartEvent):
        reading.documents += 1
        if reading.documents > 1:
            reading.refuse(
                line,
                Sentence("A second document begins here."),
                Sentence("Take out the line “---”."),
            )
    elif isinstance(event, yaml.AliasEvent):
        reading.refuse(
            line,
            Sentence("“*{name}” points to another place of the file.", name=event.anchor),
            Sentence("Write out what it stands for."),
        )
    elif isinstance(event, yaml.ScalarEvent):
        _refuse_tag(reading, event, line)
        _scalar(reading, event.value, line)
    elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
        _refuse_tag(reading, event, line)
        _open(reading, {} if isinstance(event, yaml.MappingStartEvent) else [], line)
    elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
        reading.stack.pop()


def _refuse_tag(reading: _Reading, event: Any, line: int) -> None:
    if event.tag not in (None, "!"):
        reading.refuse(
            line,
            Sentence("“{tag}” asks for something that a playbook has no use for.", tag=event.tag),
            Sentence("Take it out; every value is read as text."),
        )


def _scalar(reading: _Reading, value: str, line: int) -> None:
    unprintable = _UNPRINTABLE.search(value.replace("\r\n", "\n"))
    if unprintable:
        reading.refuse(
            line,
            Sentence(
                "There is a character here that cannot be printed (U+{code}).",
                code=f"{ord(unprintable.group()):04X}",
            ),
            Sentence("Take it out, or type the text again."),
        )
    top = reading.stack[-1] if reading.stack else None
    if top is not None and isinstance(top.made, dict) and top.key is None:
        _key(reading, top, top.made, value, line)
    else:
        _place(reading, value, line)


def _key(reading: _Reading, top: _Open, made: dict[str, Raw], key: str, line: int) -> None:
    top.key = key
    path = (*top.path, key)
    top.is_repeated = key in made
    if not top.is_repeated:
        reading.lines[path] = line
        return
    reading.findings.append(
        error(
            Position(reading.name, line),
            path,
            Sentence(
                "“{key}” is there twice; it was first written on line {first}.",
                key=key,
                first=reading.lines[path],
            ),
            Sentence("Keep one of them; until then only the first counts."),
        )
    )


def _open(reading: _Reading, made: dict[str, Raw] | list[Raw], line: int) -> None:
    top = reading.stack[-1] if reading.stack else None
    if top is not None and isinstance(top.made, dict) and top.key is None:
        reading.refuse(
            line,
            Sentence("A key should be one word, not a list or several lines."),
            Sentence("Write the key as text; braces in a text need quotation marks around it."),
        )
    if len(reading.stack) >= MOST_DEPTH:
        reading.refuse(
            line,
            Sentence("This is nested more than {most} deep.", most=MOST_DEPTH),
            Sentence("No part of a playbook is that deep; look for stray brackets."),
        )
    path = _place(reading, made, line)
    reading.stack.append(_Open(made, path))


def _place(reading: _Reading, value: Raw, line: int) -> Path:
    """Put a value where it belongs and return its path."""
    if not reading.stack:
        reading.root = value
        return ()
    top = reading.stack[-1]
    if isinstance(top.made, list):
        path: Path = (*top.path, len(top.made))
        top.made.append(value)
        reading.lines[path] = line
        return path
    key = str(top.key)
    top.key = None
    path = (*top.path, key)
    if top.is_repeated:
        return ("", *path)  # a place of its own, so that lines of the first value stay
    top.made[key] = value
    return path
