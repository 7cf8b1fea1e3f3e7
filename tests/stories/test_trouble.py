"""What goes wrong on such a night, and what the service does about it."""

import os
import signal
import subprocess
import sys
import time

from sqlalchemy import select

from notifications.messages import Message, Outcome, OutcomeKind
from playbook.models import ContactPoint, Delivery, Inbound, Person, RoleCallState, SimulatedMessage
from playbook.services.response.receipts import resolve_unknown
from playbook.wiring import Wiring
from tests.support.city import City


class Flaky:
    """A provider whose outcomes a story chooses; what it accepts reaches the simulated phones."""

    def __init__(self, sender: object, *kinds: OutcomeKind) -> None:
        self.sender = sender
        self.kinds = list(kinds)
        self.handed: list[str] = []

    def send_many(self, batch: list[Message]) -> list[Outcome]:
        self.handed += [m.to for m in batch]
        outcomes = []
        for message in batch:
            kind = self.kinds.pop(0) if self.kinds else OutcomeKind.ACCEPTED
            if kind is OutcomeKind.ACCEPTED:
                outcomes += self.sender.send_many([message])  # type: ignore[attr-defined]
            else:
                outcomes.append(Outcome(kind, "flaky", reason="timeout"))
        return outcomes

    def close(self) -> None:
        self.sender.close()  # type: ignore[attr-defined]


def flaky(city: City, *kinds: OutcomeKind) -> Flaky:
    provider = Flaky(city.wiring.sender, *kinds)
    city.wiring = Wiring(
        city.wiring.clock, city.wiring.settings, city.wiring.sessions, provider, city.wiring.waker
    )
    return provider


def deliveries(city: City, first_name: str) -> list[Delivery]:
    with city.wiring.sessions() as session:
        return list(
            session.scalars(
                select(Delivery)
                .join(Person, Delivery.person_id == Person.id)
                .where(Person.name.like(f"{first_name} %"))
                .order_by(Delivery.id)
            )
        )


