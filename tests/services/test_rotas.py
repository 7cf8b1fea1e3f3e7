"""Rotas: kept, changed, left by people, read as patterns, looked at ahead."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import BadCell
from playbook.domain.preparedness.rota import Pattern, Shift, gaps, on_duty
from playbook.errors import BadInput, NotFound
from playbook.models import (
    CityHoliday,
    LogEntry,
    Person,
    Rota,
    RotaEntry,
    RotaEntryKind,
    RotaSwap,
    SwapState,
)
from playbook.queries.preparedness.rotas import GapAhead, gaps_ahead
from playbook.services.log import read_payload
from playbook.services.preparedness import directory, rotas
from playbook.services.preparedness.rotas import EntryFacts, RotaFacts
from playbook.services.preparedness.sample_city import load_sample_city
from playbook.settings import Settings
from tests.support.harbour import add_person

ROLE = "police-liaison"


class City:
    """Says in a test what an editor does to a rota."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.act = {"now": now, "user": None}
        self.paul = add_person(session, "Paul Police")
        self.petra = add_person(session, "Petra Police")
        session.flush()

    def rota(self, weeks: int = 1, zone: str = "") -> Rota:
        facts = RotaFacts(weeks, self.now.date(), zone)
        return rotas.save_rota(self.session, ROLE, facts, **self.act)

    def days(self, person: Person, week: int = 0) -> list[Shift]:
        return [Shift(person.id, 0, week, day, time(7), time(7)) for day in range(7)]

    def pattern(self, days: int = 1) -> Pattern:
        found = rotas.patterns_of(
            self.session, [ROLE], "Europe/London", "GB", "", self.now, self.now + timedelta(days)
        )
        return found[ROLE]

    def logged(self) -> list[str]:
        return list(self.session.scalars(select(LogEntry.kind).order_by(LogEntry.id)))


@pytest.fixture
def city(session: Session, now: datetime) -> City:
    return City(session, now)


def test_a_cycle_begins_on_a_monday_whichever_day_was_named(city: City) -> None:
    assert city.rota().anchor == date(2026, 3, 9)


def test_saving_the_same_again_changes_and_logs_nothing(city: City) -> None:
    rota = city.rota()
    rotas.set_shifts(city.session, rota, city.days(city.paul), **city.act)
    assert city.rota() is rota
    assert not rotas.set_shifts(city.session, rota, city.days(city.paul)[::-1], **city.act)
    assert city.logged() == ["rota.saved", "rota.shifts-set"]


@pytest.mark.parametrize("weeks", [0, -1, 54])
def test_a_cycle_that_cannot_be_is_refused(city: City, weeks: int) -> None:
    with pytest.raises(BadInput, match="weeks"):
        city.rota(weeks)


def test_what_is_no_role_or_no_zone_is_refused(city: City) -> None:
    with pytest.raises(BadCell):
        rotas.save_rota(city.session, "Not a role!", RotaFacts(1, city.now.date()), **city.act)
    with pytest.raises(BadCell):
        city.rota(zone="Europe/Atlantis")


def test_a_cycle_cannot_be_cut_while_shifts_stand_in_the_rest(city: City) -> None:
    rota = city.rota(2)
    rotas.set_shifts(city.session, rota, city.days(city.paul, week=1), **city.act)
    with pytest.raises(BadInput, match="Week 2 still has shifts"):
        city.rota(1)


@pytest.mark.parametrize(
    "bad", [{"week": 1}, {"weekday": 8}, {"weekday": -1}, {"position": 10}, {"position": -1}]
)
def test_a_shift_that_cannot_be_is_refused(city: City, bad: dict[str, int]) -> None:
    facts = {"week": 0, "weekday": 0, "position": 0} | bad
    shift = Shift(person_id=city.paul.id, starts=time(7), ends=time(19), **facts)
    with pytest.raises(BadInput):
        rotas.set_shifts(city.session, city.rota(), [shift], **city.act)


