"""Rows of people, as a city keeps them in a table: what each cell may hold, and what is wrong with
a row.

Pure: what needs a library (is this a phone, does this language exist) is passed in as `Checks`.
Nothing here raises for a bad row; every mistake becomes a `RowFinding`, so that a person sees all
of them at once.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from playbook.domain.preparedness.directory_cells import (
    BadCell,
    Checks,
    check_filled,
    check_notes,
    check_short,
    check_time_zone,
    one_line,
)
from playbook.domain.preparedness.durations import ID
from playbook.domain.preparedness.findings import Sentence, Severity
from playbook.domain.text import nearest, tidy

#: The columns of a table of people, in the order in which an export writes them.
COLUMNS = (
    "key",
    "name",
    "organisation",
    "organisation_kind",
    "language",
    "time_zone",
    "roles",
    "phone",
    "phone_2",
    "email",
    "notes",
)
REQUIRED = ("key", "name")
#: Other spellings of the same word.
SPELLINGS = {"organization": "organisation", "organization_kind": "organisation_kind"}
SPELLINGS |= {"timezone": "time_zone", "e_mail": "email", "role": "roles", "note": "notes"}
_CLAIM = re.compile(rf"(?P<role>{ID})(?:\s*:\s*(?P<position>[1-9]\d{{0,2}}))?")

_REPEATED = re.compile(r"(phone|email)_([2-9])")


@dataclass(frozen=True)
class RawRow:
    """One row as it was written: its number among the rows (from 1), its first line, its cells.

    A column that the file does not have is missing from `cells`; one that it leaves empty is there
    and empty.
    """

    number: int
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class RowFinding:
    """One thing that is wrong with a file of people; `row` is 0 where it concerns the file."""

    severity: Severity
    row: int
    line: int
    column: str
    problem: Sentence
    mend: Sentence


@dataclass(frozen=True)
class RoleClaim:
    """What a row says about a role: this person is number `position` (from 1) for it."""

    role: str
    position: int

    def __str__(self) -> str:
        return f"{self.role}:{self.position}"


@dataclass(frozen=True)
class PersonRow:
    """A row that can be read. None means that the file says nothing about it; empty means: none."""

    number: int
    line: int
    key: str
    name: str
    organisation: str | None = None
    organisation_kind: str | None = None
    language: str | None = None
    time_zone: str | None = None
    roles: tuple[RoleClaim, ...] | None = None
    #: E.164, in the order in which they are tried.
    phones: tuple[str, ...] | None = None
    emails: tuple[str, ...] | None = None
    notes: str | None = None


@dataclass(frozen=True)
class Reading:
    """What was read from a file: the rows that are whole, and everything that is wrong with it."""

    people: tuple[PersonRow, ...]
    findings: tuple[RowFinding, ...]
    #: Rows in the file, bad ones included.
    rows: int

    @property
    def errors(self) -> tuple[RowFinding, ...]:
        """The findings that keep a row, or the file, from being used."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR)

    @property
    def bad_rows(self) -> tuple[int, ...]:
        """The numbers of the rows that cannot be used."""
        return tuple(sorted({f.row for f in self.errors if f.row}))

    @property
    def blocked(self) -> bool:
        """Whether the file as a whole cannot be used, so that no row can be skipped."""
        return any(not f.row for f in self.errors)


def read_header(cells: Sequence[str], line: int = 1) -> tuple[list[str], list[RowFinding]]:
    """Return the column that each cell of a header names, and what is wrong with the header.

    Capitals, spaces, hyphens and British or American spelling do not matter. An unknown or repeated
    column is an error, because a column that is silently left out is a phone number that nobody
    has.
    """
    columns = [_column(cell) for cell in cells]
    findings = [
        _error(0, line, column, *_wrong_column(column, columns[:index]))
        for index, column in enumerate(columns)
        if not _is_known(column) or column in columns[:index]
    ]
    findings += [
        _error(
            0,
            line,
            column,
            Sentence("The column “{column}” is missing.", column=column),
            Sentence("Add it: every row needs it."),
        )
        for column in REQUIRED
        if column not in columns
    ]
    return columns, findings


