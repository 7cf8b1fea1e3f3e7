"""Published playbooks for tests of screens, and a page taken apart into what a person meets."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.preparedness.document import Playbook
from playbook.models import PlaybookVersion
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.playbook_files import load
from playbook.services.preparedness.publishing import publish

PLAYBOOKS = Path(__file__).parents[1] / "fixtures" / "playbooks"
NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
HERE = "/playbooks/small-city/1"


@cache
def unread_small_city() -> Playbook:
    """A playbook in English and Arabic; nobody is named as having read the Arabic."""
    playbook = load(PLAYBOOKS / "small-city").playbook
    assert playbook is not None
    made = {
        language: translation.model_copy(update={"read_by": None})
        for language, translation in playbook.translations.items()
    }
    return playbook.model_copy(update={"translations": made})


def put_out(sessions: sessionmaker[Session], playbook: Playbook) -> PlaybookVersion:
    with sessions.begin() as session:
        canonical = canonical_bytes(playbook)
        return publish(session, canonical, playbook, None, "Sample Owner", NOW, "As agreed")


def reworded(playbook: Playbook, language: str, key: str, text: str) -> Playbook:
    words = {**playbook.words[language], key: text}
    return playbook.model_copy(update={"words": {**playbook.words, language: words}})


def count_versions(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(PlaybookVersion)) or 0


def newest(sessions: sessionmaker[Session]) -> Playbook:
    with sessions() as session:
        found = session.scalars(
            select(PlaybookVersion).order_by(PlaybookVersion.number.desc())
        ).first()
        assert found is not None
        return document_of(found)


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def values(self, attribute: str) -> Iterator[str]:
        return (str(attrs[attribute]) for _tag, attrs in self.tags if attribute in attrs)

    @property
    def text(self) -> str:
        """What a person reads, with the space of the markup taken out."""
        return re.sub(r"\s+", " ", " ".join(self.texts))


def read(response: TestResponse, status: int = 200) -> Tags:
    assert response.status_code == status, response.text[:400]
    return Tags(response.text)


def part(response: TestResponse, start: str, end: str) -> Tags:
    """What stands between two marks of a page."""
    assert response.status_code == 200
    return Tags(response.text.split(start, 1)[1].split(end, 1)[0])
