"""A table of places: read, compared with the register, shown, and written only as it was shown."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from playbook.domain.preparedness.site_kinds import COMMUNITIES, KINDS, same_name
from playbook.errors import BadInput, Conflict, PlaybookError
from playbook.models import Site, User
from playbook.services.preparedness import sites
from playbook.services.preparedness.csv_rows import DELIMITERS, guard, unguard
from playbook.services.preparedness.sites import SiteFacts

COLUMNS = ("name", "kind", "community", "address", "needs", "contact_role")
REQUIRED = ("name", "kind", "contact_role")
#: A register is read in one piece.
MOST_ROWS = 5000


@dataclass(frozen=True)
class BadRow:
    """A line (from 1) that cannot be read, and why."""

    line: int
    problem: PlaybookError


@dataclass(frozen=True)
class SitePlan:
    """What importing a table would do: places by name; nothing is ever removed by an import."""

    new: tuple[SiteFacts, ...]
    changed: tuple[tuple[int, SiteFacts], ...]
    unchanged: int
    bad: tuple[BadRow, ...]
    digest: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.new and not self.changed


def plan_import(session: Session, data: bytes) -> SitePlan:
    """Return what importing `data` would do now. Raises BadInput for what is no such table."""
    known = {same_name(site.name): site for site in sites.all_sites(session)}
    seen: set[str] = set()
    new: list[SiteFacts] = []
    changed: dict[int, SiteFacts] = {}
    bad: list[BadRow] = []
    unchanged = 0
    for line, cells in _rows(data):
        try:
            facts = sites.checked(_facts(cells))
        except PlaybookError as problem:
            bad.append(BadRow(line, problem))
            continue
        name = same_name(facts.name)
        if name in seen:
            bad.append(BadRow(line, BadInput("This place stands in the table twice.")))
        elif name not in known:
            new.append(facts)
        elif _differs(known[name], facts):
            changed[known[name].id] = facts
        else:
            unchanged += 1
        seen.add(name)
    told = repr((new, list(changed.items()), unchanged, [row.line for row in bad]))
    digest = sha256(told.encode()).hexdigest()
    return SitePlan(tuple(new), tuple(changed.items()), unchanged, tuple(bad), digest)


def apply_import(
    session: Session, data: bytes, *, expected: str, now: datetime, user: User | None
) -> SitePlan:
    """Write what was shown; rows that cannot be read are left out. Raises Conflict if the register has changed."""
    plan = plan_import(session, data)
    if expected and plan.digest != expected:
        raise Conflict("The register has changed since this was shown. Look at it again.")
    for facts in plan.new:
        sites.add_site(session, facts, now=now, user=user)
    for site_id, facts in plan.changed:
        sites.change_site(session, sites.site_of(session, site_id), facts, now=now, user=user)
    return plan


def write_table(listed: Sequence[Site]) -> str:
    """Return a table of places that can be imported again."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for site in listed:
        facts = sites.facts_of(site)
        writer.writerow([guard(str(getattr(facts, column))) for column in COLUMNS])
    return "\ufeff" + out.getvalue()


def _differs(site: Site, facts: SiteFacts) -> bool:
    return sites.facts_of(site) != facts


def _facts(cells: dict[str, str]) -> SiteFacts:
    kind, community = cells["kind"].lower(), cells["community"].lower()
    if kind not in KINDS:
        raise BadInput(
            "“{word}” is no kind of place. Kinds: {known}.", word=kind, known=", ".join(KINDS)
        )
    if community and community not in COMMUNITIES:
        raise BadInput(
            "“{word}” is no community of the list: {known}.",
            word=community,
            known=", ".join(COMMUNITIES),
        )
    return SiteFacts(
        cells["name"], kind, community, cells["contact_role"], cells["address"], cells["needs"]
    )


def _rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
        header, *_rest = text.splitlines() or [""]
        delimiter = max(DELIMITERS, key=header.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        columns = [cell.strip().lower() for cell in next(reader, [])]
        missing = [column for column in REQUIRED if column not in columns]
        if missing:
            raise BadInput(
                "The first line must name these columns: {missing}.", missing=", ".join(missing)
            )
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found = dict(zip(columns, (unguard(cell.strip()) for cell in cells), strict=False))
                rows.append((reader.line_num, {c: found.get(c, "") for c in COLUMNS}))
    except (UnicodeError, csv.Error):
        raise BadInput(
            "This file cannot be read. Save it as “CSV UTF-8” and choose it again."
        ) from None
    if len(rows) > MOST_ROWS:
        raise BadInput("A register has {most} places at most.", most=MOST_ROWS)
    return rows
