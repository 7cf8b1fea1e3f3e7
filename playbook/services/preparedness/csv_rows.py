"""Tables of people as CSV, as spreadsheets write and read them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from playbook.domain.preparedness.directory_rows import (
    COLUMNS,
    RawRow,
    RowFinding,
    read_header,
)
from playbook.domain.preparedness.findings import Sentence, Severity

#: What spreadsheets in different countries put between cells.
DELIMITERS = ",;\t"

# A spreadsheet would run a cell that begins like this as a formula (ASVS 5.0, 1.2.10).
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def read_csv(data: bytes) -> tuple[list[RawRow], list[RowFinding]]:
    """Return the rows of a table, and what is wrong with the table itself.

    A byte order mark, semicolons or tabs between cells, quoted line breaks and blank lines are all
    read. Where the header is wrong no row is returned, because nobody can say what its cells mean.
    """
    try:
        text = _decoded(data)
    except UnicodeError:
        return [], [
            _error(
                1,
                Sentence("This file is not written in UTF-8, so names would come out wrong."),
                Sentence("Save it as “CSV UTF-8” and choose it again."),
            )
        ]
    lines = _numbered(text)
    try:
        header = next(lines, None)
        if header is None:
            return [], [_nothing()]
        columns, findings = read_header(header[1], header[0])
        return ([], findings) if findings else _rows(columns, lines)
    except csv.Error:
        return [], [_open_quote(text)]


def write_csv(people: Iterable[Mapping[str, str]]) -> str:
    """Return a table of `people` (cells by column) that `read_csv` reads back unchanged.

    Begins with a byte order mark, without which spreadsheets misread names; no cell can run as a
    formula.
    """
    rows = list(people)
    extra = sorted({column for row in rows for column in row} - set(COLUMNS))
    columns = [*COLUMNS, *extra]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([guard(row.get(column, "")) for column in columns] for row in rows)
    return "\ufeff" + out.getvalue()


def guard(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs it as a formula: with an apostrophe before it if
    need be.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """Return what `guard` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):  # "Unicode text" of some spreadsheets
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line (from 1) on which each row begins, and its cells, without blank lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _delimiter(text: str) -> str:
    """The delimiter that splits the header into most cells; a comma if none does."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=header.count)


def _rows(
    columns: Sequence[str], lines: Iterator[tuple[int, list[str]]]
) -> tuple[list[RawRow], list[RowFinding]]:
    rows: list[RawRow] = []
    findings: list[RowFinding] = []
    for number, (line, cells) in enumerate(lines, start=1):
        if any(cell.strip() for cell in cells[len(columns) :]):
            findings.append(_too_long(number, line, len(columns)))
            continue
        filled = [unguard(cell) for cell in cells] + [""] * (len(columns) - len(cells))
        rows.append(RawRow(number, line, dict(zip(columns, filled, strict=False))))
    if not rows and not findings:
        findings.append(_nothing())
    return rows, findings


def _too_long(number: int, line: int, columns: int) -> RowFinding:
    return RowFinding(
        Severity.ERROR,
        number,
        line,
        "",
        Sentence("This row has more cells than there are columns ({count}).", count=columns),
        Sentence("Put quotation marks around a cell that holds a comma or a semicolon."),
    )


def _open_quote(text: str) -> RowFinding:
    lines = text.splitlines()
    odd = (n for n, line in enumerate(lines, start=1) if line.count('"') % 2)
    return _error(
        next(odd, 1),
        Sentence("A quotation mark is out of place, so it cannot be told where cells end."),
        Sentence("From this line on, look for a cell that opens but does not close its quotation."),
    )


def _nothing() -> RowFinding:
    return _error(
        1,
        Sentence("There are no people in this file."),
        Sentence("The first line names the columns; each line below it is one person."),
    )


def _error(line: int, problem: Sentence, mend: Sentence) -> RowFinding:
    return RowFinding(Severity.ERROR, 0, line, "", problem, mend)
