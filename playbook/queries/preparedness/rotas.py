"""Gaps ahead: when nobody is on duty for a role that has a rota, in the coming days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from playbook.domain.preparedness.rota import gaps
from playbook.services.preparedness.rotas import patterns_of
from playbook.settings import Settings

#: How far ahead a gap is worth a warning: far enough to find somebody, near enough to be true.
DAYS_AHEAD = 14


@dataclass(frozen=True)
class GapAhead:
    """A stretch in which nobody is on the rota of a role; `ends_at` None when it lasts beyond the days looked at."""

    role: str
    starts_at: datetime
    ends_at: datetime | None


def gaps_ahead(
    session: Session, settings: Settings, now: datetime, days: int = DAYS_AHEAD
) -> list[GapAhead]:
    """Return the gaps of every rota in the coming `days`, the first one first. Four queries, however many rotas."""
    end = now + timedelta(days=days)
    patterns = patterns_of(
        session,
        None,
        settings.city_time_zone,
        settings.city_region,
        settings.city_subdivision,
        now,
        end,
    )
    found = [
        GapAhead(role, gap.starts_at, gap.ends_at if gap.ends_at < end else None)
        for role, pattern in patterns.items()
        for gap in gaps(pattern, now, end)
    ]
    return sorted(found, key=lambda gap: (gap.starts_at, gap.role))