def test_stop_in_the_middle(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("STOP")
    with city.wiring.sessions() as session:
        phone = session.scalars(
            select(ContactPoint)
            .join(Person)
            .where(Person.name == "Paul Police", ContactPoint.kind == "phone")
        ).one()
        assert phone.opted_out_at == city.now
    city.phone("Paul").silent()
    city.fast_forward(minutes=5)
    city.mailbox("Paul").receives("Police liaison")  # STOP is about texts; the email still goes
    city.fast_forward(minutes=5)
    city.phone("Petra").receives("Police liaison")  # and silence climbs as ever


def test_who_said_stop_before_is_written_to_by_email_at_once(city: City) -> None:
    city.phone("Paul").replies("stop")
    city.activate("full")
    city.phone("Paul").silent()
    city.mailbox("Paul").receives("Police liaison")
    city.phone("Paul").replies("START")
    city.activate("full")
    city.phone("Paul").receives("Police liaison")


def test_an_outage_of_an_hour_skips_nobody(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.outage(minutes=60)
    city.run_ticks()
    city.phone("Petra").receives("Police liaison")
    city.fast_forward(minutes=4)
    assert city.role("police-liaison").state == RoleCallState.CALLING  # her ten minutes are whole
    city.phone("Petra").replies("1")
    city.phone("Petra").receives("you are joining")


def test_even_an_outage_of_half_a_day_makes_people_late_and_skips_nobody(city: City) -> None:
    city.activate("full")
    city.outage(minutes=12 * 60)
    city.run_ticks()
    city.mailbox("Nour").receives("المسؤول الصحفي")
    assert city.role("press-officer").state == RoleCallState.CALLING


def test_a_person_whose_text_waited_in_the_queue_keeps_all_of_their_minutes(city: City) -> None:
    provider = flaky(city, *[OutcomeKind.TEMPORARY] * 3)
    city.activate("full")
    city.phone("Paul").silent()
    provider.kinds = []
    city.fast_forward(minutes=1)
    city.phone("Paul").receives("Police liaison")


def test_a_timeout_is_unknown_is_never_sent_again_and_the_ladder_goes_on(city: City) -> None:
    provider = flaky(city, *[OutcomeKind.UNKNOWN] * 3)
    city.activate("full")
    city.phone("Paul").silent()
    assert [d.state for d in deliveries(city, "Paul")] == ["unknown"]
    city.fast_forward(minutes=5)
    city.mailbox("Paul").receives("Police liaison")
    city.phone("Paul").silent()
    assert provider.handed.count("+447700900104") == 1
    city.fast_forward(minutes=5)
    city.phone("Petra").receives("Police liaison")


def test_the_simulator_proves_no_number(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    with city.wiring.sessions() as session:
        assert set(session.scalars(select(ContactPoint.last_worked_at))) == {None}


def test_a_human_resolves_an_unknown(city: City) -> None:
    from playbook.models import User

    flaky(city, *[OutcomeKind.UNKNOWN] * 3)
    city.activate("full")
    unknown = deliveries(city, "Paul")[0]
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        resolve_unknown(session, unknown.id, user, city.now, arrived=False)
    city.run_ticks()
    city.mailbox("Paul").receives("Police liaison")  # it did not arrive: the next channel, at once


def test_a_number_that_is_refused_for_good_gives_way_to_the_next_channel_at_once(
    city: City,
) -> None:
    flaky(city, *[OutcomeKind.PERMANENT] * 3)
    city.activate("full")
    city.mailbox("Paul").receives("Police liaison")
    city.mailbox("Dora").receives("Duty officer")


def test_the_same_inbound_webhook_three_times(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    for _ in range(3):
        city.phone("Paul").replies("3", ref="SM-the-same")
    city.phone("Paul").receives("somebody else")
    city.phone("Paul").silent()
    city.phone("Petra").receives("Police liaison")
    with city.wiring.sessions() as session:
        assert len(session.scalars(select(Inbound)).all()) == 1


def test_an_unknown_text_reaches_a_person_and_says_so(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("who is this?")
    city.phone("Paul").receives("a person will read this")
    with city.wiring.sessions() as session:
        row = session.scalars(select(Inbound)).one()
        assert row.needs_reader
        assert row.body == "who is this?"


def test_a_yes_in_words_is_read_by_a_person_and_never_taken_for_an_opt_in(city: City) -> None:
    city.activate("full")
    city.phone("Paul").receives("Police liaison")
    city.phone("Paul").replies("YES")
    city.phone("Paul").receives("a person will read this")
    with city.wiring.sessions() as session:
        assert session.scalars(select(Inbound)).one().needs_reader
    assert city.role("police-liaison").state == RoleCallState.CALLING


def test_a_stranger_is_read_by_a_person_and_not_answered(city: City) -> None:
    from notifications.messages import Inbound as WireInbound
    from playbook.services.response import inbound

    message = WireInbound("simulator", "SM-stranger", "+447700900999", "+447700900000", "1")
    with city.wiring.transaction() as session:
        inbound.receive(session, message, city.now, city.wiring.settings)
    city.run_ticks()
    with city.wiring.sessions() as session:
        assert session.scalars(select(Inbound)).one().needs_reader
        assert session.scalars(select(SimulatedMessage)).all() == []


def test_a_held_person_hears_nothing_on_any_channel(city: City) -> None:
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        paul.held_at = city.now
    city.activate("full")
    city.phone("Paul").silent()
    city.mailbox("Paul").silent()
    city.phone("Petra").receives("Police liaison")


def test_a_corrected_number_is_used_by_the_ladder_already_running(city: City) -> None:
    from playbook.models.keyring import current_keyring

    city.activate("full")
    city.fast_forward(minutes=9)
    with city.wiring.transaction() as session:
        petra = session.scalars(select(Person).where(Person.name == "Petra Police")).one()
        phone = next(c for c in petra.contact_points if c.kind == "phone")
        phone.value = "+447700900199"
        phone.value_index = current_keyring().blind_index(phone.value)
    city.fast_forward(minutes=1)
    city.phone("Petra").silent()
    with city.wiring.sessions() as session:
        index = current_keyring().blind_index("+447700900199")
        new = session.scalars(
            select(SimulatedMessage).where(SimulatedMessage.address_index == index)
        ).one()
        assert "Police liaison" in new.body


KILLED_BEFORE = """
import os, signal, sys
from tests.stories.killed import confirm
confirm(sys.argv[1], sys.argv[2])
os.kill(os.getpid(), signal.SIGKILL)
"""

KILLED_DURING = """
import os, sys, time
from tests.stories.killed import confirm, send_and_hang
confirm(sys.argv[1], sys.argv[2])
send_and_hang(sys.argv[1], sys.argv[2])
"""


def run_and_kill(city: City, code: str, *, when_says: str | None = None) -> None:
    settings = city.wiring.settings
    process = subprocess.Popen(
        [sys.executable, "-c", code, settings.database, str(city.now.timestamp())],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "STORY_KEY": settings.encryption_keys.get_secret_value()},
    )
    if when_says is not None:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert when_says in line, line
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=60) == -signal.SIGKILL
    if process.stdout is not None:
        process.stdout.close()


def test_killed_right_after_confirming_every_message_goes_out_none_twice(city: City) -> None:
    run_and_kill(city, KILLED_BEFORE)
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).silent()
    city.run_ticks()
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).receives("Reply 1")
    city.run_ticks()
    city.nothing_else()


def test_killed_with_requests_in_flight_those_rest_unknown_and_are_never_sent_again(
    city: City,
) -> None:
    run_and_kill(city, KILLED_DURING, when_says="in flight")
    states = [d.state for name in ("Dora", "Maya", "Paul") for d in deliveries(city, name)]
    assert states == ["sending"] * 3
    city.fast_forward(minutes=3)
    states = [d.state for name in ("Dora", "Maya", "Paul") for d in deliveries(city, name)]
    assert states == ["unknown"] * 3
    city.fast_forward(minutes=3)
    for name in ("Dora", "Maya", "Paul"):
        city.phone(name).silent()
    city.mailbox("Paul").silent()
    city.fast_forward(minutes=2)
    city.mailbox("Paul").receives("Police liaison")  # the ladder goes on without repeating itself
