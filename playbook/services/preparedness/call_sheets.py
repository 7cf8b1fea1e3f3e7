"""Call sheets: the contact tree of a published version on paper, for a night in which no server answers.

Read from the directory as it is now; no activation is needed. A printing is logged and kept, so that the next one can
mark what has changed, and so that ticks on paper can be entered by line.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, true
from sqlalchemy.orm import Session, contains_eager

from playbook.domain.preparedness.call_sheet import (
    Changes,
    SheetRole,
    compare,
    digest_of,
    lines_of,
    numbered,
)
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.texts import UnknownText, fill, placeholders_in
from playbook.domain.text import in_order
from playbook.errors import NotFound
from playbook.models import (
    CallSheetPrint,
    PlaybookVersion,
    User,
)
from playbook.services.log import record
from playbook.services.preparedness.call_sheet_ladders import Directory, ladder_of, read_directory
from playbook.services.preparedness.documents import document_of
from playbook.settings import Settings

#: Printings kept of one level of a playbook; an older one has been on no wall for long, and it holds numbers.
KEPT = 12
#: What a text leaves open on paper: only an activation can fill it.
BLANK = "…………"
_LINK = re.compile(r"\s*\{link\}")


@dataclass(frozen=True)
class ReadAloud:
    """The first message in one language, to be said or typed; `people` is how many on the tree speak it."""

    language: str
    body: str
    people: int


@dataclass(frozen=True)
class Sheet:
    """A call sheet before it is printed; `names` are the people of the coming week's turns."""

    version: PlaybookVersion
    document: Playbook
    level: str
    roles: tuple[SheetRole, ...]
    names: Mapping[int, str]
    texts: tuple[ReadAloud, ...]
    changes: Changes
    since: CallSheetPrint | None

    @property
    def people(self) -> int:
        """How many different people stand on it."""
        return len({person.person_id for role in self.roles for person in role.people})

    @property
    def lines(self) -> dict[str, Any]:
        """What is kept of a printing."""
        return lines_of(self.roles)


def highest_level(document: Playbook) -> str:
    """Return the level that calls the most roles; raises NotFound where a playbook has none."""
    levels = list(document.levels_in_order())
    if not levels:
        raise NotFound("This playbook has no levels, so there is nobody to call by it.")
    return levels[-1]


def make_sheet(
    session: Session,
    version: PlaybookVersion,
    level: str,
    settings: Settings,
    now: datetime,
    *,
    since: CallSheetPrint | None = None,
    directory: Directory | None = None,
) -> Sheet:
    """Return the call sheet of `level` of `version` as the directory stands; writes nothing.

    `since` is the printing to mark changes against. A handful of queries, however many people there are; none if
    `directory` is given. Raises NotFound for a level that the playbook does not have.
    """
    document = document_of(version)
    if level not in document.levels:
        raise NotFound("This playbook has no level “{level}”.", level=level)
    directory = directory or read_directory(session, [(document, level)], settings, now)
    roles = numbered(
        [ladder_of(document, role, directory) for role in document.roles_of_level(level)]
    )
    changes = compare(lines_before(since), lines_of(roles))
    texts = _texts(document, level, roles, settings)
    return Sheet(version, document, level, roles, directory.names, texts, changes, since)


def _texts(
    document: Playbook, level: str, roles: Sequence[SheetRole], settings: Settings
) -> tuple[ReadAloud, ...]:
    """Return the call-out in every language that the tree needs, the most spoken first."""
    spoken = {person.person_id: person.language for role in roles for person in role.people}
    counts: dict[str, int] = {}
    bodies: dict[str, str] = {}
    for language in spoken.values() or [document.languages.source]:
        try:
            text = document.message_text("call-out", "sms", language)
        except UnknownText:
            return ()
        counts[text.language] = counts.get(text.language, 0) + bool(spoken)
        if text.language not in bodies:
            bodies[text.language] = _said(document, text.body, text.language, level, settings)
    ranked = sorted(bodies, key=lambda found: (-counts[found], found))
    return tuple(ReadAloud(found, bodies[found], counts[found]) for found in ranked)


