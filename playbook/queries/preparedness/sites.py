"""The register of places as a screen shows it: to those who may read it, and in rough numbers to everybody else."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.site_kinds import same_name
from playbook.models import RoleHolder, Site
from playbook.services.preparedness.sites import all_sites

#: Fewer places than this are not counted out to whoever may not read the register.
FEW = 5
#: A place that nobody has looked through for so long is shown as to be looked through.
STALE = timedelta(days=183)


@dataclass(frozen=True)
class Rough:
    """What anybody who is signed in may know: how many places, of how many kinds; None where there are only a few."""

    places: int | None
    kinds: int | None
    empty: bool


@dataclass(frozen=True)
class SiteLine:
    """One place in the list; `nobody`: no one holds its contact role, so nobody would be told."""

    id: int
    name: str
    kind: str
    community: str
    address: str
    needs: str
    contact_role: str
    checked_at: datetime
    nobody: bool
    stale: bool


def rough_numbers(session: Session) -> Rough:
    """Return the size of the register, small numbers left out. Nothing is decrypted."""
    kinds = Counter(session.scalars(select(Site.kind_index).where(Site.removed_at.is_(None))))
    places = sum(kinds.values())
    return Rough(
        places if places >= FEW else None,
        len(kinds) if len(kinds) >= FEW else None,
        not places,
    )


def list_sites(
    session: Session, now: datetime, find: str = "", kinds: Collection[str] = ()
) -> list[SiteLine]:
    """Return the places whose name, address or needs hold `find`, of `kinds` if any are given, by name."""
    held = set(session.scalars(select(RoleHolder.role).distinct()))
    wanted = same_name(find)
    lines = [_line(site, held, now) for site in all_sites(session)]
    return sorted(
        (
            line
            for line in lines
            if (not kinds or line.kind in kinds)
            and wanted in same_name(f"{line.name} {line.address} {line.needs}")
        ),
        key=lambda line: same_name(line.name),
    )


def count_contacted(session: Session, role: str) -> int:
    """Return how many people hold a contact role."""
    return session.scalar(select(func.count()).where(RoleHolder.role == role)) or 0


def _line(site: Site, held: Collection[str], now: datetime) -> SiteLine:
    return SiteLine(
        id=site.id,
        name=site.name,
        kind=site.kind,
        community=site.community,
        address=site.address,
        needs=site.needs,
        contact_role=site.contact_role,
        checked_at=site.checked_at,
        nobody=site.contact_role not in held,
        stale=site.checked_at < now - STALE,
    )


def stale_of(lines: Sequence[SiteLine]) -> int:
    """Return how many places wait to be looked through."""
    return sum(line.stale for line in lines)
