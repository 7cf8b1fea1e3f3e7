"""The directory: who is in it, how they are reached, what they answer for."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import BadCell
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import ContactKind, ContactPoint, Delivery, LogEntry, Person, RoleHolder
from playbook.services.log import read_payload
from playbook.services.preparedness import directory, directory_contacts, directory_roles
from playbook.services.preparedness.directory import OrganisationFacts, PersonFacts
from playbook.services.preparedness.directory_contacts import PointFacts


class City:
    """Says in a test what an editor does."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.act = {"now": now, "user": None}

    def person(self, name: str, *phones: str, **facts: object) -> Person:
        person = directory.add_person(self.session, PersonFacts(name, **facts), **self.act)
        if phones:
            self.phones(person, *phones)
        return person

    def phones(self, person: Person, *phones: str | PointFacts) -> bool:
        points = [PointFacts(p) if isinstance(p, str) else p for p in phones]
        return directory_contacts.set_contact_points(
            self.session, person, ContactKind.PHONE, points, region="GB", **self.act
        )

    def holders(self, role: str) -> list[str]:
        return [p.name for p in directory_roles.order_of(self.session, role)]

    def logged(self) -> list[str]:
        return list(self.session.scalars(select(LogEntry.kind).order_by(LogEntry.id)))


@pytest.fixture
def city(session: Session, now: datetime) -> City:
    return City(session, now)


def test_a_person_gets_a_key_of_their_own(city: City) -> None:
    assert city.person("Amina Yusuf").key == "amina-yusuf"
    assert city.person("Amína  Yusuf").key == "amina-yusuf-2"
    assert city.person("آمنة يوسف").key == "person"
    assert city.person("Bo", key="p-7").key == "p-7"


def test_a_key_belongs_to_one_person(city: City) -> None:
    city.person("Amina", key="p-7")
    with pytest.raises(Conflict, match="belongs to Amina"):
        city.person("Bo", key="p-7")


def test_a_bad_field_is_refused_before_anything_is_written(city: City) -> None:
    for facts in (
        PersonFacts(" "),
        PersonFacts("Bo", language="klingon"),
        PersonFacts("Bo", time_zone="Europe/Nowhere"),
    ):
        with pytest.raises(BadInput):
            directory.add_person(city.session, facts, **city.act)
    with pytest.raises(NotFound):
        city.person("Bo", organisation_id=999)
    assert city.session.scalars(select(Person)).all() == []


def test_only_what_changed_is_logged_and_no_number_is_in_the_log(city: City) -> None:
    bo = city.person("Bo", "07700 900123")
    changed = directory.edit_person(
        city.session, bo, PersonFacts("Bo Lindqvist", language="sk"), **city.act
    )
    assert changed == ("name", "language")
    assert (
        directory.edit_person(
            city.session, bo, PersonFacts("Bo Lindqvist", language="sk"), **city.act
        )
        == ()
    )
    assert city.logged() == ["person.added", "person.contacts-changed", "person.changed"]
    payloads = [read_payload(entry) for entry in city.session.scalars(select(LogEntry))]
    assert "900123" not in str(payloads)


def test_an_organisation_is_known_by_its_name_whatever_its_capitals(city: City) -> None:
    hospital = directory.add_organisation(
        city.session, OrganisationFacts("Émile Hospital", "hospitals"), **city.act
    )
    with pytest.raises(Conflict):
        directory.add_organisation(city.session, OrganisationFacts("émile hospital"), **city.act)
    changed = directory.edit_organisation(
        city.session, hospital, OrganisationFacts("Émile hospital", "hospitals"), **city.act
    )
    assert changed == ("name",)


def test_an_organisation_is_not_removed_from_under_its_people(city: City) -> None:
    hospital = directory.add_organisation(city.session, OrganisationFacts("Hospital"), **city.act)
    bo = city.person("Bo", organisation_id=hospital.id)
    with pytest.raises(Conflict, match="still has 1 people"):
        directory.remove_organisation(city.session, hospital, **city.act)
    directory.remove_person(city.session, bo, **city.act)
    directory.remove_organisation(city.session, hospital, **city.act)
    assert bo.organisation_id is None


def test_a_phone_is_kept_in_one_spelling_and_unreadable_in_the_database(city: City) -> None:
    bo = city.person("Bo", "07700 900123")
    assert [c.value for c in bo.contact_points] == ["+447700900123"]
    stored = city.session.execute(text("SELECT value, value_index FROM contact_point")).one()
    assert b"900123" not in bytes(stored.value)
    assert "900123" not in stored.value_index


def test_a_number_is_found_by_its_blind_index(city: City) -> None:
    bo = city.person("Bo", "07700 900123")
    city.person("Eva", "07700 900124")
    found = directory_contacts.people_with_phone(city.session, "+447700900123")
    assert found == [bo]
    directory.remove_person(city.session, bo, **city.act)
    assert directory_contacts.people_with_phone(city.session, "+447700900123") == []


def test_a_switchboard_gets_no_sms_unless_a_person_says_so(city: City) -> None:
    bo = city.person("Bo", "020 7946 0123", "07700 900123")
    assert [c.gets_sms for c in bo.contact_points] == [False, True]
    city.phones(bo, PointFacts("020 7946 0123", gets_sms=True), PointFacts("07700 900123"))
    assert [c.gets_sms for c in bo.contact_points] == [True, True]


