"""Each invariant of an exercise can fail: what would break it is done to the rows afterwards, and it says so."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from playbook.cli.exercise import START
from playbook.domain.response.escalation import RungState
from playbook.domain.response.paper import Ticked
from playbook.domain.response.rehearsal import Kind
from playbook.jobs.rehearsal import Rehearsal
from playbook.jobs.rehearsal.invariants import INVARIANTS
from playbook.jobs.rehearsal.record import CodeTried, Happened
from playbook.models import (
    AnnouncementPerson,
    CodeCheck,
    ContactPoint,
    Delivery,
    LogEntry,
    NumberCorrection,
    RoleCall,
    RoleCallState,
    RotaSwap,
    Rung,
    SimulatedMessage,
    SwapState,
)
from tests.support.rehearsed import a_delivery, announced, broken, call_of


def test_untouched_everything_was_walked_and_holds(over: Rehearsal) -> None:
    assert broken(over, lambda _: None) == {}
    assert len(over.checked()) == len(INVARIANTS)
    assert all(one.walked for one in over.checked())


def test_whatever_was_refused_is_named(over: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Happened(Kind.SWAP, START, "", refused="no message with a link to /duty")
    monkeypatch.setattr(over.record, "happened", [*over.record.happened, refused])
    assert broken(over, lambda _: None) == {
        "nothing_was_refused": ("swap: no message with a link to /duty",)
    }


def test_a_role_without_an_owner_is_named(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        call = call_of(session, "log-keeper")
        call.state, call.owner_name = RoleCallState.OWNED, None

    assert broken(over, tamper) == {"every_role_is_answered_or_owned": ("log-keeper",)}


def test_a_ladder_led_by_who_is_not_on_duty_is_named(over: Rehearsal) -> None:
    role = over.record.rota_roles[2]

    def tamper(session: Session) -> None:
        first, second = call_of(session, role).rungs[:2]
        first.position, second.position = second.position, first.position

    found = broken(over, tamper)["whoever_is_on_duty_leads"]
    assert found == (f"{role}: led by another one than who was on duty",)


def test_somebody_on_duty_who_was_never_asked_is_named(over: Rehearsal) -> None:
    role = over.record.rota_roles[2]

    def tamper(session: Session) -> None:
        call_of(session, role).rungs[0].opened_at = None

    found = broken(over, tamper)["whoever_is_on_duty_leads"]
    assert found == (f"{role}: who was on duty was not asked",)


def test_a_gap_that_the_log_does_not_name_is_found(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        session.execute(delete(LogEntry).where(LogEntry.kind == "role.rota-gap"))

    role = over.record.gap_role
    assert broken(over, tamper) == {
        "every_gap_is_named": (f"{role}: who was called in the gap is not named",)
    }


def test_a_gap_that_does_not_stand_on_the_ladder_is_found(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        call_of(session, over.record.gap_role).rota_gap = False

    role = over.record.gap_role
    assert broken(over, tamper) == {
        "every_gap_is_named": (f"{role}: the gap in its rota does not stand on its ladder",)
    }


def swapped(over: Rehearsal, tamper: Callable[[Session, list[Rung]], object]) -> tuple[str, ...]:
    made = over.record.swap
    assert made is not None
    return broken(over, lambda s: tamper(s, call_of(s, made.role).rungs))["the_swap_counts"]


def test_a_swap_that_did_not_count_is_found(over: Rehearsal) -> None:
    def other_first(_session: Session, rungs: list[Rung]) -> None:
        rungs[0].position, rungs[1].position = rungs[1].position, rungs[0].position

    def other_asked_before(_session: Session, rungs: list[Rung]) -> None:
        assert over.record.swap is not None
        [other] = [r for r in rungs if r.person_id == over.record.swap.from_person_id]
        other.opened_at = START - timedelta(minutes=1)

    def never_accepted(session: Session, _rungs: list[Rung]) -> None:
        session.execute(update(RotaSwap).values(state=SwapState.ASKED))

    def not_told(session: Session, _rungs: list[Rung]) -> None:
        session.execute(
            update(Delivery).where(Delivery.key.contains("swap-accepted")).values(key="rung:1:gone")
        )

    assert over.record.swap is not None
    role = over.record.swap.role
    assert swapped(over, other_first) == (f"{role}: who took the turn was not asked first",)
    assert swapped(over, other_asked_before) == (
        f"{role}: who had given the turn away was asked before",
    )
    assert swapped(over, never_accepted) == (f"{role}: the swap was not accepted",)
    assert swapped(over, not_told) == (f"{role}: who had given the turn away was not told",)


def test_a_wrong_code_that_was_not_counted_is_found(over: Rehearsal) -> None:
    def uncounted(session: Session) -> None:
        wrong = select(CodeCheck).where(CodeCheck.right.is_(False), CodeCheck.via == "page")
        session.delete(session.scalars(wrong).first())

    def unlogged(session: Session) -> None:
        session.execute(delete(LogEntry).where(LogEntry.kind == "code.refused"))

    assert broken(over, uncounted) == {
        "codes_are_counted_as_tried": ("page: wrong codes were not counted as they were tried",)
    }
    assert broken(over, unlogged) == {
        "codes_are_counted_as_tried": (
            "desk: wrong codes do not stand in the log as they were tried",
        )
    }


def test_a_wrong_code_that_was_believed_is_found(
    over: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [one if one.right else CodeTried(one.via, False, True) for one in over.record.codes]
    monkeypatch.setattr(over.record, "codes", codes)
    found = broken(over, lambda _: None)["codes_are_counted_as_tried"]
    assert set(found) == {"page: a wrong code was believed", "desk: a wrong code was believed"}


def test_a_message_to_the_number_that_is_no_longer_theirs_is_found(over: Rehearsal) -> None:
    made = over.record.corrected
    assert made is not None
    assert made.unanswered

    def to_the_old_one(session: Session) -> None:
        session.execute(
            update(SimulatedMessage)
            .where(
                SimulatedMessage.address_index == made.new_index,
                SimulatedMessage.id > made.after_message,
            )
            .values(address_index=made.old_index)
        )

    def never_put_in_place(session: Session) -> None:
        session.execute(
            update(ContactPoint)
            .where(ContactPoint.value_index == made.new_index)
            .values(value_index=made.old_index)
        )

    found = broken(over, to_the_old_one)["a_corrected_number_is_used"]
    assert [finding.partition(": ")[2] for finding in found] == [
        "not asked at the corrected number",
        "a message went to the number that is no longer theirs",
    ]
    found = broken(over, never_put_in_place)["a_corrected_number_is_used"]
    assert [finding.partition(": ")[2] for finding in found] == [
        "the directory does not have the corrected number"
    ]


def test_somebody_called_anew_by_the_higher_level_is_found(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        made = announced(session, "level-changed")
        first = a_delivery(session, purpose="call-out", message="call-out")
        first.queued_at = first.settled_at = made.made_at

    found = broken(over, tamper)["a_higher_level_calls_only_who_was_not_called"]
    assert [finding.partition(": ")[2] for finding in found] == [
        "called anew although they had been called"
    ]


def test_a_role_that_the_higher_level_forgot_is_found(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        call_of(session, "legal-adviser").message = "another"

    found = broken(over, tamper)["a_higher_level_calls_only_who_was_not_called"]
    assert found == ("legal-adviser: the higher level does not call it",)


def test_paper_that_stands_at_another_time_is_found(over: Rehearsal) -> None:
    [tick, *_] = over.record.ticks
    assert tick.what is Ticked.JOINING

    def when_it_was_entered(session: Session) -> None:
        session.execute(
            update(LogEntry)
            .where(LogEntry.at == tick.at, LogEntry.kind == "answer.joining")
            .values(at=tick.at + timedelta(minutes=20))
        )

    def counted_from_then(session: Session) -> None:
        for rung in call_of(session, tick.role).rungs:
            if rung.state == RungState.JOINING and rung.person_id == tick.person_id:
                rung.answered_at = tick.at + timedelta(minutes=20)

    for tamper, words in (
        (when_it_was_entered, "does not stand in the time line at its real time"),
        (counted_from_then, "does not count from its real time"),
    ):
        assert broken(over, tamper) == {"paper_stands_at_its_real_time": (f"{tick.role}: {words}",)}


def test_a_message_that_left_the_simulator_is_found(over: Rehearsal) -> None:
    def left(session: Session) -> None:
        a_delivery(session, purpose="call-out").provider = "twilio"

    def unmarked(session: Session) -> None:
        a_delivery(session, purpose="call-out").exercise = False

    for tamper, words in (
        (left, "call-out went to twilio"),
        (unmarked, "call-out is not marked as an exercise"),
    ):
        [found] = broken(over, tamper)["no_message_leaves_the_simulator"]
        assert found.endswith(words)


def test_a_message_without_a_cause_is_found(over: Rehearsal) -> None:
    def from_nowhere(session: Session) -> None:
        shown = session.scalars(
            select(SimulatedMessage).where(SimulatedMessage.direction == "in")
        ).first()
        assert shown is not None
        shown.attempt_token = "nobody's"

    def no_such_swap(session: Session) -> None:
        session.execute(delete(RotaSwap))

    def no_such_correction(session: Session) -> None:
        session.execute(delete(NumberCorrection))

    for tamper, words in (
        (from_nowhere, "a text arrived that nobody sent"),
        (no_such_swap, "swap-asked without a cause"),
        (no_such_correction, "number-code without a cause"),
    ):
        found = broken(over, tamper)["every_message_has_a_cause"]
        assert any(words in finding for finding in found)


def test_findings_hold_no_number_and_no_code(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        session.execute(update(Delivery).values(provider="twilio", exercise=False))
        session.execute(delete(AnnouncementPerson))
        session.execute(update(RoleCall).values(state=RoleCallState.CALLING))

    found = [finding for findings in broken(over, tamper).values() for finding in findings]
    assert len(found) > 100
    assert not [finding for finding in found if re.search(r"\+\d|\d{4}", finding)]
