"""Lines of a call sheet: their numbers, and what is said to have changed since another one was printed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.preparedness.call_sheet import (
    Caller,
    Mark,
    Number,
    SheetRole,
    Standing,
    compare,
    digest_of,
    letter,
    lines_of,
    numbered,
    tier_numbers,
)


def caller(person_id: int, phone: str = "+447700900100", **facts) -> Caller:
    usual = {
        "name": f"Person {person_id}",
        "organisation": "",
        "language": "en",
        "standing": Standing.HOLDER,
        "phones": (Number(phone),),
    }
    return Caller(person_id=person_id, **(usual | facts))


def role(name: str, *people: Caller, tier: str = "tier-1") -> SheetRole:
    return SheetRole(role=name, tier=tier, number="", minutes=10, people=people)


def lines(*roles: SheetRole):
    return lines_of(numbered(roles))


@pytest.mark.parametrize(
    ("place", "said"), [(0, "a"), (1, "b"), (25, "z"), (26, "aa"), (27, "ab"), (702, "aaa")]
)
def test_places_are_letters(place: int, said: str) -> None:
    assert letter(place) == said


def test_lines_count_by_tier_role_and_person() -> None:
    made = numbered(
        [
            role("mayor", caller(1), tier="cell"),
            role("police", caller(2), caller(3)),
            role("fire", caller(4)),
        ]
    )
    assert [r.number for r in made] == ["T0-01", "T1-01", "T1-02"]
    assert [p.line for r in made for p in r.people] == ["T0-01a", "T1-01a", "T1-01b", "T1-02a"]


def test_a_tier_keeps_the_number_that_people_call_it_by() -> None:
    assert tier_numbers(["cell", "tier-2", "tier-1", "helpers"]) == {
        "cell": 0,
        "tier-2": 2,
        "tier-1": 1,
        "helpers": 3,
    }


@given(st.lists(st.from_regex(r"[a-z]{1,5}(-[0-9]{1,2})?", fullmatch=True), unique=True))
def test_no_two_tiers_share_a_number(tiers: list[str]) -> None:
    made = tier_numbers(tiers)
    assert len(set(made.values())) == len(tiers)


def test_without_an_earlier_printing_nothing_is_marked() -> None:
    assert not compare(None, lines(role("mayor", caller(1))))


def test_who_is_new_who_changed_and_who_is_gone() -> None:
    before = lines(role("mayor", caller(1), caller(2), caller(3)))
    after = lines(role("mayor", caller(1), caller(2, "+447700900199"), caller(4)))
    changes = compare(before, after)
    assert changes.marks == {("mayor", 2): Mark.CHANGED, ("mayor", 4): Mark.NEW}
    (gone,) = changes.gone
    assert (gone.line, gone.name, gone.phones) == ("T1-01c", "Person 3", ("+447700900100",))
    assert (changes.new, changes.changed) == (1, 1)


def test_a_role_added_before_moves_numbers_and_marks_only_itself() -> None:
    before = lines(role("police", caller(1)))
    after = lines(role("mayor", caller(2)), role("police", caller(1)))
    assert compare(before, after).marks == {("mayor", 2): Mark.NEW}


def test_another_order_is_a_change_and_somebody_put_before_is_none() -> None:
    before = lines(role("mayor", caller(1), caller(2)))
    swapped = compare(before, lines(role("mayor", caller(2), caller(1))))
    assert set(swapped.marks.values()) == {Mark.CHANGED}
    assert compare(before, lines(role("mayor", caller(3), caller(1), caller(2)))).marks == {
        ("mayor", 3): Mark.NEW
    }


@pytest.mark.parametrize(
    "fact",
    [
        {"phones": (Number("+447700900100", script="Ask for the coordinator."),)},
        {"emails": ("new@harbour.example.org",)},
        {"name": "Another"},
        {"language": "ar"},
        {"organisation": "Police"},
        {"held": True},
    ],
)
def test_whatever_a_caller_reads_makes_a_change(fact) -> None:
    before = lines(role("mayor", caller(1)))
    after = lines(role("mayor", replace(caller(1), **fact)))
    assert compare(before, after).changed == 1
    assert digest_of(before) != digest_of(after)


def test_a_turn_of_one_week_is_printed_and_is_no_change() -> None:
    before = lines(role("mayor", caller(1)))
    after = lines(role("mayor", caller(1), caller(2, standing=Standing.TURN)))
    assert [p["line"] for p in after["roles"][0]["people"]] == ["T1-01a", "T1-01b"]
    assert not compare(before, after)
    assert not compare(after, before)
    assert digest_of(before) == digest_of(after)


ladders = st.dictionaries(
    st.sampled_from(["mayor", "police", "fire"]),
    st.lists(st.integers(1, 8), unique=True, max_size=5),
    max_size=3,
)


@given(ladders, ladders)
def test_marks_and_goings_are_exactly_the_difference(old, new) -> None:
    before = lines(*(role(name, *map(caller, people)) for name, people in old.items()))
    after = lines(*(role(name, *map(caller, people)) for name, people in new.items()))
    changes = compare(before, after)
    was = {(name, person) for name, people in old.items() for person in people}
    now = {(name, person) for name, people in new.items() for person in people}
    assert {key for key, mark in changes.marks.items() if mark is Mark.NEW} == now - was
    assert len(changes.gone) == len(was - now)
    assert not compare(after, after)
