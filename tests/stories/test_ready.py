"""Are the numbers true, and how soon does the cell answer? Asked on quiet days, and never in the way of an alarm."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from playbook.domain.preparedness.daytime import weekly
from playbook.domain.preparedness.readiness import CallState
from playbook.errors import Conflict
from playbook.jobs import readiness as tick
from playbook.models import (
    Activation,
    ContactPoint,
    Delivery,
    Inbound,
    Person,
    ReadinessCall,
    ReadinessRound,
    RoundKind,
    SimulatedMessage,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.queries.preparedness.readiness import drill_report, proof_report, proofs_and_drills
from playbook.queries.response.inbox import letters
from playbook.services.preparedness.readiness import foresee, start_round
from playbook.services.preparedness.readiness_days import days_of
from playbook.services.preparedness.readiness_schedule import (
    schedule_of,
    set_schedule,
    switch_off,
)
from playbook.services.response.activation import end
from tests.support.city import City
from tests.support.harbour import PEOPLE
from tests.support.people import add_user

#: What belongs to an alarm, and to nothing else.
ALARMING = ("activation", "crisis", "Join", "joining", "No 1", "level", "urgent", "alert")


class Quiet:
    """The harbour city on ordinary days: the tick that begins and closes rounds runs too."""

    def __init__(self, city: City) -> None:
        self.city = city

    def until(self, moment: datetime, step: timedelta = timedelta(minutes=30)) -> None:
        """Let time pass until `moment`, every tick running at each step."""
        while self.city.now < moment:
            self.city.clock.move_to(min(moment, self.city.now + step))
            tick.run(self.city.wiring, self.city.now)
            self.city.run_ticks()

    def start(self, kind: RoundKind, key: str = "one", roles: tuple[str, ...] = ()) -> int:
        """Start a round as the coordinator; return its id."""
        city = self.city
        with city.wiring.transaction() as session:
            made = start_round(
                session,
                kind,
                city.wiring.settings,
                now=city.now,
                user=session.get_one(User, city.user_id),
                request_key=key,
                roles=roles,
            )
            found = made.id
        city.run_ticks()
        return found

    def round(self, round_id: int) -> ReadinessRound:
        with self.city.wiring.sessions() as session:
            return session.get_one(ReadinessRound, round_id)

    def counts(self, round_id: int) -> dict[CallState, int]:
        with self.city.wiring.sessions() as session:
            made = session.get_one(ReadinessRound, round_id)
            return dict(proof_report(session, made).counts)

    def contact(self, first_name: str, column: int = 2) -> ContactPoint:
        """The phone (2) or mailbox (3) of somebody."""
        row = next(row for row in PEOPLE if str(row[0]).startswith(first_name))
        index = current_keyring().blind_index(str(row[column]))
        with self.city.wiring.sessions() as session:
            return session.scalars(
                select(ContactPoint).where(ContactPoint.value_index == index)
            ).one()

    def end(self) -> None:
        city = self.city
        with city.wiring.transaction() as session:
            activation = session.get_one(Activation, city.activation_id)
            end(session, activation, session.get_one(User, city.user_id), city.now, "over")

    def change(self, first_name: str, change: Callable[[Person], None]) -> None:
        with self.city.wiring.transaction() as session:
            change(session.scalars(select(Person).where(Person.name.like(f"{first_name} %"))).one())


@pytest.fixture
def quiet(city: City) -> Quiet:
    return Quiet(city)


MONDAY = datetime(2026, 3, 16, tzinfo=UTC)
TEN = MONDAY + timedelta(hours=10)


def test_a_proof_asks_from_ten_on_a_working_day_and_answers_prove(quiet: Quiet) -> None:
    city = quiet.city
    proof = quiet.start(RoundKind.PROOF)  # on a Saturday, at ten past two in the morning
    quiet.until(TEN - timedelta(seconds=1))
    city.nothing_else()
    quiet.until(TEN + timedelta(hours=1), timedelta(minutes=1))
    text = city.phone("Dora").receives("Routine check of this number, no alarm. Reply 1.", "/me/")
    assert text.startswith("Routine check")
    assert not [word for word in ALARMING if word in text]
    city.phone("Imam").receives("فحص دوري لهذا الرقم، ليس إنذارًا")
    city.mailbox("Dora").receives("It is no alarm", "/proof/", "/me/")

    city.phone("Dora").replies("1")
    city.phone("Dora").receives("Thank you", "routine check, no alarm")
    city.phone("Dora").replies("١")  # once more changes nothing
    city.phone("Dora").silent()
    city.phone("Paul").replies(" 1️⃣ ")
    city.phone("Paul").receives("Routine check")
    city.phone("Paul").receives("Thank you")
    assert quiet.contact("Dora").proven_at == city.now
    assert quiet.counts(proof) == {CallState.ANSWERED: 2, CallState.WAITING: 12}
    with city.wiring.sessions() as session:
        assert not [row for row in session.scalars(select(Inbound)) if row.needs_reader]


def test_questions_are_spread_one_a_minute_and_a_shared_phone_is_asked_once(quiet: Quiet) -> None:
    city = quiet.city
    shared = city.phone("Dora").value

    def shares(person: Person) -> None:
        index = current_keyring().blind_index(shared)
        person.contact_points.append(
            ContactPoint(kind="phone", value=shared, value_index=index, position=1)
        )

    quiet.change("Paul", shares)
    proof = quiet.start(RoundKind.PROOF)
    with city.wiring.sessions() as session:
        leave = session.scalars(
            select(Delivery.not_before).where(Delivery.purpose == "proof").order_by(Delivery.id)
        ).all()
    assert leave == [TEN + timedelta(minutes=n) for n in range(14)]
    quiet.until(TEN + timedelta(hours=1))
    city.phone("Dora").receives("Routine check")
    city.phone("Dora").silent()
    city.phone("Dora").replies("1")
    assert quiet.counts(proof)[CallState.ANSWERED] == 2


def test_who_cannot_be_asked_is_counted_beforehand_and_left_alone(quiet: Quiet) -> None:
    city = quiet.city
    quiet.change("Dora", lambda p: setattr(p, "held_at", city.now))
    quiet.change("Paul", lambda p: setattr(p.contact_points[0], "gets_sms", False))
    quiet.change("Nour", lambda p: setattr(p.contact_points[0], "opted_out_at", city.now))
    quiet.change("Petra", lambda p: setattr(p, "removed_at", city.now))
    with city.wiring.sessions() as session:
        foreseen = foresee(session, RoundKind.PROOF, city.wiring.settings, city.now)
    assert (foreseen.numbers, foreseen.people, foreseen.cannot) == (8, 5, 4)
    quiet.start(RoundKind.PROOF)
    quiet.until(TEN + timedelta(hours=2))
    for name in ("Dora", "Paul", "Nour", "Petra"):
        city.phone(name).silent()
    city.mailbox("Dora").silent()
    city.mailbox("Paul").receives("no alarm")


def test_a_real_alert_in_the_middle_wins_and_holds_the_rest_back(quiet: Quiet) -> None:
    city = quiet.city
    proof = quiet.start(RoundKind.PROOF)
    quiet.until(TEN + timedelta(seconds=30), timedelta(minutes=1))
    city.phone("Dora").receives("Routine check")
    city.activate("watch")
    city.phone("Dora").receives("crisis cell")
    quiet.until(TEN + timedelta(hours=3))
    for name in ("Dan", "Paul", "Petra", "Imam", "Nour"):
        assert not [t for t in city.phone(name).texts() if "Routine" in t or "فحص" in t]

    city.phone("Dora").replies("1")  # means the alert, and nothing else
    assert city.role("duty-officer").state == "answered"
    assert quiet.counts(proof) == {CallState.WAITING: 1, CallState.QUEUED: 13}

    quiet.end()  # in the afternoon; the rest is asked on the next working day, at its hour
    quiet.until(MONDAY + timedelta(days=1, hours=9, minutes=59))
    assert quiet.counts(proof)[CallState.QUEUED] == 13
    quiet.until(MONDAY + timedelta(days=1, hours=11))
    assert "Routine check" in city.phone("Petra").texts()[-1]
    assert quiet.counts(proof) == {CallState.WAITING: 14}

    quiet.until(MONDAY + timedelta(days=5, hours=12))
    assert (
        quiet.round(proof).closed_at is None
    )  # five days from the last question, not from the first
    quiet.until(MONDAY + timedelta(days=6, hours=11))
    assert quiet.round(proof).closed_at is not None
    # Dora's number worked when she answered the alert from it: it is not silent.
    assert quiet.counts(proof) == {CallState.ANSWERED: 1, CallState.SILENT: 13}
    assert quiet.contact("Dora").silent_proofs == 0


def test_nothing_is_asked_at_night_after_an_outage(quiet: Quiet) -> None:
    city = quiet.city
    quiet.start(RoundKind.PROOF)
    city.clock.move_to(MONDAY + timedelta(hours=23))
    city.run_ticks()
    city.nothing_else()
    quiet.until(MONDAY + timedelta(days=1, hours=11))
    city.phone("Dora").receives("Routine check")


def test_no_proof_begins_while_a_real_incident_runs(quiet: Quiet) -> None:
    quiet.city.activate("watch")
    with pytest.raises(Conflict, match="real incident"):
        quiet.start(RoundKind.PROOF)


def test_two_fingers_start_one_proof_and_no_second_one_beside_it(quiet: Quiet) -> None:
    assert quiet.start(RoundKind.PROOF, "once") == quiet.start(RoundKind.PROOF, "once")
    with pytest.raises(Conflict, match="under way"):
        quiet.start(RoundKind.PROOF, "another")


def test_silent_numbers_are_counted_round_by_round_and_an_answer_makes_them_good(
    quiet: Quiet,
) -> None:
    city = quiet.city
    with city.wiring.transaction() as session:
        add_user(session, "administrator", email="ada@city.example.org", language="fr")
    first = quiet.start(RoundKind.PROOF, "first")
    quiet.until(MONDAY + timedelta(hours=12))
    city.phone("Dora").replies("1")
    quiet.until(MONDAY + timedelta(days=6))
    assert quiet.round(first).closed_at is not None
    assert quiet.contact("Paul").silent_proofs == 1
    assert quiet.contact("Dora").silent_proofs == 0
    tick.run(city.wiring, city.now)  # safe twice
    assert quiet.contact("Paul").silent_proofs == 1

    index = current_keyring().blind_index("ada@city.example.org")
    with city.wiring.sessions() as session:
        mail = session.scalars(
            select(SimulatedMessage).where(SimulatedMessage.address_index == index)
        ).one()
        assert proofs_and_drills(session).proof.counts[CallState.SILENT] == 13
    assert "Ont répondu : 1" in mail.body
    assert f"/readiness/rounds/{first}" in mail.body
    assert not [row for row in PEOPLE if str(row[0]) in mail.body or str(row[2]) in mail.body]

    second = quiet.start(RoundKind.PROOF, "second")
    quiet.until(MONDAY + timedelta(days=7, hours=12))
    city.phone("Paul").replies("1")
    assert quiet.contact("Paul").silent_proofs == 0
    quiet.until(MONDAY + timedelta(days=13))
    assert quiet.round(second).closed_at is not None
    assert quiet.contact("Petra").silent_proofs == 2


def test_words_go_to_a_person_who_sees_what_was_asked_and_stop_still_stops(quiet: Quiet) -> None:
    city = quiet.city
    proof = quiet.start(RoundKind.PROOF)
    quiet.until(TEN + timedelta(hours=1))
    city.phone("Dora").replies("wrong number")
    city.phone("Paul").replies("STOP")
    with city.wiring.sessions() as session:
        waiting = letters(session, waiting=True)
        assert [(w.body, w.asked_kind) for w in waiting] == [("wrong number", "proof")]
        assert waiting[0].asked_at is not None
    assert quiet.contact("Paul").opted_out_at is not None
    assert quiet.counts(proof)[CallState.WAITING] == 14


def test_a_digit_for_news_of_an_ended_incident_is_not_lost_to_a_proof(quiet: Quiet) -> None:
    """The newest question is meant: here it is the proof, which was asked after the incident had ended."""
    city = quiet.city
    city.activate("watch")
    quiet.end()
    proof = quiet.start(RoundKind.PROOF)
    quiet.until(TEN + timedelta(hours=1))
    city.phone("Dora").replies("1")
    assert quiet.counts(proof)[CallState.ANSWERED] == 1


def test_one_press_on_the_page_of_a_mail_confirms_the_address(quiet: Quiet, client) -> None:
    city = quiet.city
    proof = quiet.start(RoundKind.PROOF)
    quiet.until(TEN + timedelta(hours=1))
    mail = city.mailbox("Imam").receives("/proof/")
    link = mail[mail.index("/proof/") :].split()[0]
    for _ in range(2):
        page = client.get(link)
        assert 'lang="ar" dir="rtl"' in page.text
    assert CallState.ANSWERED not in quiet.counts(proof)
    assert client.post(link).status_code == 200
    assert client.post(link).status_code == 200
    assert quiet.counts(proof)[CallState.ANSWERED] == 1
    assert quiet.contact("Imam", 3).proven_at == city.now
    assert client.get(link[:-1] + "x").status_code == 404
    assert client.post("/proof/1-none").status_code == 404
    assert client.get("/proof/99999999999999999999-none").status_code == 404


CELL = ("duty-officer", "mayor", "police-liaison")


def test_a_drill_asks_whoever_is_first_in_line_at_once_and_reports_how_long_it_took(
    quiet: Quiet,
) -> None:
    city = quiet.city
    quiet.until(TEN)
    quiet.change("Dora", lambda p: setattr(p, "held_at", city.now))
    drill = quiet.start(RoundKind.DRILL, roles=(*CELL, "nobody-holds-this"))
    city.phone("Dan").receives("DRILL, no alarm: reply 1")
    city.phone("Maya").receives("DRILL, no alarm")
    city.phone("Paul").receives("DRILL, no alarm")
    city.nothing_else()
    city.fast_forward(4)
    city.phone("Paul").replies("1")
    city.phone("Paul").receives("DRILL: thank you")
    city.fast_forward(6)
    city.phone("Dan").replies("2")
    city.phone("Dan").receives("DRILL: thank you")
    quiet.until(TEN + timedelta(minutes=31))
    city.phone("Maya").replies("1")  # after the end: thanked, and shown as late
    city.phone("Maya").receives("DRILL: thank you")
    with city.wiring.sessions() as session:
        report = drill_report(session, session.get_one(ReadinessRound, drill))
    assert [(r.role, r.state, r.took) for r in report.roles] == [
        ("nobody-holds-this", CallState.CANNOT, None),
        ("mayor", CallState.LATE, timedelta(minutes=31)),
        ("duty-officer", CallState.ANSWERED, timedelta(minutes=10)),
        ("police-liaison", CallState.ANSWERED, timedelta(minutes=4)),
    ]
    assert report.totals.median == timedelta(minutes=7)
    assert (report.totals.answered, report.totals.asked) == (2, 4)
    city.nothing_else()


def test_a_scheduled_drill_begins_at_its_minute_and_is_compared_with_the_last(
    quiet: Quiet,
) -> None:
    city = quiet.city
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        zone = days_of(session, city.wiring.settings, city.now).zone
        set_schedule(
            session,
            RoundKind.DRILL,
            every_days=14,
            first_at=weekly(2, time(10, 30), city.now, zone),
            now=city.now,
            user=user,
            roles=CELL,
        )
    first = MONDAY + timedelta(days=2, hours=10, minutes=30)
    quiet.until(first - timedelta(minutes=1))
    city.nothing_else()
    quiet.until(first + timedelta(minutes=6), timedelta(minutes=1))
    city.phone("Paul").replies("1")
    quiet.until(first + timedelta(hours=1))
    # The clocks go forward on 29 March: it stays half past ten in the city.
    second = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
    quiet.until(second + timedelta(minutes=2), timedelta(minutes=1))
    city.phone("Paul").replies("1")
    quiet.until(second + timedelta(hours=1))
    with city.wiring.sessions() as session:
        rounds = session.scalars(select(ReadinessRound).order_by(ReadinessRound.id)).all()
        assert [r.started_at for r in rounds] == [first, second]
        report = drill_report(session, rounds[1])
        paul = next(r for r in report.roles if r.role == "police-liaison")
        assert (paul.took, paul.before) == (timedelta(minutes=2), (timedelta(minutes=6),))
        assert report.earlier == (first,)
        switch_off(session, RoundKind.DRILL, now=city.now, user=user)
        assert schedule_of(session, RoundKind.DRILL).next_due_at is None


def test_a_real_alert_puts_a_scheduled_drill_off_to_its_next_turn(quiet: Quiet) -> None:
    city = quiet.city
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        set_schedule(
            session,
            RoundKind.DRILL,
            every_days=7,
            first_at=TEN,
            now=city.now,
            user=user,
            roles=CELL,
        )
    city.activate("watch")
    quiet.until(TEN + timedelta(hours=1))
    with city.wiring.sessions() as session:
        assert session.scalars(select(ReadinessCall)).all() == []
        assert schedule_of(session, RoundKind.DRILL).next_due_at == TEN + timedelta(days=7)
    quiet.end()
    city.outage(7 * 24 * 60 + 60)  # the engine stood still over the next turn too
    quiet.until(city.now + timedelta(minutes=30))
    with city.wiring.sessions() as session:
        assert session.scalars(select(ReadinessCall)).all() == []
        assert schedule_of(session, RoundKind.DRILL).next_due_at > city.now


def test_a_scheduled_proof_begins_by_itself_each_quarter(quiet: Quiet) -> None:
    city = quiet.city
    with city.wiring.transaction() as session:
        set_schedule(
            session,
            RoundKind.PROOF,
            every_days=91,
            first_at=TEN,
            now=city.now,
            user=session.get_one(User, city.user_id),
        )
    quiet.until(TEN + timedelta(minutes=1))
    city.phone("Dora").receives("Routine check")
    with city.wiring.sessions() as session:
        due = proofs_and_drills(session).next_proof
    # 15 June is a Monday; the city's summer time.
    assert due == datetime(2026, 6, 15, 9, tzinfo=UTC)
