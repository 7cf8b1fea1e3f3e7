"""The hash chain of the log: what happened can be proven, and what was personal can still be erased.

A seal covers the clear facts of an entry, the salted digest of its personal payload, and the seal before it. The
payload and its salt stand beside the chain; without them the digest says nothing, and the chain still holds.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

#: What the first seal follows.
GENESIS = "0" * 64


def payload_digest(payload: str | None, salt: str | None) -> str:
    """Return the digest of a payload (JSON text) under its salt; no payload has a digest too."""
    return sha256(f"{salt or ''}:{payload or ''}".encode()).hexdigest()


def seal(previous: str, facts: Mapping[str, Any]) -> str:
    """Return the seal (hex) of an entry's clear facts after `previous`."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(f"{previous}\n{text}".encode()).hexdigest()


@dataclass(frozen=True)
class Sealed:
    """A sealed entry as it is read back: its facts, its links, and its payload while not erased."""

    position: int
    previous: str
    seal: str
    facts: Mapping[str, Any]
    payload: str | None
    salt: str | None
    payload_digest: str


def first_break(entries: Iterable[Sealed], previous: str = GENESIS) -> int | None:
    """Return the position of the first entry that does not fit the chain, or None if all do.

    `entries` come in order of position. An erased payload (no salt) is no break; a changed one is.
    """
    for expected, entry in enumerate(entries, start=1):
        fits = (
            entry.position == expected
            and entry.previous == previous
            and entry.seal == seal(previous, entry.facts)
            and (
                entry.salt is None
                or payload_digest(entry.payload, entry.salt) == entry.payload_digest
            )
        )
        if not fits:
            return entry.position
        previous = entry.seal
    return None