def _said(document: Playbook, body: str, language: str, level: str, settings: Settings) -> str:
    """Return a text for paper: without its link, and with a blank for what only an activation knows."""
    body = _LINK.sub("", body).strip()
    facts = dict.fromkeys(placeholders_in(body), BLANK) | {
        "city": settings.city_name,
        "level": document.text(f"levels.{level}.name", language).text,
        "join": _whole(settings.join_point, language),
        "callback": _whole(settings.call_back_number, language),
    }
    return fill(body, facts)


def _whole(number: str, language: str) -> str:
    """Return a number that no line breaks in two and that reads in its own order."""
    return in_order(number, language).replace(" ", "\N{NO-BREAK SPACE}")


def lines_before(printed: CallSheetPrint | None) -> dict[str, Any] | None:
    """Return what stood on a printing, or None without one."""
    return None if printed is None else dict(json.loads(printed.lines))


def last_print(
    session: Session, version: PlaybookVersion, level: str, via: str | None = None
) -> CallSheetPrint | None:
    """Return the newest printing of this level of this version, or else of an older version of the same playbook.

    With `via`, only of those that were printed so.
    """
    printed = true() if via is None else CallSheetPrint.via == via
    return session.scalar(
        select(CallSheetPrint)
        .join(PlaybookVersion)
        .where(
            PlaybookVersion.playbook_id == version.playbook_id,
            PlaybookVersion.number <= version.number,
            CallSheetPrint.level == level,
            printed,
        )
        .options(contains_eager(CallSheetPrint.version))
        .order_by(
            PlaybookVersion.number.desc(),
            CallSheetPrint.printed_at.desc(),
            CallSheetPrint.id.desc(),
        )
        .limit(1)
    )


def find_print(
    session: Session, version: PlaybookVersion, level: str, print_id: int
) -> CallSheetPrint:
    """Return a printing of this level of the same playbook, whichever version; raises NotFound."""
    found = session.scalar(
        select(CallSheetPrint)
        .join(PlaybookVersion)
        .where(
            CallSheetPrint.id == print_id,
            CallSheetPrint.level == level,
            PlaybookVersion.playbook_id == version.playbook_id,
        )
        .options(contains_eager(CallSheetPrint.version))
    )
    if found is None:
        raise NotFound("There is no such printing of this call sheet.")
    return found


def record_print(
    session: Session,
    sheet: Sheet,
    *,
    language: str,
    via: str,
    by: str,
    user: User | None,
    now: datetime,
) -> CallSheetPrint:
    """Keep what stands on a sheet that was printed `via` "page", "mail" or "command", and log it without numbers."""
    lines = sheet.lines
    printed = CallSheetPrint(
        version_id=sheet.version.id,
        level=sheet.level,
        language=language,
        printed_at=now,
        printed_by_id=user.id if user else None,
        printed_by_name=by,
        via=via,
        digest=digest_of(lines),
        lines=json.dumps(lines, ensure_ascii=False),
    )
    session.add(printed)
    record(
        session,
        "call-sheet.printed",
        now=now,
        user=user,
        subject=f"playbook_version:{sheet.version.id}",
        payload={
            "level": sheet.level,
            "language": language,
            "via": via,
            "by": by,
            "people": sheet.people,
        },
    )
    session.flush()
    _forget_old(session, sheet.version, sheet.level)
    return printed


def _forget_old(session: Session, version: PlaybookVersion, level: str) -> None:
    """Delete the printings beyond the newest `KEPT` of this level of the playbook."""
    old = session.scalars(
        select(CallSheetPrint.id)
        .join(PlaybookVersion)
        .where(PlaybookVersion.playbook_id == version.playbook_id, CallSheetPrint.level == level)
        .order_by(CallSheetPrint.printed_at.desc(), CallSheetPrint.id.desc())
        .offset(KEPT)
        .limit(100)
    ).all()
    if old:
        session.execute(delete(CallSheetPrint).where(CallSheetPrint.id.in_(old)))
