"""What must be looked at, who has left, who looks after what, and the links to people's own pages."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from playbook.clock import SimulatedClock
from playbook.models import Delivery, Organisation, Person, RoleHolder
from playbook.wiring import Wiring
from tests.support.city import City, Phone

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


def ids(city: City, *names: str) -> list[int]:
    with city.wiring.sessions() as session:
        found = dict(session.execute(select(Person.name, Person.id)).tuples().all())
    return [found[name] for name in names]


def holders(city: City, role: str) -> list[str]:
    with city.wiring.sessions() as session:
        return list(
            session.scalars(
                select(Person.name)
                .join(RoleHolder)
                .where(RoleHolder.role == role)
                .order_by(RoleHolder.position)
            )
        )


def links(city: City) -> list[Delivery]:
    with city.wiring.sessions() as session:
        return list(session.scalars(select(Delivery).where(Delivery.message == "own-page")))


def test_the_list_starts_with_numbers_and_shows_no_number(city: City, signed_in: SignIn) -> None:
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        paul.says_left_at = city.now
        paul.contact_points[0].bounced_at = city.now
    page = signed_in("observer").get("/directory/truth")
    assert page.status_code == 200
    assert page.text.index("tile-number") < page.text.index("Paul Police")
    assert page.text.index('id="left"') < page.text.index('id="bounced"')
    assert "900104" not in page.text
    assert 'type="checkbox"' not in page.text, "an observer ticks nobody"
    home = signed_in("observer").get("/").text
    assert "number that leads nowhere" in home
    assert "person who says they have left" in home


def test_only_mine_are_the_organisations_that_i_look_after(city: City, signed_in: SignIn) -> None:
    client = signed_in("coordinator", name="Olu Owner")
    assert "Paul Police" not in client.get("/directory/truth?mine=1").text
    with city.wiring.sessions() as session:
        organisation = session.scalars(select(Organisation)).one()
    form = client.get(f"/directory/organisations/{organisation.id}").text
    me = re.search(r'<option value="(\d+)">Olu Owner', form)
    assert me
    data = {"name": organisation.name, "kind": "city", "owner": me[1], "owner_mails": "yes"}
    client.post(f"/directory/organisations/{organisation.id}", data=data)
    page = client.get("/directory/truth?mine=1").text
    assert "Paul Police" in page
    assert "Olu Owner" in page
    data["owner"] = "999999"
    refused = client.post(f"/directory/organisations/{organisation.id}", data=data)
    assert refused.status_code == 422
    assert "Choose an owner" in refused.text


def test_leaving_is_foreseen_in_numbers_then_done_once_for_all_roles(
    city: City, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    paul, maya = ids(city, "Paul Police", "Maya Mayor")
    page = client.get(f"/directory/leave?person={paul}&person={maya}")
    numbers = re.findall(r'<span class="tile-number">(\d+)</span>', page.text)
    assert numbers[:2] == ["2", "1"], "two roles lose them, one then has nobody"
    assert "Remove 2 people" in page.text
    assert holders(city, "mayor") == ["Maya Mayor"], "looking changes nothing"
    page = client.post("/directory/leave", data={"person": [paul, maya]}, follow_redirects=True)
    assert "2 people are no longer in the directory" in page.text
    assert holders(city, "police-liaison") == ["Petra Police"]
    assert holders(city, "mayor") == []


def test_within_the_hour_people_come_back_with_their_roles_and_without_numbers(
    city: City, signed_in: SignIn, clock: SimulatedClock
) -> None:
    client = signed_in("coordinator")
    [paul] = ids(city, "Paul Police")
    page = client.post("/directory/leave", data={"person": [paul]}, follow_redirects=True)
    assert "Take 1 person back, with their roles" in page.text
    page = client.post("/directory/left/undo", data={"person": [paul]}, follow_redirects=True)
    assert "Numbers were forgotten" in page.text
    assert holders(city, "police-liaison") == ["Paul Police", "Petra Police"]
    with city.wiring.sessions() as session:
        assert session.get_one(Person, paul).contact_points == []
    client.post("/directory/leave", data={"person": [paul]})
    clock.advance(timedelta(hours=1, seconds=1))
    assert client.post("/directory/left/undo", data={"person": [paul]}).status_code == 409
    assert "Take 1 person back" not in client.get(f"/directory/left?person={paul}").text


@pytest.mark.parametrize("asked", ["", "?person=x", "?person=99999999999", "?person=2147483647"])
def test_leaving_of_nobody_is_asked_back(city: City, signed_in: SignIn, asked: str) -> None:
    client = signed_in("coordinator")
    page = client.get(f"/directory/leave{asked}", follow_redirects=True)
    assert "Nobody was chosen" in page.text
    assert client.get(f"/directory/left{asked}").status_code == 404


def test_a_running_incident_is_named_before_its_person_leaves(
    city: City, signed_in: SignIn
) -> None:
    city.activate("full")
    client = signed_in("coordinator")
    [paul] = ids(city, "Paul Police")
    page = client.get(f"/directory/leave?person={paul}")
    assert "the next in line is called at once" in page.text
    client.post("/directory/leave", data={"person": [paul]})
    city.run_ticks()
    city.phone("Petra").receives("Police liaison")


def test_links_are_counted_first_and_the_same_form_twice_sends_once(
    city: City, signed_in: SignIn
) -> None:
    client = signed_in("coordinator")
    with city.wiring.transaction() as session:
        held = session.scalars(select(Person).where(Person.name == "Dora Duty")).one()
        held.held_at = city.now
        stopped = session.scalars(select(Person).where(Person.name == "Dan Deputy")).one()
        stopped.contact_points[0].opted_out_at = city.now
    page = client.get("/directory/links")
    numbers = re.findall(r'<span class="tile-number">(\d+)</span>', page.text)
    assert numbers == ["5", "1", "1"], "by text, by mail, not at all"
    assert "Send 6 people the link to their page" in page.text
    assert links(city) == []
    key = re.search(r'name="request_key" value="(\w+)"', page.text)
    assert key
    for _ in range(2):
        client.post("/directory/links", data={"request_key": key[1]})
    sent = links(city)
    assert len(sent) == 6
    assert all("/me/" in row.body for row in sent)
    city.run_ticks()
    city.phone("Paul").receives("no alarm", "/me/")


def test_one_person_gets_the_link_also_during_an_incident_the_rest_waits(
    city: City, signed_in: SignIn
) -> None:
    city.activate("full")
    client = signed_in("coordinator")
    [paul] = ids(city, "Paul Police")
    assert client.post("/directory/links", data={"request_key": "abc"}).status_code == 409
    done = client.post("/directory/links", data={"request_key": "abd", "person": paul})
    assert done.status_code == 302
    assert [row.person_id for row in links(city)] == [paul]


def test_a_key_that_did_not_come_from_the_form_sends_nothing(city: City, signed_in: SignIn) -> None:
    client = signed_in("coordinator")
    for key in ("", "a:b", "x" * 33):
        assert client.post("/directory/links", data={"request_key": key}).status_code == 422
    assert client.get("/directory/links?person=2147483647").status_code == 404
    assert client.get("/directory/links?organisation=2147483647").status_code == 404
    for whom in ({"person": "x"}, {"person": "99999999999"}, {"organisation": "-1"}):
        sent = client.post("/directory/links", data={"request_key": "abc", **whom})
        assert sent.status_code == 404, "a bad id never means everybody"
    assert links(city) == []


def test_old_links_are_made_useless(city: City, signed_in: SignIn, client: FlaskClient) -> None:
    coordinator = signed_in("coordinator")
    [paul] = ids(city, "Paul Police")
    coordinator.post("/directory/links", data={"request_key": "abc", "person": paul})
    city.run_ticks()
    text = city.phone("Paul").receives("/me/")
    path = text[text.index("/me/") :].split()[0]
    assert client.get(path).status_code == 200
    page = coordinator.post(f"/directory/people/{paul}/renew-page", follow_redirects=True)
    assert "open nothing any more" in page.text
    assert client.get(path).status_code == 404


def test_the_person_page_says_when_each_number_worked_and_what_speaks_against_it(
    city: City, signed_in: SignIn
) -> None:
    [paul] = ids(city, "Paul Police")
    with city.wiring.transaction() as session:
        phone, mail = session.get_one(Person, paul).contact_points
        phone.last_worked_at = phone.proven_at = city.now
        mail.bounced_at, mail.silent_proofs = city.now, 2
    page = signed_in("coordinator").get(f"/directory/people/{paul}").text
    assert "last worked" in page
    assert "proven by its person" in page
    assert "The last message came back" in page
    assert "Silent in the last 2 proofs." in page
    assert "a number bounced" in signed_in("observer").get("/directory/").text


def test_a_correction_in_the_directory_asks_again_in_a_running_incident(
    city: City, signed_in: SignIn
) -> None:
    city.activate("full")
    client = signed_in("coordinator")
    [paul] = ids(city, "Paul Police")
    form = client.get(f"/directory/people/{paul}/edit").text
    seen = re.search(r'name="seen" value="([^"]+)"', form)
    key = re.search(r'id="f-key" name="key" type="text" value="([^"]+)"', form)
    assert seen
    assert key
    data = {"seen": seen[1], "key": key[1], "name": "Paul Police", "language": "en"}
    data |= {"phone-0": "+447700900555", "email-0": "paul@harbour.example.org"}
    assert client.post(f"/directory/people/{paul}/edit", data=data).status_code == 302
    city.run_ticks()
    Phone(city, "new", "+447700900555").receives("Police liaison")
