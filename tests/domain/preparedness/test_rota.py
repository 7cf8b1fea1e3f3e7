"""Rotas: who is on duty, on holidays, in nights of a clock change, and where something stands before the pattern."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.domain.preparedness.rota import (
    HOLIDAY,
    Entry,
    Gap,
    Pattern,
    Shift,
    Turn,
    gaps,
    instant_of,
    next_after,
    on_duty,
    turns,
)

LONDON = ZoneInfo("Europe/London")
AUCKLAND = ZoneInfo("Pacific/Auckland")
MONDAY = date(2026, 1, 5)
DAY, NIGHT, WEEKEND, EXTRA = 1, 2, 3, 4


def shift(
    person: int, weekday: int, starts: str, ends: str, week: int = 0, position: int = 0
) -> Shift:
    return Shift(
        person, position, week, weekday, time.fromisoformat(starts), time.fromisoformat(ends)
    )


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def entry(
    person: int | None, starts: str, ends: str, kind: Any = "exception", made: str = "2026-01-01"
) -> Entry:
    return Entry(person, 0, at(starts), at(ends), kind, at(made))


def day_and_night(*entries: Entry, holidays: frozenset[date] = frozenset()) -> Pattern:
    """Day 07–19 and night 19–07 on every day of the week."""
    shifts = [shift(DAY, d, "07:00", "19:00") for d in range(7)]
    shifts += [shift(NIGHT, d, "19:00", "07:00") for d in range(7)]
    return Pattern(1, MONDAY, tuple(shifts), entries, LONDON, holidays)


def who(pattern: Pattern, text: str) -> list[int | None]:
    return [turn.person_id for turn in on_duty(pattern, at(text))]


class TestThePattern:
    def test_a_night_belongs_to_the_day_on_which_it_starts(self) -> None:
        only_sunday_night = Pattern(1, MONDAY, (shift(NIGHT, 6, "19:00", "07:00"),), (), LONDON)

        assert who(only_sunday_night, "2026-02-08 18:59") == []
        assert who(only_sunday_night, "2026-02-08 23:00") == [NIGHT]
        assert who(only_sunday_night, "2026-02-09 06:59") == [NIGHT]
        assert who(only_sunday_night, "2026-02-09 07:00") == []

    def test_a_turn_is_told_whole_however_it_is_asked_for(self) -> None:
        [turn] = on_duty(day_and_night(), at("2026-02-09 03:10"))

        assert turn == Turn(NIGHT, 0, at("2026-02-08 19:00"), at("2026-02-09 07:00"), "pattern")

    def test_the_same_hour_as_start_and_end_is_a_whole_day(self) -> None:
        pattern = Pattern(1, MONDAY, (shift(WEEKEND, 5, "07:00", "07:00"),), (), LONDON)

        assert who(pattern, "2026-02-07 07:00") == [WEEKEND]
        assert who(pattern, "2026-02-08 06:59") == [WEEKEND]
        assert who(pattern, "2026-02-08 07:00") == []

    def test_weeks_of_the_cycle_follow_each_other_before_and_after_the_anchor(self) -> None:
        shifts = (
            shift(DAY, 0, "07:00", "19:00", week=0),
            shift(WEEKEND, 0, "07:00", "19:00", week=1),
        )
        pattern = Pattern(2, MONDAY, shifts, (), LONDON)

        found = [who(pattern, f"2026-01-{day:02} 12:00") for day in (5, 12, 19)] + [
            who(pattern, "2025-12-29 12:00"),
            who(pattern, "2025-12-22 12:00"),
        ]

        assert found == [[DAY], [WEEKEND], [DAY], [WEEKEND], [DAY]]

    def test_positions_stand_behind_each_other(self) -> None:
        shifts = (
            shift(WEEKEND, 0, "07:00", "19:00", position=1),
            shift(DAY, 0, "07:00", "19:00", position=0),
        )
        pattern = Pattern(1, MONDAY, shifts, (), LONDON)

        assert who(pattern, "2026-01-05 12:00") == [DAY, WEEKEND]

    def test_of_two_shifts_on_one_position_the_one_that_began_later_stands(self) -> None:
        shifts = (shift(NIGHT, 6, "19:00", "07:00"), shift(DAY, 0, "06:00", "19:00"))
        pattern = Pattern(1, MONDAY, shifts, (), LONDON)

        assert who(pattern, "2026-01-12 05:59") == [NIGHT]
        assert who(pattern, "2026-01-12 06:00") == [DAY]


class TestHolidays:
    CHRISTMAS = date(2026, 12, 25)

    def test_shifts_of_holidays_replace_those_of_the_weekday(self) -> None:
        pattern = day_and_night(holidays=frozenset({self.CHRISTMAS}))
        pattern = Pattern(
            1,
            MONDAY,
            (*pattern.shifts, shift(EXTRA, HOLIDAY, "07:00", "07:00")),
            (),
            LONDON,
            pattern.holidays,
        )

        assert who(pattern, "2026-12-25 06:00") == [NIGHT]
        [turn] = on_duty(pattern, at("2026-12-25 12:00"))
        assert (turn.person_id, turn.why) == (EXTRA, "holiday")
        assert who(pattern, "2026-12-26 06:59") == [EXTRA]
        assert who(pattern, "2026-12-26 07:00") == [DAY]

    def test_a_rota_without_shifts_for_holidays_keeps_those_of_the_weekday(self) -> None:
        pattern = day_and_night(holidays=frozenset({self.CHRISTMAS}))

        assert who(pattern, "2026-12-25 12:00") == [DAY]

    def test_a_week_without_holiday_shifts_takes_those_of_another(self) -> None:
        shifts = (
            shift(DAY, HOLIDAY, "07:00", "19:00", week=0),
            shift(NIGHT, HOLIDAY, "07:00", "19:00", week=1),
        )
        days = frozenset({date(2026, 1, 6), date(2026, 1, 13), date(2026, 1, 20)})
        pattern = Pattern(3, MONDAY, shifts, (), LONDON, days)

        found = [who(pattern, f"2026-01-{day:02} 12:00") for day in (6, 13, 20)]

        assert found == [[DAY], [NIGHT], [DAY]]


class TestWhatStandsBeforeThePattern:
    def test_a_swap_before_an_exception_before_an_import_before_the_pattern(self) -> None:
        pattern = day_and_night(
            entry(EXTRA, "2026-02-09 10:00", "2026-02-09 12:00", "swap", "2026-01-01"),
            entry(WEEKEND, "2026-02-09 09:00", "2026-02-09 13:00", "exception", "2026-01-02"),
            entry(NIGHT, "2026-02-09 08:00", "2026-02-09 14:00", "imported", "2026-01-03"),
        )

        day = turns(pattern, at("2026-02-09 07:00"), at("2026-02-09 19:00"))

        assert [(t.person_id, t.why) for t in day] == [
            (DAY, "pattern"),
            (NIGHT, "imported"),
            (WEEKEND, "exception"),
            (EXTRA, "swap"),
            (WEEKEND, "exception"),
            (NIGHT, "imported"),
            (DAY, "pattern"),
        ]

    def test_among_equals_the_later_made_stands(self) -> None:
        stretch = ("2026-02-09 08:00", "2026-02-09 14:00")
        pattern = day_and_night(
            entry(EXTRA, *stretch, made="2026-01-02"), entry(WEEKEND, *stretch, made="2026-01-01")
        )

        assert who(pattern, "2026-02-09 12:00") == [EXTRA]

    def test_an_exception_may_say_nobody(self) -> None:
        pattern = day_and_night(entry(None, "2026-02-09 08:00", "2026-02-09 14:00"))
        window = at("2026-02-09 07:00"), at("2026-02-09 19:00")

        assert who(pattern, "2026-02-09 12:00") == []
        assert gaps(pattern, *window) == (Gap(at("2026-02-09 08:00"), at("2026-02-09 14:00")),)
        assert [t.person_id for t in turns(pattern, *window)] == [DAY, None, DAY]

    def test_a_turn_ends_when_a_swap_far_ahead_in_it_begins(self) -> None:
        pattern = day_and_night(
            entry(EXTRA, "2026-02-01 00:00", "2026-03-01 00:00"),
            entry(WEEKEND, "2026-02-20 08:00", "2026-02-20 14:00", "swap"),
        )

        [turn] = on_duty(pattern, at("2026-02-05 12:00"))

        assert (turn.starts_at, turn.ends_at) == (at("2026-02-01 00:00"), at("2026-02-20 08:00"))

    def test_a_gap_ends_with_the_next_turn(self) -> None:
        pattern = day_and_night(entry(None, "2026-02-01 00:00", "2026-06-01 12:00"))

        following = next_after(pattern, at("2026-02-05 12:00"))

        assert following == Turn(DAY, 0, at("2026-06-01 12:00"), at("2026-06-01 19:00"), "pattern")

    def test_an_empty_rota_has_no_next_turn(self) -> None:
        assert next_after(Pattern(1, MONDAY, (), (), LONDON), at("2026-02-05 12:00")) is None


class TestClocksChange:
    #: In London clocks go forward on 29 March 2026 at 01:00 and back on 25 October at 02:00.
    def test_a_night_of_twelve_hours_lasts_eleven_or_thirteen(self) -> None:
        lengths = [
            on_duty(day_and_night(), at(night))[0]
            for night in ("2026-03-29 00:30", "2026-10-25 00:30")
        ]

        assert [(t.ends_at - t.starts_at) for t in lengths] == [
            timedelta(hours=11),
            timedelta(hours=13),
        ]

    def test_a_time_that_is_skipped_is_the_moment_of_the_change(self) -> None:
        change = datetime(2026, 3, 29, 1, tzinfo=UTC)

        found = {instant_of(LONDON, date(2026, 3, 29), time(1, m)) for m in (0, 1, 30, 59)}

        assert found == {change}

    def test_a_time_that_comes_twice_is_its_first(self) -> None:
        found = instant_of(LONDON, date(2026, 10, 25), time(1, 30))

        assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_a_shift_that_the_change_swallows_hands_on_at_once(self) -> None:
        shifts = (
            shift(DAY, 6, "00:00", "01:10"),
            shift(NIGHT, 6, "01:10", "01:50"),
            shift(WEEKEND, 6, "01:50", "04:00"),
        )
        pattern = Pattern(1, MONDAY, shifts, (), LONDON)
        window = at("2026-03-29 00:00"), at("2026-03-29 04:00")

        assert [t.person_id for t in turns(pattern, *window)] == [DAY, WEEKEND]
        assert gaps(pattern, *window) == ()

    def test_at_ten_past_three_after_the_change_the_night_is_on_duty(self) -> None:
        assert who(day_and_night(), "2026-03-29 03:10") == [NIGHT]
        assert who(day_and_night(), "2026-10-25 03:10") == [NIGHT]

    @pytest.mark.parametrize("zone", [LONDON, AUCKLAND, ZoneInfo("Asia/Beirut"), ZoneInfo("UTC")])
    @given(data=st.data())
    def test_later_on_the_wall_is_never_earlier_in_time(
        self, zone: ZoneInfo, data: st.DataObject
    ) -> None:
        moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1))
        first, second = sorted(data.draw(st.tuples(moments, moments)))

        assert instant_of(zone, first.date(), first.time()) <= instant_of(
            zone, second.date(), second.time()
        )


#: Days on which clocks change, and the days around them.
CHANGES = [
    (LONDON, date(2026, 3, 29)),
    (LONDON, date(2026, 10, 25)),
    (AUCKLAND, date(2026, 4, 5)),
    (AUCKLAND, date(2026, 9, 27)),
]
WALLS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
PEOPLE = st.integers(1, 5)
KINDS = st.sampled_from(["imported", "exception", "swap"])


@st.composite
def patterns(draw: st.DrawFn) -> tuple[Pattern, datetime, datetime]:
    """A rota of any shape, and a window of up to nine days around a clock change."""
    zone, change = draw(st.sampled_from(CHANGES))
    cycle = draw(st.integers(1, 3))
    start = instant_of(zone, change - timedelta(days=draw(st.integers(0, 4))), draw(WALLS))
    end = start + timedelta(minutes=draw(st.integers(1, 9 * 24 * 60)))
    shifts = draw(
        st.lists(
            st.builds(
                Shift,
                PEOPLE,
                st.integers(0, 2),
                st.integers(0, cycle - 1),
                st.integers(0, HOLIDAY),
                WALLS,
                WALLS,
            ),
            max_size=12,
        )
    )
    entries = []
    for _ in range(draw(st.integers(0, 4))):
        begins = start + timedelta(minutes=draw(st.integers(-3000, 12000)))
        lasts = timedelta(minutes=draw(st.integers(1, 6000)))
        person = draw(st.none() | PEOPLE)
        made = start - timedelta(minutes=draw(st.integers(0, 3)))
        entries.append(
            Entry(person, draw(st.integers(0, 2)), begins, begins + lasts, draw(KINDS), made)
        )
    days = [change + timedelta(days=n) for n in range(-4, 6)]
    holidays = frozenset(draw(st.sets(st.sampled_from(days), max_size=3)))
    anchor = MONDAY - timedelta(weeks=draw(st.integers(0, 60)))
    return Pattern(cycle, anchor, tuple(shifts), tuple(entries), zone, holidays), start, end


@settings(max_examples=150)
@given(patterns())
def test_turns_lie_in_the_window_and_never_overlap_at_one_position(
    drawn: tuple[Pattern, datetime, datetime],
) -> None:
    pattern, start, end = drawn
    ends: dict[int, datetime] = {}
    for turn in turns(pattern, start, end):
        assert start <= turn.starts_at < turn.ends_at <= end
        assert ends.get(turn.position, start) <= turn.starts_at
        ends[turn.position] = turn.ends_at


@settings(max_examples=150)
@given(patterns())
def test_gaps_are_all_that_no_turn_covers(drawn: tuple[Pattern, datetime, datetime]) -> None:
    pattern, start, end = drawn
    manned = [t for t in turns(pattern, start, end) if t.person_id is not None]
    empty = gaps(pattern, start, end)
    edges = sorted({start, end, *(e for s in (*manned, *empty) for e in (s.starts_at, s.ends_at))})
    for edge in edges[:-1]:
        covered = any(t.starts_at <= edge < t.ends_at for t in manned)
        gap = any(g.starts_at <= edge < g.ends_at for g in empty)
        assert covered is not gap


@settings(max_examples=150)
@given(patterns(), st.floats(0, 0.999))
def test_who_is_on_duty_is_what_the_turns_say(
    drawn: tuple[Pattern, datetime, datetime], part: float
) -> None:
    pattern, start, end = drawn
    moment = (start + (end - start) * part).replace(microsecond=0)
    moment = max(moment, start)

    said = [
        (t.position, t.person_id, t.why)
        for t in turns(pattern, start, end)
        if t.starts_at <= moment < t.ends_at and t.person_id is not None
    ]

    assert [(t.position, t.person_id, t.why) for t in on_duty(pattern, moment)] == sorted(said)


@settings(max_examples=150)
@given(patterns(), st.integers(0, 8000))
def test_a_whole_turn_is_that_of_a_window_around_it(
    drawn: tuple[Pattern, datetime, datetime], minutes: int
) -> None:
    pattern, start, _ = drawn
    for turn in on_duty(pattern, start + timedelta(minutes=minutes)):
        wide = turns(pattern, turn.starts_at - timedelta(days=1), turn.ends_at + timedelta(days=1))
        assert turn in wide


@settings(max_examples=100)
@given(patterns())
def test_after_a_gap_comes_the_next_turn_that_begins(
    drawn: tuple[Pattern, datetime, datetime],
) -> None:
    pattern, start, end = drawn
    for gap in gaps(pattern, start, end):
        following = next_after(pattern, gap.starts_at)
        if gap.ends_at < end:
            assert following is not None
            assert following.starts_at == gap.ends_at
        elif following is not None:
            assert following.starts_at >= end


@settings(max_examples=100)
@given(st.sampled_from(CHANGES), st.lists(WALLS, min_size=1, max_size=6, unique=True))
def test_shifts_that_follow_each_other_leave_no_gap_and_no_overlap(
    change: tuple[ZoneInfo, date], walls: list[time]
) -> None:
    zone, day = change
    walls.sort()
    handovers = [*pairwise(walls), (walls[-1], walls[0])]
    shifts = tuple(
        Shift(number, 0, 0, weekday, starts, ends)
        for weekday in range(7)
        for number, (starts, ends) in enumerate(handovers)
    )
    pattern = Pattern(1, MONDAY, shifts, (), zone)
    start = instant_of(zone, day - timedelta(days=2), time())
    end = instant_of(zone, day + timedelta(days=2), time())

    assert gaps(pattern, start, end) == ()
    found = turns(pattern, start, end)
    assert all(a.ends_at == b.starts_at for a, b in pairwise(found))
    for turn in found[1:-1]:
        local = turn.starts_at.astimezone(zone)
        assert instant_of(zone, local.date(), local.time()) <= turn.starts_at
