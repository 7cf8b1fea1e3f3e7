"""What an exercise must have shown, each as one function that returns what speaks against it.

Findings name role keys and messages; never a number, a code or an address.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.rehearsal import Kind
from playbook.jobs.rehearsal.invariants.ladders import (
    a_higher_level_calls_only_who_was_not_called,
    every_gap_is_named,
    every_role_is_answered_or_owned,
    has_owner,
    the_swap_counts,
    whoever_is_on_duty_leads,
)
from playbook.jobs.rehearsal.invariants.looked import Looked
from playbook.jobs.rehearsal.invariants.messages import (
    a_corrected_number_is_used,
    codes_are_counted_as_tried,
    every_message_has_a_cause,
    no_message_leaves_the_simulator,
    nothing_was_refused,
    paper_stands_at_its_real_time,
)
from playbook.jobs.rehearsal.invariants.telling import (
    everybody_called_is_told_once,
    nothing_follows_the_end,
    similar_sites_are_warned_once_in_their_language,
    whoever_must_confirm_is_not_left_silent,
)
from playbook.jobs.rehearsal.record import Record
from playbook.models import Activation, RoleCall
from playbook.settings import Settings


@dataclass(frozen=True)
class Invariant:
    """What must hold, and the function that looks; `about` is what must have happened for it to say anything."""

    says: str
    check: Callable[[Looked], list[str]]
    about: Kind | None = None


INVARIANTS = (
    Invariant("Nothing is refused that people may do.", nothing_was_refused),
    Invariant(
        "Every role is answered, or owned by a named human.", every_role_is_answered_or_owned
    ),
    Invariant("Whoever is on duty leads their role's ladder.", whoever_is_on_duty_leads, Kind.ROTA),
    Invariant(
        "A gap in a rota falls to the next in line, who is named.", every_gap_is_named, Kind.GAP
    ),
    Invariant("Whoever took the turn is asked, not who gave it away.", the_swap_counts, Kind.SWAP),
    Invariant(
        "Right codes are confirmed, wrong ones refused, all counted.",
        codes_are_counted_as_tried,
        Kind.CODE,
    ),
    Invariant(
        "A corrected number is used, the old one no more.", a_corrected_number_is_used, Kind.NUMBER
    ),
    Invariant(
        "A higher level calls only who was not called yet.",
        a_higher_level_calls_only_who_was_not_called,
        Kind.LEVEL,
    ),
    Invariant(
        "Everybody who was called is told of each change, once.", everybody_called_is_told_once
    ),
    Invariant(
        "Whoever must confirm the end and is silent is phoned.",
        whoever_must_confirm_is_not_left_silent,
        Kind.END,
    ),
    Invariant("Nothing follows the end but its announcement.", nothing_follows_the_end, Kind.END),
    Invariant(
        "Similar places are warned once, in their own language.",
        similar_sites_are_warned_once_in_their_language,
        Kind.SITES,
    ),
    Invariant(
        "Answers from paper stand at their real times.", paper_stands_at_its_real_time, Kind.PAPER
    ),
    Invariant("No message leaves the simulator.", no_message_leaves_the_simulator),
    Invariant("Every message has a cause.", every_message_has_a_cause),
)


@dataclass(frozen=True)
class Checked:
    """What came of one invariant; `walked` is False where nothing happened that it speaks of."""

    name: str
    says: str
    walked: bool
    findings: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.findings


def check(
    session: Session,
    activation: Activation,
    document: Playbook,
    settings: Settings,
    record: Record,
) -> list[Checked]:
    """Look at every invariant. Reads only."""
    looked = Looked(session, activation, document, settings, record)
    return [
        Checked(
            one.check.__name__,
            one.says,
            one.about is None or record.walked(one.about),
            tuple(one.check(looked)),
        )
        for one in INVARIANTS
    ]


def roles_without_owner(session: Session, activation_id: int) -> list[str]:
    """Return the roles that ended neither answered nor owned by a named human."""
    calls = session.scalars(
        select(RoleCall).where(RoleCall.activation_id == activation_id).order_by(RoleCall.id)
    )
    return [call.role for call in calls if not has_owner(call)]
