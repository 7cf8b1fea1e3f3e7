"""Questions that are no alarm reach people on working days between 10:00 and 17:00, wherever they are."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.preparedness.daytime import (
    daytime_after,
    is_daytime,
    later_day,
    next_opening,
    spread_of,
    weekly,
    weeks_later,
)

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
ZONES = st.sampled_from([LONDON, AUCKLAND, ZoneInfo("America/New_York"), UTC])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
SPENT = st.integers(0, 600).map(lambda m: timedelta(minutes=m))
HOLIDAYS = st.frozensets(st.dates(date(2026, 1, 1), date(2028, 1, 31)), max_size=12)


@given(INSTANTS, SPENT, ZONES, HOLIDAYS)
def test_a_question_leaves_in_daytime_and_never_before_it_was_asked(start, spent, zone, holidays):
    leaves = daytime_after(start, spent, zone, holidays)
    assert is_daytime(leaves, zone, holidays)
    assert leaves >= start + spent


@given(INSTANTS, SPENT, SPENT, ZONES, HOLIDAYS)
def test_who_is_asked_later_is_never_asked_earlier(start, one, other, zone, holidays):
    first, second = sorted((one, other))
    assert daytime_after(start, first, zone, holidays) <= daytime_after(
        start, second, zone, holidays
    )


@given(INSTANTS, SPENT, SPENT, ZONES, HOLIDAYS)
def test_what_does_not_fit_into_a_day_goes_on_where_it_stopped(start, one, other, zone, holidays):
    stopped = daytime_after(start, one, zone, holidays)
    assert daytime_after(stopped, other, zone, holidays) == daytime_after(
        start, one + other, zone, holidays
    )


def test_a_saturday_night_waits_for_monday_morning():
    night = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
    assert daytime_after(night, timedelta(), LONDON, ()) == datetime(2026, 3, 16, 10, tzinfo=UTC)
    monday = {date(2026, 3, 16)}
    assert daytime_after(night, timedelta(), LONDON, monday) == datetime(
        2026, 3, 17, 10, tzinfo=UTC
    )


@given(INSTANTS, SPENT, ZONES, HOLIDAYS)
def test_what_is_put_off_keeps_its_hour(start, spent, zone, holidays):
    meant = daytime_after(start, spent, zone, holidays)
    again = later_day(meant, meant, zone, holidays)
    assert again > meant
    assert is_daytime(again, zone, holidays)
    assert again.astimezone(zone).time() == meant.astimezone(zone).time()


@pytest.mark.parametrize(
    ("count", "minutes"), [(0, 0), (1, 0), (2, 1), (61, 60), (181, 180), (9000, 180)]
)
def test_one_question_a_minute_but_never_longer_than_three_hours(count, minutes):
    assert spread_of(count) == timedelta(minutes=minutes)


def test_the_next_proof_begins_at_ten_on_a_working_day():
    now = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
    found = next_opening(now, 91, LONDON, {date(2026, 6, 15)})  # the 13th is a Saturday
    assert found.astimezone(LONDON).isoformat() == "2026-06-16T10:00:00+01:00"


@given(INSTANTS, st.integers(0, 6), st.times(time(3), time(23)), ZONES)
def test_a_weekly_hour_is_the_next_one(now, weekday, hour, zone):
    found = weekly(weekday, hour, now, zone)
    local = found.astimezone(zone)
    assert now < found <= now + timedelta(days=7, hours=1)
    assert (local.weekday(), local.time()) == (weekday, hour)


@given(INSTANTS, st.integers(1, 13), SPENT, ZONES)
def test_a_drill_keeps_its_weekday_and_hour_when_clocks_change(due, weeks, spent, zone):
    due = datetime.combine(due.date(), time(10, 30), zone)
    found = weeks_later(due, weeks, due + spent, zone)
    local = found.astimezone(zone)
    assert found > due + spent
    assert (local.weekday(), local.time()) == (due.weekday(), time(10, 30))
    assert (local.date() - due.date()).days % (7 * weeks) == 0


def test_less_than_a_week_is_no_schedule():
    with pytest.raises(ValueError, match="week"):
        weeks_later(
            datetime(2026, 3, 16, 10, tzinfo=UTC), 0, datetime(2026, 3, 17, tzinfo=UTC), UTC
        )
