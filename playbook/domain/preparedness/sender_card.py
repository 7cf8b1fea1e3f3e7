"""The contact card of the city's sender, which partners save so that a message in the night is from somebody they know.

vCard 4.0, RFC 6350: lines end with CRLF and are folded at 75 octets; commas, semicolons, backslashes and line ends in
values are escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE_OCTETS = 75
_NOT_IN_A_NUMBER = re.compile(r"[^0-9+]")


@dataclass(frozen=True)
class SenderCard:
    """Who writes and calls; an empty field is left out of the card.

    `texts` is the number from which SMS come, empty where the sender is a name; `check` and `note` are for humans.
    """

    sender: str
    organisation: str
    texts: str
    call_back: str
    mail: str
    check: str
    note: str


def vcard(card: SenderCard) -> str:
    """Return `card` as a vCard 4.0."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:org",
        f"FN:{_escaped(card.sender)}",
        f"ORG:{_escaped(card.organisation)}",
        *_number("text", card.texts),
        *_number("voice", card.call_back),
        *([f"EMAIL:{_escaped(card.mail)}"] if card.mail else []),
        f"URL:{card.check}",
        f"NOTE:{_escaped(card.note)}",
        "END:VCARD",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def is_number(sender: str) -> bool:
    """Whether an SMS from `sender` comes from a number, which a phone can match with a saved contact."""
    return sender.startswith("+") and sender[1:].replace(" ", "").isdigit()


def _number(kind: str, value: str) -> list[str]:
    digits = _NOT_IN_A_NUMBER.sub("", value)
    return [f"TEL;VALUE=uri;TYPE={kind}:tel:{digits}"] if digits else []


def _escaped(text: str) -> str:
    text = re.sub(r"([\\,;])", r"\\\1", text)
    return re.sub(r"\r\n|\r|\n", r"\\n", text)


def _folded(line: str) -> Iterator[str]:
    """Yield `line` in parts of 75 octets at most, every further one after a space; no character is split."""
    part = ""
    for character in line:
        if len((part + character).encode()) > LINE_OCTETS:
            yield part
            part = " "
        part += character
    yield part
