"""A call sheet as a form: what was typed line by line, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from playbook.domain.response.paper import Clock, Tick, Ticked, read_clock
from playbook.queries.response.paper import Sheet, SheetPerson

#: A sheet that is older than this many days is not entered any more line by line.
MOST_DAYS = 14
#: What the fields of a line begin with.
FIELDS = ("what", "time", "day", "turn")


@dataclass(frozen=True)
class Line:
    """One line as it was typed; `day` is empty for the first time after time zero, `turn` "1" or "2"."""

    what: str = ""
    time: str = ""
    day: str = ""
    turn: str = ""


@dataclass
class Typed:
    """A whole sheet as it was typed, what it says, and what is wrong with which line."""

    caller: str = ""
    lines: dict[str, Line] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    #: The lines whose time came twice that night.
    twice: set[str] = field(default_factory=set)

    def line(self, person: SheetPerson) -> Line:
        """Return what stands on a person's line."""
        return self.lines.get(person.key, Line())

    def fields(self) -> dict[str, str]:
        """Return everything that was typed, by field, to be carried to the next step."""
        carried = {"caller": self.caller} if self.caller else {}
        for key, line in self.lines.items():
            carried |= {f"{n}-{key}": v for n, v in vars(line).items() if v}
        return carried


@dataclass(frozen=True)
class Night:
    """When what stands on a sheet can have happened, in the city's zone: paper knows no other."""

    time_zero: datetime
    now: datetime
    zone: ZoneInfo

    @property
    def began(self) -> datetime:
        """Time zero as paper knows it: to the minute."""
        return self.time_zero.replace(second=0, microsecond=0)

    @property
    def zone_name(self) -> str:
        """What people call the zone then: "CET"."""
        return self.time_zero.astimezone(self.zone).tzname() or self.zone.key

    @property
    def days(self) -> list[date]:
        """The days that a time can be of, the first one first."""
        first = self.time_zero.astimezone(self.zone).date()
        last = self.now.astimezone(self.zone).date()
        count = min((last - first).days, MOST_DAYS) + 1
        return [first + timedelta(days=n) for n in range(max(count, 1))]


def read_sheet(form: Mapping[str, str], sheet: Sheet, night: Night) -> Typed:
    """Return what a form says of the people of `sheet`; lines left empty say nothing."""
    typed = Typed(caller=form.get("caller", "").strip()[:200])
    for person in sheet.people():
        line = Line(*(form.get(f"{name}-{person.key}", "").strip()[:20] for name in FIELDS))
        if line.what or line.time:
            typed.lines[person.key] = line
            _read(typed, person, line, night)
    return typed


def _read(typed: Typed, person: SheetPerson, line: Line, night: Night) -> None:
    if line.what not in tuple(Ticked):
        typed.errors[person.key] = _("Say what was ticked, or take the time away.")
        return
    if not line.time:
        typed.errors[person.key] = _("Write the time as it stands on the paper.")
        return
    found = _instant(line, night)
    if isinstance(found, Clock):
        typed.errors[person.key] = _wrong_clock(found)
        if found is Clock.TWICE:
            typed.twice.add(person.key)
    elif found > night.now:
        typed.errors[person.key] = _("This time lies in the future. Check the day and the time.")
    elif found < night.began:
        typed.errors[person.key] = _(
            "This time lies before time zero. Check the day and the time; time zero is when it happened."
        )
    else:
        if line.turn:
            typed.twice.add(person.key)
        typed.ticks.append(Tick(person.role, person.person_id, Ticked(line.what), found))


def _instant(line: Line, night: Night) -> datetime | Clock:
    second = {"1": False, "2": True}.get(line.turn)
    days = [day for day in night.days if day.isoformat() == line.day] or night.days
    found: datetime | Clock = Clock.UNREADABLE
    for day in days:
        found = read_clock(line.time, day, night.zone, second)
        if isinstance(found, Clock) or found >= night.began:
            return found
    return found


def _wrong_clock(wrong: Clock) -> str:
    if wrong is Clock.TWICE:
        return str(_("The clocks went back: this time came twice. Say which one it was."))
    if wrong is Clock.NEVER:
        return str(_("The clocks went forward over this time: it never was. Check it."))
    return str(_("This time could not be read. Write it like 03:12."))
