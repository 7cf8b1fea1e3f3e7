"""A new number counts once its code came back, and not before."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.delivery import DeliveryState
from notifications.messages import Outcome, OutcomeKind, Receipt
from playbook.domain.preparedness.directory_cells import BadCell
from playbook.domain.preparedness.standing import say
from playbook.domain.preparedness.standing.truth import COUNTED, TEXTS
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import ContactKind, ContactPoint, Delivery, LogEntry, NumberCorrection
from playbook.services.deliveries import queue_standing
from playbook.services.log import read_payload
from playbook.services.preparedness import corrections, directory
from playbook.services.response.dispatch import OWNER, record_outcomes
from playbook.services.response.people import contact_for
from playbook.services.response.receipts import apply_receipt
from playbook.settings import Settings
from tests.support.harbour import add_person

NEW = "07700 900555"


class Desk:
    """Acts as Paul on his page."""

    def __init__(self, session: Session, settings: Settings, now: datetime) -> None:
        self.session, self.settings, self.now = session, settings, now
        self.paul = add_person(
            session, "Paul Police", phone="+447700900104", email="paul@harbour.example.org"
        )
        session.flush()

    @property
    def phone(self) -> ContactPoint:
        return next(c for c in self.paul.contact_points if c.kind == ContactKind.PHONE)

    def give(self, text: str = NEW, kind: ContactKind = ContactKind.PHONE, **where: int | None):
        return corrections.ask_to_confirm(
            self.session,
            self.paul,
            kind,
            text,
            point_id=where.get("point_id", self.phone.id),
            settings=self.settings,
            now=self.now,
        )

    def type(self, wish: NumberCorrection, code: str) -> corrections.Confirmed:
        return corrections.confirm(
            self.session, self.paul, wish.id, code, settings=self.settings, now=self.now
        )

    def code(self) -> str:
        rows = self.session.scalars(
            select(Delivery).where(Delivery.message == "number-code").order_by(Delivery.id)
        ).all()
        found = re.search(r"\d{6}", rows[-1].body)
        assert found
        return found[0]

    def told(self) -> list[tuple[str, str | None]]:
        rows = self.session.scalars(select(Delivery).order_by(Delivery.id))
        return [(row.message, row.address) for row in rows]


@pytest.fixture
def desk(session: Session, settings: Settings, now: datetime) -> Desk:
    return Desk(session, settings, now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_goes_to_the_new_number_and_nothing_changes_before_it_is_back(desk: Desk) -> None:
    desk.give()
    assert desk.told() == [("number-code", "+447700900555")]
    assert desk.phone.value == "+447700900104"


def test_the_right_code_keeps_the_row_proves_the_number_and_tells_the_old_one(desk: Desk) -> None:
    point_id = desk.phone.id
    wish = desk.give()
    assert desk.type(wish, desk.code()).right
    assert (desk.phone.id, desk.phone.value) == (point_id, "+447700900555")
    assert desk.phone.proven_at == desk.now
    assert desk.told()[-1] == ("number-changed", "+447700900104")
    assert wish.value == "", "the wish need not keep the number"
    assert desk.type(wish, "whatever").right, "a second press of the button changes nothing"
    assert len(desk.told()) == 2


def test_digits_of_any_script_and_with_spaces_are_a_code(desk: Desk) -> None:
    wish = desk.give()
    eastern = desk.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert desk.type(wish, f"{eastern[:3]} {eastern[3:]}").right


def test_five_wrong_codes_end_it(desk: Desk) -> None:
    wish = desk.give()
    code = desk.code()
    left = [desk.type(wish, wrong(code)).left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(NotFound):
        desk.type(wish, code)
    assert desk.phone.value == "+447700900104"


def test_a_code_is_good_for_a_day(desk: Desk) -> None:
    wish = desk.give()
    code = desk.code()
    desk.now += timedelta(hours=24)
    with pytest.raises(NotFound):
        desk.type(wish, code)


def test_a_second_wish_for_the_same_place_ends_the_first(desk: Desk) -> None:
    first = desk.give()
    code = desk.code()
    desk.give("07700 900556")
    with pytest.raises(NotFound):
        desk.type(first, code)
    assert len(corrections.pending(desk.session, desk.paul, desk.now)) == 1


def test_nobody_confirms_somebody_elses_number(desk: Desk) -> None:
    wish = desk.give()
    code = desk.code()
    petra = add_person(desk.session, "Petra Police", phone="+447700900105")
    desk.session.flush()
    with pytest.raises(NotFound):
        corrections.confirm(
            desk.session, petra, wish.id, code, settings=desk.settings, now=desk.now
        )
    with pytest.raises(NotFound):
        desk.give(point_id=petra.contact_points[0].id)


def test_one_person_makes_the_city_text_few_strangers_a_day(desk: Desk) -> None:
    for n in range(corrections.MOST_A_DAY):
        desk.give(f"07700 90056{n}")
    with pytest.raises(Conflict):
        desk.give()
    desk.now += timedelta(days=1, seconds=1)
    desk.give()


def test_a_number_that_has_stopped_us_gets_no_code(desk: Desk) -> None:
    other = add_person(desk.session, "Olga Other", phone="+447700900555")
    other.contact_points[0].opted_out_at = desk.now
    desk.session.flush()
    with pytest.raises(BadInput, match="stopped"):
        desk.give()
    assert desk.told() == []


@pytest.mark.parametrize(
    ("text", "error"), [("12", BadCell), ("07700 900104", BadInput), ("020 7946 0101", BadInput)]
)
def test_what_cannot_be_confirmed_is_refused_with_a_sentence(desk: Desk, text, error) -> None:
    with pytest.raises(error):
        desk.give(text)
    assert desk.told() == []


def test_while_everything_is_held_nothing_is_sent(desk: Desk) -> None:
    desk.paul.held_at = desk.now
    with pytest.raises(Conflict):
        desk.give()


def test_one_more_number_comes_last_and_the_first_one_hears_of_it(desk: Desk) -> None:
    wish = desk.give(point_id=None)
    desk.type(wish, desk.code())
    phones = [c.value for c in desk.paul.contact_points if c.kind == ContactKind.PHONE]
    assert phones == ["+447700900104", "+447700900555"]
    assert desk.told()[-1] == ("number-added", "+447700900104")


def test_an_address_is_confirmed_by_mail(desk: Desk) -> None:
    mail = next(c for c in desk.paul.contact_points if c.kind == ContactKind.EMAIL)
    wish = desk.give("Paul.New@harbour.example.org", ContactKind.EMAIL, point_id=mail.id)
    assert desk.told() == [("number-code", "paul.new@harbour.example.org")]
    desk.type(wish, desk.code())
    assert mail.value == "paul.new@harbour.example.org"
    assert desk.told()[-1] == ("number-changed", "paul@harbour.example.org")


def test_a_shared_number_is_fine_and_said_so_in_the_log(desk: Desk) -> None:
    add_person(desk.session, "Olga Other", phone="+447700900555")
    wish = desk.give()
    assert desk.type(wish, desk.code()).right
    desk.session.flush()
    entry = desk.session.scalars(
        select(LogEntry).where(LogEntry.kind == "person.number-corrected")
    ).one()
    assert read_payload(entry)["shared"] is True
    assert entry.actor == "partner"


def test_a_disowned_number_is_the_last_resort_until_it_is_taken_up_again(desk: Desk) -> None:
    wish = desk.give(point_id=None)
    desk.type(wish, desk.code())
    old = desk.paul.contact_points[0]
    corrections.disown(desk.session, desk.paul, old.id, settings=desk.settings, now=desk.now)
    chosen, _ = contact_for(desk.paul, "sms")
    assert chosen is not None
    assert chosen.value == "+447700900555"
    assert desk.told()[-1] == ("number-disowned", old.value)
    newer = next(c for c in desk.paul.contact_points if c.value == "+447700900555")
    newer.opted_out_at = desk.now
    assert contact_for(desk.paul, "sms")[0] is old, "a link alone makes nobody unreachable"
    corrections.take_up_again(desk.session, desk.paul, old.id, now=desk.now)
    assert old.disowned_at is None


def test_saying_that_one_has_left_is_listed_and_changes_nothing_else(desk: Desk) -> None:
    corrections.say_left(desk.session, desk.paul, now=desk.now)
    assert desk.paul.says_left_at == desk.now
    assert desk.paul.removed_at is None
    assert len(desk.paul.contact_points) == 2
    corrections.say_left(desk.session, desk.paul, now=desk.now, left=False)
    assert desk.paul.says_left_at is None


def test_only_languages_of_the_service_are_chosen(desk: Desk) -> None:
    corrections.choose_language(desk.session, desk.paul, "sk", now=desk.now)
    assert desk.paul.language == "sk"
    with pytest.raises(BadInput):
        corrections.choose_language(desk.session, desk.paul, "xx", now=desk.now)


def test_who_is_removed_leaves_no_wish_behind(desk: Desk) -> None:
    desk.give()
    directory.remove_person(desk.session, desk.paul, now=desk.now, user=None)
    assert desk.session.scalars(select(NumberCorrection)).all() == []


def sent_to(desk: Desk, point: ContactPoint, channel: str) -> Delivery:
    row = queue_standing(
        desk.session,
        TEXTS,
        "own-page",
        cause=f"test:{point.id}:{desk.now}",
        channel=channel,
        language="en",
        facts={"city": "C", "link": "L"},
        contact=point,
        person=desk.paul,
        now=desk.now,
    )
    row.state, row.lease_owner = DeliveryState.SENDING, OWNER
    desk.session.flush()
    return row


@pytest.mark.parametrize(
    ("provider", "reason", "bounced"),
    [
        ("twilio", "bad-number", True),
        ("twilio", "auth", False),
        ("twilio", "opted-out", False),
        ("simulator", "bad-number", False),
    ],
)
def test_only_a_real_providers_word_about_the_number_is_a_bounce(
    desk: Desk, provider: str, reason: str, bounced: bool
) -> None:
    row = sent_to(desk, desk.phone, "sms")
    outcome = Outcome(OutcomeKind.PERMANENT, provider, reason=reason)
    record_outcomes(desk.session, [(row.id, outcome)], desk.now)
    assert (desk.phone.bounced_at is not None) == bounced


def test_a_receipt_bounces_a_number_and_the_next_one_clears_it(desk: Desk) -> None:
    for n, (state, bounced) in enumerate(
        [(DeliveryState.UNDELIVERED, True), (DeliveryState.DELIVERED, False)]
    ):
        desk.now += timedelta(minutes=1)
        row = sent_to(desk, desk.phone, "sms")
        accepted = Outcome(OutcomeKind.ACCEPTED, "twilio", provider_ref=f"SM{n}")
        record_outcomes(desk.session, [(row.id, accepted)], desk.now)
        reason = "unreachable" if bounced else None
        receipt = Receipt(
            provider="twilio", provider_ref=f"SM{n}", attempt_token=None, state=state, reason=reason
        )
        apply_receipt(desk.session, receipt, desk.now)
        assert (desk.phone.bounced_at is not None) == bounced


def test_a_mail_server_that_takes_a_mail_clears_a_bounce(desk: Desk) -> None:
    mail = next(c for c in desk.paul.contact_points if c.kind == ContactKind.EMAIL)
    mail.bounced_at = desk.now
    row = sent_to(desk, mail, "email")
    record_outcomes(desk.session, [(row.id, Outcome(OutcomeKind.ACCEPTED, "smtp"))], desk.now)
    assert mail.bounced_at is None
    assert mail.last_worked_at == desk.now


def test_every_text_exists_in_four_languages_and_says_that_it_is_no_alarm() -> None:
    no_alarm = {
        "en": "no alarm",
        "ar": "ليس إنذارا",
        "fr": "pas une alerte",
        "sk": "nie je to poplach",
    }
    facts = dict.fromkeys(("city", "link", "code", "name", "callback", "list"), "x")
    for message in TEXTS:
        for language, words in no_alarm.items():
            said = say(TEXTS, message, language, "email", facts)
            assert said.language == language
            assert words in said.body.lower(), (message, language)
            assert said.subject
    for lines in COUNTED.values():
        assert set(lines) == set(no_alarm)
