"""The directory on the screen: found, edited, held, ordered, imported, exported."""

import io
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from playbook.models import Organisation, Person, RoleHolder
from playbook.services.preparedness import directory
from playbook.services.preparedness.directory_checks import checks_for
from playbook.services.preparedness.directory_import import apply_import, read_people

SignIn = Callable[..., FlaskClient]

FILE = """\
key,name,organisation,organisation_kind,language,roles,phone,phone_2,email,notes
p-1,Amina Yusuf,City Hospital,hospitals,ar,health-lead:1,07700 900101,,a@h.example.org,Rings twice.
p-2,Bo Lindqvist,City Hospital,,en,health-lead:2,020 7946 0102,,,
p-3,Eva Kováčová,Police,police,sk,police-liaison:1,07700 900103,,eva@p.example.org,
"""


@pytest.fixture
def city(sessions: sessionmaker[Session], now: datetime) -> dict[str, int]:
    """Three people; their ids by key."""
    with sessions.begin() as session:
        reading = read_people(FILE.encode(), checks_for("GB"))
        apply_import(session, reading, region="GB", now=now, user=None)
        return {key: i for key, i in session.execute(select(Person.key, Person.id))}  # noqa: C416 - rows are no pairs to the type checker


def person(sessions: sessionmaker[Session], person_id: int) -> Person:
    with sessions() as session:
        found = session.get_one(Person, person_id)
        assert len(found.contact_points) >= 0
        return found


def upload(client: FlaskClient, text: str) -> TestResponse:
    return client.post("/directory/import", data={"file": (io.BytesIO(text.encode()), "p.csv")})


