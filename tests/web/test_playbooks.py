"""What a person sees of a playbook: read, printed, compared, translated, adopted, published."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.preparedness.document import Playbook
from playbook.models import PlaybookVersion
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.playbook_files import Library, load, read_zip, write_zip
from playbook.services.preparedness.publishing import publish

PLAYBOOKS = Path(__file__).parents[1] / "fixtures" / "playbooks"
NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
HERE = "/playbooks/small-city/1"

SignIn = Callable[..., FlaskClient]


@pytest.fixture(scope="module")
def small_city() -> Playbook:
    """A playbook in English and Arabic; nobody is named as having read the Arabic."""
    playbook = load(PLAYBOOKS / "small-city").playbook
    assert playbook is not None
    made = {
        language: translation.model_copy(update={"read_by": None})
        for language, translation in playbook.translations.items()
    }
    return playbook.model_copy(update={"translations": made})


@pytest.fixture
def published(sessions: sessionmaker[Session], small_city: Playbook) -> PlaybookVersion:
    """Version 1 of the small city."""
    return put_out(sessions, small_city)


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


READ = [
    "/playbooks/",
    "/playbooks/small-city/latest",
    HERE,
    f"{HERE}/print",
    f"{HERE}/download",
    f"{HERE}/messages/call-out",
    f"{HERE}/translations",
    f"{HERE}/translations/ar",
    f"{HERE}/compare/1",
]
WRITE = ["/playbooks/publish", f"{HERE}/deadlines"]


class TestWhoMayDoWhat:
    def test_observers_read(self, signed_in: SignIn, published: PlaybookVersion) -> None:
        observer = signed_in("observer")
        assert {observer.get(address).status_code for address in READ} == {200, 302}

    def test_only_coordinators_write(self, signed_in: SignIn, published: PlaybookVersion) -> None:
        observer, coordinator = signed_in("observer"), signed_in("coordinator")
        for address in WRITE:
            assert observer.get(address).status_code == 403
            assert observer.post(address).status_code == 403
            assert coordinator.get(address).status_code == 200

    def test_only_coordinators_sign(self, signed_in: SignIn, published: PlaybookVersion) -> None:
        form = {"reader": "Salma Haddad", "what": "everything"}
        refused = signed_in("observer").post(f"{HERE}/translations/ar", data=form)
        assert refused.status_code == 403
        assert "Sign the reading" not in signed_in("observer").get(f"{HERE}/translations/ar").text

    def test_strangers_sign_in_first(self, client: FlaskClient, published: PlaybookVersion) -> None:
        for address in READ + WRITE:
            response = client.get(address)
            assert response.status_code == 302
            assert "/sign-in" in response.headers["Location"]


class TestTheList:
    def test_empty_it_says_what_belongs_here_and_offers_the_first_step(
        self, signed_in: SignIn
    ) -> None:
        page = read(signed_in("coordinator").get("/playbooks/"))
        assert "No playbook is published yet" in page.text
        assert "/playbooks/publish" in page.values("href")

    def test_an_observer_is_not_sent_to_a_door_that_is_shut(self, signed_in: SignIn) -> None:
        page = read(signed_in("observer").get("/playbooks/"))
        assert "/playbooks/publish" not in page.values("href")

    def test_it_says_version_languages_readings_and_exercises(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        page = read(signed_in("observer").get("/playbooks/"))
        assert "A small city under attack" in page.text
        assert re.search(r"1 of 1, published .* by Sample Owner", page.text)
        assert re.search(r"Arabic: \d+ texts not yet read by a native speaker", page.text)
        assert "never" in page.text

    def test_the_newest_version_is_the_one_that_latest_leads_to(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        small_city: Playbook,
    ) -> None:
        put_out(sessions, reworded(small_city, "en", "roles.mayor.name", "Lord mayor"))
        response = signed_in("observer").get("/playbooks/small-city/latest")
        assert response.headers["Location"].endswith("/playbooks/small-city/2")


class TestTheDocument:
    def test_every_link_inside_leads_to_something_on_the_page(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        page = read(signed_in("observer").get(HERE))
        anchors = {href[1:] for href in page.values("href") if href.startswith("#")}
        assert {"decision-who-speaks", "role-mayor", "message-statement"} <= anchors
        assert anchors <= set(page.values("id"))

    def test_no_id_is_there_twice(self, signed_in: SignIn, published: PlaybookVersion) -> None:
        ids = list(read(signed_in("observer").get(HERE)).values("id"))
        assert len(ids) == len(set(ids))

    def test_nothing_is_styled_or_scripted_inside_a_page(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        client = signed_in("coordinator")
        for address in (a for a in READ + WRITE if "download" not in a):
            page = read(client.get(address, follow_redirects=True))
            assert not list(page.values("style"))
            assert not [a for tag, a in page.tags if tag == "script" and "src" not in a]
            assert not [name for _t, a in page.tags for name in a if name.startswith("on")]

    def test_a_decision_says_all_that_is_needed_to_take_it(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        card = part(signed_in("observer").get(HERE), 'id="decision-similar-sites"', "</article>")
        assert "Similar places" in card.text
        assert "before they hear it from the news?" in card.text
        assert "Call them now" in card.text
        assert "Sets nothing in motion." in card.text
        assert "The register of similar places" in card.text
        assert "Those who lead them learn it from the media." in card.text
        assert "Police liaison" in card.text
        assert {"#tier-tier-2", "#role-police-liaison"} <= set(card.values("href"))

    def test_a_deadline_that_nobody_adopted_is_a_reminder(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        card = part(signed_in("observer").get(HERE), 'id="decision-similar-sites"', "</article>")
        assert "Due 45 min after time zero reminder" in card.text
        assert "adopted" not in card.text

    def test_one_that_the_city_adopted_says_by_whom_and_when(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        card = part(signed_in("observer").get(HERE), 'id="decision-who-speaks"', "</article>")
        assert "Due 60 min after time zero the city's own" in card.text
        assert re.search(r"adopted by .*safety committee , 1 May 2026", card.text)
        assert "reminder" not in card.text

    def test_a_deadline_after_a_decision_names_that_decision(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        card = part(signed_in("observer").get(HERE), 'id="decision-vigil"', "</article>")
        assert "Due 6 h after “Who speaks” was decided" in card.text

    def test_a_mark_says_what_it_means(self, signed_in: SignIn, published: PlaybookVersion) -> None:
        page = signed_in("observer").get(HERE)
        default = part(page, 'id="decision-who-speaks"', "</article>")
        unconfirmed = part(page, 'id="decision-similar-sites"', "</article>")
        assert "A default of this project, not guidance." in default.text
        assert "Widely cited, not confirmed." in unconfirmed.text

    def test_the_tree_is_also_a_table(self, signed_in: SignIn, published: PlaybookVersion) -> None:
        page = signed_in("observer").get(HERE)
        tree = part(page, '<div class="pb-tree">', "<details>")
        table = part(page, "The contact tree as a table", "</table>")
        roles = ("Duty officer", "Mayor", "Deputy mayor", "Police liaison", "Community contact")
        assert all(role in tree.text and role in table.text for role in roles)

    def test_a_message_is_counted_as_the_sms_that_it_becomes(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        message = part(signed_in("observer").get(HERE), 'id="message-call-out"', "</details>")
        assert re.search(r"1 SMS \d+ characters, GSM-7", message.text)

    def test_a_version_that_is_not_the_newest_says_so(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        small_city: Playbook,
    ) -> None:
        put_out(sessions, reworded(small_city, "en", "roles.mayor.name", "Lord mayor"))
        page = read(signed_in("observer").get(HERE))
        assert "This is version 1. Version 2 is newer." in page.text
        assert f"{HERE}/compare/2" in page.values("href")

    @pytest.mark.parametrize("address", ["/playbooks/small-city/9", "/playbooks/nowhere/1"])
    def test_what_was_never_published_is_not_found(
        self, signed_in: SignIn, published: PlaybookVersion, address: str
    ) -> None:
        assert signed_in("observer").get(address).status_code == 404


class TestLanguages:
    def test_another_language_is_marked_on_every_text(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        page = read(signed_in("observer").get(f"{HERE}?in=ar"))
        marked = [a for _tag, a in page.tags if a.get("lang") == "ar" and "hreflang" not in a]
        assert len(marked) > 50
        assert {a.get("dir") for a in marked} == {"rtl"}

    def test_the_page_speaks_the_readers_language_if_the_playbook_does(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        page = read(signed_in("observer").get(f"{HERE}?lang=ar"))
        assert "مدينة صغيرة تتعرض لهجوم" in page.text
        assert "A small city under attack" not in page.text

    def test_a_translation_is_not_yet_read_until_somebody_has(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        client = signed_in("coordinator")
        assert "Not yet read by a native speaker." in client.get(f"{HERE}?in=ar").text
        assert "Not yet read by a native speaker." not in client.get(HERE).text
        form = {"reader": "Salma Haddad", "what": "everything"}
        assert client.post(f"{HERE}/translations/ar", data=form).status_code == 302
        assert "Not yet read by a native speaker." not in client.get(f"{HERE}?in=ar").text

    def test_one_message_can_be_signed_beside_its_source(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        client = signed_in("coordinator")
        form = {"reader": "Salma Haddad", "message": "call-out", "back": "message"}
        response = client.post(f"{HERE}/translations/ar", data=form)
        assert response.headers["Location"].endswith(f"{HERE}/messages/call-out")
        page = read(client.get(f"{HERE}/messages/call-out"))
        assert "Read by Salma Haddad ." in page.text
        other = read(client.get(f"{HERE}/messages/stand-down"))
        assert "Not yet read by a native speaker." in other.text

    def test_a_form_without_a_name_keeps_what_was_ticked(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        form = {"reader": " ", "message": "call-out", "what": "chosen"}
        response = signed_in("coordinator").post(f"{HERE}/translations/ar", data=form)
        page = read(response, 422)
        ticked = [a["value"] for tag, a in page.tags if tag == "input" and "checked" in a]
        assert ticked == ["call-out"]
        assert "Write the name of the native speaker" in page.text

    def test_what_is_not_translated_is_shown_in_the_source_and_says_so(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        languages = small_city.languages.model_copy(update={"offered": ("fr",)})
        words = {**small_city.words, "fr": {"decisions.vigil.title": "Une veillée"}}
        put_out(sessions, small_city.model_copy(update={"languages": languages, "words": words}))
        response = signed_in("observer").get(f"{HERE}?in=fr")
        vigil = part(response, 'id="decision-vigil"', "</article>")
        assert "Une veillée" in vigil.text
        assert "Does the city hold a vigil?" in vigil.text
        assert "Not translated; shown in English." in vigil.text


class TestPaperAndFiles:
    def test_a_print_says_what_it_is_a_print_of(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        page = read(signed_in("observer", name="Sample Observer").get(f"{HERE}/print"))
        assert published.content_hash in page.text
        assert "A small city under attack, version 1" in page.text
        assert re.search(r"printed 14 March 2026, 02:10 GMT by Sample Observer", page.text)

    def test_the_files_read_back_as_the_same_playbook(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        response = signed_in("observer").get(f"{HERE}/download")
        assert response.mimetype == "application/zip"
        assert read_zip(response.data, Library([])).canonical == published.canonical


class TestComparing:
    def test_a_difference_reads_as_what_people_do_differently(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        small_city: Playbook,
    ) -> None:
        roles = dict(small_city.roles)
        roles["mayor"] = roles["mayor"].model_copy(update={"deputies": ("duty-officer",)})
        renamed = reworded(small_city, "ar", "tasks.open-room.title", "افتح الغرفة")
        put_out(sessions, renamed.model_copy(update={"roles": roles}))
        page = read(signed_in("observer").get(f"{HERE}/compare/2"))
        assert "Roles 1 changed" in page.text
        assert "Before" in page.text
        assert re.search(
            r"Deputies, in this order Deputy mayor, Duty officer Duty officer", page.text
        )
        assert "Arabic: 1 text differs" in page.text

    def test_the_same_version_has_no_difference(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        assert "Both versions say the same." in signed_in("observer").get(f"{HERE}/compare/1").text

    def test_the_form_leads_to_the_chosen_two(
        self, signed_in: SignIn, published: PlaybookVersion
    ) -> None:
        response = signed_in("observer").get("/playbooks/small-city/compare?before=1&after=1")
        assert response.headers["Location"].endswith("/playbooks/small-city/1/compare/1")


class TestAdoptingDeadlines:
    FORM: ClassVar = {"decision": "similar-sites", "by": "Safety committee", "on": "2026-03-01"}

    def test_a_reminder_becomes_the_citys_own(
        self, signed_in: SignIn, sessions: sessionmaker[Session], published: PlaybookVersion
    ) -> None:
        client = signed_in("coordinator")
        response = client.post(f"{HERE}/deadlines", data=self.FORM)
        assert response.headers["Location"].endswith("/playbooks/small-city/2")
        card = part(
            client.get("/playbooks/small-city/2"), 'id="decision-similar-sites"', "</article>"
        )
        assert re.search(r"the city's own adopted by Safety committee , 1 March 2026", card.text)

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"on": "tomorrow"}, "Write the day"),
            ({"on": "2026-03-15"}, "lies in the future"),
            ({"by": " "}, "Write who has adopted"),
            ({"decision": []}, "Choose at least one"),
        ],
    )
    def test_a_mistake_publishes_nothing_and_loses_nothing(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        wrong: dict[str, object],
        says: str,
    ) -> None:
        form = {**self.FORM, **wrong}
        page = read(signed_in("coordinator").post(f"{HERE}/deadlines", data=form), 422)
        assert says in page.text
        assert form["by"] in page.values("value")
        assert count_versions(sessions) == 1

    def test_nor_does_a_form_on_a_version_that_is_no_longer_the_newest(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        small_city: Playbook,
    ) -> None:
        put_out(sessions, reworded(small_city, "en", "roles.mayor.name", "Lord mayor"))
        response = signed_in("coordinator").post(f"{HERE}/deadlines", data=self.FORM)
        assert "Version 2 has been published since." in read(response, 409).text
        assert count_versions(sessions) == 2


def upload(client: FlaskClient, content: bytes, note: str = "") -> TestResponse:
    form = {"zip": (io.BytesIO(content), "playbook.zip"), "note": note}
    return client.post("/playbooks/publish", data=form)


def draft_in(page: Tags) -> str:
    return next(str(a["value"]) for _tag, a in page.tags if a.get("name") == "draft")


def zipped(playbook: Playbook) -> bytes:
    return write_zip(canonical_bytes(playbook))


def misspelt(content: bytes, right: str, wrong: str) -> bytes:
    """The zip with one word of its playbook.yaml misspelt."""
    spoilt = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("playbook.yaml"):
                assert right in text
                text = text.replace(right, wrong, 1)
            new.writestr(name, text)
    return spoilt.getvalue()


class TestPublishing:
    def test_a_first_version_is_shown_before_it_is_published(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        client = signed_in("coordinator", name="Sample Coordinator")
        page = read(upload(client, zipped(small_city), "The first"))
        assert "It becomes version 1 of a new playbook." in page.text
        assert "4 decision points" in page.text
        assert count_versions(sessions) == 0
        response = client.post("/playbooks/publish/confirm", data={"draft": draft_in(page)})
        assert response.headers["Location"].endswith(HERE)
        with sessions() as session:
            version = session.scalars(select(PlaybookVersion)).one()
            assert version.canonical == canonical_bytes(small_city)
            assert (version.published_by_name, version.note) == ("Sample Coordinator", "The first")

    def test_the_next_version_is_shown_as_what_changes(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        small_city: Playbook,
    ) -> None:
        changed = reworded(small_city, "en", "decisions.vigil.question", "Is there a vigil?")
        page = read(upload(signed_in("coordinator"), zipped(changed)))
        assert "It becomes version 2." in page.text
        assert "Decisions 1 changed" in page.text
        assert "Does the city hold a vigil?" in page.text
        assert "Is there a vigil?" in page.text
        assert count_versions(sessions) == 1

    def test_mistakes_are_told_with_file_line_and_how_to_mend_them(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        spoilt = misspelt(zipped(small_city), "deputy: duty-officer", "deputy: duty-oficer")
        page = read(upload(signed_in("coordinator"), spoilt, "A note to keep"), 422)
        assert "1 thing has to be mended before this can be published." in page.text
        assert re.search(r"playbook\.yaml:\d+", page.text)
        assert "Did you mean “duty-officer”?" in page.text
        assert "A note to keep" in page.values("value")
        assert count_versions(sessions) == 0

    @pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
    def test_something_else_than_a_playbook_is_refused_in_words(
        self, signed_in: SignIn, content: bytes
    ) -> None:
        read(upload(signed_in("coordinator"), content), 422)

    def test_no_file_is_asked_for(self, signed_in: SignIn) -> None:
        response = signed_in("coordinator").post("/playbooks/publish", data={"note": "Kept"})
        page = read(response, 422)
        assert "Choose a zip" in page.text
        assert "Kept" in page.values("value")

    def test_a_second_click_publishes_nothing_more(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        client = signed_in("coordinator")
        form = {"draft": draft_in(read(upload(client, zipped(small_city))))}
        first = client.post("/playbooks/publish/confirm", data=form)
        second = client.post("/playbooks/publish/confirm", data=form)
        assert first.headers["Location"] == second.headers["Location"]
        assert count_versions(sessions) == 1

    def test_the_same_again_is_not_offered(
        self, signed_in: SignIn, published: PlaybookVersion, small_city: Playbook
    ) -> None:
        page = read(upload(signed_in("coordinator"), zipped(small_city)))
        assert "There is nothing to publish." in page.text
        assert "draft" not in page.values("name")

    def test_a_version_that_came_in_between_is_shown_first(
        self,
        signed_in: SignIn,
        sessions: sessionmaker[Session],
        published: PlaybookVersion,
        small_city: Playbook,
    ) -> None:
        client = signed_in("coordinator")
        mine = reworded(small_city, "en", "roles.mayor.name", "Lord mayor")
        form = {"draft": draft_in(read(upload(client, zipped(mine))))}
        put_out(sessions, reworded(small_city, "en", "roles.mayor.name", "First citizen"))
        page = read(client.post("/playbooks/publish/confirm", data=form), 409)
        assert "Version 2 was published while you were reading." in page.text
        assert "First citizen" in page.text
        assert count_versions(sessions) == 2
        again = client.post("/playbooks/publish/confirm", data={"draft": draft_in(page)})
        assert again.headers["Location"].endswith("/playbooks/small-city/3")
        assert newest(sessions).text("roles.mayor.name", "en").text == "Lord mayor"

    def test_files_that_forget_an_adopted_deadline_say_so(
        self, signed_in: SignIn, published: PlaybookVersion, small_city: Playbook
    ) -> None:
        forgotten = small_city.decisions["who-speaks"].model_copy(update={"adopted": None})
        decisions = {**small_city.decisions, "who-speaks": forgotten}
        changed = small_city.model_copy(update={"decisions": decisions})
        page = read(upload(signed_in("coordinator"), zipped(changed)))
        assert "turn 1 of the city's own deadlines back into a reminder" in page.text

    def test_a_preview_that_was_changed_on_the_way_is_refused(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        client = signed_in("coordinator")
        draft = draft_in(read(upload(client, zipped(small_city))))
        for wrong in (draft[:-3], "", f"x{draft}"):
            read(client.post("/playbooks/publish/confirm", data={"draft": wrong}), 422)
        assert count_versions(sessions) == 0

    def test_nor_can_somebody_else_confirm_it(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        draft = draft_in(read(upload(signed_in("coordinator"), zipped(small_city))))
        other = signed_in("coordinator")
        read(other.post("/playbooks/publish/confirm", data={"draft": draft}), 422)
        assert count_versions(sessions) == 0
