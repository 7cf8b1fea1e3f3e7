"""How many text messages a text becomes, counted as the carriers count.

Source: 3GPP TS 23.038 (the GSM 7-bit alphabet and its extension table). A message carries 140
octets: 160 septets or 70 UTF-16 units alone; 153 or 67 per part once a text needs several, because
each part then begins with six octets that say how to join them.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[~]|€"

_SEPTETS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENSION, 2)
)

_SIZES: Mapping[Encoding, tuple[int, int]] = MappingProxyType(
    {"GSM-7": (160, 153), "UCS-2": (70, 67)}
)


@dataclass(frozen=True)
class Segmentation:
    """How a text travels.

    `segments` is how many messages are sent and paid for (0 for an empty text). `units` counts
    septets in GSM-7 and UTF-16 units in UCS-2. `room_left` is how many more units fit before one
    more segment begins. `outside` holds the characters, each once and in order of appearance,
    that forced UCS-2; empty in GSM-7.
    """

    encoding: Encoding
    segments: int
    units: int
    room_left: int
    outside: tuple[str, ...]


def normalised(text: str) -> str:
    """The text in NFC, the form in which it is counted and must also be sent.

    A decomposed letter (`a` and a combining diaeresis) looks the same on a screen, but would push
    a whole text out of the 7-bit alphabet. Half a surrogate pair is no character and no encoding
    can carry it: it becomes U+FFFD, so that one broken character cannot stop a message.
    """
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", whole)


def segment(text: str) -> Segmentation:
    """Count the messages that a text becomes.

    Parts are filled one by one, because neither an escaped character nor a surrogate pair may be
    split between two: a part can end one unit short, which plain division would miss.
    """
    text = normalised(text)
    outside = tuple(dict.fromkeys(character for character in text if character not in _SEPTETS))
    if outside:
        return _fill("UCS-2", [2 if ord(character) > 0xFFFF else 1 for character in text], outside)
    return _fill("GSM-7", [_SEPTETS[character] for character in text], outside)


def _fill(encoding: Encoding, widths: Sequence[int], outside: tuple[str, ...]) -> Segmentation:
    alone, per_part = _SIZES[encoding]
    units = sum(widths)
    if units <= alone:
        return Segmentation(encoding, min(units, 1), units, alone - units, outside)
    segments, used = 1, 0
    for width in widths:
        if used + width > per_part:
            segments, used = segments + 1, 0
        used += width
    return Segmentation(encoding, segments, units, per_part - used, outside)
