"""A call-out as a tree: tiers, roles, people, with how each stands; and what happened, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.changes import role_in_playbook
from playbook.models import Activation, LogEntry, RoleCall, Rung
from playbook.services.log import read_payload
from playbook.services.preparedness.documents import document_of


@dataclass(frozen=True)
class PersonNode:
    """One person on a role's ladder."""

    name: str
    state: str
    channels: tuple[str, ...]
    answered_at: datetime | None
    late: bool


@dataclass(frozen=True)
class RoleNode:
    """One role; `answered_by` or `owner` say who has it."""

    role: str
    name: str
    state: str
    answered_by: str | None
    answered_at: datetime | None
    owner: str | None
    people: tuple[PersonNode, ...]


@dataclass(frozen=True)
class TierNode:
    """One wave of the call-out."""

    tier: str
    name: str
    starts_at: datetime
    roles: tuple[RoleNode, ...]


@dataclass(frozen=True)
class Happening:
    """One line of the timeline; `facts` are the payload, while it has not been erased."""

    at: datetime
    kind: str
    actor: str
    facts: dict[str, object]


def call_tree(session: Session, activation: Activation, language: str) -> Sequence[TierNode]:
    """Return the tree of an activation, in the order in which its tiers start. Three queries."""
    document = document_of(activation.version)
    role_calls = session.scalars(
        select(RoleCall)
        .where(RoleCall.activation_id == activation.id)
        .options(
            joinedload(RoleCall.answered_by),
            selectinload(RoleCall.rungs).options(
                joinedload(Rung.person), selectinload(Rung.all_attempts)
            ),
        )
        .order_by(RoleCall.starts_at, RoleCall.tier, RoleCall.role)
    ).all()
    tiers: dict[str, list[RoleCall]] = {}
    for role_call in role_calls:
        tiers.setdefault(role_call.tier, []).append(role_call)
    return [
        TierNode(
            tier=tier,
            name=document.text(f"tiers.{tier}.name", language).text if tier else "",
            starts_at=roles[0].starts_at,
            roles=tuple(_role(document, role, language) for role in roles),
        )
        for tier, roles in tiers.items()
    ]


def _role(document: Playbook, role_call: RoleCall, language: str) -> RoleNode:
    known = role_in_playbook(role_call.role)
    # Only the directory knows the contact role of some places that are warned.
    named = known in document.roles
    return RoleNode(
        role=role_call.role,
        name=document.text(f"roles.{known}.name", language).text if named else known,
        state=str(role_call.state),
        answered_by=role_call.answered_by.name if role_call.answered_by else None,
        answered_at=role_call.answered_at,
        owner=role_call.owner_name if role_call.state == "owned" else None,
        people=tuple(
            PersonNode(
                name=rung.person.name,
                state=str(rung.state),
                channels=tuple(a.channel for a in rung.all_attempts),
                answered_at=rung.answered_at,
                late=rung.late,
            )
            for rung in role_call.rungs
        ),
    )


def happenings(session: Session, activation_id: int) -> Sequence[Happening]:
    """Return everything that happened in an activation, oldest first, in the order of the real times."""
    rows = session.scalars(
        select(LogEntry)
        .where(LogEntry.activation_id == activation_id)
        .order_by(LogEntry.at, LogEntry.id)
    )
    return [Happening(row.at, row.kind, row.actor, read_payload(row)) for row in rows]
