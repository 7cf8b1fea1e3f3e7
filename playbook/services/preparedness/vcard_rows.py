"""People as vCard 4 (RFC 6350), the format in which address books export.

The content lines are read by `icalendar`, whose grammar RFC 5545 and RFC 6350 share; what the
properties mean is said here. Read are: UID (key), FN (name), ORG, LANG, TZ, TEL, EMAIL, NOTE, and
two of our own, `X-ROLE` (with PREF for the place in the role's order) and `X-ORG-KIND`. vCard's own
ROLE is a person's function in plain words, not a role of a playbook, and is passed over like
everything else.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from icalendar.parser import Contentline

from playbook.domain.preparedness.directory_rows import RawRow, RowFinding
from playbook.domain.preparedness.findings import Sentence, Severity

#: PREF runs from 1 (first) to 100 (RFC 6350, 5.3); without it a value comes last.
NO_PREFERENCE = 101

_ONCE = {
    "UID": "key",
    "FN": "name",
    "LANG": "language",
    "TZ": "time_zone",
    "X-ORG-KIND": "organisation_kind",
}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Property:
    """One property of a card: its name in capitals, its PREF, and its value as it was written."""

    name: str
    preference: int
    value: str
    line: int

    @property
    def text(self) -> str:
        """The value as a text (RFC 6350, 3.4)."""
        return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], self.value)

    @property
    def first_part(self) -> str:
        """The first part of a structured value: the organisation without its departments."""
        part = re.match(r"(?:\\.|[^\\;])*", self.value, re.DOTALL)
        return _ESCAPED.sub(r"\1", part[0] if part else "")


def is_vcard(data: bytes) -> bool:
    """Return whether `data` looks like cards rather than like a table."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:11].upper() == b"BEGIN:VCARD"


def read_vcards(data: bytes) -> tuple[list[RawRow], list[RowFinding]]:
    """Return one row per card, in the columns of a table, and what is wrong with the cards
    themselves.

    What a card does not mention is missing from its row, so that importing it leaves that
    untouched.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeError:
        return [], [
            _error(
                0,
                1,
                Sentence("This file is not written in UTF-8, as vCard 4 has to be."),
                Sentence("Export the cards again as vCard 4."),
            )
        ]
    rows: list[RawRow] = []
    findings: list[RowFinding] = []
    for number, (line, lines, whole) in enumerate(_cards(text), start=1):
        properties, wrong = _properties(number, lines)
        wrong += _wrong_card(number, line, properties, whole)
        findings += wrong
        if not wrong:
            rows.append(RawRow(number, line, _cells(properties)))
    return rows, findings


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield each logical line with the number of its first physical one (RFC 6350, 3.2)."""
    start, logical = 1, ""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if line[:1] in (" ", "\t") and logical:
            logical += line[1:]
            continue
        if logical.strip():
            yield start, logical
        start, logical = number, line
    if logical.strip():
        yield start, logical


def _cards(text: str) -> Iterator[tuple[int, list[tuple[int, str]], bool]]:
    """Yield where each card begins, its lines, and whether it also ends."""
    start, lines = 0, list[tuple[int, str]]()
    for number, line in _unfolded(text):
        word = line.strip().upper()
        if word in ("BEGIN:VCARD", "END:VCARD"):
            if start or lines:
                yield start or lines[0][0], lines, bool(start) and word == "END:VCARD"
            start, lines = (number if word == "BEGIN:VCARD" else 0), []
        else:
            lines.append((number, line))
    if start or lines:
        yield start or lines[0][0], lines, False


def _properties(
    number: int, lines: Iterable[tuple[int, str]]
) -> tuple[list[Property], list[RowFinding]]:
    properties: list[Property] = []
    findings: list[RowFinding] = []
    for line, written in lines:
        try:
            content = Contentline(written)  # type: ignore[no-untyped-call]  # a gap in its types
            name, parameters, value = content.raw_parts()
        except ValueError:
            findings.append(
                _error(
                    number,
                    line,
                    Sentence("This line is not a line of a vCard."),
                    Sentence("It needs a name, a colon and a value, like “FN:Amina Yusuf”."),
                )
            )
            continue
        preference = str(parameters.get("PREF", ""))
        properties.append(
            Property(
                name=name.upper().rpartition(".")[2],
                preference=int(preference)
                if re.fullmatch(r"\d{1,3}", preference)
                else NO_PREFERENCE,
                value=value,
                line=line,
            )
        )
    return properties, findings


def _wrong_card(
    number: int, line: int, properties: Iterable[Property], whole: bool
) -> list[RowFinding]:
    if not whole:
        return [
            _error(
                number,
                line,
                Sentence(
                    "This card does not begin with BEGIN:VCARD, or does not end with END:VCARD."
                ),
                Sentence("Export it again; the file may have been cut off."),
            )
        ]
    version = next((p.text.strip() for p in properties if p.name == "VERSION"), "")
    if version == "4.0":
        return []
    return [
        _error(
            number,
            line,
            Sentence("This card is vCard {version}, not vCard 4.0.", version=version)
            if version
            else Sentence("This card does not say which version of vCard it is."),
            Sentence("Export it again as vCard 4."),
        )
    ]


def _cells(properties: Iterable[Property]) -> dict[str, str]:
    preferred = sorted(properties, key=lambda p: p.preference)
    cells: dict[str, str] = {}
    for wanted in preferred:
        if wanted.name in _ONCE:
            cells.setdefault(_ONCE[wanted.name], wanted.text)
        elif wanted.name == "ORG":
            cells.setdefault("organisation", wanted.first_part)
    cells |= _several("phone", [_number(p) for p in preferred if p.name == "TEL"])
    cells |= _several("email", [p.text for p in preferred if p.name == "EMAIL"])
    notes = [p.text for p in properties if p.name == "NOTE"]
    if notes:
        cells["notes"] = "\n".join(notes)
    roles = [p for p in preferred if p.name == "X-ROLE"]
    if roles:
        cells["roles"] = "; ".join(_claim(role) for role in roles)
    return cells


def _several(column: str, values: Iterable[str]) -> dict[str, str]:
    return {
        (f"{column}_{place}" if place > 1 else column): value
        for place, value in enumerate(values, start=1)
    }


def _number(tel: Property) -> str:
    """The number of a TEL, which is a URI (`tel:+44…;ext=1`) or a text."""
    scheme, colon, rest = tel.text.partition(":")
    return rest if colon and scheme.strip().lower() == "tel" else tel.text


def _claim(role: Property) -> str:
    if role.preference == NO_PREFERENCE:
        return role.text.strip()
    return f"{role.text.strip()}:{role.preference}"


def _error(row: int, line: int, problem: Sentence, mend: Sentence) -> RowFinding:
    return RowFinding(Severity.ERROR, row, line, "", problem, mend)
