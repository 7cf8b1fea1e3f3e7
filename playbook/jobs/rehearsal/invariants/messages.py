"""Invariants of single messages: codes, numbers, answers from paper, causes, and that nothing leaves the simulator."""

from collections import Counter

from sqlalchemy import func, select

from playbook.domain.response.site_calls import CALL_OUT
from playbook.jobs.rehearsal.invariants.looked import Looked
from playbook.models import (
    Announcement,
    CodeCheck,
    ContactPoint,
    Delivery,
    Inbound,
    LogEntry,
    NumberCorrection,
    RotaSwap,
    Rung,
    SimulatedMessage,
)
from playbook.queries.response.tree import happenings
from playbook.services.response.paper_reckoning import NO_ANSWER

#: What the cause of a message begins with → the rows of which it names one.
_CAUSES = {
    "rung": Rung.id,
    "announcement": Announcement.id,
    "inbound": Inbound.id,
    "swap": RotaSwap.id,
    "correction": NumberCorrection.id,
    "corrected": NumberCorrection.id,
}
#: Links to the pages of a rota are sent by a person; the page's own key is all that they name.
_BY_HAND = ("duty-link",)


def nothing_was_refused(looked: Looked) -> list[str]:
    """Say what the service refused that people could rightly do, or what they needed and had not got."""
    return [f"{one.kind}: {one.refused}" for one in looked.record.happened if one.refused]


def codes_are_counted_as_tried(looked: Looked) -> list[str]:
    """Say where a right code was refused, a wrong one believed, or one of them not counted."""
    tried = looked.record.codes
    found = [
        f"{one.via}: a {'right code was refused' if one.right else 'wrong code was believed'}"
        for one in tried
        if one.right != one.believed
    ]
    rows = looked.session.execute(
        select(CodeCheck.via, CodeCheck.right, func.count()).group_by(
            CodeCheck.via, CodeCheck.right
        )
    )
    counted = {(via, right): count for via, right, count in rows.tuples()}
    wanted = Counter((one.via, one.right) for one in tried)
    for key in sorted(counted.keys() | wanted.keys()):
        if counted.get(key, 0) != wanted[key]:
            which = "right" if key[1] else "wrong"
            found.append(f"{key[0]}: {which} codes were not counted as they were tried")
    refused = looked.session.scalar(
        select(func.count()).where(
            LogEntry.activation_id == looked.activation.id, LogEntry.kind == "code.refused"
        )
    )
    if refused != wanted["desk", False]:
        found.append("desk: wrong codes do not stand in the log as they were tried")
    return found


def a_corrected_number_is_used(looked: Looked) -> list[str]:
    """Name whose corrected number got no message of the ladder that ran, or whose old one got something afterwards."""
    made = looked.record.corrected
    if made is None:
        return []
    role = looked.role_of(made.person_id)
    found = []
    point = select(ContactPoint.id).where(
        ContactPoint.person_id == made.person_id, ContactPoint.value_index == made.new_index
    )
    if looked.session.scalar(point) is None:
        found.append(f"{role}: the directory does not have the corrected number")
    arrived = looked.session.execute(
        select(SimulatedMessage.address_index, Delivery.message)
        .join(Delivery, Delivery.attempt_token == SimulatedMessage.attempt_token)
        .where(
            SimulatedMessage.id > made.after_message,
            SimulatedMessage.address_index.in_((made.old_index, made.new_index)),
        )
    )
    by_number: dict[str, list[str]] = {made.old_index: [], made.new_index: []}
    for index, message in arrived.tuples():
        by_number[index].append(message)
    if made.unanswered and CALL_OUT not in by_number[made.new_index]:
        found.append(f"{role}: not asked at the corrected number")
    # That the number was changed is told to whoever reads the old one, so that nobody changes it unseen.
    if set(by_number[made.old_index]) - {"number-changed"}:
        found.append(f"{role}: a message went to the number that is no longer theirs")
    return found


def paper_stands_at_its_real_time(looked: Looked) -> list[str]:
    """Name every answer from paper that does not stand in the time line, or does not count, from its real time."""
    line = happenings(looked.session, looked.activation.id)
    found = []
    for tick in looked.record.ticks:
        kind = NO_ANSWER if tick.what.answer is None else f"answer.{tick.what.answer}"
        at = [
            one.at
            for one in line
            if one.kind == kind
            and one.facts.get("via") == "paper"
            and (one.facts.get("role"), one.facts.get("person")) == (tick.role, tick.person_id)
        ]
        if at != [tick.at]:
            found.append(f"{tick.role}: does not stand in the time line at its real time")
        rung = next(
            (
                rung
                for call in looked.call_out
                if call.role == tick.role
                for rung in call.rungs
                if rung.person_id == tick.person_id
            ),
            None,
        )
        if tick.what.answer is not None and (rung is None or rung.answered_at != tick.at):
            found.append(f"{tick.role}: does not count from its real time")
    return found


def no_message_leaves_the_simulator(looked: Looked) -> list[str]:
    """Name whose message was handed to another provider, or is not marked as an exercise."""
    rows = looked.session.scalars(select(Delivery)).all()
    found = [
        f"{looked.role_of(row.person_id or 0)}: {row.message} went to {row.provider}"
        for row in rows
        if row.provider not in (None, "simulator")
    ]
    return found + [
        f"{looked.role_of(row.person_id or 0)}: {row.message} is not marked as an exercise"
        for row in rows
        if row.activation_id is not None and not row.exercise
    ]


def every_message_has_a_cause(looked: Looked) -> list[str]:
    """Name whose message nothing caused: no delivery, or one whose cause never was."""
    found = [
        "a text arrived that nobody sent"
        for _ in looked.session.scalars(
            select(SimulatedMessage.id)
            .outerjoin(Delivery, Delivery.attempt_token == SimulatedMessage.attempt_token)
            .where(SimulatedMessage.direction == "in", Delivery.id.is_(None))
        )
    ]
    known = {what: set(looked.session.scalars(select(id_))) for what, id_ in _CAUSES.items()}
    rows = looked.session.execute(select(Delivery.key, Delivery.message, Delivery.person_id))
    for key, message, person_id in rows.tuples():
        what, number, *_ = key.split(":")
        if what in _BY_HAND:
            continue
        if what not in known or not number.isdigit() or int(number) not in known[what]:
            found.append(f"{looked.role_of(person_id or 0)}: {message} without a cause")
    return found
