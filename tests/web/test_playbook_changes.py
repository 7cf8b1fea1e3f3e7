"""How a playbook changes on the screen: compared, its deadlines adopted, the next version published."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import ClassVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from playbook.domain.preparedness.canonical import canonical_bytes
from playbook.domain.preparedness.document import Playbook
from playbook.models import PlaybookVersion
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.playbook_files import write_zip
from tests.support.playbook_pages import (
    HERE,
    Tags,
    count_versions,
    newest,
    part,
    put_out,
    read,
    reworded,
    unread_small_city,
)

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def small_city() -> Playbook:
    """A playbook in English and Arabic; nobody is named as having read the Arabic."""
    return unread_small_city()


@pytest.fixture
def published(sessions: sessionmaker[Session], small_city: Playbook) -> PlaybookVersion:
    """Version 1 of the small city."""
    return put_out(sessions, small_city)


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

    def test_what_builds_on_a_published_base_gets_the_citys_own(
        self, signed_in: SignIn, sessions: sessionmaker[Session], small_city: Playbook
    ) -> None:
        base = reworded(small_city, "en", "roles.mayor.name", "Lord mayor")
        put_out(sessions, base.model_copy(update={"playbook": "our-base", "activatable": False}))
        child = io.BytesIO()
        with zipfile.ZipFile(child, "w") as files:
            files.writestr("playbook.yaml", "playbook: our-fair\nbuilds-on: our-base\n")
        client = signed_in("coordinator")
        draft = draft_in(read(upload(client, child.getvalue())))
        client.post("/playbooks/publish/confirm", data={"draft": draft})
        with sessions() as session:
            version = session.scalars(select(PlaybookVersion).filter_by(activatable=True)).one()
            assert version.playbook.key == "our-fair"
            assert document_of(version).text("roles.mayor.name", "en").text == "Lord mayor"
