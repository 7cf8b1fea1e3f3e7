"""Words: one spelling, and the word that was probably meant."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.text import nearest, tidy

KNOWN = ["mayor", "deputy-mayor", "police-liaison", "hospital-liaison", "acknowledge-within"]


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    tidied = tidy(text)
    assert tidy(tidied) == tidied
    assert unicodedata.is_normalized("NFC", tidied)
    assert "\r" not in tidied


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("polcie", "police-liaison"),
        ("police", "police-liaison"),
        ("mayro", "mayor"),
        ("Deputy-Mayor", "deputy-mayor"),
        ("acknowlege-within", "acknowledge-within"),
        ("zebra", None),
    ],
)
def test_a_slip_is_recognised_and_a_stranger_is_not(typed: str, meant: str | None) -> None:
    assert nearest(typed, KNOWN) == meant


@given(st.sampled_from(KNOWN))
def test_a_known_word_means_itself(word: str) -> None:
    assert nearest(word, KNOWN) == word
