"""What the call sheet pages read: which sheets there are, when each was last printed, what differs since."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload

from playbook.models import CallSheetPrint, PlaybookVersion
from playbook.services.preparedness.documents import document_of, latest_versions

#: Printings that a page offers to mark changes against.
SHOWN = 6


@dataclass(frozen=True)
class SheetLine:
    """One playbook of which there can be call sheets, and its newest printing of any level and version."""

    version: PlaybookVersion
    last: CallSheetPrint | None

    @property
    def key(self) -> str:
        """The id that the playbook gives itself."""
        return self.version.playbook.key


def list_sheets(session: Session) -> list[SheetLine]:
    """Return the newest version of every playbook that can be activated and calls somebody. Three queries."""
    versions = [v for v in latest_versions(session) if v.activatable and document_of(v).levels]
    newest = (
        select(PlaybookVersion.playbook_id, func.max(CallSheetPrint.id).label("id"))
        .join(CallSheetPrint, CallSheetPrint.version_id == PlaybookVersion.id)
        .group_by(PlaybookVersion.playbook_id)
        .subquery()
    )
    last = {
        printed.version.playbook_id: printed
        for printed in session.scalars(
            select(CallSheetPrint)
            .join(newest, CallSheetPrint.id == newest.c.id)
            .options(joinedload(CallSheetPrint.version), defer(CallSheetPrint.lines))
        )
    }
    return [SheetLine(version, last.get(version.playbook_id)) for version in versions]


def recent_prints(
    session: Session, version: PlaybookVersion, level: str, limit: int = SHOWN
) -> Sequence[CallSheetPrint]:
    """Return the newest printings of this level, of this version and older ones, without their lines."""
    return session.scalars(
        select(CallSheetPrint)
        .join(PlaybookVersion)
        .where(
            PlaybookVersion.playbook_id == version.playbook_id,
            PlaybookVersion.number <= version.number,
            CallSheetPrint.level == level,
        )
        .options(contains_eager(CallSheetPrint.version), defer(CallSheetPrint.lines))
        .order_by(CallSheetPrint.printed_at.desc(), CallSheetPrint.id.desc())
        .limit(limit)
    ).all()
