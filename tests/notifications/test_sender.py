"""A batch leaves all at once, comes back in order, and no message can spoil another's."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifications.fake_twilio import Hang
from notifications.messages import (
    BadPhone,
    Channel,
    NotConfigured,
    Outcome,
    OutcomeKind,
    SenderClosed,
)
from notifications.providers.simulator import SimulatorProvider
from notifications.sender import Sender
from tests.notifications.support import twilio_provider


class Scripted:
    """A provider that does what a message's body says."""

    reaches_people = True

    def __init__(self, name="scripted", reaches_people=True):
        self.name = name
        self.reaches_people = reaches_people
        self.sent = []
        self.begun = threading.Semaphore(0)
        self.under_way = self.most_at_once = self.closed = 0
        self.release = asyncio.Event()
        self.closing_fails = False

    async def send(self, message):
        self.sent.append(message.key)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        self.begun.release()
        try:
            await self._act(message)
        finally:
            self.under_way -= 1
        return Outcome(OutcomeKind.ACCEPTED, self.name, f"{self.name}-{message.key}")

    async def _act(self, message):
        match message.body:
            case "raise":
                raise RuntimeError("cannot reach +447700900123")
            case "refuse":
                raise BadPhone
            case "hang":
                await asyncio.Event().wait()
            case "wait":
                await self.release.wait()
            case "release":
                self.release.set()
            case "yield":
                await asyncio.sleep(0)

    async def close(self):
        self.closed += 1
        if self.closing_fails:
            raise OSError("already gone")


class Shelf:
    def __init__(self):
        self.keys = []

    def deliver(self, message):
        self.keys.append(message.key)
        return f"shelf-{message.key}"


@pytest.fixture
def real():
    return Scripted()


@pytest.fixture
def sender(real):
    with Sender({(Channel.SMS, False): real}) as sender:
        yield sender


def sender_threads():
    return [thread for thread in threading.enumerate() if thread.name == "sender"]


def test_outcomes_come_back_in_the_batchs_order_whoever_is_quickest(sender, real, compose):
    batch = [
        compose(key="slow", body="wait"),
        compose(key="quick"),
        compose(key="b", body="release"),
    ]
    outcomes = sender.send_many(batch)
    assert [each.provider_ref for each in outcomes] == [
        "scripted-slow",
        "scripted-quick",
        "scripted-b",
    ]


def test_messages_are_under_way_at_once_but_never_more_than_agreed(real, compose):
    with Sender({(Channel.SMS, False): real}, concurrency=5) as sender:
        sender.send_many([compose(key=str(n), body="yield") for n in range(40)])
    assert len(real.sent) == 40
    assert real.most_at_once == 5


def test_one_bad_message_spoils_no_other(sender, compose, caplog):
    outcomes = sender.send_many(
        [compose(key="a"), compose(body="raise"), compose(body="refuse"), compose(key="z")]
    )
    assert outcomes == [
        Outcome(OutcomeKind.ACCEPTED, "scripted", "scripted-a"),
        Outcome(OutcomeKind.UNKNOWN, "scripted", reason="fault"),
        Outcome(OutcomeKind.PERMANENT, "scripted", reason="bad-phone"),
        Outcome(OutcomeKind.ACCEPTED, "scripted", "scripted-z"),
    ]


def test_a_fault_is_logged_with_its_place_but_not_with_its_words(sender, compose, caplog):
    caplog.set_level(logging.DEBUG)
    sender.send_many([compose(body="raise")])
    (line,) = [r.getMessage() for r in caplog.records if r.name == "notifications.sender"]
    assert "RuntimeError" in line
    assert "test_sender.py" in line
    assert "7700" not in caplog.text


def test_a_provider_that_never_answers_cannot_hold_a_batch_for_ever(real, compose):
    with Sender({(Channel.SMS, False): real}, patience=0.5) as sender:
        outcomes = sender.send_many([compose(body="hang"), compose(key="a")])
    assert outcomes[0] == Outcome(OutcomeKind.UNKNOWN, "scripted", reason="timeout")
    assert outcomes[1].kind is OutcomeKind.ACCEPTED


def test_a_channel_without_a_provider_is_told(sender, real, compose):
    (outcome,) = sender.send_many([compose(channel=Channel.VOICE)])
    assert outcome == Outcome(OutcomeKind.PERMANENT, "none", reason="no-provider")
    assert real.sent == []


def test_several_threads_may_send_at_once(sender, compose):
    def batch(thread):
        return sender.send_many([compose(key=f"{thread}.{n}", body="yield") for n in range(10)])

    with ThreadPoolExecutor(4) as threads:
        batches = list(threads.map(batch, range(4)))
    for thread, outcomes in enumerate(batches):
        assert [o.provider_ref for o in outcomes] == [f"scripted-{thread}.{n}" for n in range(10)]
    assert len(sender_threads()) == 1


# --- exercises ----------------------------------------------------------------------------


def test_an_exercise_goes_to_the_simulator_and_nowhere_else(real, compose):
    shelf = Shelf()
    providers = {(Channel.SMS, False): real, (Channel.SMS, True): SimulatorProvider(shelf)}
    with Sender(providers) as sender:
        outcomes = sender.send_many([compose(key="drill", exercise=True), compose(key="earnest")])
    assert [outcome.provider for outcome in outcomes] == ["simulator", "scripted"]
    assert (shelf.keys, real.sent) == (["drill"], ["earnest"])


