"""What became of each question, how long answers took, and where they lie on the picture's axis."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.preparedness.readiness import (
    CallState,
    RoleTimes,
    median,
    percentile,
    scale_for,
    slowest_first,
    state_of,
    totals,
)
from playbook.domain.preparedness.standing import say
from playbook.domain.preparedness.standing.readiness import TEXTS

TIMES = st.lists(st.integers(0, 7200).map(lambda s: timedelta(seconds=s)), max_size=80)
SOME_TIMES = TIMES.filter(bool)


def minutes(*many: float) -> list[timedelta]:
    return [timedelta(minutes=m) for m in many]


def test_the_middle_and_the_time_of_nine_in_ten():
    assert median(minutes(9, 1, 4)) == timedelta(minutes=4)
    assert median(minutes(1, 4)) == timedelta(minutes=2.5)
    assert percentile(minutes(*range(1, 11)), 0.9) == timedelta(minutes=9)
    assert percentile(minutes(7), 0.9) == timedelta(minutes=7)


def test_nobody_has_no_middle():
    assert median([]) is None
    assert percentile([], 0.9) is None


@given(SOME_TIMES)
def test_the_middle_lies_between_the_fastest_and_the_slowest(times):
    assert min(times) <= median(times) <= max(times)


@given(SOME_TIMES, st.floats(0.01, 1))
def test_at_least_that_share_is_as_fast_as_the_percentile_and_it_is_the_shortest_such_time(
    times, share
):
    found = percentile(times, share)
    assert found in times
    within = sum(t <= found for t in times)
    faster = sum(t < found for t in times)
    assert within >= share * len(times) - 1e-6
    assert faster < share * len(times) + 1e-6


@given(SOME_TIMES, st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_larger_share_never_takes_less_time(times, one, other):
    low, high = sorted((one, other))
    assert percentile(times, low) <= percentile(times, high)


@given(TIMES)
def test_every_time_has_its_place_on_the_axis_and_longer_ones_lie_further_out(times):
    scale = scale_for(times)
    places = [scale.place(t) for t in sorted(times)]
    assert all(0 <= place <= 100 for place in places)
    assert places == sorted(places)
    assert 2 <= len(scale.marks) <= 6
    assert scale.marks[0] == 0
    assert scale.marks[-1] == scale.top
    if times:
        assert timedelta(minutes=scale.top) >= max(times)


@pytest.mark.parametrize(
    ("delivery", "closed", "state"),
    [
        ("queued", False, CallState.QUEUED),
        ("queued", True, CallState.CANNOT),
        ("accepted", False, CallState.WAITING),
        ("delivered", True, CallState.SILENT),
        ("unknown", True, CallState.SILENT),
        ("undelivered", False, CallState.BOUNCED),
        ("failed", True, CallState.BOUNCED),
        ("cancelled", False, CallState.CANNOT),
        ("expired", True, CallState.CANNOT),
        (None, False, CallState.CANNOT),
    ],
)
def test_what_became_of_a_question_that_nobody_answered(delivery, closed, state):
    assert (
        state_of(answered=False, late=False, obstacle=False, delivery=delivery, closed=closed)
        is state
    )


def test_an_answer_counts_whatever_the_provider_said_and_a_late_one_is_called_late():
    facts = {"obstacle": False, "delivery": "undelivered", "closed": True}
    assert state_of(answered=True, late=False, **facts) is CallState.ANSWERED
    assert state_of(answered=True, late=True, **facts) is CallState.LATE


STATES = st.sampled_from(list(CallState))
ROLES = st.lists(
    st.builds(
        lambda role, state, seconds: RoleTimes(
            role, state, timedelta(seconds=seconds) if state is CallState.ANSWERED else None
        ),
        st.text("abc", min_size=1, max_size=4),
        STATES,
        st.integers(0, 1800),
    ),
    max_size=40,
)


@given(ROLES)
def test_those_without_an_answer_come_first_then_from_the_slowest_to_the_fastest(roles):
    ordered = slowest_first(roles)
    assert sorted(ordered, key=repr) == sorted(roles, key=repr)
    answered = [r.took for r in ordered if r.state is CallState.ANSWERED]
    assert answered == sorted(answered, reverse=True)
    states = [r.state for r in ordered]
    assert states == sorted(
        states, key=lambda s: (s is CallState.ANSWERED, s is not CallState.SILENT)
    ) or set(states) - {CallState.ANSWERED, CallState.SILENT}


@given(ROLES)
def test_figures_count_every_role_as_asked_and_only_answers_in_time_as_answered(roles):
    found = totals(roles)
    assert found.asked == len(roles)
    assert found.answered == sum(r.state is CallState.ANSWERED for r in roles)
    assert (found.median is None) == (found.answered == 0)
    if found.median is not None:
        assert found.ninetieth >= found.median or found.answered == 2


@pytest.mark.parametrize("language", ["en", "ar", "fr", "sk"])
def test_a_check_says_at_once_that_it_is_no_alarm_and_a_drill_that_it_is_one(language):
    facts = {"city": "Port Harmony", "link": "https://x.example.org", "confirm": "https://y"}
    no_alarm = {
        "en": "no alarm", "ar": "ليس إنذارًا", "fr": "aucune alerte", "sk": "žiadny poplach",
    }[language]  # fmt: skip
    drill = {"en": "DRILL", "ar": "تمرين", "fr": "EXERCICE", "sk": "CVIČENIE"}[language]
    assert no_alarm in say(TEXTS, "proof-sms", language, "sms", facts).body.split(".")[0]
    assert no_alarm in str(say(TEXTS, "proof-mail", language, "email", facts).subject)
    asked = say(TEXTS, "drill-sms", language, "sms", facts).body
    assert asked.startswith(drill)
    assert no_alarm in asked
    assert say(TEXTS, "drill-thanks", language, "sms", {}).body.startswith(drill)


def test_every_text_is_there_in_every_language():
    assert {message: set(words) for message, words in TEXTS.items()} == {
        message: {"en", "ar", "fr", "sk"} for message in TEXTS
    }
