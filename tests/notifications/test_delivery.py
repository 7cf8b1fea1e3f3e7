"""Receipts arrive late, twice and out of order; a delivery still ends where it should."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery import DeliveryState, advance, from_twilio, is_final, rank

STATES = st.sampled_from(DeliveryState)
FINAL = [state for state in DeliveryState if is_final(state)]


def test_five_states_are_final():
    assert {str(state) for state in FINAL} == {
        "delivered",
        "undelivered",
        "failed",
        "cancelled",
        "expired",
    }


@given(STATES, STATES)
def test_the_same_report_twice_changes_nothing_more(current, reported):
    once = advance(current, reported)
    assert advance(once, reported) == once


@given(STATES, STATES)
def test_no_report_ever_lowers_a_delivery(current, reported):
    assert rank(advance(current, reported)) == max(rank(current), rank(reported))


@given(st.sampled_from(FINAL), st.lists(STATES))
def test_a_final_state_absorbs_whatever_follows(final, reports):
    assert reduce(advance, reports, final) == final


@given(
    STATES,
    st.lists(STATES, max_size=6).flatmap(lambda r: st.tuples(st.just(r), st.permutations(r))),
)
def test_the_order_of_reports_does_not_change_how_far_a_delivery_got(start, orders):
    told, shuffled = orders
    assert rank(reduce(advance, told, start)) == rank(reduce(advance, shuffled, start))


@given(STATES, st.lists(STATES.filter(lambda s: not is_final(s) or s is DeliveryState.DELIVERED)))
def test_with_a_single_possible_ending_the_order_does_not_matter_at_all(start, reports):
    forward, backward = reduce(advance, reports, start), reduce(advance, reports[::-1], start)
    assert forward == backward


@pytest.mark.parametrize("news", ["accepted", "sent", "delivered", "undelivered", "failed"])
def test_real_news_lifts_a_delivery_of_which_nothing_was_known(news):
    assert advance(DeliveryState.UNKNOWN, DeliveryState(news)) == news


def test_a_lost_answer_leaves_a_delivery_unknown_but_never_undoes_a_receipt():
    assert advance(DeliveryState.SENDING, DeliveryState.UNKNOWN) is DeliveryState.UNKNOWN
    assert advance(DeliveryState.SENT, DeliveryState.UNKNOWN) is DeliveryState.SENT


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", DeliveryState.ACCEPTED),
        ("scheduled", DeliveryState.ACCEPTED),
        ("queued", DeliveryState.ACCEPTED),
        ("sending", DeliveryState.ACCEPTED),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
        ("read", DeliveryState.DELIVERED),
        ("undelivered", DeliveryState.UNDELIVERED),
        ("failed", DeliveryState.FAILED),
        ("canceled", DeliveryState.CANCELLED),
        ("Delivered ", DeliveryState.DELIVERED),
        ("a status of next year", DeliveryState.UNKNOWN),
    ],
)
def test_twilios_statuses_in_our_words(status, state):
    assert from_twilio(status) is state


def test_a_status_of_next_year_does_not_move_an_accepted_delivery():
    assert advance(DeliveryState.ACCEPTED, from_twilio("teleported")) is DeliveryState.ACCEPTED