def test_an_exercise_without_a_simulator_goes_nowhere(sender, real, compose):
    (outcome,) = sender.send_many([compose(exercise=True)])
    assert outcome == Outcome(OutcomeKind.PERMANENT, "none", reason="no-provider")
    assert real.sent == []


def test_a_sender_that_would_let_an_exercise_out_cannot_be_built(real):
    with pytest.raises(NotConfigured, match="scripted"):
        Sender({(Channel.SMS, True): real})


@pytest.mark.parametrize("own", [True, False], ids=["its own provider", "the real one"])
def test_an_exercise_may_leave_where_the_city_has_said_so(real, compose, own):
    drill = Scripted("drill")
    providers = {(Channel.SMS, False): real} | ({(Channel.SMS, True): drill} if own else {})
    with Sender(providers, exercises_may_leave=True) as sender:
        (outcome,) = sender.send_many([compose(exercise=True)])
    assert outcome.provider == ("drill" if own else "scripted")


@pytest.mark.parametrize("may_leave", [True, False])
def test_a_real_alert_is_never_swallowed_by_the_simulator(compose, may_leave):
    shelf = Shelf()
    only_drills = {(Channel.SMS, True): SimulatorProvider(shelf)}
    with Sender(only_drills, exercises_may_leave=may_leave) as sender:
        (outcome,) = sender.send_many([compose()])
    assert outcome == Outcome(OutcomeKind.PERMANENT, "none", reason="no-provider")
    assert shelf.keys == []


# --- beginning and end --------------------------------------------------------------------


def test_nothing_runs_before_the_first_message(real, compose):
    sender = Sender({(Channel.SMS, False): real})
    assert sender.send_many([]) == []
    assert sender_threads() == []
    sender.send_many([compose()])
    assert len(sender_threads()) == 1
    sender.close()
    assert sender_threads() == []


def test_closing_twice_or_without_ever_having_sent_is_harmless(real, compose):
    idle = Sender({(Channel.SMS, False): real})
    idle.close()
    idle.close()
    assert real.closed == 0
    used = Sender({(Channel.SMS, False): real})
    used.send_many([compose()])
    used.close()
    used.close()
    assert real.closed == 1


def test_a_closed_sender_takes_nothing_more(real, compose):
    with Sender({(Channel.SMS, False): real}) as sender:
        pass
    with pytest.raises(SenderClosed):
        sender.send_many([compose()])
    assert real.sent == []


def test_each_provider_is_closed_once_even_if_another_fails_to(real, compose):
    brittle = Scripted("brittle", reaches_people=False)
    brittle.closing_fails = True
    providers = {
        (Channel.SMS, True): brittle,
        (Channel.EMAIL, True): brittle,
        (Channel.SMS, False): real,
        (Channel.EMAIL, False): real,
    }
    with Sender(providers) as sender:
        sender.send_many([compose()])
    assert (brittle.closed, real.closed) == (1, 1)


def test_closing_lets_what_is_under_way_finish_and_begins_nothing_new(real, compose):
    sender = Sender({(Channel.SMS, False): real}, concurrency=1, grace=30)
    with ThreadPoolExecutor(2) as threads:
        batch = threads.submit(
            sender.send_many, [compose(key="under way", body="wait"), compose(key="waiting")]
        )
        real.begun.acquire()
        loop = sender._loop
        assert loop is not None
        loop.call_soon_threadsafe(lambda: loop.call_later(0.05, real.release.set))
        threads.submit(sender.close)
        first, second = batch.result(timeout=10)
    assert first.kind is OutcomeKind.ACCEPTED
    assert second == Outcome(OutcomeKind.TEMPORARY, "scripted", reason="closing")
    assert real.sent == ["under way"]


def test_closing_cuts_off_what_will_not_finish(real, compose):
    sender = Sender({(Channel.SMS, False): real}, concurrency=1, grace=0.05)
    with ThreadPoolExecutor(1) as threads:
        batch = threads.submit(
            sender.send_many, [compose(key="stuck", body="hang"), compose(key="waiting")]
        )
        real.begun.acquire()
        sender.close()
        outcomes = batch.result(timeout=10)
    assert [(each.kind, each.reason) for each in outcomes] == [
        (OutcomeKind.UNKNOWN, "closing"),
        (OutcomeKind.TEMPORARY, "closing"),
    ]
    assert real.closed == 1


# --- with a real provider -----------------------------------------------------------------


def test_two_batches_through_twilio_with_one_lost_answer(twilio, compose):
    provider = twilio_provider(twilio, timeout=1.5)
    with Sender({(Channel.SMS, False): provider}) as sender:
        first = sender.send_many([compose(key=str(n)) for n in range(50)])
        twilio.will(Hang(accepted=True))
        second = sender.send_many([compose(key=str(n)) for n in range(50)])
    assert {outcome.kind for outcome in first} == {OutcomeKind.ACCEPTED}
    assert [o.kind for o in second].count(OutcomeKind.UNKNOWN) == 1
    references = {outcome.provider_ref for outcome in first + second} - {None}
    assert len(references) == 99
    assert twilio.requests == 100, "the lost one was not asked for again"
