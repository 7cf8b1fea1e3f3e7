"""Where the marks of a drill's picture lie: hundredths of the width of a line, from the side where reading begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from playbook.domain.preparedness.readiness import CallState, RoleTimes, Scale, scale_for
from playbook.queries.preparedness.readiness import DrillReport
from playbook.web.languages import direction


@dataclass(frozen=True)
class Line:
    """One role: its bar as (start, length, end), and the marks of earlier drills, the newest first."""

    role: RoleTimes
    bar: tuple[float, float, float] | None
    before: tuple[tuple[float, int], ...]

    @property
    def hollow(self) -> bool:
        """Whether the bar is that of an answer after the end."""
        return self.role.state is CallState.LATE


@dataclass(frozen=True)
class Picture:
    """The whole: an axis with its marks as (place, minutes), a line per role, and where the median lies."""

    marks: tuple[tuple[float, int], ...]
    lines: tuple[Line, ...]
    median: float | None


def draw(report: DrillReport) -> Picture:
    """Return the marks of `report`, mirrored where the page runs from right to left."""
    times = [t for role in report.roles for t in (role.took, *role.before) if t is not None]
    scale = scale_for(times)
    mirrored = direction() == "rtl"
    middle = report.totals.median
    return Picture(
        tuple((_place(scale, timedelta(minutes=m), mirrored), m) for m in scale.marks),
        tuple(_line(scale, role, mirrored) for role in report.roles),
        None if middle is None else _place(scale, middle, mirrored),
    )


def _line(scale: Scale, role: RoleTimes, mirrored: bool) -> Line:
    return Line(
        role,
        None if role.took is None else _bar(scale, role.took, mirrored),
        _marks(scale, role.before, mirrored),
    )


def _bar(scale: Scale, took: timedelta, mirrored: bool) -> tuple[float, float, float]:
    end = _place(scale, took, mirrored)
    return (end, round(100 - end, 2), end) if mirrored else (0.0, end, end)


def _marks(
    scale: Scale, before: Sequence[timedelta | None], mirrored: bool
) -> tuple[tuple[float, int], ...]:
    """Return the earlier marks with how many drills ago each was, oldest first, so that newer ones lie on top."""
    placed = [
        (_place(scale, time, mirrored), ago)
        for ago, time in enumerate(before, start=1)
        if time is not None
    ]
    return tuple(reversed(placed))


def _place(scale: Scale, time: timedelta, mirrored: bool) -> float:
    place = scale.place(time)
    return round(100 - place, 2) if mirrored else place