def test_nobody_outside_the_directory_gets_a_turn(city: City) -> None:
    rota = city.rota()
    shift = Shift(10**6, 0, 0, 0, time(7), time(19))
    with pytest.raises(NotFound):
        rotas.set_shifts(city.session, rota, [shift], **city.act)
    city.paul.removed_at = city.now
    city.session.flush()
    facts = EntryFacts(city.paul.id, city.now, city.now + timedelta(hours=1))
    with pytest.raises(NotFound):
        rotas.add_entry(city.session, rota, facts, **city.act)


def test_an_entry_ends_after_it_starts(city: City) -> None:
    rota, facts = city.rota(), EntryFacts(city.paul.id, city.now, city.now)
    with pytest.raises(BadInput, match="after"):
        rotas.add_entry(city.session, rota, facts, **city.act)


def test_an_entry_stands_before_the_pattern_until_it_is_removed(city: City) -> None:
    rota = city.rota()
    rotas.set_shifts(city.session, rota, city.days(city.paul), **city.act)
    facts = EntryFacts(city.petra.id, city.now, city.now + timedelta(hours=4))
    entry = rotas.add_entry(city.session, rota, facts, **city.act)

    assert [t.person_id for t in on_duty(city.pattern(), city.now)] == [city.petra.id]
    rotas.remove_entry(city.session, rota, entry, **city.act)
    assert [t.person_id for t in on_duty(city.pattern(), city.now)] == [city.paul.id]
    assert city.logged()[-2:] == ["rota.entry-added", "rota.entry-removed"]


def test_an_entry_of_another_rota_is_not_removed(city: City) -> None:
    rota = city.rota()
    other = rotas.save_rota(city.session, "mayor", RotaFacts(1, city.now.date()), **city.act)
    facts = EntryFacts(None, city.now, city.now + timedelta(hours=4))
    entry = rotas.add_entry(city.session, other, facts, **city.act)
    with pytest.raises(NotFound):
        rotas.remove_entry(city.session, rota, entry, **city.act)


def test_what_a_partner_writes_is_theirs_in_the_log(city: City) -> None:
    facts = EntryFacts(city.petra.id, city.now, city.now + timedelta(hours=4), RotaEntryKind.SWAP)
    entry = rotas.add_entry(city.session, city.rota(), facts, partner=city.petra, **city.act)

    assert entry.made_by_name == "Petra Police"
    [noted] = city.session.scalars(select(LogEntry).where(LogEntry.kind == "rota.entry-added"))
    assert (noted.actor, noted.person_id) == ("partner", city.petra.id)
    assert read_payload(noted)["kind"] == "swap"


def test_a_removed_rota_takes_everything_with_it(city: City) -> None:
    rota = city.rota()
    rotas.set_shifts(city.session, rota, city.days(city.paul), **city.act)
    later = city.now + timedelta(hours=4)
    rotas.add_entry(city.session, rota, EntryFacts(None, city.now, later), **city.act)
    city.session.add(_swap(city, rota))
    city.session.flush()

    rotas.remove_rota(city.session, rota, **city.act)

    for table in (Rota, RotaEntry, RotaSwap):
        assert city.session.scalars(select(table)).all() == []
    with pytest.raises(KeyError):
        city.pattern()


def _swap(city: City, rota: Rota) -> RotaSwap:
    return RotaSwap(
        rota=rota,
        from_person=city.paul,
        to_person=city.petra,
        starts_at=city.now,
        ends_at=city.now + timedelta(hours=4),
        asked_at=city.now,
    )


