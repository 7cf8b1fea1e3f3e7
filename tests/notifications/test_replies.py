"""A reply is understood when it can mean one thing only, and is otherwise left to a human."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.replies import Reply, ReplyKind, understand

TEXT = Reply(ReplyKind.TEXT)


def answer(digit: int, number: int | None = None) -> Reply:
    return Reply(ReplyKind.ANSWER, digit, number)


@pytest.mark.parametrize("digit", [1, 2, 3])
@pytest.mark.parametrize(
    "as_written",
    [
        "{}",
        "  {} \n",
        "{}.",
        "{} .",
        "({})",
        "[{}]",
        "{})",
        "“{}”",
        "{}!",
        "\u200e{}",  # left-to-right mark
        "\u200f{}\u200f",  # right-to-left marks
        "\u2067{}\u2069",  # isolates
        "\u00a0{}\u00a0",  # no-break spaces
        "\ufeff{}",  # byte order mark
        "{}\ufe0f\u20e3",  # keycap emoji
        "{}\u20e3",  # keycap, as older phones write it
    ],
)
def test_one_digit_is_an_answer_however_a_phone_dresses_it(as_written, digit):
    assert understand(as_written.format(digit)) == answer(digit)


@pytest.mark.parametrize(
    ("body", "digit"),
    [("١", 1), ("٢", 2), ("٣", 3), ("۱", 1), ("۲", 2), ("۳", 3), ("１", 1), ("१", 1), ("١۔", 1)],
)
def test_digits_of_other_scripts_are_digits(body, digit):
    assert understand(body) == answer(digit)


@pytest.mark.parametrize(
    "body",
    [
        "1 27",
        "1  27",
        "1. 27",
        "1, 27",
        "1) 27",
        "(1) 27",
        "1 #27",
        "1 (27)",
        "1/27",
        "1 / 27",
        "1-27",
        "1 - 27",
        "1\n27",
        "1\u00a027.",
        "١ ٢٧",
        "۱ ۲۷",
        "1️⃣ 27",
        "\u200f١ \u200f٢٧",
    ],
)
def test_a_digit_and_then_the_number_of_the_alert(body):
    assert understand(body) == answer(1, 27)


def test_a_small_alert_number_after_a_space_is_a_number():
    assert understand("2 1") == answer(2, 1)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "...",
        "11",
        "123",
        "0",
        "4",
        "9",
        "1 or 2",
        "1 2 3",
        "1/2",
        "2-3",
        "1&2",
        "1+2",
        "-1",
        "+1",
        "1?",
        "1 ?",
        "1.27",
        "1,27",
        "1:30",
        "1 0",
        "1 027",
        "27 1",
        "1 07700900123",
        "1 1234567",
        "1 27 28",
        "1 thanks",
        "I am 1",
        "one",
        "OK",
        "Okay",
        "No",
        "oui",
        "👍",
        "🔟",
        "1️⃣2️⃣",
        "¹",
        "①",
        "½",
        "STOP PLEASE",
        "please stop",
        "OPT OUT",
        "helping",
        "1 STOP",
    ],
)
def test_what_can_mean_more_than_one_thing_is_left_to_a_human(body):
    assert understand(body) == TEXT


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (
            "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT ARRET ARRÊT",
            ReplyKind.STOP,
        ),
        ("START YES UNSTOP", ReplyKind.START),
        ("HELP INFO", ReplyKind.HELP),
    ],
)
@pytest.mark.parametrize("dress", [str.upper, str.lower, str.title, " {}\n".format, "{}.".format])
def test_the_words_that_carriers_act_on_are_never_answers(words, kind, dress):
    for word in words.split():
        understood = understand(dress(word))
        assert understood == Reply(kind), word
        assert understood.opt_out == kind.value


@pytest.mark.parametrize("body", ["1", "see you there"])
def test_nothing_else_is_a_request_to_stop(body):
    assert understand(body).opt_out is None


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(), max_size=10_000))
def test_no_text_can_break_it(body):
    assert understand(body).kind in ReplyKind


def test_the_longest_texts_are_for_humans():
    assert understand("1" * 10_000) == TEXT
    assert understand("1 " + "\u200f" * 9_990) == answer(1)
    assert understand("1 " * 5_000) == TEXT


@given(st.text(alphabet="0123456789 .,/-#()[]\n\u200f\ufe0f\u20e3١۲or", max_size=12))
def test_an_answer_is_always_one_of_three_digits_and_a_number_never_comes_alone(body):
    reply = understand(body)
    if reply.kind is ReplyKind.ANSWER:
        assert reply.digit in {1, 2, 3}
        assert reply.number is None or 1 <= reply.number <= 999_999
    else:
        assert reply.digit is None
        assert reply.number is None


@given(st.sampled_from([1, 2, 3]), st.integers(10, 999_999), st.sampled_from([" ", "/", "-", ". "]))
def test_digit_and_number_come_back_as_they_were_written(digit, number, between):
    assert understand(f"{digit}{between}{number}") == answer(digit, number)
