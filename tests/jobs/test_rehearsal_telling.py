"""The invariants of what people were told can fail: rows are tampered with afterwards, and they say so."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.jobs.rehearsal import Rehearsal
from playbook.models import (
    Delivery,
    RoleCall,
    RoleCallState,
    Rung,
    SimulatedMessage,
    Task,
)
from tests.support.rehearsed import a_delivery, announced, broken, call_of, ended_at


def test_somebody_who_was_not_told_or_told_twice_is_found(over: Rehearsal) -> None:
    def not_told(session: Session) -> None:
        made = announced(session, "level-changed")
        session.delete(made.told[0])

    def told_twice(session: Session) -> None:
        made = announced(session, "level-changed")
        sent = session.scalars(
            select(Delivery).where(Delivery.key.startswith(f"announcement:{made.id}:"))
        ).first()
        assert sent is not None
        shown = session.scalars(
            select(SimulatedMessage).where(SimulatedMessage.attempt_token == sent.attempt_token)
        ).one()
        again = SimulatedMessage(
            **{
                column.name: getattr(shown, column.name)
                for column in SimulatedMessage.__table__.columns
                if column.name != "id"
            }
        )
        session.add(again)

    def told_without_cause(session: Session) -> None:
        made = announced(session, "false-alarm")
        person = made.told[0].person_id
        for rung in session.scalars(select(Rung).where(Rung.person_id == person)):
            rung.opened_at = None

    for tamper, words in (
        (not_told, "not told of level-changed"),
        (told_twice, "not told once of level-changed"),
        (told_without_cause, "told of false-alarm without having been called"),
    ):
        found = broken(over, tamper)["everybody_called_is_told_once"]
        assert words in {finding.partition(": ")[2] for finding in found}


def test_a_silence_about_the_end_that_nobody_was_to_phone_is_found(over: Rehearsal) -> None:
    def tamper(session: Session) -> None:
        made = announced(session, "false-alarm")
        row = next(row for row in made.told if row.asks and row.by_phone)
        row.acknowledged_at, row.by_phone = None, False

    found = broken(over, tamper)["whoever_must_confirm_is_not_left_silent"]
    assert len(found) == 1


def test_whatever_follows_the_end_is_found(over: Rehearsal) -> None:
    def text(session: Session) -> None:
        sent = a_delivery(session, purpose="call-out", message="call-out")
        sent.settled_at = ended_at(session) + timedelta(seconds=1)

    def waiting(session: Session) -> None:
        a_delivery(session, purpose="call-out", message="call-out").state = "queued"

    def asked(session: Session) -> None:
        call_of(session, "mayor").rungs[0].opened_at = ended_at(session) + timedelta(seconds=1)

    def still_called(session: Session) -> None:
        call_of(session, "mayor").state = RoleCallState.CALLING

    def to_phone(session: Session) -> None:
        task = session.scalars(select(Task).where(Task.kind == "phone-call")).first()
        assert task is not None
        task.done_at = None

    for tamper, words in (
        (text, "call-out after the end"),
        (waiting, "call-out after the end"),
        (asked, "somebody was asked after the end"),
        (still_called, "still being called after the end"),
        (to_phone, "somebody is still to be phoned after the end"),
    ):
        found = broken(over, tamper)["nothing_follows_the_end"]
        assert [finding.partition(": ")[2] for finding in found] == [words]


def test_a_place_not_warned_once_in_its_language_is_found(over: Rehearsal) -> None:
    def warned(session: Session) -> RoleCall:
        call = session.scalars(select(RoleCall).where(RoleCall.site_id.is_not(None))).first()
        assert call is not None
        return call

    def not_warned(session: Session) -> None:
        warned(session).site_id = None

    def another_language(session: Session) -> None:
        warned(session).rungs[0].language = "fr"

    def twice(session: Session) -> None:
        first = a_delivery(session, message="site-warning")
        session.add(
            Delivery(
                **{
                    column.name: getattr(first, column.name)
                    for column in Delivery.__table__.columns
                    if column.name not in ("id", "key", "attempt_token")
                },
                key=f"{first.key}:twice",
                attempt_token="twice",
            )
        )

    for tamper, words in (
        (not_warned, {"a similar place was not warned once", "warned without being alike"}),
        (another_language, {"not warned in the language of its contact"}),
        (twice, {"warned twice on one channel"}),
    ):
        found = broken(over, tamper)["similar_sites_are_warned_once_in_their_language"]
        assert {finding.partition(": ")[2] for finding in found} == words