def test_a_bad_number_changes_nothing(city: City) -> None:
    bo = city.person("Bo", "07700 900123")
    with pytest.raises(BadCell):
        city.phones(bo, "07700 900124", "0770")
    assert [c.value for c in bo.contact_points] == ["+447700900123"]


def test_phones_come_before_addresses_and_keep_their_order(city: City) -> None:
    bo = city.person("Bo")
    directory_contacts.set_contact_points(
        city.session,
        bo,
        ContactKind.EMAIL,
        [PointFacts("Bo@x.example.org")],
        region="GB",
        **city.act,
    )
    city.phones(bo, "07700 900123", "07700 900124")
    assert city.phones(bo, "07700 900124", "07700 900123")
    assert not city.phones(bo, "07700 900124", "07700 900123")
    assert [c.value for c in bo.contact_points] == [
        "+447700900124",
        "+447700900123",
        "bo@x.example.org",
    ]
    assert [c.position for c in bo.contact_points] == [0, 1, 2]


def test_what_waits_to_be_sent_follows_a_corrected_number(city: City, now: datetime) -> None:
    bo = city.person("Bo", "07700 900123")
    bo.contact_points[0].last_worked_at = now
    waiting = delivery_to(city, bo.contact_points[0], now)
    city.phones(bo, "07700 900199")
    city.session.refresh(waiting)
    assert waiting.contact_point is not None
    assert waiting.contact_point.value == "+447700900199"
    assert waiting.contact_point.last_worked_at is None


def test_a_number_that_stopped_us_is_never_forgotten(city: City, now: datetime) -> None:
    bo = city.person("Bo", "07700 900123")
    bo.contact_points[0].opted_out_at = now

    city.phones(bo, "07700 900124")
    assert [(c.value, c.opted_out_at is None) for c in bo.contact_points] == [
        ("+447700900124", True),
        ("+447700900123", False),
    ]

    directory.remove_person(city.session, bo, **city.act)
    same_phone = city.person("Eva", "07700 900123")
    assert same_phone.contact_points[0].opted_out_at == now


def test_a_removed_person_leaves_every_role_at_once_and_takes_the_numbers_along(
    city: City, now: datetime
) -> None:
    bo, eva = city.person("Bo", "07700 900123", notes="Nights."), city.person("Eva")
    for person in (bo, eva):
        directory_roles.assign_role(city.session, "mayor", person, **city.act)
    directory_roles.assign_role(city.session, "press-officer", bo, **city.act)
    sent = delivery_to(city, bo.contact_points[0], now)

    directory.remove_person(city.session, bo, **city.act)

    assert city.holders("mayor") == ["Eva"]
    assert city.holders("press-officer") == []
    assert city.session.scalars(select(ContactPoint)).all() == []
    assert (bo.removed_at, bo.notes, bo.name) == (now, None, "Bo")
    city.session.refresh(sent)
    assert sent.contact_point_id is None
    with pytest.raises(NotFound):
        directory_roles.assign_role(city.session, "mayor", bo, **city.act)

    directory.restore_person(city.session, bo, **city.act)
    assert bo.removed_at is None


def test_deputies_come_in_order_and_the_order_has_no_holes(city: City) -> None:
    bo, eva, jan = (city.person(name) for name in ("Bo", "Eva", "Jan"))
    for person in (bo, eva):
        directory_roles.assign_role(city.session, "mayor", person, **city.act)
    directory_roles.assign_role(city.session, "mayor", jan, 0, **city.act)
    assert city.holders("mayor") == ["Jan", "Bo", "Eva"]
    directory_roles.leave_role(city.session, "mayor", bo, **city.act)
    positions = select(RoleHolder.position).order_by(RoleHolder.position)
    assert city.session.scalars(positions).all() == [0, 1]
    directory_roles.reorder_role(city.session, "mayor", [eva.id, jan.id], **city.act)
    assert city.holders("mayor") == ["Eva", "Jan"]
    assert [r.role for r in eva.roles] == ["mayor"]


def test_an_order_that_somebody_else_has_changed_meanwhile_is_refused(city: City) -> None:
    bo, eva = city.person("Bo"), city.person("Eva")
    directory_roles.assign_role(city.session, "mayor", bo, **city.act)
    with pytest.raises(Conflict, match="since the page was opened"):
        directory_roles.reorder_role(city.session, "mayor", [eva.id, bo.id], **city.act)
    with pytest.raises(BadCell):
        directory_roles.assign_role(city.session, "The Mayor", bo, **city.act)


def test_a_hold_stops_everything_until_it_is_lifted(city: City, now: datetime) -> None:
    bo = city.person("Bo")
    directory.hold_person(city.session, bo, **city.act)
    directory.hold_person(city.session, bo, now=now + timedelta(hours=1), user=None)
    assert bo.held_at == now
    directory.lift_hold(city.session, bo, **city.act)
    directory.lift_hold(city.session, bo, **city.act)
    assert bo.held_at is None
    assert city.logged()[1:] == ["person.held", "person.hold-lifted"]


def delivery_to(city: City, point: ContactPoint, now: datetime) -> Delivery:
    row = Delivery(
        key=f"k-{point.id}",
        purpose="call-out",
        message="call-out",
        person_id=point.person_id,
        contact_point_id=point.id,
        channel="sms",
        language="en",
        body="Please answer 1.",
        queued_at=now,
        not_before=now,
        expires_at=now + timedelta(hours=1),
        attempt_token=f"t-{point.id}",
    )
    city.session.add(row)
    city.session.flush()
    return row