def read_rows(
    rows: Sequence[RawRow], checks: Checks, earlier: Sequence[RowFinding] = ()
) -> Reading:
    """Return what `rows` say; `earlier` are findings from reading the file itself.

    Of two rows that contradict each other both are refused: nothing here can know which one is
    right.
    """
    findings = list(earlier)
    read: list[PersonRow] = []
    for raw in rows:
        person, wrong = _read_row(raw, checks)
        findings += wrong
        if person:
            read.append(person)
    findings += [*_same_key(read), *_same_position(read), *_two_kinds(read)]
    bad = {f.row for f in findings if f.severity is Severity.ERROR}
    numbers = {raw.number for raw in rows} | {f.row for f in findings if f.row}
    return Reading(
        people=() if 0 in bad else tuple(p for p in read if p.number not in bad),
        findings=tuple(sorted(findings, key=lambda f: (f.line, f.row, f.column))),
        rows=len(numbers),
    )


def merge_order(claims: Mapping[int, str], others: Sequence[str]) -> list[str]:
    """Return who holds a role, in order: claimed positions (from 1) first, `others` fill what is
    free.

    Others keep their own order, holes close. Doing it again with its own result changes nothing.
    """
    waiting = list(others)
    merged: list[str] = []
    for position in range(1, max(claims, default=0) + 1):
        if position in claims:
            merged.append(claims[position])
        elif waiting:
            merged.append(waiting.pop(0))
    return merged + waiting


def _column(cell: str) -> str:
    name = re.sub(r"[\s_-]+", "_", tidy(cell).lower()).strip("_")
    return SPELLINGS.get(name, name)


def _is_known(column: str) -> bool:
    return column in COLUMNS or bool(_REPEATED.fullmatch(column))


def _wrong_column(column: str, before: Sequence[str]) -> tuple[Sentence, Sentence]:
    if not column:
        return (
            Sentence("A column has no name."),
            Sentence("Give it one of the names in the first line, or remove it."),
        )
    if column in before:
        return (
            Sentence("The column “{column}” is there twice.", column=column),
            Sentence("Keep one of them. More phones go into “phone_2”, “phone_3” and so on."),
        )
    meant = nearest(column, COLUMNS)
    return (
        Sentence("No column is called “{column}”.", column=column[:80]),
        Sentence("Did you mean “{meant}”?", meant=meant)
        if meant
        else Sentence("Remove it, or rename it to one of: {columns}.", columns=", ".join(COLUMNS)),
    )


def _read_row(raw: RawRow, checks: Checks) -> tuple[PersonRow | None, list[RowFinding]]:
    findings: list[RowFinding] = []

    def checked(column: str, check: Callable[[str], str]) -> str | None:
        if column not in raw.cells:
            return None
        try:
            return check(raw.cells[column])
        except BadCell as bad:
            findings.append(_error(raw.number, raw.line, column, bad.problem, bad.mend))
            return None

    def contacts(kind: str, check: Callable[[str], str]) -> tuple[str, ...] | None:
        columns = sorted(c for c in raw.cells if c == kind or c.startswith(f"{kind}_"))
        values = [checked(c, check) for c in columns if raw.cells[c].strip()]
        return tuple(dict.fromkeys(v for v in values if v)) if columns else None

    person = PersonRow(
        number=raw.number,
        line=raw.line,
        key=checked("key", lambda text: check_filled("key", text)) or "",
        name=checked("name", lambda text: check_filled("name", text)) or "",
        organisation=checked("organisation", lambda text: check_short("organisation", text)),
        organisation_kind=checked(
            "organisation_kind", lambda text: check_short("organisation_kind", text)
        ),
        language=checked("language", lambda text: checks.language(one_line(text))),
        time_zone=checked("time_zone", lambda text: check_time_zone(one_line(text))),
        roles=_read_roles(raw, findings, checks.roles),
        phones=contacts("phone", lambda text: checks.phone(one_line(text))),
        emails=contacts("email", lambda text: checks.email(one_line(text))),
        notes=checked("notes", check_notes),
    )
    if not person.phones and not person.emails and not findings and _has_contacts(raw):
        findings.append(_unreachable(raw))
    return (None if any(f.severity is Severity.ERROR for f in findings) else person), findings


def _has_contacts(raw: RawRow) -> bool:
    return any(column.startswith(("phone", "email")) for column in raw.cells)


