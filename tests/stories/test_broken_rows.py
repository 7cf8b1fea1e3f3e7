"""One row is broken; everybody else is called all the same."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from notifications.messages import Message, Outcome, OutcomeKind
from playbook.models import ActivationText, Delivery, Person, RoleCallState, Rung, Task
from playbook.services.response import dispatch
from tests.support.city import City


class Sends:
    """A sender that does as the story says."""

    def __init__(self, send: Callable[[list[Message]], list[Outcome]]) -> None:
        self.send_many = send


def activate_with(city: City, send: Callable[[list[Message]], list[Outcome]]) -> set[str]:
    """Activate while `send` carries the messages; return the states in which they rest."""
    quick = city.wiring
    city.wiring = replace(quick, sender=Sends(send))
    city.activate("watch")
    city.wiring = quick
    with city.wiring.sessions() as session:
        return set(session.scalars(select(Delivery.state)))


def test_a_text_that_no_key_can_read_stops_nobody_elses(city: City) -> None:
    with city.wiring.transaction() as session:
        paul = session.scalars(select(Person).where(Person.name == "Paul Police")).one()
        session.execute(
            text("UPDATE contact_point SET value = :junk WHERE person_id = :id AND kind = 'phone'"),
            {"junk": b"nothing of ours", "id": paul.id},
        )
    city.activate("full")
    city.phone("Dora").receives("Duty officer")
    city.phone("Maya").receives("Mayor")
    with city.wiring.sessions() as session:
        waiting = session.scalars(
            select(Delivery.reason).where(Delivery.state == "queued", Delivery.person_id == paul.id)
        ).all()
    assert waiting == ["unreadable"]
    city.fast_forward(minutes=5)
    city.mailbox("Paul").receives("Police liaison")  # the ladder goes on
    city.fast_forward(minutes=5)
    city.phone("Petra").receives("Police liaison")


def test_a_ladder_that_cannot_be_climbed_stops_nobody_elses(city: City) -> None:
    city.activate("full")
    with city.wiring.transaction() as session:
        body = session.scalars(
            select(ActivationText).where(
                ActivationText.message == "call-out", ActivationText.language == "ar"
            )
        )
        for frozen in body:
            frozen.body += " {nobody_knows}"
    city.fast_forward(minutes=11)
    city.phone("Petra").receives("Police liaison")
    stuck = city.role("press-officer")
    assert (stuck.state, stuck.owner_name) == (RoleCallState.OWNED, "Cora Coordinator")


def test_a_ladder_that_the_database_refuses_is_climbed_a_minute_later(city: City) -> None:
    city.activate("full")
    engine = city.wiring.sessions.kw["bind"]

    def refuse(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO attempt"):
            raise OperationalError(statement, {}, Exception("not now"))

    city.outage(minutes=10)
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        city.run_ticks()
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    city.phone("Petra").silent()
    city.fast_forward(minutes=1)
    city.phone("Petra").receives("Police liaison")


def test_an_order_may_have_a_human_call_twice(city: City) -> None:
    city.activate("full")
    with city.wiring.transaction() as session:
        for rung in session.scalars(select(Rung).where(Rung.channels[0].as_string() == "voice")):
            rung.channels = ["voice", "sms", "voice"]
    city.fast_forward(minutes=10 + 29)
    with city.wiring.sessions() as session:
        calls = session.scalars(select(Task).where(Task.kind == "phone-call")).all()
    assert len(calls) == 2


def test_what_was_sent_is_written_down_although_the_first_try_at_that_fails(city: City) -> None:
    engine = city.wiring.sessions.kw["bind"]
    real, sent, failures = city.wiring.sender, [], []

    def send(batch: list[Message]) -> list[Outcome]:
        sent.extend(batch)
        return real.send_many(batch)

    def fail_once(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if sent and not failures and statement.startswith("UPDATE delivery"):
            failures.append(statement)
            raise OperationalError(statement, {}, Exception("the server gave up on this one"))

    event.listen(engine, "before_cursor_execute", fail_once)
    try:
        states = activate_with(city, send)
    finally:
        event.remove(engine, "before_cursor_execute", fail_once)
    assert failures
    assert states == {"accepted"}


def test_a_sender_that_was_only_slow_may_still_say_what_it_knows(city: City) -> None:
    real = city.wiring.sender

    def send(batch: list[Message]) -> list[Outcome]:
        city.outage(minutes=3)
        with city.wiring.transaction() as session:
            assert dispatch.mark_abandoned(session, city.now) == len(batch)
        return real.send_many(batch)

    assert activate_with(city, send) == {"accepted"}


def test_a_providers_long_name_for_a_message_costs_nobody_anything(city: City) -> None:
    def send(batch: list[Message]) -> list[Outcome]:
        return [Outcome(OutcomeKind.ACCEPTED, "smtp", "x" * 300) for _ in batch]

    assert activate_with(city, send) == {"accepted"}
