"""The rotas of the sample city: day and night, a pattern of two weeks with holidays, and one with a gap to be found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.rota import HOLIDAY, Shift, instant_of
from playbook.models import ContactKind, Person
from playbook.services.preparedness import rotas
from playbook.services.preparedness.directory_contacts import PointFacts, set_contact_points

ZONE = "Europe/London"
DAY, NIGHT, WHOLE = ("07:00", "19:00"), ("19:00", "07:00"), ("07:00", "07:00")
WORKING, WEEKEND, EVERY = range(5), (5, 6), range(7)

#: Somebody else answers there, and fetches whoever is on call.
SWITCHBOARD = "ph-057"
SWITCHBOARD_SCRIPT = (
    "This is the crisis cell of Port Harmony. Please page the emergency coordinator on call and put me through. "
    "If nobody answers within two minutes, tell me who is next."
)


@dataclass(frozen=True)
class _Turns:
    """The same turn on several days of the week; `key` is the person's."""

    key: str
    days: Iterable[int]
    hours: tuple[str, str]
    week: int = 0
    position: int = 0


#: Role → how many weeks its rota has, and who is on it.
SAMPLE: Mapping[str, tuple[int, tuple[_Turns, ...]]] = {
    "duty-officer": (
        1,
        (
            _Turns("ph-010", WORKING, DAY),
            _Turns("ph-012", WEEKEND, DAY),
            _Turns("ph-011", EVERY, NIGHT),
        ),
    ),
    "police-duty-commander": (
        2,
        (
            _Turns("ph-045", EVERY, WHOLE, week=0),
            _Turns("ph-046", EVERY, WHOLE, week=1),
            _Turns("ph-046", EVERY, WHOLE, week=0, position=1),
            _Turns("ph-045", EVERY, WHOLE, week=1, position=1),
        ),
    ),
    "hospital-coordinator": (
        1,
        (
            _Turns("ph-053", WORKING, DAY),
            _Turns("ph-054", WEEKEND, DAY),
            _Turns("ph-054", EVERY, NIGHT),
            _Turns("ph-057", (HOLIDAY,), WHOLE),
        ),
    ),
    "call-centre-lead": (
        1,
        (
            _Turns("ph-027", WORKING, DAY),
            _Turns("ph-029", WEEKEND, DAY),
            _Turns("ph-029", EVERY, NIGHT),
        ),
    ),
}
#: Whoever has the nights is away in one of the coming ones, and nobody stands in yet.
GAP_ROLE, GAP_AFTER = "call-centre-lead", timedelta(days=5)


def load_sample_rotas(session: Session, now: datetime) -> None:
    """Give roles of the sample city their rotas, and its switchboard what to say there."""
    keys = {turn.key for _, turns in SAMPLE.values() for turn in turns} | {SWITCHBOARD}
    people = {p.key: p for p in session.scalars(select(Person).where(Person.key.in_(keys)))}
    zone = ZoneInfo(ZONE)
    today = now.astimezone(zone).date()
    for role, (weeks, turns) in SAMPLE.items():
        facts = rotas.RotaFacts(weeks, today, ZONE)
        rota = rotas.save_rota(session, role, facts, now=now, user=None)
        shifts = [shift for turn in turns for shift in _shifts(turn, people)]
        rotas.set_shifts(session, rota, shifts, now=now, user=None)
        if role == GAP_ROLE:
            day = today + GAP_AFTER
            starts, ends = map(time.fromisoformat, NIGHT)
            away = rotas.EntryFacts(
                None, instant_of(zone, day, starts), instant_of(zone, day + timedelta(1), ends)
            )
            rotas.add_entry(session, rota, away, now=now, user=None)
    switchboard = people[SWITCHBOARD]
    phones = [
        PointFacts(c.value, c.label, c.gets_sms, SWITCHBOARD_SCRIPT)
        for c in switchboard.contact_points
        if c.kind == ContactKind.PHONE
    ]
    set_contact_points(
        session, switchboard, ContactKind.PHONE, phones, region="GB", now=now, user=None
    )


def _shifts(turn: _Turns, people: Mapping[str, Person]) -> Iterable[Shift]:
    starts, ends = map(time.fromisoformat, turn.hours)
    for day in turn.days:
        yield Shift(people[turn.key].id, turn.position, turn.week, day, starts, ends)
