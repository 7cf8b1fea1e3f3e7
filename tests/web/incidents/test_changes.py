"""The screens on which it changes or is over: numbers and texts first, then one button."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.domain.response.proof import SAMPLE_CODE
from playbook.models import (
    Activation,
    Announcement,
    AnnouncementPerson,
    Delivery,
    Person,
    RoleCall,
)
from tests.support.city import City, Phone
from tests.web.incidents.asking import address, one

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]


def plain(page: Any) -> str:
    """A page without its tags."""
    text = re.sub(r"</?(bdi|strong)[^>]*>", "", page.text)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def carried(page: Any) -> dict[str, str]:
    """The hidden fields of the form with the one button."""
    form = re.search(r'<form[^>]*class="thumb".*?</form>', page.text, re.S)
    assert form, "no button"
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', form[0])
    return {name: value for name, value in found if name != "csrf_token"}


def test_a_false_alarm_is_shown_in_numbers_and_then_made_by_one_button(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    page = cora.get(address(city, "/changes/false-alarm"))
    text = plain(page)
    assert "3 people are told that it was a false alarm, and the incident ends." in text
    assert "They read it in 1 language." in text
    assert "5 calls stop" in text
    assert "Tell 3 people that it was a false alarm" in text
    assert "Port Harmony no 11: false alarm. You are not needed" in text
    with sessions() as session:
        assert session.scalars(select(Announcement)).all() == []
    for _ in range(2):  # an impatient finger
        answer = cora.post(
            address(city, "/changes/false-alarm"), data={**carried(page), "reason": "A drill."}
        )
        assert answer.status_code == 303
    made = one(sessions, select(Announcement))
    assert (made.kind, made.reason, made.made_by_name) == ("false-alarm", "A drill.", "Cora Two")
    city.run_ticks()
    city.phone("Paul").read = 1
    city.phone("Paul").receives("false alarm")
    text = plain(cora.get(address(city, "/changes")))
    assert "It was a false alarm" in text
    assert "A drill." in text
    assert "Told everybody who was called that it was a false alarm." in plain(
        cora.get(address(city, "/timeline"))
    )


def test_the_level_is_chosen_looked_at_and_changed(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    form = cora.get(address(city, "/changes/level")).text
    assert 'value="watch"' in form
    assert 'value="full"' not in form  # it is there already
    assert cora.post(address(city, "/changes/level/preview"), data={}).status_code == 422
    page = cora.post(address(city, "/changes/level/preview"), data={"level": "watch"})
    assert "3 people are told that the level is now watch, or that they are not needed" in plain(
        page
    )
    assert "2 calls stop" not in plain(page)
    assert "3 calls stop" in plain(page)
    cora.post(address(city, "/changes/level"), data=carried(page))
    with sessions() as session:
        assert session.get_one(Activation, city.activation_id).level == "watch"
    page = cora.post(address(city, "/changes/level/preview"), data={"level": "full"})
    assert "Change the level and call 3 more roles" in plain(page)
    assert "Who is called now too" in plain(page)


def test_a_correction_shows_where_the_words_of_another_language_stand_in(
    city: City, cora: FlaskClient
) -> None:
    city.fast_forward(minutes=10)
    texts = {"text-en": "Use the <north> gate.", "text-ar": ""}
    page = cora.post(address(city, "/changes/correction/preview"), data=texts)
    assert "Use the &lt;north&gt; gate." in page.text
    assert "Your words stand here in English: there are none in Arabic." in plain(page)
    again = cora.post(address(city, "/changes/correction/edit"), data=texts)
    assert "Use the &lt;north&gt; gate." in again.text
    empty = cora.post(address(city, "/changes/correction/preview"), data={"text-ar": "نص"})
    assert empty.status_code == 422
    assert "نص" in empty.text  # kept
    cora.post(
        address(city, "/changes/correction"),
        data={"key": carried(page)["key"], **texts},
    )
    city.run_ticks()
    assert "0 of 7 have confirmed" in plain(cora.get(address(city, "/changes")))


def test_a_partner_confirms_from_the_link_and_the_board_shows_it(
    city: City, cora: FlaskClient, client: FlaskClient
) -> None:
    data = {"key": "a-key-of-this-page", "text-en": "Use the north gate."}
    cora.post(address(city, "/changes/correction"), data=data)
    city.run_ticks()
    text = city.phone("Paul").texts()[-1]
    link = text[text.index("/a/") :].split()[0]
    shown = client.get(link)
    assert "Use the north gate." in shown.text
    assert "I have read this" in shown.text
    for _ in range(2):
        assert "You have confirmed it" in client.post(link, data={"answer": "read"}).text
    assert "1 of 3 have confirmed" in plain(cora.get(address(city, "/changes")))


def test_who_must_be_phoned_stands_on_the_board_until_somebody_has(
    city: City, cora: FlaskClient, signed_in: SignIn, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        maya = session.scalars(select(Person).where(Person.name == "Maya Mayor")).one()
        maya.contact_points = [c for c in maya.contact_points if c.kind == "phone"]
        maya.contact_points[0].gets_sms = False
    page = cora.get(address(city, "/changes/stand-down"))
    assert "Maya Mayor must be phoned by a human." in plain(page)
    cora.post(address(city, "/changes/stand-down"), data=carried(page))
    assert "1 person must still be phoned about a change." in plain(cora.get(address(city)))
    listed = cora.get(address(city, "/changes"))
    assert "+447700900103" in listed.text
    observer = signed_in("observer")
    seen = observer.get(address(city, "/changes")).text
    assert "Maya Mayor" in seen
    assert "+447700900103" not in seen
    row = one(sessions, select(AnnouncementPerson).where(AnnouncementPerson.by_phone))
    assert observer.post(address(city, f"/told/{row.id}")).status_code == 403
    cora.post(address(city, f"/told/{row.id}"))
    assert "must still be phoned" not in plain(cora.get(address(city)))
    assert "noted by Cora Two" in plain(cora.get(address(city, "/changes")))
    assert cora.post("/incidents/1/told/999").status_code == 404


def test_a_person_is_added_in_seconds(city: City, cora: FlaskClient, sessions: Sessions) -> None:
    assert "Call 1 person now" in cora.get(address(city, "/people/new")).text
    data = {"name": "Ines", "phone": "07700 900", "language": "ar", "stands_for": "press-officer"}
    wrong = cora.post(address(city, "/people/new"), data=data)
    assert wrong.status_code == 422
    assert 'value="07700 900"' in wrong.text
    data["phone"] = "07700 900199"
    answer = cora.post(address(city, "/people/new"), data=data)
    assert answer.status_code == 303
    city.run_ticks()
    Phone(city, "Ines", "+447700900199").receives("المسؤول الصحفي")
    call = one(sessions, select(RoleCall).where(RoleCall.role.like("press-officer~%")))
    page = cora.get(address(city, f"/roles/{call.role}"))
    assert page.status_code == 200
    assert "Ines" in page.text
    assert "Press officer" in plain(page)
    assert "Called Ines too, for Press officer." in plain(cora.get(address(city, "/timeline")))


@pytest.mark.parametrize("path", ["false-alarm", "stand-down", "level", "correction"])
def test_an_ended_incident_changes_no_more(city: City, cora: FlaskClient, path: str) -> None:
    cora.post(address(city, "/end"), data={"reason": "Over."})
    assert "It has ended already" in cora.get(address(city, f"/changes/{path}")).text
    data = {"key": "0123456789abcdef", "level": "watch", "text-en": "Too late."}
    assert cora.post(address(city, f"/changes/{path}"), data=data).status_code == 409
    assert "It has ended already" in cora.get(address(city, "/people/new")).text


def test_an_unknown_change_is_not_found(city: City, cora: FlaskClient) -> None:
    assert cora.get(address(city, "/changes/celebration")).status_code == 404


def test_the_exercise_band_is_on_every_page(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    with sessions.begin() as session:
        session.get_one(Activation, city.activation_id).kind = "exercise"
    for path in ("/changes", "/changes/level", "/changes/false-alarm", "/people/new"):
        assert "This is an exercise" in cora.get(address(city, path)).text, path


def test_no_page_holds_anybodys_link(city: City, cora: FlaskClient) -> None:
    text = city.phone("Paul").texts()[0]
    token = text[text.index("/a/") + 3 :].split()[0]
    page = cora.get(address(city, "/changes/false-alarm")).text
    assert "/a/" in page
    assert token not in page
    everybody = [t for name in ("Dora", "Maya") for t in city.phone(name).texts()]
    assert all(t[t.index("/a/") + 3 :].split()[0] not in page for t in everybody)


def test_what_the_page_showed_is_what_left(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    page = cora.get(address(city, "/changes/stand-down"))
    cora.post(address(city, "/changes/stand-down"), data=carried(page))
    with sessions() as session:
        bodies = set(
            session.scalars(select(Delivery.body).where(Delivery.message == "stand-down-all"))
        )
    assert bodies
    # Only the code is each person's own.
    shown = {re.sub(r"(?<![\d+])\d{6}(?!\d)", SAMPLE_CODE, body) for body in bodies}
    assert all(body in page.text for body in shown)
