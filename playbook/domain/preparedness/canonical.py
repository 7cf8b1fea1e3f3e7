"""The one spelling of a playbook as bytes: what is stored, hashed, pinned and signed.

Made once when a version is published and never re-made. Mappings are sorted, so that the order in
which a city wrote its entries is no difference; what equals its default is left out, so that a
later version of the format, with more fields, spells an old playbook the same.
"""

import hashlib
import json
from collections.abc import Mapping

from pydantic import ValidationError

from playbook.domain.preparedness.document import Playbook
from playbook.domain.text import tidy
from playbook.errors import BadInput

#: Raised only when a reader of today's bytes could misunderstand tomorrow's.
FORMAT = "1"


class NotCanonical(BadInput):
    """Bytes that were given as a stored playbook are none, or of a format we do not know."""


def canonical_bytes(playbook: Playbook) -> bytes:
    """Return the playbook as JSON in UTF-8 and NFC, keys sorted, no space that means nothing."""
    document = playbook.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return _spell({"format": FORMAT, **document})


def from_canonical(canonical: bytes) -> Playbook:
    """Return the playbook that `canonical_bytes` spelt. Raises NotCanonical."""
    try:
        document = json.loads(canonical)
        found = document.pop("format")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise NotCanonical("These bytes are not a stored playbook.") from None
    if found != FORMAT:
        raise NotCanonical(
            "This playbook was stored in format {found}; this service reads {known}.",
            found=found,
            known=FORMAT,
        )
    try:
        return Playbook.model_validate(document)
    except ValidationError as error:
        raise NotCanonical(
            "This stored playbook is damaged in {count} places.", count=error.error_count()
        ) from error


def content_hash(canonical: bytes) -> str:
    """Return "sha256:" and the hexadecimal digest of a playbook's canonical bytes."""
    return f"sha256:{hashlib.sha256(canonical).hexdigest()}"


def words_digest(words: Mapping[str, str]) -> str:
    """Return the 12 hexadecimal digits that a translation quotes as `made-from`.

    `words` are those of one file in the source language (words id → text); their order and stray
    space at the ends of a text make no difference.
    """
    tidied = {key: tidy(text) for key, text in words.items()}
    return hashlib.sha256(_spell(tidied)).hexdigest()[:12]


def _spell(document: Mapping[str, object]) -> bytes:
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()
