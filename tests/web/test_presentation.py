"""Times, names, numbers and states as a reader sees them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from playbook.settings import Settings
from playbook.web import presentation
from playbook.web.durations import in_units


@pytest.fixture
def at(app: Flask):
    """Ask for a filter's text as a reader of that language sees it, in the city's own zone."""

    def show(make, lang: str = "en") -> str:
        with app.test_request_context(f"/?lang={lang}"):
            return str(make())

    return show


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"city_time_zone": "Europe/Bratislava"})


def test_a_deadline_of_ours_counts_down_and_then_up(at, now: datetime):
    soon = at(lambda: presentation.due(now + timedelta(minutes=12), adopted=True))
    assert ">due in 12 min (03:22 CET)<" in soon
    over = at(lambda: presentation.due(now - timedelta(minutes=4), adopted=True))
    assert 'class="late">late by 4 min (03:06 CET)<' in over


def test_a_deadline_that_nobody_adopted_is_a_reminder_and_never_late(at, now: datetime):
    over = at(lambda: presentation.due(now - timedelta(hours=9), adopted=False))
    assert "late" not in over
    assert ">reminder: 9 h ago (Fri 13 Mar, 18:10 CET)<" in over


def test_a_deadline_that_has_no_date_yet_shows_nothing(at):
    assert at(lambda: presentation.due(None, adopted=True)) == ""


def test_a_time_says_how_long_ago_and_when_and_in_which_zone(at, now: datetime):
    shown = at(lambda: presentation.when(now - timedelta(seconds=3)))
    assert shown == '<time datetime="2026-03-14T02:09:57+00:00">3 s ago (03:09 CET)</time>'


def test_the_zone_follows_summer_time(at):
    assert "14:00 CEST" in at(lambda: presentation.clock(datetime(2026, 7, 1, 12, tzinfo=UTC)))


def test_another_year_is_named(at):
    assert "2024" in at(lambda: presentation.day(date(2024, 12, 19)))
    assert "2026" not in at(lambda: presentation.day(date(2026, 12, 19))).split(">")[1]


def test_clocks_are_not_mirrored_in_arabic(at, now: datetime):
    assert "\u206603:10 CET\u2069" in at(lambda: presentation.clock(now), "ar")


def test_a_users_own_zone_is_used(signed_in, now: datetime):
    page = signed_in("observer", time_zone="America/New_York").get("/").text
    assert "22:10 EDT" in page


def test_numbers_are_called_by_a_tap_and_read_from_left_to_right(at):
    shown = at(lambda: presentation.phone("+447700900123"), "ar")
    assert shown == (
        '<a href="tel:+447700900123"><bdi dir="ltr" class="phone">+44 7700 900123</bdi></a>'
    )
    assert at(lambda: presentation.phone(None)) == ""


def test_names_are_isolated_and_cannot_write_into_the_page(at):
    assert at(lambda: presentation.isolate("<b>")) == "<bdi>&lt;b&gt;</bdi>"


def test_numbers_have_the_readers_separators(at):
    assert at(lambda: presentation.number(1204)) == "1,204"
    assert at(lambda: presentation.number(1204), "fr") == "1\u202f204"


@pytest.mark.parametrize("name", ["waiting", "answered", "refused", "silent", "owned", "unknown"])
def test_a_state_is_icon_and_word_not_only_colour(at, name: str):
    shown = at(lambda: presentation.state(name))
    assert "<svg" in shown
    assert shown.split("</svg>")[1].removesuffix("</span>").strip()


def test_only_what_a_human_must_do_now_is_red(app: Flask):
    red = {name for name, state in presentation.STATES.items() if state.tone == "act"}
    assert red == {"owned", "late"}


def test_a_state_that_nobody_foresaw_is_shown_as_it_is(at):
    assert "brand-new" in at(lambda: presentation.state("brand-new"))


@given(st.integers(min_value=0, max_value=10**9))
def test_a_length_is_told_to_better_than_half(seconds: int):
    sizes = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "year": 365 * 86400}
    unit, count = in_units(timedelta(seconds=seconds))
    assert count * sizes[unit] <= seconds < (count + 1) * sizes[unit]
    assert unit == "second" or count >= 2
