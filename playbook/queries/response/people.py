"""The People column: one line per role with its best state. Two queries, however many people are called."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.response.escalation import RungState
from playbook.domain.response.site_calls import site_of
from playbook.models import Person, RoleCall, RoleCallState, Rung
from playbook.queries.response.words import Word, Words


@dataclass(slots=True)
class RoleLine:
    """One role: how it stands, and by whom.

    `name` is the person who answers for it or is being asked now, or the human who owns its silence. `place` is where
    the person being asked stands on the ladder, from 1.
    """

    role: str
    title: Word
    state: str
    starts_at: datetime
    name: str = ""
    since: datetime | None = None
    place: int = 0
    people: int = 0
    refused: int = 0
    silent: int = 0
    late: int = 0
    #: Nobody was on the role's rota when its ladder was made: the next in line was called.
    rota_gap: bool = False

    @property
    def nobody(self) -> bool:
        """Whether nobody stood on the ladder at all."""
        return self.people == 0


@dataclass(slots=True)
class TierLines:
    """The roles of one tier, in the playbook's order."""

    tier: str
    title: Word
    starts_at: datetime
    roles: list[RoleLine] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """How many roles somebody answers for."""
        return sum(role.state == RoleCallState.ANSWERED for role in self.roles)


#: Stands for a tier where places are warned.
SIMILAR_PLACES = "similar-places"
#: Roles that nobody answers for although they have been called.
NOT_ANSWERED = frozenset({RoleCallState.CALLING, RoleCallState.OWNED})
_REFUSED = frozenset({RungState.DEPUTY, RungState.UNABLE})
_SILENT = frozenset({RungState.SILENT, RungState.UNREACHABLE})


def people_by_tier(session: Session, activation_id: int, words: Words) -> list[TierLines]:
    """Return every role that is called, by tier; tiers by when they start, then as the playbook names them."""
    lines: dict[int, RoleLine] = {}
    tiers: dict[str, TierLines] = {}
    calls = session.execute(
        select(
            RoleCall.id,
            RoleCall.role,
            RoleCall.tier,
            RoleCall.starts_at,
            RoleCall.state,
            RoleCall.owner_name,
            RoleCall.owned_at,
            RoleCall.answered_at,
            RoleCall.rota_gap,
            Person.name,
        )
        .outerjoin(Person, RoleCall.answered_by_id == Person.id)
        .where(RoleCall.activation_id == activation_id)
        .order_by(RoleCall.starts_at, RoleCall.id)
    )
    for (
        call_id,
        role,
        tier,
        starts_at,
        state,
        owner,
        owned_at,
        answered_at,
        gap,
        answered_by,
    ) in calls:
        line = RoleLine(role, words.role(role), state, starts_at, rota_gap=gap)
        if state == RoleCallState.ANSWERED:
            line.name, line.since = answered_by or "", answered_at
        elif state == RoleCallState.OWNED:
            line.name, line.since = owner or "", owned_at
        lines[call_id] = line
        wave = tier if site_of(role) is None else SIMILAR_PLACES
        found = tiers.setdefault(wave, TierLines(wave, words.tier(wave), starts_at))
        found.roles.append(line)
    _add_rungs(session, activation_id, lines)
    order = {tier: place for place, tier in enumerate(words.document.tiers_in_order())}
    return sorted(tiers.values(), key=lambda t: (order.get(t.tier, len(order)), t.starts_at))


def _add_rungs(session: Session, activation_id: int, lines: dict[int, RoleLine]) -> None:
    rungs = session.execute(
        select(Rung.role_call_id, Rung.state, Rung.late, Rung.opened_at, Person.name)
        .join(Person, Rung.person_id == Person.id)
        .where(Rung.activation_id == activation_id)
        .order_by(Rung.role_call_id, Rung.position)
    )
    for call_id, state, late, opened_at, name in rungs:
        line = lines[call_id]
        line.people += 1
        if state in _REFUSED:
            line.refused += 1
        elif state in _SILENT:
            line.silent += 1
        elif state == RungState.ASKED and line.state == RoleCallState.CALLING and not line.place:
            line.name, line.since, line.place = name, opened_at, line.people
        if late:
            line.late += 1
