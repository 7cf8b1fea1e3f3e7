"""Small helpers for words: one spelling per text, and the word that was probably meant."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

#: Below this likeness a guess would annoy more than it helps.
LIKE_ENOUGH = 0.6
#: A likeness to one part of a word counts a little less than to the whole.
PART_OF_WHOLE = 0.95


#: Languages written from right to left that the service may meet (CLDR).
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ku", "ckb", "dv", "yi", "ug", "sd"})

#: Says "left to right from here"; invisible, one character of an SMS, and old phones know it.
LEFT_TO_RIGHT_MARK = "\N{LEFT-TO-RIGHT MARK}"


def runs_right_to_left(language: str) -> bool:
    """Return whether `language` (BCP 47) is written from right to left."""
    return language.split("-")[0] in RIGHT_TO_LEFT


def in_order(number: str, language: str) -> str:
    """Return a phone number so that it reads in its own order within a text in `language`.

    Without the mark, "+44 20 7946 0000" stands as "0000 7946 20 44+" in an Arabic text, and people dial it so.
    """
    return LEFT_TO_RIGHT_MARK + number if runs_right_to_left(language) else number


def tidy(text: str) -> str:
    """Return `text` with one spelling: Unicode NFC, line feeds only, no space at either end.

    Idempotent, so that what was tidied once is stored, hashed and compared unchanged for ever.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant by `word`, or None if nothing is like it.

    A known word also counts as near when one of its parts is ("polcie" means "police-liaison").
    """
    matcher = difflib.SequenceMatcher(None)
    matcher.set_seq2(word.lower())  # the side that it prepares once
    is_one_part = not re.search("[-.]", word)
    best, best_likeness = None, LIKE_ENOUGH
    for candidate in sorted(known):
        parts = re.split("[-.]", candidate.lower()) if is_one_part else []
        weighed = [(candidate.lower(), 1.0), *((part, PART_OF_WHOLE) for part in parts)]
        for text, weight in weighed:
            likeness = _likeness(matcher, text, weight, best_likeness)
            if likeness > best_likeness:
                best, best_likeness = candidate, likeness
    return best


def _likeness(
    matcher: difflib.SequenceMatcher[str], text: str, weight: float, beat: float
) -> float:
    """Return how like `text` is to the matcher's word, or 0 as soon as it cannot beat `beat`."""
    matcher.set_seq1(text)
    for ratio in (matcher.real_quick_ratio, matcher.quick_ratio):
        if weight * ratio() <= beat:
            return 0.0
    return weight * matcher.ratio()