def _unreachable(raw: RawRow) -> RowFinding:
    return RowFinding(
        Severity.WARNING,
        raw.number,
        raw.line,
        "phone",
        Sentence("This person has neither a phone nor an email address."),
        Sentence("Add one, or nobody can call this person out."),
    )


def _read_roles(
    raw: RawRow, findings: list[RowFinding], known: frozenset[str]
) -> tuple[RoleClaim, ...] | None:
    if "roles" not in raw.cells:
        return None
    claims: dict[str, RoleClaim] = {}
    for part in re.split(r"[;,|\n]", tidy(raw.cells["roles"])):
        text = part.strip()
        match = _CLAIM.fullmatch(text)
        if match and len(match["role"]) <= 80 and match["role"] not in claims:
            claims[match["role"]] = RoleClaim(match["role"], int(match["position"] or 1))
        elif text:
            repeated = bool(match and match["role"] in claims)
            findings.append(_error(raw.number, raw.line, "roles", *_wrong_claim(text, repeated)))
    unknown = [role for role in claims if known and role not in known]
    findings += [_unknown_role(raw, role, known) for role in unknown]
    return tuple(claims.values())


def _wrong_claim(text: str, repeated: bool) -> tuple[Sentence, Sentence]:
    if repeated:
        return (
            Sentence("“{text}” names a role that this row already has.", text=text[:80]),
            Sentence("Name each role once."),
        )
    return (
        Sentence("“{text}” is not a role and a place in its order.", text=text[:80]),
        Sentence("Write the role, a colon and a number: “police-liaison:1” holds it, 2 deputises."),
    )


def _unknown_role(raw: RawRow, role: str, known: frozenset[str]) -> RowFinding:
    meant = nearest(role, known)
    return RowFinding(
        Severity.WARNING,
        raw.number,
        raw.line,
        "roles",
        Sentence("No published playbook has a role “{role}”.", role=role),
        Sentence("Did you mean “{meant}”?", meant=meant)
        if meant
        else Sentence("Check its spelling, or publish the playbook that uses it."),
    )


def _same_key(people: Iterable[PersonRow]) -> Iterator[RowFinding]:
    return _contradictions(
        ((person.key, person) for person in people),
        "key",
        lambda key, lines: Sentence(
            "The key “{key}” is also in line {lines}.", key=key, lines=lines
        ),
        Sentence("A key belongs to one person: give one of them another."),
    )


def _same_position(people: Iterable[PersonRow]) -> Iterator[RowFinding]:
    return _contradictions(
        ((str(claim), person) for person in people for claim in person.roles or ()),
        "roles",
        lambda claim, lines: Sentence(
            "“{claim}” is also claimed in line {lines}.", claim=claim, lines=lines
        ),
        Sentence("Give each a place of their own in the order: 1 holds the role, 2 deputises."),
    )


def _contradictions(
    pairs: Iterable[tuple[str, PersonRow]],
    column: str,
    problem: Callable[[str, str], Sentence],
    mend: Sentence,
) -> Iterator[RowFinding]:
    by_value: defaultdict[str, list[PersonRow]] = defaultdict(list)
    for value, person in pairs:
        by_value[value].append(person)
    for value, people in by_value.items():
        for person in people if len(people) > 1 else ():
            lines = ", ".join(str(p.line) for p in people if p is not person)
            yield _error(person.number, person.line, column, problem(value, lines), mend)


def _two_kinds(people: Iterable[PersonRow]) -> Iterator[RowFinding]:
    first: dict[str, PersonRow] = {}
    for person in people:
        if not person.organisation or not person.organisation_kind:
            continue
        earlier = first.setdefault(person.organisation.casefold(), person)
        if earlier.organisation_kind != person.organisation_kind:
            yield _error(
                person.number,
                person.line,
                "organisation_kind",
                Sentence(
                    "Line {line} says that “{organisation}” is of the kind “{kind}”.",
                    line=earlier.line,
                    organisation=person.organisation,
                    kind=earlier.organisation_kind,
                ),
                Sentence("An organisation has one kind: write the same in both, or in one only."),
            )


def _error(row: int, line: int, column: str, problem: Sentence, mend: Sentence) -> RowFinding:
    return RowFinding(Severity.ERROR, row, line, column, problem, mend)
