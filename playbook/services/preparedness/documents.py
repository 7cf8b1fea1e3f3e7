"""From a published version to its document: parsed once per process, proven to be what was
published.
"""

import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.preparedness.canonical import content_hash, from_canonical
from playbook.domain.preparedness.document import Playbook
from playbook.errors import PlaybookError
from playbook.models import PlaybookVersion

#: A city has a handful of playbooks and pins a version or two of each.
KEPT = 24

Kept = TypeVar("Kept")


class AlteredVersion(PlaybookError):
    """The stored bytes are not the ones that were published; nothing may be done by them."""

    status = 500


class Shelf(Generic[Kept]):
    """What was made from documents last, by content hash; safe to use from many threads."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, key: str, make: Callable[[], Kept]) -> Kept:
        """Return what is kept under `key`, making it if it is not at hand."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()  # outside the lock: two threads may both make it, and make the same
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made


_shelf: Shelf[Playbook] = Shelf()


def document_of(version: PlaybookVersion) -> Playbook:
    """Return the document that `version` holds; it never changes, so every caller shares it.

    Raises AlteredVersion if the stored bytes do not have the version's content hash, NotCanonical
    if they cannot be read.
    """

    def read() -> Playbook:
        canonical = bytes(version.canonical)
        if not hmac.compare_digest(content_hash(canonical), version.content_hash):
            raise AlteredVersion(
                "Version {number} of “{title}” is not what was published: its stored text has been "
                "altered. Do not act on it; restore it from a backup or publish it again.",
                number=version.number,
                title=version.title,
            )
        return from_canonical(canonical)

    return _shelf.get(version.content_hash, read)


def latest_versions(session: Session) -> list[PlaybookVersion]:
    """Return the newest version of every published playbook, by title; those that can be activated
    are the ones with `activatable`.
    """
    newest = (
        select(PlaybookVersion.playbook_id, func.max(PlaybookVersion.number).label("number"))
        .group_by(PlaybookVersion.playbook_id)
        .subquery()
    )
    return list(
        session.scalars(
            select(PlaybookVersion)
            .join(
                newest,
                (PlaybookVersion.playbook_id == newest.c.playbook_id)
                & (PlaybookVersion.number == newest.c.number),
            )
            .options(joinedload(PlaybookVersion.playbook))
            .order_by(PlaybookVersion.title, PlaybookVersion.id)
        )
    )
