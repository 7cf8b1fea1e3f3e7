"""A published version never changes, and a reading holds until somebody changes a word."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from playbook.domain.preparedness.canonical import canonical_bytes, content_hash
from playbook.domain.preparedness.difference import difference
from playbook.domain.preparedness.document import Playbook
from playbook.errors import BadInput, Conflict
from playbook.models import LogEntry, PlaybookVersion, PublishedPlaybook
from playbook.models.preparedness.playbooks import Immutable
from playbook.services.log import read_payload
from playbook.services.preparedness.documents import (
    AlteredVersion,
    document_of,
    latest_versions,
)
from playbook.services.preparedness.playbook_files import load
from playbook.services.preparedness.publishing import (
    NotPublishable,
    adopt_deadlines,
    publish,
    publish_folder,
)
from playbook.services.preparedness.readings import (
    reading_digest,
    reading_state,
    sign_readings,
)
from tests.support.people import add_user

PLAYBOOKS = Path(__file__).parents[1] / "fixtures" / "playbooks"
NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def small_city() -> Playbook:
    """A playbook in English and Arabic; its Arabic has been read by Salma Haddad."""
    playbook = load(PLAYBOOKS / "small-city").playbook
    assert playbook is not None
    return playbook


@pytest.fixture(scope="module")
def unread(small_city: Playbook) -> Playbook:
    """The same, but nobody is named as having read the Arabic."""
    return small_city.model_copy(update={"translations": {}})


def reworded(playbook: Playbook, language: str, **words: str) -> Playbook:
    """The playbook with some texts of one language changed; `__` in a name stands for a dot."""
    said = {key.replace("__", ".").replace("_", "-"): value for key, value in words.items()}
    unknown = set(said) - set(playbook.words[language])
    assert not unknown
    return playbook.model_copy(
        update={"words": {**playbook.words, language: {**playbook.words[language], **said}}}
    )


def put_out(session: Session, playbook: Playbook, author: str = "Sample Owner") -> PlaybookVersion:
    return publish(session, canonical_bytes(playbook), playbook, None, author, NOW)


def versions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PlaybookVersion)) or 0


class TestPublishing:
    def test_the_first_version_says_what_who_and_when(
        self, session: Session, small_city: Playbook
    ) -> None:
        author = add_user(session, name="Sample Owner")
        canonical = canonical_bytes(small_city)
        version = publish(session, canonical, small_city, author, "Sample Owner", NOW, "First.")
        assert version.playbook.key == "small-city"
        assert version.number == 1
        assert version.canonical == canonical
        assert version.content_hash == content_hash(canonical)
        assert version.title == "A small city under attack"
        assert version.activatable
        assert version.note == "First."
        assert version.published_at == NOW
        assert (version.published_by_id, version.published_by_name) == (author.id, "Sample Owner")

    def test_it_is_logged_once(self, session: Session, small_city: Playbook) -> None:
        version = put_out(session, small_city)
        put_out(session, small_city)
        entry = session.scalars(select(LogEntry).filter_by(kind="playbook.published")).one()
        assert entry.subject == f"playbook_version:{version.id}"
        assert read_payload(entry)["by"] == "Sample Owner"

    def test_the_same_content_again_is_the_same_version(
        self, session: Session, small_city: Playbook
    ) -> None:
        first = put_out(session, small_city)
        again = put_out(session, small_city, author="Somebody else")
        assert again is first
        assert again.published_by_name == "Sample Owner"
        assert versions(session) == 1

    def test_other_words_are_the_next_version_and_leave_the_first_as_it_was(
        self, session: Session, small_city: Playbook
    ) -> None:
        first = put_out(session, small_city)
        before = first.canonical
        second = put_out(session, reworded(small_city, "en", roles__mayor__name="Lord mayor"))
        session.expire_all()
        assert (first.number, second.number) == (1, 2)
        assert first.canonical == before
        assert document_of(first).text("roles.mayor.name", "en").text == "Mayor"
        assert document_of(second).text("roles.mayor.name", "en").text == "Lord mayor"

    def test_a_folder_with_mistakes_is_refused_with_all_of_them(self, session: Session) -> None:
        with pytest.raises(NotPublishable) as refused:
            publish_folder(session, PLAYBOOKS / "six-mistakes", "Sample Owner", NOW)
        assert len(refused.value.findings) == 6
        assert "first: 6." in str(refused.value)
        assert versions(session) == 0

    def test_a_good_folder_is_published(self, session: Session) -> None:
        version = publish_folder(session, PLAYBOOKS / "small-city", "Sample Owner", NOW, "A note")
        assert (version.number, version.note) == (1, "A note")

    def test_bytes_of_another_playbook_are_refused(
        self, session: Session, small_city: Playbook
    ) -> None:
        other = reworded(small_city, "en", roles__mayor__name="Lord mayor")
        with pytest.raises(ValueError, match="not those of the playbook"):
            publish(session, canonical_bytes(other), small_city, None, "Sample Owner", NOW)

    def test_the_newest_of_each_playbook_is_what_can_be_activated(
        self, session: Session, small_city: Playbook
    ) -> None:
        put_out(session, small_city)
        second = put_out(session, reworded(small_city, "en", roles__mayor__name="Lord mayor"))
        other = put_out(session, small_city.model_copy(update={"playbook": "another-city"}))
        assert {v.id for v in latest_versions(session)} == {second.id, other.id}


class TestManyAtOnce:
    """Two people press the button in the same second."""

    def test_every_content_gets_a_number_of_its_own(
        self, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        contents = [
            reworded(small_city, "en", roles__mayor__name=f"Mayor {count}") for count in range(6)
        ]
        together(sessions, contents)
        with sessions() as session:
            numbers = session.scalars(select(PlaybookVersion.number)).all()
            assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
            assert session.scalar(select(func.count()).select_from(PublishedPlaybook)) == 1

    def test_the_same_content_is_published_once(
        self, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        together(sessions, [small_city] * 6)
        with sessions() as session:
            assert session.scalars(select(PlaybookVersion.number)).all() == [1]


def together(sessions: sessionmaker[Session], contents: list[Playbook]) -> None:
    """Publish all of `contents` at once, each in a thread and a transaction of its own."""
    gate = threading.Barrier(len(contents))
    problems: list[Exception] = []

    def run(playbook: Playbook) -> None:
        try:
            gate.wait()
            with sessions.begin() as session:
                put_out(session, playbook)
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(playbook,)) for playbook in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


class TestWhatIsPublishedStays:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("canonical", b"{}"),
            ("content_hash", "sha256:0"),
            ("number", 7),
            ("title", "Another title"),
            ("activatable", False),
            ("note", "Another note"),
            ("published_at", NOW + timedelta(days=1)),
            ("published_by_name", "Somebody else"),
        ],
    )
    def test_no_column_that_says_something_can_change(
        self, session: Session, small_city: Playbook, column: str, value: Any
    ) -> None:
        version = put_out(session, small_city)
        setattr(version, column, value)
        with pytest.raises(Immutable):
            session.flush()

    def test_an_account_can_be_removed_and_the_name_stays(
        self, session: Session, small_city: Playbook
    ) -> None:
        author = add_user(session)
        canonical = canonical_bytes(small_city)
        version = publish(session, canonical, small_city, author, "Sample Owner", NOW)
        version.published_by_id = None
        session.flush()
        assert version.published_by_name == "Sample Owner"

    def test_a_version_cannot_be_deleted(self, session: Session, small_city: Playbook) -> None:
        session.delete(put_out(session, small_city))
        with pytest.raises(Immutable):
            session.flush()

    @pytest.mark.parametrize(
        "statement",
        [
            lambda: update(PlaybookVersion).values(title="All the same"),
            lambda: delete(PlaybookVersion),
        ],
        ids=["update", "delete"],
    )
    def test_nor_can_all_of_them_at_once(
        self, session: Session, small_city: Playbook, statement: Callable[[], Any]
    ) -> None:
        put_out(session, small_city)
        with pytest.raises(Immutable):
            session.execute(statement())

    def test_a_document_is_parsed_once(self, session: Session, small_city: Playbook) -> None:
        version = put_out(session, small_city)
        assert document_of(version) is document_of(version)

    def test_bytes_altered_behind_our_back_are_not_acted_upon(
        self, session: Session, small_city: Playbook
    ) -> None:
        version = put_out(session, reworded(small_city, "en", roles__mayor__name="Never read yet"))
        session.execute(
            text("UPDATE playbook_version SET canonical = :bytes WHERE id = :id"),
            {"bytes": canonical_bytes(small_city), "id": version.id},
        )
        session.expire_all()
        with pytest.raises(AlteredVersion):
            document_of(version)


class TestAdoptingDeadlines:
    def test_a_reminder_becomes_the_citys_own_in_the_next_version(
        self, session: Session, small_city: Playbook
    ) -> None:
        first = put_out(session, small_city)
        assert document_of(first).decisions["similar-sites"].adopted is None
        second = adopt_deadlines(
            session, first, ["similar-sites"], "Safety committee", date(2026, 3, 1), None, NOW
        )
        adopted = document_of(second).decisions["similar-sites"].adopted
        assert second.number == 2
        assert adopted is not None
        assert (adopted.by, adopted.on) == ("Safety committee", date(2026, 3, 1))

    def test_nothing_else_changes_and_the_first_version_still_says_reminder(
        self, session: Session, small_city: Playbook
    ) -> None:
        first = put_out(session, small_city)
        second = adopt_deadlines(
            session, first, ["similar-sites"], "Safety committee", date(2026, 3, 1), None, NOW
        )
        changes = difference(document_of(first), document_of(second))
        assert {(c.section, c.id, c.field) for c in changes} == {
            ("decisions", "similar-sites", "adopted.by"),
            ("decisions", "similar-sites", "adopted.on"),
        }
        assert document_of(first).decisions["similar-sites"].adopted is None

    def test_only_on_the_newest_version(self, session: Session, small_city: Playbook) -> None:
        first = put_out(session, small_city)
        put_out(session, reworded(small_city, "en", roles__mayor__name="Lord mayor"))
        with pytest.raises(Conflict, match="Version 2"):
            adopt_deadlines(session, first, ["similar-sites"], "S", date(2026, 3, 1), None, NOW)
        assert versions(session) == 2

    @pytest.mark.parametrize(
        ("chosen", "by"),
        [([], "S"), (["similar-sites"], " "), (["tributes"], "S"), (["no-such-decision"], "S")],
        ids=["nothing chosen", "no name", "no deadline", "no decision"],
    )
    def test_what_makes_no_sense_is_refused(
        self, session: Session, small_city: Playbook, chosen: list[str], by: str
    ) -> None:
        undated = small_city.decisions["tributes"].model_copy(update={"due": None})
        decisions = {**small_city.decisions, "tributes": undated}
        first = put_out(session, small_city.model_copy(update={"decisions": decisions}))
        with pytest.raises(BadInput):
            adopt_deadlines(session, first, chosen, by, date(2026, 3, 1), None, NOW)
        assert versions(session) == 1


class TestReadings:
    """A translation is not yet read by a native speaker until a named person has read it."""

    def test_nobody_has_read_it_at_first(self, session: Session, unread: Playbook) -> None:
        state = reading_state(session, put_out(session, unread))
        assert list(state.languages) == ["ar"]
        arabic = state.languages["ar"]
        assert arabic.total == len(unread.words["ar"]) > 0
        assert (arabic.read, arabic.readers) == (0, ())

    def test_a_named_person_has_read_all_of_it(self, session: Session, unread: Playbook) -> None:
        version = put_out(session, unread)
        count = sign_readings(session, version, "ar", " Salma Haddad ", NOW, None)
        arabic = reading_state(session, version).languages["ar"]
        assert arabic.is_read
        assert arabic.readers == ("Salma Haddad",)
        assert 0 < count <= arabic.total

    def test_or_only_one_message(self, session: Session, unread: Playbook) -> None:
        version = put_out(session, unread)
        sign_readings(session, version, "ar", "Salma Haddad", NOW, None, ["call-out"])
        state = reading_state(session, version)
        assert state.message_reader(unread, "call-out", "ar") == "Salma Haddad"
        assert state.message_reader(unread, "stand-down", "ar") is None
        assert not state.languages["ar"].is_read

    def test_a_reading_carries_over_to_a_version_that_says_the_same(
        self, session: Session, unread: Playbook
    ) -> None:
        sign_readings(session, put_out(session, unread), "ar", "Salma Haddad", NOW, None)
        roles = dict(unread.roles)
        roles["mayor"] = roles["mayor"].model_copy(update={"deputies": ("duty-officer",)})
        next_one = put_out(session, unread.model_copy(update={"roles": roles}))
        assert reading_state(session, next_one).languages["ar"].is_read

    @pytest.mark.parametrize("language", ["ar", "en"])
    def test_and_lapses_where_a_word_changed_on_either_side(
        self, session: Session, unread: Playbook, language: str
    ) -> None:
        sign_readings(session, put_out(session, unread), "ar", "Salma Haddad", NOW, None)
        changed = reworded(unread, language, roles__mayor__name="Another name for the mayor")
        state = reading_state(session, put_out(session, changed))
        assert state.languages["ar"].unread == 1
        assert state.reader_of("ar", "roles.mayor.name") is None
        assert state.reader_of("ar", "roles.deputy-mayor.name") == "Salma Haddad"

    def test_what_the_document_says_about_its_reader_counts(
        self, session: Session, small_city: Playbook
    ) -> None:
        arabic = reading_state(session, put_out(session, small_city)).languages["ar"]
        assert arabic.is_read
        assert arabic.readers == ("Salma Haddad",)

    def test_the_first_reader_stays(self, session: Session, unread: Playbook) -> None:
        version = put_out(session, unread)
        sign_readings(session, version, "ar", "Salma Haddad", NOW, None)
        assert sign_readings(session, version, "ar", "Sample Second", NOW, None) == 0
        assert reading_state(session, version).languages["ar"].readers == ("Salma Haddad",)

    def test_it_is_logged_with_the_reader_and_the_one_who_noted_it(
        self, session: Session, unread: Playbook
    ) -> None:
        user = add_user(session)
        version = put_out(session, unread)
        sign_readings(session, version, "ar", "Salma Haddad", NOW, user, ["call-out"])
        entry = session.scalars(select(LogEntry).filter_by(kind="translation.read")).one()
        assert entry.user_id == user.id
        payload = read_payload(entry)
        assert (payload["reader"], payload["language"]) == ("Salma Haddad", "ar")

    @pytest.mark.parametrize(
        ("language", "reader"),
        [("ar", "  "), ("en", "Salma Haddad"), ("fr", "Salma Haddad")],
        ids=["no name", "the source", "no such translation"],
    )
    def test_what_makes_no_sense_is_refused(
        self, session: Session, unread: Playbook, language: str, reader: str
    ) -> None:
        version = put_out(session, unread)
        with pytest.raises(BadInput):
            sign_readings(session, version, language, reader, NOW, None)

    @given(st.tuples(*[st.text(max_size=5)] * 3), st.tuples(*[st.text(max_size=5)] * 3))
    def test_two_readings_are_the_same_only_if_all_three_texts_are(
        self, one: tuple[str, str, str], other: tuple[str, str, str]
    ) -> None:
        assert (reading_digest(*one) == reading_digest(*other)) == (one == other)
