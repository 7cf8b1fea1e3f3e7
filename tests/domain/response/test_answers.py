"""What an answer means, over every way a rung and a role can stand."""

import itertools

import pytest

from playbook.domain.response.answers import Answer, Told, answer_of_digit, effect, most_telling
from playbook.domain.response.escalation import RungState


def test_digits_say_what_the_texts_promise() -> None:
    assert [answer_of_digit(d) for d in (1, 2, 3)] == list(Answer)
    with pytest.raises(KeyError):
        answer_of_digit(4)


def test_a_yes_leads_and_a_second_persons_yes_is_late() -> None:
    first = effect(
        Answer.JOINING, RungState.ASKED, answered=False, answered_by_me=False, role_open=True
    )
    assert (first.leads, first.late, first.told) == (True, False, Told.JOINING)
    second = effect(
        Answer.JOINING, RungState.SILENT, answered=True, answered_by_me=False, role_open=True
    )
    assert (second.leads, second.late, second.told) == (False, True, Told.LATE)


@pytest.mark.parametrize("answer", [Answer.DEPUTY, Answer.UNABLE])
def test_both_kinds_of_no_climb_at_once(answer: Answer) -> None:
    no = effect(answer, RungState.ASKED, answered=False, answered_by_me=False, role_open=True)
    assert no.climbs
    assert not no.leads


def test_taking_a_yes_back_reopens_the_role() -> None:
    back = effect(
        Answer.UNABLE, RungState.JOINING, answered=True, answered_by_me=True, role_open=True
    )
    assert back.reopens
    assert back.climbs


def test_no_answer_ever_leads_a_role_that_somebody_else_leads() -> None:
    for answer, rung in itertools.product(Answer, RungState):
        what = effect(answer, rung, answered=True, answered_by_me=False, role_open=True)
        assert not what.leads
        assert not what.reopens
        assert not what.climbs


def test_what_a_person_now_leads_is_told_first() -> None:
    assert most_telling([Told.LATE, Told.JOINING, Told.AGAIN]) is Told.JOINING
