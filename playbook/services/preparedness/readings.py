"""Who has read which translation: a named native speaker, per text, for as long as nobody changes
a word of it.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.parts import MessageChannel
from playbook.errors import BadInput
from playbook.models import PlaybookVersion, TranslationReading, User
from playbook.services.log import record
from playbook.services.preparedness.documents import Shelf, document_of
from playbook.services.preparedness.inserting import insert_missing

_MESSAGE_PARTS = ("", ".name", ".subject", *(f".{c}" for c in get_args(MessageChannel)))


@dataclass(frozen=True)
class LanguageReading:
    """How far one translation has been read.

    `total` counts the texts that are translated, `read` those that a named person has read;
    `readers` are their names, by name.
    """

    language: str
    total: int
    read: int
    readers: tuple[str, ...]

    @property
    def unread(self) -> int:
        """How many texts nobody has read."""
        return self.total - self.read

    @property
    def is_read(self) -> bool:
        """Whether every text has been read."""
        return self.total == self.read


@dataclass(frozen=True)
class ReadingState:
    """Who has read what of one version.

    `languages` holds every translation, in the document's order; `readers` is language → words id →
    the reader's name, for the texts that have been read.
    """

    languages: Mapping[str, LanguageReading]
    readers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def reader_of(self, language: str, words_id: str) -> str | None:
        """Return who has read a text in a language; None if nobody has."""
        return self.readers.get(language, {}).get(words_id)

    def message_reader(self, playbook: Playbook, message: str, language: str) -> str | None:
        """Return who has read a message in a language: None until each of its texts is read."""
        names = [
            self.reader_of(language, key) for key in message_words(playbook, message, language)
        ]
        return None if not names or None in names else names[0]


def reading_digest(language: str, source: str, translation: str) -> str:
    """Return what identifies a reading: the digest of language, source text and translated text."""
    spelt = json.dumps([language, source, translation], ensure_ascii=False)
    return hashlib.sha256(spelt.encode()).hexdigest()


def message_words(playbook: Playbook, message: str, language: str) -> list[str]:
    """Return the words ids that hold a message's texts in a language: name, subject, bodies."""
    words = playbook.words.get(language, {})
    keys = (f"messages.{message}{part}" for part in _MESSAGE_PARTS)
    return [key for key in keys if key in words]


def reading_state(session: Session, version: PlaybookVersion) -> ReadingState:
    """Return who has read which translated text of `version`.

    A `read-by` in the document itself counts for every text of its language.
    """
    return reading_states(session, [version])[0]


def reading_states(session: Session, versions: Sequence[PlaybookVersion]) -> list[ReadingState]:
    """Return `reading_state` of each version, asking the database once."""
    playbooks = [document_of(version) for version in versions]
    signed = _signed(session, {code for playbook in playbooks for code in playbook.languages.all})
    return [
        _state(playbook, _digests_of(version, playbook), signed)
        for version, playbook in zip(versions, playbooks, strict=True)
    ]


def _state(
    playbook: Playbook,
    digests: Mapping[str, Mapping[str, str]],
    signed: Mapping[tuple[str, str], str],
) -> ReadingState:
    languages: dict[str, LanguageReading] = {}
    readers: dict[str, dict[str, str]] = {}
    for language, texts in digests.items():
        named = playbook.translations.get(language)
        own = named.read_by.name if named and named.read_by else None
        readers[language] = {
            key: reader
            for key, digest in texts.items()
            if (reader := signed.get((language, digest)) or own) is not None
        }
        languages[language] = LanguageReading(
            language,
            total=len(texts),
            read=len(readers[language]),
            readers=tuple(sorted(set(readers[language].values()))),
        )
    return ReadingState(languages, readers)


def sign_readings(
    session: Session,
    version: PlaybookVersion,
    language: str,
    reader: str,
    now: datetime,
    user: User | None,
    message_ids: Collection[str] | None = None,
) -> int:
    """Note that the native speaker `reader` has read the translation into `language`; return how
    many texts were newly signed.

    `message_ids` limits it to those messages; None means every text. A text that somebody has
    already signed keeps its first reader. Raises BadInput without a name, for the source language,
    and where there is nothing to read.
    """
    playbook = document_of(version)
    name = reader.strip()
    if not name:
        raise BadInput("Write the name of the native speaker who has read it. Nothing was signed.")
    if language == playbook.languages.source:
        raise BadInput(
            "This is the language in which the playbook was written; nobody translated it."
        )
    digests = _chosen(version, playbook, language, message_ids)
    if not digests:
        raise BadInput("There is no translation to sign in this language.")
    signed = _signed(session, {language})
    fresh = {digest for digest in digests.values() if (language, digest) not in signed}
    insert_missing(
        session,
        TranslationReading,
        [
            {
                "language": language,
                "digest": digest,
                "reader": name,
                "read_at": now,
                "noted_by_id": user.id if user else None,
            }
            for digest in sorted(fresh)
        ],
    )
    if fresh:
        record(
            session,
            "translation.read",
            now=now,
            user=user,
            subject=f"playbook_version:{version.id}",
            payload={
                "language": language,
                "reader": name,
                "texts": len(fresh),
                "messages": sorted(message_ids) if message_ids is not None else None,
            },
        )
    return len(fresh)


def _chosen(
    version: PlaybookVersion,
    playbook: Playbook,
    language: str,
    message_ids: Collection[str] | None,
) -> dict[str, str]:
    """Return words id → digest of what is to be signed: the texts of some messages, or every text."""
    digests = _digests_of(version, playbook).get(language, {})
    if message_ids is None:
        return dict(digests)
    chosen = {k for m in message_ids for k in message_words(playbook, m, language)}
    return {key: digest for key, digest in digests.items() if key in chosen}


def _signed(session: Session, languages: Collection[str]) -> dict[tuple[str, str], str]:
    """Return the readings in some languages: (language, digest) → reader."""
    rows = session.execute(
        select(
            TranslationReading.language, TranslationReading.digest, TranslationReading.reader
        ).where(TranslationReading.language.in_(sorted(languages)))
    )
    return {(language, digest): reader for language, digest, reader in rows}


#: language → words id → digest, for every translation of a document.
_Digests: TypeAlias = Mapping[str, Mapping[str, str]]

_shelf: Shelf[_Digests] = Shelf()


def _digests_of(version: PlaybookVersion, playbook: Playbook) -> _Digests:
    """Return the digests of all translated texts; made once per process."""

    def make() -> _Digests:
        translations = (
            code for code in playbook.languages.all if code != playbook.languages.source
        )
        return {code: _digests(playbook, code) for code in translations if code in playbook.words}

    return _shelf.get(version.content_hash, make)


def _digests(playbook: Playbook, language: str) -> dict[str, str]:
    source = playbook.words.get(playbook.languages.source, {})
    return {
        key: reading_digest(language, source.get(key, ""), text)
        for key, text in playbook.words.get(language, {}).items()
        if text
    }