def test_whoever_leaves_the_directory_leaves_gaps_and_not_old_holders(city: City) -> None:
    rota = city.rota()
    rotas.set_shifts(city.session, rota, city.days(city.paul), **city.act)
    for days in (-3, 1):
        start = city.now + timedelta(days)
        facts = EntryFacts(city.petra.id, start, start + timedelta(hours=4))
        rotas.add_entry(city.session, rota, facts, **city.act)
    swap = _swap(city, rota)
    city.session.add(swap)
    city.session.flush()

    directory.remove_person(city.session, city.petra, **city.act)

    city.session.refresh(rota)
    city.session.refresh(swap)
    assert [entry.person_id for entry in rota.entries] == [city.petra.id, None]
    assert swap.state == SwapState.WITHDRAWN
    [gap] = gaps(city.pattern(3), city.now, city.now + timedelta(3))
    assert gap.starts_at == city.now + timedelta(1)
    assert "rota.left" in city.logged()


def test_somebody_removed_behind_our_back_is_on_no_pattern(city: City) -> None:
    rota = city.rota()
    rotas.set_shifts(city.session, rota, city.days(city.paul), **city.act)
    later = city.now + timedelta(hours=4)
    rotas.add_entry(city.session, rota, EntryFacts(city.petra.id, city.now, later), **city.act)
    city.paul.removed_at = city.petra.removed_at = city.now
    city.session.flush()

    pattern = city.pattern()
    assert pattern.shifts == ()
    assert [entry.person_id for entry in pattern.entries] == [None]


def test_the_zone_of_a_rota_is_its_own_or_the_city_s(city: City) -> None:
    city.rota()
    assert str(city.pattern().zone) == "Europe/London"
    city.rota(zone="Pacific/Auckland")
    assert str(city.pattern().zone) == "Pacific/Auckland"


def test_public_holidays_are_the_region_s_with_what_the_city_says(session: Session) -> None:
    session.add(CityHoliday(on=date(2026, 6, 1), name="Harbour day"))
    session.add(CityHoliday(on=date(2026, 12, 25), kept=False))
    session.flush()
    window = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)

    country = rotas.city_holidays(session, "GB", "", *window)
    england = rotas.city_holidays(session, "GB", "ENG", *window)

    assert date(2026, 6, 1) in country
    assert date(2026, 12, 25) not in country
    assert date(2026, 12, 26) in country
    assert date(2026, 4, 6) in england - country
    assert rotas.city_holidays(session, "GB", "NOWHERE", *window) == country
    assert rotas.city_holidays(session, "QQ", "", *window) == {date(2026, 6, 1)}


def test_gaps_ahead_are_those_of_every_rota_in_order(city: City, settings: Settings) -> None:
    rota = city.rota()
    rotas.set_shifts(city.session, rota, city.days(city.paul), **city.act)
    for days in (20, 3):
        start = city.now + timedelta(days)
        facts = EntryFacts(None, start, start + timedelta(hours=4))
        rotas.add_entry(city.session, rota, facts, **city.act)
    rotas.save_rota(city.session, "mayor", RotaFacts(1, city.now.date()), **city.act)

    found = gaps_ahead(city.session, settings, city.now)

    third = city.now + timedelta(3)
    assert found == [
        GapAhead("mayor", city.now, None),
        GapAhead(ROLE, third, third + timedelta(hours=4)),
    ]


def test_the_sample_city_has_rotas_and_one_gap_ahead(
    session: Session, settings: Settings, now: datetime
) -> None:
    load_sample_city(session, now)

    [gap] = gaps_ahead(session, settings, now)

    assert gap.role == "call-centre-lead"
    assert gap.starts_at == datetime(2026, 3, 19, 19, tzinfo=UTC)
    assert gap.ends_at == datetime(2026, 3, 20, 7, tzinfo=UTC)
    patterns = rotas.patterns_of(session, None, "Europe/London", "GB", "", now, now)
    assert len(patterns) == 4
    easter = on_duty(patterns["hospital-coordinator"], datetime(2026, 4, 3, 12, tzinfo=UTC))
    [turn] = easter
    held = session.get_one(Person, turn.person_id)
    assert (held.name, turn.why) == ("Switchboard Harbour General", "holiday")
    [phone] = held.contact_points[:1]
    assert phone.is_switchboard
    assert "page the emergency coordinator" in (phone.script or "")
