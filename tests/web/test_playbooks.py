"""What a person sees of a playbook: listed, read, printed, translated."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from playbook.domain.preparedness.document import Playbook
from playbook.models import PlaybookVersion
from playbook.services.preparedness.playbook_files import Library, read_zip
from tests.support.playbook_pages import HERE, part, put_out, read, reworded, unread_small_city

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def small_city() -> Playbook:
    """A playbook in English and Arabic; nobody is named as having read the Arabic."""
    return unread_small_city()


@pytest.fixture
def published(sessions: sessionmaker[Session], small_city: Playbook) -> PlaybookVersion:
    """Version 1 of the small city."""
    return put_out(sessions, small_city)


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
        assert re.search(r"\d SMS \d+ characters, GSM-7", message.text)

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
