"""One playbook, one spelling, one hash."""

import random
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbook.domain.preparedness.canonical import (
    NotCanonical,
    canonical_bytes,
    content_hash,
    from_canonical,
    words_digest,
)
from tests.domain.preparedness.playbooks import playbooks
from tests.domain.preparedness.written import Written, small_city


@given(playbooks())
def test_what_is_spelt_reads_back(playbook: Any) -> None:
    spelt = canonical_bytes(playbook)
    assert from_canonical(spelt) == playbook
    assert canonical_bytes(from_canonical(spelt)) == spelt


@given(playbooks(), playbooks())
def test_two_playbooks_share_a_spelling_only_if_they_say_the_same(one: Any, other: Any) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (one == other)


def shuffled(tree: Any, dice: random.Random) -> Any:
    """Return `tree` with every mapping in another order; lists stay as they are."""
    if isinstance(tree, list):
        return [shuffled(item, dice) for item in tree]
    if isinstance(tree, dict):
        keys = list(tree)
        dice.shuffle(keys)
        return {key: shuffled(tree[key], dice) for key in keys}
    return tree


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_the_order_of_writing_is_no_difference(seed: int) -> None:
    dice = random.Random(seed)
    city, mixed = small_city(), small_city()
    mixed.structure = shuffled(mixed.structure, dice)
    mixed.files = shuffled(mixed.files, dice)
    assert canonical_bytes(mixed.playbook()) == canonical_bytes(city.playbook())


def spelt(city: Written) -> bytes:
    return canonical_bytes(city.playbook())


def test_the_order_of_a_list_is_a_difference() -> None:
    """Who deputises first is what people do."""
    city = small_city()
    city.structure["roles"]["mayor"]["deputies"].reverse()
    assert spelt(city) != spelt(small_city())


def test_saying_a_default_aloud_is_no_difference() -> None:
    city = small_city()
    city.structure["activatable"] = "yes"
    city.structure["decisions"]["vigil"]["evidence"] = {"mark": "default"}
    city.structure["roles"]["duty-officer"]["deputies"] = []
    assert spelt(city) == spelt(small_city())


def test_one_letter_has_one_spelling() -> None:
    city, decomposed = small_city(), small_city()
    city.en["roles.mayor.name"] = "Primátorka"
    decomposed.en["roles.mayor.name"] = unicodedata.normalize("NFD", "Primátorka") + " \r\n"
    assert spelt(city.translated()) == spelt(decomposed.translated())


def test_it_is_json_that_people_can_read() -> None:
    text = spelt(small_city()).decode()
    assert text.startswith('{"care":{"survivors":')
    assert '"format":"1"' in text
    assert "رئيس البلدية" in text


def test_the_hash_names_its_function() -> None:
    assert content_hash(b"") == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


@pytest.mark.parametrize(
    "stored", [b"", b"{}", b"[]", b"null", b"\xff", b'{"format":"1"}', b'{"format":"1","roles":3}']
)
def test_bytes_that_are_no_playbook_are_refused(stored: bytes) -> None:
    with pytest.raises(NotCanonical):
        from_canonical(stored)


def test_a_format_of_tomorrow_is_refused_by_name() -> None:
    tomorrow = spelt(small_city()).replace(b'"format":"1"', b'"format":"2"')
    with pytest.raises(NotCanonical, match="format 2; this service reads 1"):
        from_canonical(tomorrow)


def test_the_digest_of_words_ignores_order_and_stray_space() -> None:
    one = words_digest({"a": "first", "b": "second"})
    assert one == words_digest({"b": "second\n", "a": " first"})
    assert one != words_digest({"a": "second", "b": "first"})
    assert len(one) == 12
