"""What must be looked at, and the weekly mail to whoever looks after it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.errors import BadInput
from playbook.models import ContactKind, Delivery, NumberCorrection, Organisation, Person
from playbook.services.preparedness import truth
from playbook.services.preparedness.truth import Doubt, find, last_summary_time, tell_owners
from playbook.settings import Settings
from tests.support.harbour import add_person
from tests.support.people import add_user

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def police(session: Session) -> Organisation:
    organisation = Organisation(name="Police", kind="police")
    session.add(organisation)
    session.flush()
    return organisation


@pytest.fixture
def paul(session: Session, police: Organisation) -> Person:
    person = add_person(
        session,
        "Paul Police",
        phone="+447700900104",
        email="paul@harbour.example.org",
        organisation=police,
    )
    session.flush()
    return person


def doubts(session: Session, now: datetime) -> list[Doubt]:
    session.flush()
    return [finding.doubt for finding in find(session, now)]


def test_every_doubt_has_its_reason(session: Session, paul: Person, now: datetime) -> None:
    phone, mail = paul.contact_points
    phone.proven_at = mail.last_worked_at = now
    assert doubts(session, now) == []
    paul.says_left_at = now
    assert doubts(session, now) == [Doubt.LEFT]
    phone.disowned_at = now
    assert doubts(session, now) == [Doubt.LEFT, Doubt.DISOWNED, Doubt.SINGLE]
    mail.bounced_at, phone.silent_proofs = now, 1
    mail.last_worked_at = None
    assert doubts(session, now) == [
        Doubt.LEFT,
        Doubt.DISOWNED,
        Doubt.BOUNCED,
        Doubt.SILENT,
        Doubt.UNPROVEN,
        Doubt.SINGLE,
    ]
    paul.removed_at = now
    assert doubts(session, now) == []


def test_a_shared_phone_is_listed_with_each_of_its_people(
    session: Session, paul: Person, now: datetime
) -> None:
    add_person(session, "Olga Other", phone="+447700900104")
    session.flush()
    shared = [f.person_id for f in find(session, now) if f.doubt is Doubt.SHARED]
    assert len(shared) == 2
    assert paul.id in shared


def test_a_correction_is_listed_for_a_month(session: Session, paul: Person, now: datetime) -> None:
    session.add(
        NumberCorrection(
            person_id=paul.id,
            kind=ContactKind.PHONE,
            value="",
            value_index="",
            code_digest="",
            wrong=0,
            asked_at=now,
            expires_at=now,
            confirmed_at=now,
        )
    )
    assert Doubt.CORRECTED in doubts(session, now + timedelta(days=29))
    assert Doubt.CORRECTED not in doubts(session, now + timedelta(days=30))


class Weeks:
    """Lets weeks pass for one owner."""

    def __init__(self, session: Session, settings: Settings, police: Organisation) -> None:
        self.session, self.settings, self.police = session, settings, police
        self.owner = add_user(session, name="Olu Owner", email="olu@harbour.example.org")
        self.set(MONDAY - timedelta(days=3))

    def set(self, now: datetime, mails: bool = True) -> None:
        truth.set_owner(
            self.session, self.police, self.owner.id, mails=mails, now=now, user=self.owner
        )

    def tell(self, now: datetime) -> list[str]:
        """What is mailed at `now`."""
        known = set(self.session.scalars(select(Delivery.id)))
        tell_owners(self.session, now, self.settings)
        self.session.flush()
        rows = self.session.scalars(select(Delivery).where(Delivery.id.not_in(known or {0})))
        return [f"{row.address}: {row.body}" for row in rows]


@pytest.fixture
def weeks(session: Session, settings: Settings, police: Organisation) -> Weeks:
    return Weeks(session, settings, police)


def test_the_owner_is_mailed_on_monday_at_nine_counts_without_names(
    weeks: Weeks, paul: Person
) -> None:
    paul.contact_points[0].bounced_at = MONDAY
    weeks.session.flush()
    assert weeks.tell(MONDAY - timedelta(seconds=1)) == []
    [mail] = weeks.tell(MONDAY)
    assert mail.startswith("olu@harbour.example.org: ")
    assert "bounced: 1" in mail
    assert "/directory/truth" in mail
    assert "Paul" not in mail
    assert "900104" not in mail
    assert weeks.tell(MONDAY) == [], "safe twice"


def test_next_week_only_what_is_new_is_told(weeks: Weeks, paul: Person) -> None:
    paul.contact_points[0].bounced_at = MONDAY
    weeks.session.flush()
    assert len(weeks.tell(MONDAY)) == 1
    assert weeks.tell(MONDAY + timedelta(days=7)) == []
    paul.says_left_at = MONDAY
    weeks.session.flush()
    [mail] = weeks.tell(MONDAY + timedelta(days=14))
    assert "left: 1" in mail
    assert "bounced" not in mail


def test_who_opted_out_or_cannot_sign_in_gets_no_mail(weeks: Weeks, paul: Person) -> None:
    paul.contact_points[0].bounced_at = MONDAY
    weeks.set(MONDAY - timedelta(days=3), mails=False)
    assert weeks.tell(MONDAY) == []
    weeks.set(MONDAY, mails=True)
    paul.says_left_at = MONDAY
    weeks.owner.active = False
    weeks.session.flush()
    assert weeks.tell(MONDAY + timedelta(days=7)) == []


def test_only_who_can_sign_in_looks_after_an_organisation(weeks: Weeks) -> None:
    weeks.owner.active = False
    weeks.session.flush()
    with pytest.raises(BadInput):
        weeks.set(MONDAY)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
def test_the_summary_time_is_the_latest_monday_at_nine_through_every_clock_change(
    now: datetime,
) -> None:
    zone = ZoneInfo("Europe/London")
    due = last_summary_time(now, zone)
    local = due.astimezone(zone)
    assert (local.weekday(), local.hour, local.minute) == (0, 9, 0)
    assert due <= now
    assert now - due < timedelta(days=7, hours=1)
