"""The escalation rule, as examples and as properties over any ladder and any night."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from playbook.domain.response.escalation import (
    Attempt,
    Close,
    Ladder,
    Open,
    Own,
    Rung,
    RungState,
    Try,
    after,
    channel_due_at,
    plan,
)

START = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
TEN = timedelta(minutes=10)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def asked(key: int, *attempts: Attempt, channels: tuple[str, ...] = ("sms", "email")) -> Rung:
    return Rung(key, channels, TEN, RungState.ASKED, attempts)


def test_nothing_happens_before_the_tier_starts() -> None:
    ladder = Ladder(at(10), (Rung(1, ("sms",), TEN),))
    assert plan(ladder, at(9)).actions == ()
    assert plan(ladder, at(9)).next_due_at == at(10)


def test_the_first_person_is_asked_on_the_first_channel() -> None:
    ladder = Ladder(START, (Rung(1, ("sms", "email"), TEN), Rung(2, ("sms",), TEN)))
    assert plan(ladder, START).actions == (Open(1), Try(1, 0))


def test_the_minutes_do_not_run_before_a_provider_has_spoken() -> None:
    ladder = Ladder(START, (asked(1, Attempt("sms", START)), Rung(2, ("sms",), TEN)))
    assert plan(ladder, at(600)).actions == ()


def test_the_second_channel_follows_at_half_of_the_minutes() -> None:
    rung = asked(1, Attempt("sms", START, settled_at=at(2)))
    ladder = Ladder(START, (rung,))
    assert plan(ladder, at(6.9)).actions == ()
    assert plan(ladder, at(6.9)).next_due_at == at(7)
    assert plan(ladder, at(7)).actions == (Try(1, 1),)
    assert plan(ladder, at(7)).next_due_at == at(12)


def test_each_further_channel_halves_what_remains() -> None:
    rung = asked(1, Attempt("sms", START, settled_at=START), channels=("sms", "email", "voice"))
    assert channel_due_at(rung, 1) == at(5)
    assert channel_due_at(rung, 2) == at(7.5)


def test_a_channel_that_cannot_arrive_gives_way_at_once() -> None:
    ladder = Ladder(START, (asked(1, Attempt("sms", START, START, failed=True)),))
    assert plan(ladder, START).actions == (Try(1, 1),)


def test_when_every_channel_has_failed_the_next_person_is_asked_at_once() -> None:
    gone = Attempt("sms", START, START, failed=True)
    ladder = Ladder(START, (asked(1, gone, gone), Rung(2, ("sms",), TEN)))
    assert plan(ladder, START).actions == (Close(1, RungState.UNREACHABLE), Open(2), Try(2, 0))


def test_silence_opens_the_next_rung_and_after_the_last_a_human_owns_it() -> None:
    told = Attempt("sms", START, START)
    ladder = Ladder(START, (asked(1, told, told), Rung(2, ("sms",), TEN)))
    assert plan(ladder, at(10)).actions == (Close(1, RungState.SILENT), Open(2), Try(2, 0))
    last = Ladder(START, (asked(1, told, told),))
    assert plan(last, at(10)).actions == (Close(1, RungState.SILENT), Own())


def test_a_role_that_nobody_holds_is_owned_at_once() -> None:
    assert plan(Ladder(START, ()), START).actions == (Own(),)


def test_a_settled_role_is_left_alone() -> None:
    assert plan(Ladder(START, (Rung(1, ("sms",), TEN),), settled=True), at(99)).actions == ()


channels = st.lists(st.sampled_from(["sms", "email", "voice"]), min_size=1, max_size=3).map(tuple)
rungs = st.lists(
    st.builds(
        lambda order, minutes: (order, timedelta(minutes=minutes)), channels, st.integers(1, 60)
    ),
    max_size=5,
)
#: What the night does with each attempt: minutes until a provider speaks, and whether it failed.
fates = st.lists(st.tuples(st.integers(0, 90), st.booleans()), min_size=1, max_size=30)
steps = st.lists(st.integers(1, 45), min_size=1, max_size=40)


def spoken(ladder: Ladder, told: dict[int, tuple[int, bool]], now: datetime) -> Ladder:
    """Let the providers say what they have to say by `now`."""
    out = []
    for rung in ladder.rungs:
        attempts = []
        for position, attempt in enumerate(rung.attempts):
            minutes, failed = told[(rung.key * 7 + position) % len(told)]
            due = attempt.tried_at + timedelta(minutes=minutes)
            if attempt.settled_at is None and due <= now:
                attempts.append(replace(attempt, settled_at=due, failed=failed))
            else:
                attempts.append(attempt)
        out.append(replace(rung, attempts=tuple(attempts)))
    return replace(ladder, rungs=tuple(out))


@given(rungs, fates, steps)
@example([(("sms", "sms", "sms"), timedelta(minutes=4))], [(3, False)], [6])
def test_whatever_the_night_does_silence_ends_with_a_human_and_skips_nobody(
    people: list[tuple[tuple[str, ...], timedelta]],
    fate: list[tuple[int, bool]],
    waits: list[int],
) -> None:
    told = dict(enumerate(fate))
    ladder = Ladder(
        START, tuple(Rung(i, order, within) for i, (order, within) in enumerate(people))
    )
    now = START
    opened: list[int] = []
    for wait in [0, *waits, *[120] * 60]:
        now += timedelta(minutes=wait)
        ladder = spoken(ladder, told, now)
        decided = plan(ladder, now)
        for action in decided.actions:
            if isinstance(action, Open):
                opened.append(action.rung)
            if isinstance(action, Close) and action.state is RungState.SILENT:
                closed = next(r for r in ladder.rungs if r.key == action.rung)
                assert closed.clock_started_at is not None
                assert now - closed.clock_started_at >= closed.acknowledge_within
        ladder = after(ladder, decided.actions, now)
        assert sum(r.state is RungState.ASKED for r in ladder.rungs) <= 1
        if decided.next_due_at is not None:
            assert decided.next_due_at > now
    assert ladder.settled
    assert opened == list(range(len(people)))


@given(rungs, st.integers(0, 500))
def test_asking_again_at_the_same_instant_finds_nothing_more_to_do(
    people: list[tuple[tuple[str, ...], timedelta]], minutes: int
) -> None:
    ladder = Ladder(
        START, tuple(Rung(i, order, within) for i, (order, within) in enumerate(people))
    )
    now = at(minutes)
    once = after(ladder, plan(ladder, now).actions, now)
    assert plan(once, now).actions == ()