def held_file(page: TestResponse) -> str:
    found = re.search(r'name="file" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_the_list_counts_first_and_shows_no_number(city: dict[str, int], signed_in: SignIn) -> None:
    page = signed_in("coordinator").get("/directory/")
    assert page.status_code == 200
    assert '<span class="tile-number">3</span>' in page.text
    assert page.text.index("tile-number") < page.text.index("Amina Yusuf")
    assert "900101" not in page.text


@pytest.mark.parametrize("path", ["", "organisations", "roles", "problems", "roles/health-lead"])
def test_observers_read_and_are_offered_nothing_that_writes(
    city: dict[str, int], signed_in: SignIn, path: str
) -> None:
    page = signed_in("observer").get(f"/directory/{path}")
    assert page.status_code == 200
    main = page.text.split("<main")[1].split("</main>")[0]
    posts = re.findall(r'<form method="post" action="([^"]+)"', main)
    assert set(posts) <= {"/directory/"}
    assert "/edit" not in main


def test_a_search_is_posted_so_that_no_address_holds_a_name(
    city: dict[str, int], signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    page = client.post("/directory/", data={"q": "kovac"})
    assert "Eva Kováčová" in page.text
    assert "Amina Yusuf" not in page.text
    assert "1 person fits" in page.text
    assert "kovac" not in page.request.full_path


def test_a_whole_number_finds_its_owner_for_those_who_may_see_numbers(
    city: dict[str, int], signed_in: SignIn
) -> None:
    asked = {"q": "07700 900103"}
    assert "Eva Kováčová" in signed_in("coordinator").post("/directory/", data=asked).text
    assert "Eva Kováčová" not in signed_in("observer").post("/directory/", data=asked).text


def test_people_of_a_role_or_an_organisation_have_an_address(
    city: dict[str, int], signed_in: SignIn
) -> None:
    client = signed_in("observer")
    page = client.get("/directory/?role=health-lead")
    assert "Amina Yusuf" in page.text
    assert "Eva Kováčová" not in page.text
    page = client.get("/directory/organisations")
    link = re.search(r'href="(/directory/\?organisation=\d+)">\s*<bdi>Police', page.text)
    assert link
    assert "Eva Kováčová" in client.get(link[1]).text


def test_numbers_are_for_coordinators(city: dict[str, int], signed_in: SignIn) -> None:
    path = f"/directory/people/{city['p-1']}"
    shown = signed_in("coordinator").get(path).text
    assert 'href="tel:+447700900101"' in shown
    assert "Rings twice." in shown
    hidden = signed_in("observer").get(path).text
    assert "900101" not in hidden
    assert "a@h.example.org" not in hidden
    assert "Rings twice." not in hidden
    assert "1 phone, 1 address" in hidden


def test_no_page_is_titled_with_a_name(city: dict[str, int], signed_in: SignIn) -> None:
    page = signed_in("coordinator").get(f"/directory/people/{city['p-1']}")
    title = re.search(r"<title>(.*?)</title>", page.text)
    assert title
    assert "Amina" not in title[1]


def test_a_held_person_is_shown_with_who_is_called_instead(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    path = f"/directory/people/{city['p-1']}"
    page = client.post(f"{path}/hold", follow_redirects=True)
    assert "Everything to this person is held" in page.text
    assert "Called instead:" in page.text
    assert "Bo Lindqvist" in page.text
    page = client.post(f"{path}/lift", follow_redirects=True)
    assert "Called instead:" not in page.text
    assert person(sessions, city["p-1"]).held_at is None


def test_a_number_that_stopped_us_is_shown_with_what_to_use_instead(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session], now: datetime
) -> None:
    with sessions.begin() as session:
        session.get_one(Person, city["p-3"]).contact_points[0].opted_out_at = now
    page = signed_in("coordinator").get(f"/directory/people/{city['p-3']}").text
    assert "Stopped our messages" in page
    assert "A call still gets through." in page
    assert "Use instead:" in page


def a_form(**typed: str) -> dict[str, str]:
    return {
        "name": "Jan Novák",
        "key": "",
        "organisation": "",
        "language": "sk",
        "time_zone": "",
        "notes": "",
        "phone-0": "07700 900144",
        "phone-0-label": "",
        "phone-0-sms": "",
        "email-0": "",
    } | typed


def test_adding_a_person(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    assert client.get("/directory/people/new").status_code == 200
    page = client.post("/directory/people/new", data=a_form(), follow_redirects=True)
    assert "Jan Novák is in the directory." in page.text
    with sessions() as session:
        jan = session.scalars(select(Person).where(Person.key == "jan-novak")).one()
        assert [c.value for c in jan.contact_points] == ["+447700900144"]


def test_nothing_that_was_typed_is_lost_over_a_mistake(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    typed = a_form(notes="Ask at the gate.", language="Slovak", **{"phone-0": "0770"})
    page = signed_in("coordinator").post("/directory/people/new", data=typed)
    assert page.status_code == 422
    assert "Jan Novák" in page.text
    assert "Ask at the gate." in page.text
    assert 'value="0770"' in page.text
    assert "Did you mean “sk”?" in page.text
    with sessions() as session:
        assert len(session.scalars(select(Person)).all()) == 3


def test_a_key_that_is_taken_is_told_beside_its_field(
    city: dict[str, int], signed_in: SignIn
) -> None:
    page = signed_in("coordinator").post("/directory/people/new", data=a_form(key="p-1"))
    assert page.status_code == 409
    assert "belongs to Amina Yusuf" in page.text


def the_form_of(client: FlaskClient, path: str) -> dict[str, str]:
    page = client.get(f"{path}/edit").text
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', page))
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<', page))
    for name, choices in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', choices)
        fields[name] = chosen[1] if chosen else ""
    del fields["csrf_token"]
    return fields


def test_saving_a_form_unchanged_changes_nothing(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    for key in ("p-1", "p-2"):
        path = f"/directory/people/{city[key]}"
        before = the_form_of(client, path)
        assert client.post(f"{path}/edit", data=before).status_code == 302
        assert the_form_of(client, path) == before


def test_two_people_editing_one_person_do_not_overwrite_each_other(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    first, second = signed_in("coordinator"), signed_in("coordinator")
    path = f"/directory/people/{city['p-1']}"
    theirs, ours = the_form_of(first, path), the_form_of(second, path)
    assert first.post(f"{path}/edit", data=theirs | {"phone-0": "07700 900155"}).status_code == 302

    page = second.post(f"{path}/edit", data=ours | {"notes": "Mine."})

    assert page.status_code == 409
    assert "Somebody else has changed this person" in page.text
    assert "Mine." in page.text
    assert person(sessions, city["p-1"]).notes == "Rings twice."


def test_a_removed_person_can_be_taken_back_without_roles(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    path = f"/directory/people/{city['p-3']}"
    page = client.post(f"{path}/remove", follow_redirects=True)
    assert "1 person was removed" in page.text
    with sessions() as session:
        roles = session.scalars(select(RoleHolder).where(RoleHolder.person_id == city["p-3"]))
        assert roles.all() == []
    assert "Removed from the directory" in client.get(path).text
    client.post(f"{path}/restore")
    assert person(sessions, city["p-3"]).removed_at is None


def test_deputies_are_moved_up_and_down_without_scripts(
    city: dict[str, int], signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    amina, bo, eva = city["p-1"], city["p-2"], city["p-3"]
    move = "/directory/roles/health-lead/order"
    client.post(move, data={"order": f"{amina},{bo}", "person": bo, "move": "up"})
    page = client.get("/directory/roles/health-lead").text
    assert page.index("Bo Lindqvist") < page.index("Amina Yusuf")

    client.post("/directory/roles/health-lead/people", data={"person": eva})
    stale = client.post(move, data={"order": f"{bo},{amina}", "person": amina, "move": "up"})
    assert stale.status_code == 409
    client.post("/directory/roles/health-lead/leave", data={"person": bo})
    page = client.get("/directory/roles/health-lead").text.split("<ol")[1].split("</ol>")[0]
    assert "Bo Lindqvist" not in page
    assert page.index("Amina Yusuf") < page.index("Eva Kováčová")


def test_a_role_is_given_on_a_persons_page(city: dict[str, int], signed_in: SignIn) -> None:
    client = signed_in("coordinator")
    path = f"/directory/people/{city['p-3']}"
    client.post(f"{path}/roles", data={"role": "health-lead"})
    assert "deputy 2" in client.get(path).text
    assert client.post(f"{path}/roles", data={"role": "Not A Role"}).status_code == 422
    assert client.get("/directory/roles/no-such-role").status_code == 404


def test_an_organisation_is_kept_while_people_belong_to_it(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    page = client.post(
        "/directory/organisations/new",
        data={"name": "Ferry Port", "kind": "transport"},
        follow_redirects=True,
    )
    assert "Ferry Port is in the directory." in page.text
    twice = client.post("/directory/organisations/new", data={"name": "ferry port"})
    assert twice.status_code == 409
    with sessions() as session:
        ids = {o.name: o.id for o in session.scalars(select(Organisation))}
    renamed = {"name": "Harbour Port", "kind": "transport", "notes": ""}
    client.post(f"/directory/organisations/{ids['Ferry Port']}", data=renamed)
    assert "Harbour Port" in client.get("/directory/organisations").text
    refused = client.post(f"/directory/organisations/{ids['Police']}/remove")
    assert refused.status_code == 409
    gone = client.post(f"/directory/organisations/{ids['Ferry Port']}/remove")
    assert gone.status_code == 302


NEW_FILE = FILE.replace("07700 900103", "07700 900199") + "p-4,Zoe Martin,,,fr,,0770,,,\n"


def test_an_import_shows_its_numbers_before_it_writes(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    assert client.get("/directory/import").status_code == 200
    page = upload(client, NEW_FILE)
    assert page.status_code == 200
    numbers = re.findall(r'<span class="tile-number">(\d+)</span>', page.text)
    assert numbers == ["0", "1", "2", "1"]
    assert "Row 4, line 5" in page.text
    assert "+44 7700 900199" in page.text
    assert "Add 0, change 1, leave 1 out" in page.text
    assert person(sessions, city["p-3"]).contact_points[0].value == "+447700900103"

    data = {"file": held_file(page), "skip": "yes"}
    page = client.post("/directory/import/confirm", data=data, follow_redirects=True)
    assert "Imported: 0 added, 1 changed, 2 unchanged, 1 left out." in page.text
    assert person(sessions, city["p-3"]).contact_points[0].value == "+447700900199"
    assert "nothing to write" in upload(client, NEW_FILE).text


def test_bad_rows_are_not_left_out_unless_that_was_asked_for(
    city: dict[str, int], signed_in: SignIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("coordinator")
    held = held_file(upload(client, NEW_FILE))
    page = client.post("/directory/import/confirm", data={"file": held})
    assert page.status_code == 422
    assert person(sessions, city["p-3"]).contact_points[0].value == "+447700900103"


def test_an_import_that_no_longer_fits_is_shown_again(
    city: dict[str, int],
    signed_in: SignIn,
    sessions: sessionmaker[Session],
    now: datetime,
) -> None:
    client = signed_in("coordinator")
    held = held_file(upload(client, NEW_FILE))
    with sessions.begin() as session:
        gone = directory.person_of(session, city["p-2"])
        directory.remove_person(session, gone, now=now, user=None)
    page = client.post("/directory/import/confirm", data={"file": held, "skip": "yes"})
    assert page.status_code == 409
    assert "look again" in page.text
    numbers = re.findall(r'<span class="tile-number">(\d+)</span>', page.text)
    assert numbers == ["0", "2", "1", "1"]


def test_a_checked_file_cannot_be_exchanged_on_its_way(
    city: dict[str, int], signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    held = held_file(upload(client, NEW_FILE))
    assert "900199" not in held
    forged = held[:-8] + "AAAAAAA="
    page = client.post("/directory/import/confirm", data={"file": forged, "skip": "yes"})
    assert page.status_code == 422


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "No file was chosen"), ("key,name,fone\n1,2,3\n", "Did you mean “phone”?")],
)
def test_a_file_that_cannot_be_used_offers_no_button(
    signed_in: SignIn, text: str, said: str
) -> None:
    page = upload(signed_in("coordinator"), text)
    assert said in page.text
    assert "/import/confirm" not in page.text


def test_an_export_is_for_coordinators_and_imports_back(
    city: dict[str, int], signed_in: SignIn
) -> None:
    assert signed_in("observer").get("/directory/people.csv").status_code == 403
    client = signed_in("coordinator")
    table = client.get("/directory/people.csv")
    assert table.mimetype == "text/csv"
    assert "attachment" in table.headers["Content-Disposition"]
    assert "nothing to write" in upload(client, table.text).text


def test_an_empty_directory_offers_the_first_step(signed_in: SignIn) -> None:
    page = signed_in("coordinator").get("/directory/")
    assert "Nobody is here yet" in page.text
    assert 'href="/directory/import"' in page.text


@pytest.mark.parametrize("path", ["people/new", "import", "organisations/new", "people.csv"])
def test_what_writes_is_shut_to_observers(signed_in: SignIn, path: str) -> None:
    assert signed_in("observer").get(f"/directory/{path}").status_code == 403


def test_nobody_reads_without_signing_in(app: Flask, city: dict[str, int]) -> None:
    page = app.test_client().get(f"/directory/people/{city['p-1']}")
    assert page.status_code == 302
    assert "Amina" not in page.text
