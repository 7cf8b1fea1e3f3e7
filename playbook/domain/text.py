"""Small helpers for words: one spelling per text, lists as people say them, and the word that was
probably meant.
"""

import difflib
import unicodedata
from collections.abc import Iterable

#: Below this likeness a guess would annoy more than it helps.
LIKE_ENOUGH = 0.6


def tidy(text: str) -> str:
    """Return `text` with one spelling: Unicode NFC, line feeds only, no space at either end.

    Idempotent, so that what was tidied once is stored, hashed and compared unchanged for ever.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def one_of(choices: Iterable[str]) -> str:
    """Return choices as a person lists them: "sms, email or voice"."""
    words = list(choices)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant by `word`, or None if nothing is like it.

    A known word also counts as near when one of its parts is ("polcie" means "police-liaison").
    """
    best, best_likeness = None, LIKE_ENOUGH
    for candidate in sorted(known):
        likeness = _likeness(word.lower(), candidate.lower())
        if likeness > best_likeness:
            best, best_likeness = candidate, likeness
    return best


def _likeness(word: str, candidate: str) -> float:
    whole = difflib.SequenceMatcher(None, word, candidate).ratio()
    parts = candidate.replace(".", "-").split("-")
    if len(parts) < 2 or "-" in word or "." in word:
        return whole
    part = max(difflib.SequenceMatcher(None, word, part).ratio() for part in parts)
    return max(whole, 0.95 * part)
