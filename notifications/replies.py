"""What a person meant by a text message sent back to us.

The rule is never to guess. An answer is one digit, 1 to 3, alone or followed by the number of the
alert it answers; whatever is not clearly that is `text`, for a human to read.

==================================  =========================================================
what came                           what it is
==================================  =========================================================
`1`  ` 1. `  `(1)`  `1️⃣`  `١`  `۱`   answer 1
`1 27`  `1. 27`  `1 #27`            answer 1 to number 27; `1/27`, `1-27` likewise
`27 1`                              text: the digit must come first
`11`  `1 or 2`  `1/2`  `1-3`        text: more than one answer can be meant
`1.27`  `1:30`                      text: could as well be a time of day
`1?`  `1 thanks`  `YES`  `OK`       not an answer; words never are
==================================  =========================================================

Carriers act on some single words before we see them, so none of those may be used as an answer.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from notifications.messages import OptOut


class ReplyKind(StrEnum):
    """What kind of reply a text is."""

    ANSWER = "answer"
    STOP = "stop"
    START = "start"
    HELP = "help"
    TEXT = "text"


@dataclass(frozen=True)
class Reply:
    """A text, understood. `digit` (1 to 3) is set for an answer only, `number` at most then."""

    kind: ReplyKind
    digit: int | None = None
    number: int | None = None

    @property
    def opt_out(self) -> OptOut | None:
        """The request about being sent messages at all, if this is one."""
        return _OPT_OUT.get(self.kind)


_OPT_OUT: dict[ReplyKind, OptOut] = {
    ReplyKind.STOP: "stop",
    ReplyKind.START: "start",
    ReplyKind.HELP: "help",
}

# Twilio's default keywords, with the two that United States rules added in 2025, and the French
# word. YES and START only mean something to the carrier when that phone had stopped before.
_KEYWORDS: dict[str, ReplyKind] = {
    **dict.fromkeys(
        (
            "stop",
            "stopall",
            "unsubscribe",
            "cancel",
            "end",
            "quit",
            "revoke",
            "optout",
            "arret",
            "arrêt",
        ),
        ReplyKind.STOP,
    ),
    **dict.fromkeys(("start", "yes", "unstop"), ReplyKind.START),
    **dict.fromkeys(("help", "info"), ReplyKind.HELP),
}

_TEXT = Reply(ReplyKind.TEXT)

# What may stand around an answer without changing it. A question mark does: it asks.
_AROUND = " \t\r\n\f\v\u00a0\u202f.,!;()[]{}\"'`*“”‘’«»،؛۔。．"

# Keycaps are a digit, a variation selector and an enclosing mark.
_KEYCAP_MARKS = "\ufe0e\ufe0f\u20e3"

_ANSWER = re.compile(
    r"(?P<digit>[123])"
    r"(?:"
    r"[.,)\]]?\s+[(\[]?\#?(?P<number>[1-9][0-9]{0,5})"
    # With a slash or a dash, a lone digit reads as a choice or a range: 1/2, 1-3.
    r"|\s*[/-]\s*\#?(?P<joined>[1-9][0-9]{1,5})"
    r")?"
)

# An answer is short; a long text is for a human, and is not worth normalising.
_LONGEST = 64


def understand(body: str) -> Reply:
    """Understand a reply. Never raises, whatever the text.

    Digits of every script count as such, marks of writing direction and keycap emoji are seen
    through. A single-digit number after a space (`1 2`) is taken as the number of an alert; the
    caller checks that such an alert is open for that person, and treats it as text if not.
    `start` includes YES, which many people write to say "understood": it opts in a phone that
    had stopped, and for any other phone the caller should show it to a human as text.
    """
    plain = _plain(body)
    if not plain or len(plain) > _LONGEST:
        return _TEXT
    keyword = _KEYWORDS.get(plain.casefold())
    if keyword is not None:
        return Reply(keyword)
    answer = _ANSWER.fullmatch(plain)
    if answer is None:
        return _TEXT
    number = answer["number"] or answer["joined"]
    return Reply(ReplyKind.ANSWER, int(answer["digit"]), int(number) if number else None)


def _plain(body: str) -> str:
    visible = (
        character
        for character in body
        if unicodedata.category(character) != "Cf" and character not in _KEYCAP_MARKS
    )
    text = unicodedata.normalize("NFC", "".join(map(_western, visible)))
    return text.strip(_AROUND)


def _western(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
