"""The screens of the register: shut to most, opened with a reason, shut again by itself."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.models import LogEntry, RoleCall, RoleList, Site, User
from playbook.wiring import Wiring
from tests.support.city import City
from tests.support.people import add_user, client_of
from tests.support.sites import SITES, Contacts, add_sites, site_id

Sessions = sessionmaker[Session]
NAMES = [facts.name for facts in SITES]


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


@pytest.fixture
def contacts(city: City) -> Contacts:
    return add_sites(city)


@pytest.fixture
def sees(app: Flask, city: City, contacts: Contacts) -> FlaskClient:
    """A coordinator who may read the register."""
    with city.wiring.transaction() as session:
        return client_of(app, add_user(session, "coordinator", name="Rosa Reads", sees_sites=True))


@pytest.fixture
def open_(sees: FlaskClient) -> FlaskClient:
    """She has opened it."""
    assert sees.post("/sites/open", data={"why": "yearly look-through"}).status_code == 303
    return sees


def plain(page: object) -> str:
    text = re.sub(r"</?(bdi|strong)[^>]*>", "", page.text)  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def names_on(page: object) -> list[str]:
    return [name for name in NAMES if name in page.text]  # type: ignore[attr-defined]


def carried(page: object) -> dict[str, list[str]]:
    form = re.search(r'<form[^>]*class="thumb".*?</form>', page.text, re.S)  # type: ignore[attr-defined]
    assert form, "no button"
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("role", ["administrator", "coordinator", "observer"])
def test_whoever_was_not_let_in_sees_a_door_and_a_number(
    app: Flask, contacts: Contacts, signed_in: Callable[..., FlaskClient], city: City, role: str
) -> None:
    app.config["ERROR_PAGES"] = True
    client = signed_in(role)
    page = client.get("/sites/")
    assert "The register holds 5 places." in plain(page)
    assert "kinds" not in plain(page).split("They are of")[-1] or "They are of" not in plain(page)
    assert names_on(page) == []
    assert "Open the register for 15 minutes" not in page.text
    one = site_id(city, "Hill Mosque")
    for path in ("/sites/new", f"/sites/{one}", "/sites/import"):
        assert client.get(path).status_code == 403
    for path in ("open", "find", "new", f"{one}", f"{one}/right", f"{one}/remove", "import",
                 "import/confirm", "export"):  # fmt: skip
        answer = client.post(f"/sites/{path}", data={"why": "curious", "find": "Hill"})
        assert answer.status_code == 403, path
        assert names_on(answer) == []


def test_it_opens_with_a_reason_that_is_written_down_and_shuts_by_itself(
    sees: FlaskClient, city: City, clock: SimulatedClock, sessions: Sessions
) -> None:
    assert names_on(sees.get("/sites/")) == []
    refused = sees.post("/sites/open", data={"why": " "})
    assert refused.status_code == 422
    assert "Say in a few words" in refused.text
    sees.post("/sites/open", data={"why": "yearly look-through"})
    assert names_on(sees.get("/sites/")) == NAMES
    with sessions() as session:
        [entry] = session.scalars(select(LogEntry).where(LogEntry.kind == "sites.opened")).all()
        assert "yearly look-through" in str(entry.payload)
    clock.advance(timedelta(minutes=15, seconds=1))
    assert names_on(sees.get("/sites/")) == []
    assert sees.get(f"/sites/{site_id(city, 'Hill Mosque')}").status_code == 303
    sees.post("/sites/open", data={"why": "again"})
    sees.post("/sites/close")
    assert names_on(sees.get("/sites/")) == []


def test_a_right_that_is_taken_shuts_it_at_once(
    open_: FlaskClient, app: Flask, signed_in: Callable[..., FlaskClient], sessions: Sessions
) -> None:
    with sessions() as session:
        rosa = session.scalars(select(User.id).where(User.name == "Rosa Reads")).one()
    administrator = signed_in("administrator")
    assert "reads the register of places" in administrator.get("/users/").text
    administrator.post(f"/users/{rosa}/sites", data={"allowed": "no"})
    app.config["ERROR_PAGES"] = True
    assert names_on(open_.get("/sites/")) == []
    assert open_.get("/sites/new").status_code == 403
    administrator.post(f"/users/{rosa}/sites", data={"allowed": "yes"})
    with sessions() as session:
        kinds = session.scalars(select(LogEntry.kind).where(LogEntry.kind.like("user.sites%")))
        assert kinds.all() == ["user.sites-refused", "user.sites-allowed"]


def test_a_place_is_added_found_changed_looked_through_and_removed(
    open_: FlaskClient, sessions: Sessions, city: City
) -> None:
    fields = {"name": "Fen Chapel", "kind": "church", "contact_role": "fen-chapel"}
    bad = open_.post("/sites/new", data=fields | {"kind": ""})
    assert bad.status_code == 422
    assert "Choose what kind of place it is." in bad.text
    assert 'value="Fen Chapel"' in bad.text
    assert "never" in open_.get("/sites/").text.lower()
    assert "suspected of something" in open_.get("/sites/new").text
    assert open_.post("/sites/new", data=fields).status_code == 303
    found = open_.post("/sites/find", data={"find": "fen", "kind": ""})
    assert "Fen Chapel" in found.text
    assert names_on(found) == []
    one = site_id(city, "Fen Chapel")
    open_.post(f"/sites/{one}", data=fields | {"name": "Fen Church"})
    assert "Fen Church" in open_.get(f"/sites/{one}").text
    assert open_.post(f"/sites/{one}/right").status_code == 303
    assert open_.post(f"/sites/{one}/remove").status_code == 303
    assert "Fen Church" not in open_.get("/sites/").text
    assert open_.get(f"/sites/{one}").status_code == 404
    with sessions() as session:
        kinds = session.scalars(select(LogEntry.kind).where(LogEntry.subject == f"site:{one}"))
        assert kinds.all() == ["site.added", "site.changed", "site.confirmed", "site.removed"]


def test_a_table_is_shown_before_it_is_written(open_: FlaskClient, sessions: Sessions) -> None:
    table = "name,kind,contact_role\nFen Chapel,church,fen-chapel\nNowhere,pub,x\n"
    page = open_.post("/sites/import", data={"file": (io.BytesIO(table.encode()), "t.csv")})
    assert "Write 1 place" in page.text
    assert "is no kind of place" in page.text
    packed = re.search(r'name="file" value="([^"]+)"', page.text)
    assert packed
    assert open_.post("/sites/import/confirm", data={"file": packed[1]}).status_code == 303
    with sessions() as session:
        assert "Fen Chapel" in [site.name for site in session.scalars(select(Site))]
    again = open_.post("/sites/import/confirm", data={"file": packed[1]})
    assert again.status_code == 409
    assert open_.post("/sites/import/confirm", data={"file": "nonsense"}).status_code == 422
    assert "Choose a file first." in open_.post("/sites/import", data={}).text
    assert "Fen Chapel" in open_.post("/sites/export").text


def test_a_coordinator_who_may_not_read_it_warns_by_numbers_alone(
    city: City, contacts: Contacts, signed_in: Callable[..., FlaskClient], sessions: Sessions
) -> None:
    city.activate("full")
    one = f"/incidents/{city.activation_id}"
    cora = signed_in("coordinator", name="Cora Two")
    assert "Warn similar places" in cora.get(f"{one}/decisions/similar-sites").text
    form = {"kind": "mosque", "community": "muslim", "attacked": "Harbour Street Mosque"}
    page = cora.post(f"{one}/warn/preview", data=form)
    text = plain(page)
    assert "3 places are warned" in text
    assert "3 languages" in text
    assert "1 place is left out" in text
    assert "Warn 3 places now" in text
    assert [name for name in names_on(page) if name != form["attacked"]] == []
    with sessions() as session:
        counted = session.scalars(select(LogEntry.kind).where(LogEntry.kind == "sites.counted"))
        assert len(counted.all()) == 1
        assert session.scalars(select(RoleCall).where(RoleCall.site_id.is_not(None))).all() == []
    for _ in range(2):
        assert cora.post(f"{one}/warn", data=carried(page)).status_code == 303
    city.run_ticks()
    with sessions() as session:
        calls = session.scalars(select(RoleCall).where(RoleCall.site_id.is_not(None))).all()
        assert len(calls) == 3
        role = next(call.role for call in calls if call.role.startswith("hill"))
    contacts["Amal"].receives("أجيبوا 1")
    contacts["Amal"].replies("3")
    for path in ("", f"/roles/{role}", "/timeline", "/messages", "/changes", "/warn"):
        shown = cora.get(one + path)
        assert names_on(shown) == [], path
    assert "A similar place" in cora.get(one).text
    assert "Similar places that are warned" in cora.get(one).text
    assert "asks to be called: A similar place" in plain(cora.get(f"{one}/timeline"))


def test_whoever_may_read_it_sees_names_and_may_leave_a_place_out(
    city: City, sees: FlaskClient, sessions: Sessions
) -> None:
    city.activate("full")
    one = f"/incidents/{city.activation_id}"
    page = sees.post(f"{one}/warn/preview", data={"kind": "mosque", "attacked": "Hill Mosque"})
    assert set(names_on(page)) == {"Harbour Street Mosque", "Hill Mosque", "Quay Prayer Room"}
    data = carried(page) | {"but": [str(site_id(city, "Quay Prayer Room"))]}
    assert "1 place is warned" in plain(sees.post(f"{one}/warn/preview", data=data))
    sees.post(f"{one}/warn", data=data)
    with sessions() as session:
        [call] = session.scalars(select(RoleCall).where(RoleCall.site_id.is_not(None))).all()
        assert call.role.startswith("harbour-mosque")
    assert "Harbour Street Mosque" in sees.get(one).text
    assert "Harbour Street Mosque" in sees.get(f"{one}/roles/{call.role}").text


def test_what_is_typed_is_kept_when_it_cannot_be(
    city: City, contacts: Contacts, signed_in: Callable[..., FlaskClient]
) -> None:
    city.activate("full")
    one = f"/incidents/{city.activation_id}"
    cora = signed_in("coordinator")
    page = cora.post(f"{one}/warn/preview", data={"attacked": "Hill", "text-en": "Stay in."})
    assert page.status_code == 422
    assert "Choose at least one kind" in page.text
    assert "Stay in." in page.text
    page = cora.post(f"{one}/warn/edit", data={"kind": "church", "but": "x", "key": "short"})
    assert re.search(r'value="church" checked', page.text)
    assert cora.get("/incidents/987654/warn").status_code == 404


def test_the_page_of_a_warned_place_has_its_own_words_and_buttons(
    app: Flask, city: City, contacts: Contacts
) -> None:
    from tests.support.sites import warn

    city.activate("full")
    warn(city, texts={"en": "Keep the doors shut."})
    link = re.search(r"/a/\S+", contacts["Samira"].receives("/a/"))
    assert link
    stranger = app.test_client()
    page = stranger.get(f"{link[0]}?lang=en")
    assert "Something has happened in the city. Please be careful." in page.text
    assert "Keep the doors shut." in page.text
    assert "I have received this" in page.text
    assert "Please call me" in page.text
    for secret in ("I am joining", city.wiring.settings.join_point, "Level:", "quay-room"):
        assert secret not in page.text
    page = stranger.post(f"{link[0]}?lang=en", data={"answer": "unable"})
    assert "A person will call you." in page.text


def test_lists_are_kept_in_the_directory(
    app: Flask, city: City, contacts: Contacts, signed_in: Callable[..., FlaskClient],
    sessions: Sessions,
) -> None:  # fmt: skip
    cora = signed_in("coordinator")
    assert "Interpreters" in cora.get("/directory/lists").text
    bad = cora.post("/directory/lists/new", data={"name": "Press", "roles": []})
    assert bad.status_code == 422
    assert 'value="Press"' in bad.text
    cora.post("/directory/lists/new", data={"name": "Press", "roles": ["press-officer", "mayor"]})
    with sessions() as session:
        press = session.scalars(select(RoleList).where(RoleList.name == "Press")).one()
    assert "checked" in cora.get(f"/directory/lists/{press.id}").text
    cora.post(f"/directory/lists/{press.id}", data={"name": "Press", "roles": ["mayor"]})
    cora.post(f"/directory/lists/{press.id}/remove")
    assert cora.get(f"/directory/lists/{press.id}").status_code == 404
    app.config["ERROR_PAGES"] = True
    assert signed_in("observer").get("/directory/lists/new").status_code == 403


def test_a_list_is_messaged_in_numbers_first_and_its_link_works(
    app: Flask, city: City, contacts: Contacts, signed_in: Callable[..., FlaskClient],
    sessions: Sessions,
) -> None:  # fmt: skip
    city.activate("full")
    one = f"/incidents/{city.activation_id}"
    cora = signed_in("coordinator")
    with sessions() as session:
        target = f"list:{session.scalars(select(RoleList.id)).one()}"
    assert "Interpreters" in cora.get(f"{one}/changes/list").text
    form = {"to": [target, "role:mayor"], "text-en": "Come to the centre.", "asks": "yes"}
    page = cora.post(f"{one}/changes/list/preview", data=form)
    text = plain(page)
    assert "Send it to 2 people" in text
    assert "2 languages" in text
    assert "Your words stand here in English" in text
    assert cora.post(f"{one}/changes/list", data=carried(page)).status_code == 303
    city.run_ticks()
    link = re.search(r"/a/\S+", contacts["Ines"].receives("Come to the centre."))
    assert link
    stranger = app.test_client()
    page = stranger.get(f"{link[0]}?lang=en")
    assert "Come to the centre." in page.text
    assert "I have read this" in page.text
    page = stranger.post(f"{link[0]}?lang=en", data={"answer": "read"})
    assert "You have confirmed it" in page.text
    assert stranger.post(link[0], data={"answer": "joining"}).status_code == 404
    shown = plain(cora.get(f"{one}/changes"))
    assert "A message to lists and roles" in shown
    assert "Sent a message to lists and roles" in plain(cora.get(f"{one}/timeline"))
    empty = cora.post(f"{one}/changes/list/preview", data={"text-en": "Nobody"})
    assert empty.status_code == 422
    assert "Choose at least one list or role." in empty.text
