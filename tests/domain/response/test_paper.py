"""What was ticked on paper, put in its real order: the latest word stands, the first who joined leads."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.response.answers import Answer
from playbook.domain.response.paper import (
    Clock,
    Contradiction,
    Standing,
    Word,
    contradiction,
    leader,
    read_clock,
    standing,
)

START = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")

moments = st.integers(0, 30).map(lambda minutes: START + timedelta(minutes=minutes))
words = st.builds(
    Word, moments, st.sampled_from(Answer), st.sampled_from(("sms", "link", "hand", "paper"))
)
some = st.lists(words, max_size=8)


def word(minute: int, answer: Answer, via: str = "paper") -> Word:
    return Word(START + timedelta(minutes=minute), answer, via)


@given(some, st.randoms())
def test_the_order_in_which_sheets_are_entered_does_not_matter(said, random) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)
    assert standing(shuffled) == standing(said)


@given(some)
def test_the_same_sheet_twice_is_one(said) -> None:
    assert standing(said * 2) == standing(said)


@given(st.lists(words, min_size=1, max_size=8))
def test_the_latest_word_stands_and_counts_from_when_it_was_first_said(said) -> None:
    stands = standing(said)
    latest = max(w.at for w in said)
    assert stands.answer in {w.answer for w in said if w.at == latest}
    assert stands.since in {w.at for w in said if w.answer is stands.answer}
    between = [w for w in said if stands.since < w.at < latest]
    assert all(w.answer is stands.answer for w in between)


@given(some, words)
def test_an_older_word_changes_no_later_answer(said, older) -> None:
    later = [w for w in said if w.at > older.at]
    if later:
        assert standing((*later, older)).answer is standing(later).answer


def test_of_the_same_minute_what_the_person_sent_counts() -> None:
    said = (word(5, Answer.UNABLE), word(5, Answer.JOINING, "sms"))
    assert standing(said).answer is Answer.JOINING


def test_who_said_yes_no_yes_joins_from_the_second_yes() -> None:
    said = [word(1, Answer.JOINING), word(4, Answer.UNABLE), word(9, Answer.JOINING, "sms")]
    assert standing(said) == Standing(Answer.JOINING, START + timedelta(minutes=9), "sms")


def test_who_joined_first_and_still_does_leads() -> None:
    stands = {
        "Paul": standing([word(8, Answer.JOINING)]),
        "Petra": standing([word(3, Answer.JOINING), word(9, Answer.UNABLE)]),
        "Dora": standing([word(6, Answer.JOINING)]),
    }
    assert leader(stands) == "Dora"
    assert leader({"Petra": stands["Petra"]}) is None


def test_a_contradiction_says_which_of_the_two_stands() -> None:
    heard = [word(5, Answer.JOINING, "sms")]
    assert contradiction(heard, [word(9, Answer.UNABLE)]) is Contradiction.PAPER
    assert contradiction(heard, [word(2, Answer.UNABLE)]) is Contradiction.SERVICE
    assert contradiction(heard, [word(9, Answer.JOINING)]) is None
    assert contradiction([], [word(9, Answer.JOINING)]) is None


@pytest.mark.parametrize("text", ["03:12", "3:12", "3.12", "312", "03h12"])
def test_a_time_is_read_as_people_write_it(text) -> None:
    assert read_clock(text, date(2026, 3, 14), LONDON) == datetime(2026, 3, 14, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "25:00", "12:60", "noon", "3", "03:120"])
def test_what_is_no_time_is_not_guessed(text) -> None:
    assert read_clock(text, date(2026, 3, 14), LONDON) is Clock.UNREADABLE


def test_a_time_that_came_twice_is_asked_about() -> None:
    night = date(2026, 10, 25)
    assert read_clock("01:30", night, LONDON) is Clock.TWICE
    first = read_clock("01:30", night, LONDON, second=False)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read_clock("01:30", night, LONDON, second=True) == first + timedelta(hours=1)


def test_a_time_that_never_was_is_refused() -> None:
    assert read_clock("01:30", date(2026, 3, 29), LONDON) is Clock.NEVER
