"""Fresh call sheets reach the cell once the directory has changed and come to rest, and never otherwise."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from playbook.errors import BadInput, NotAllowed
from playbook.jobs import call_sheets, dispatch
from playbook.models import (
    Attachment,
    CallSheetPrint,
    CallSheetReader,
    ContactPoint,
    Delivery,
    Person,
    SimulatedMessage,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.queries.response.phones import received_file
from playbook.services.preparedness import call_sheet_mail
from playbook.services.preparedness.call_sheet_mail import join_readers, leave_readers
from playbook.services.preparedness.directory import log_person
from playbook.services.preparedness.pdf import Drawn
from tests.support.city import City
from tests.support.people import add_user

READER = "cora@harbour.example.org"


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> list[str]:
    """The languages that were drawn; the drawing itself takes seconds and has tests of its own."""
    languages: list[str] = []
    if "really_drawn" not in request.fixturenames:

        def draw(_sheets: object, language: str, *_: object) -> Drawn:
            languages.append(language)
            return Drawn(f"%PDF {language}".encode(), 3)

        monkeypatch.setattr(call_sheet_mail, "draw_sheets", draw)
    return languages


@pytest.fixture
def really_drawn() -> None:
    """Asks for real PDFs."""


@pytest.fixture
def reader(city: City) -> int:
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        user.email = READER
        join_readers(session, user, "en", city.now)
    return city.user_id


def tick(city: City, minutes: float = 0) -> int:
    """Let time pass with the tick running every ten minutes; return how many mails it queued."""
    end = city.now + timedelta(minutes=minutes)
    mailed = call_sheets.run(city.wiring, city.now).get("mailed", 0)
    while city.now < end:
        city.clock.advance(min(timedelta(minutes=10), end - city.now))
        mailed += call_sheets.run(city.wiring, city.now).get("mailed", 0)
    return mailed


def mails(city: City, address: str = READER) -> list[SimulatedMessage]:
    dispatch.run(city.wiring, city.now)
    index = current_keyring().blind_index(address)
    with city.wiring.sessions() as session:
        return list(
            session.scalars(
                select(SimulatedMessage)
                .where(SimulatedMessage.address_index == index)
                .order_by(SimulatedMessage.id)
            )
        )


def change_number(city: City, first_name: str, value: str) -> None:
    with city.wiring.transaction() as session:
        person = session.scalars(select(Person).where(Person.name.like(f"{first_name} %"))).one()
        contact = session.scalars(
            select(ContactPoint).where(
                ContactPoint.person_id == person.id, ContactPoint.kind == "phone"
            )
        ).one()
        contact.value, contact.value_index = value, current_keyring().blind_index(value)
        log_person(session, "person.changed", person, now=city.now, user=None)


def test_the_first_sheets_come_when_the_directory_has_rested_half_an_hour(
    city: City, reader: int
) -> None:
    assert tick(city, minutes=20) == 0
    assert tick(city, minutes=10) == 1
    (mail,) = mails(city)
    assert mail.subject == "Port Harmony: call sheets (not an alarm)"
    assert "Playbooks: 1. Pages: 3." in mail.body
    assert mail.attachment_name == "call-sheets-en.pdf"


def test_nothing_is_mailed_while_nothing_has_changed(
    city: City, reader: int, drawn: list[str]
) -> None:
    tick(city, minutes=30)
    assert len(mails(city)) == 1
    assert tick(city, minutes=3 * 24 * 60) == 0
    assert drawn == ["en"]
    assert len(mails(city)) == 1


def test_a_changed_number_is_mailed_in_counts_without_any_name(city: City, reader: int) -> None:
    tick(city, minutes=30)
    assert len(mails(city)) == 1
    change_number(city, "Paul", "+447700900150")
    assert tick(city, minutes=20) == 0
    assert tick(city, minutes=20) == 1
    mail = mails(city)[-1]
    assert mail.subject == "Port Harmony: fresh call sheets (not an alarm)"
    assert "New lines: 0. Changed lines: 1. Lines gone: 0." in mail.body
    assert "Paul" not in mail.body
    assert "900150" not in mail.body


def test_a_directory_that_is_being_worked_on_is_waited_for(city: City, reader: int) -> None:
    tick(city, minutes=30)
    for turn in range(4):
        change_number(city, "Paul", f"+44770090015{turn}")
        assert tick(city, minutes=20) == 0
    assert tick(city, minutes=10) == 1


def test_a_directory_that_never_rests_is_mailed_after_six_hours(city: City, reader: int) -> None:
    tick(city, minutes=30)
    mailed = 0
    for turn in range(19):  # every 20 minutes, for more than six hours
        change_number(city, "Paul", f"+4477009001{50 + turn}")
        mailed += tick(city, minutes=20)
    assert mailed == 1


def test_a_change_that_is_taken_back_is_no_change(city: City, reader: int) -> None:
    tick(city, minutes=30)
    change_number(city, "Paul", "+447700900150")
    tick(city, minutes=10)
    change_number(city, "Paul", "+447700900104")
    assert tick(city, minutes=120) == 0


def test_who_holds_another_language_gets_another_sheet(
    city: City, reader: int, drawn: list[str]
) -> None:
    with city.wiring.transaction() as session:
        second = add_user(session, "administrator", email="amal@harbour.example.org")
        join_readers(session, second, "ar", city.now)
    assert tick(city, minutes=30) == 2
    assert drawn == ["ar", "en"]
    (mail,) = mails(city, "amal@harbour.example.org")
    assert mail.language == "ar"
    assert mail.attachment_name == "call-sheets-ar.pdf"


def test_the_file_can_be_opened_and_its_copy_is_thrown_away_once_it_has_left(
    city: City, reader: int
) -> None:
    tick(city, minutes=30)
    with city.wiring.sessions() as session:
        assert len(session.scalars(select(Attachment)).all()) == 1
    (mail,) = mails(city)
    call_sheets.run(city.wiring, city.now)
    with city.wiring.sessions() as session:
        assert session.scalars(select(Attachment)).all() == []
        assert session.scalars(select(Delivery.attachment_id)).all() == [None]
        assert received_file(session, mail.id).content == b"%PDF en"


def test_a_printing_by_mail_is_kept_and_the_next_one_marks_against_it(
    city: City, reader: int
) -> None:
    tick(city, minutes=30)
    with city.wiring.sessions() as session:
        kept = session.scalars(select(CallSheetPrint)).one()
        assert (kept.via, kept.level, kept.version_id) == ("mail", "full", city.version_id)


def test_two_ticks_at_once_mail_once(
    city: City, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(city, minutes=20)
    city.clock.advance(timedelta(minutes=10))
    inner: list[dict[str, int]] = []

    def drawing(*_: object) -> Drawn:
        # While one tick draws, another one does the same from beginning to end.
        if not inner:
            inner.append({})
            inner[0] = call_sheets.run(city.wiring, city.now)
        return Drawn(b"%PDF", 1)

    monkeypatch.setattr(call_sheet_mail, "draw_sheets", drawing)
    assert call_sheets.run(city.wiring, city.now)["mailed"] == 0
    assert inner[0]["mailed"] == 1
    assert len(mails(city)) == 1


def test_who_is_no_coordinator_any_more_gets_nothing(city: City, reader: int) -> None:
    with city.wiring.transaction() as session:
        session.get_one(User, reader).roles = []
    assert tick(city, minutes=60) == 0


def test_who_stops_gets_nothing(city: City, reader: int) -> None:
    with city.wiring.transaction() as session:
        leave_readers(session, session.get_one(User, reader), city.now)
        leave_readers(session, session.get_one(User, reader), city.now)
    assert tick(city, minutes=60) == 0


def test_an_observer_may_not_have_them_and_only_four_languages_exist(city: City) -> None:
    with city.wiring.sessions() as session:
        observer = add_user(session, "observer")
        coordinator = session.get_one(User, city.user_id)
        with pytest.raises(NotAllowed):
            join_readers(session, observer, "en", city.now)
        with pytest.raises(BadInput):
            join_readers(session, coordinator, "xx", city.now)
        assert session.scalars(select(CallSheetReader)).all() == []


def test_another_language_is_mailed_afresh(city: City, reader: int, drawn: list[str]) -> None:
    tick(city, minutes=30)
    with city.wiring.transaction() as session:
        join_readers(session, session.get_one(User, reader), "sk", city.now)
    assert tick(city, minutes=40) == 1
    assert drawn == ["en", "sk"]


def test_the_look_is_cheap_while_nothing_was_logged(
    city: City, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick(city, minutes=40)
    looks: list[int] = []
    real: Callable[..., object] = call_sheet_mail.current_sheets

    def counted(*given: object) -> object:
        looks.append(1)
        return real(*given)

    monkeypatch.setattr(call_sheet_mail, "current_sheets", counted)
    tick(city, minutes=120)
    assert len(looks) <= 1
    change_number(city, "Paul", "+447700900150")
    tick(city)
    assert len(looks) <= 2
    assert looks


def test_what_is_mailed_is_a_pdf(city: City, reader: int, really_drawn: None) -> None:
    assert tick(city, minutes=30) == 1
    (mail,) = mails(city)
    with city.wiring.sessions() as session:
        found = received_file(session, mail.id)
    assert found.media_type == "application/pdf"
    assert found.content.startswith(b"%PDF-")
