"""What the readiness screens show: rounds in counts, a proof by organisation, a drill by role against the last ones."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, defer, joinedload

from playbook.domain.preparedness.readiness import (
    CallState,
    RoleTimes,
    Totals,
    slowest_first,
    state_of,
    totals,
)
from playbook.errors import NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    ContactPoint,
    Delivery,
    Organisation,
    Person,
    ReadinessCall,
    ReadinessRound,
    ReadinessSchedule,
    RoundKind,
)
from playbook.services.preparedness.readiness_closing import is_late, state_of_call, time_taken

#: How many earlier drills a drill is compared with.
EARLIER = 5


@dataclass(frozen=True)
class RoundLine:
    """One round in a list, with how many calls stand how."""

    round: ReadinessRound
    counts: Counter[CallState]

    @property
    def asked(self) -> int:
        """How many numbers were asked, or will be."""
        return sum(self.counts.values()) - self.counts[CallState.CANNOT]


def list_rounds(session: Session, limit: int = 20) -> list[RoundLine]:
    """Return the newest rounds first. Two queries, however many."""
    rounds = session.scalars(
        select(ReadinessRound).order_by(ReadinessRound.started_at.desc()).limit(limit)
    ).all()
    counts = _counts(session, rounds)
    return [RoundLine(made, counts[made.id]) for made in rounds]


def find_round(session: Session, round_id: int) -> ReadinessRound:
    """Return a round, or raise NotFound."""
    made = session.get(ReadinessRound, round_id)
    if made is None:
        raise NotFound("There is no such proof or drill.")
    return made


def _counts(
    session: Session, rounds: Iterable[ReadinessRound]
) -> defaultdict[int, Counter[CallState]]:
    by_id = {made.id: made for made in rounds}
    counts: defaultdict[int, Counter[CallState]] = defaultdict(Counter)
    late = and_(
        ReadinessRound.kind == RoundKind.DRILL,
        ReadinessCall.answered_at > ReadinessRound.closes_at,
    )
    facts = (
        select(
            ReadinessCall.round_id,
            ReadinessCall.answered_at.is_not(None).label("answered"),
            func.coalesce(late, False).label("late"),
            ReadinessCall.obstacle.is_not(None).label("obstacle"),
            Delivery.state.label("delivery"),
        )
        .select_from(ReadinessCall)
        .join(ReadinessRound)
        .outerjoin(Delivery, ReadinessCall.delivery_id == Delivery.id)
        .where(ReadinessCall.round_id.in_(by_id))
        .subquery()
    )
    for row in session.execute(select(facts, func.count().label("many")).group_by(*facts.c)):
        state = state_of(
            answered=bool(row.answered),
            late=bool(row.late),
            obstacle=bool(row.obstacle),
            delivery=str(row.delivery) if row.delivery else None,
            closed=by_id[row.round_id].closed_at is not None,
        )
        counts[row.round_id][state] += row.many
    return counts


@dataclass(frozen=True)
class CallLine:
    """One number of a proof that has not answered: whose, by which way, and what stood in the way."""

    person_id: int | None
    name: str
    channel: str
    state: CallState
    obstacle: str
    silent_proofs: int


@dataclass(frozen=True)
class OrganisationLine:
    """A proof at one organisation; None for people who belong to none."""

    name: str | None
    counts: Counter[CallState]
    lines: tuple[CallLine, ...]

    @property
    def asked(self) -> int:
        """How many of its numbers were asked, or will be."""
        return sum(self.counts.values()) - self.counts[CallState.CANNOT]


@dataclass(frozen=True)
class ProofReport:
    """A proof: counted as a whole and by organisation, those with the most silent numbers first."""

    round: ReadinessRound
    counts: Counter[CallState]
    organisations: tuple[OrganisationLine, ...]
    #: When the last question has left or will leave.
    last_leaves_at: datetime | None

    @property
    def asked(self) -> int:
        """How many numbers were asked, or will be."""
        return sum(self.counts.values()) - self.counts[CallState.CANNOT]


def proof_report(session: Session, made: ReadinessRound) -> ProofReport:
    """Return how a proof stands. One query, however many numbers."""
    calls = session.scalars(
        select(ReadinessCall)
        .where(ReadinessCall.round_id == made.id)
        .options(*_LOADING)
        .order_by(ReadinessCall.id)
    ).all()
    by_organisation: defaultdict[str | None, list[ReadinessCall]] = defaultdict(list)
    for call in calls:
        organisation = call.person.organisation if call.person else None
        by_organisation[organisation.name if organisation else None].append(call)
    lines = [_organisation(name, mine, made) for name, mine in by_organisation.items()]
    lines.sort(
        key=lambda o: (-o.counts[CallState.SILENT], o.name is None, (o.name or "").casefold())
    )
    return ProofReport(
        made,
        sum((line.counts for line in lines), Counter()),
        tuple(lines),
        max((c.delivery.not_before for c in calls if c.delivery), default=None),
    )


_LOADING = (
    joinedload(ReadinessCall.person).options(
        defer(Person.notes), joinedload(Person.organisation).defer(Organisation.notes)
    ),
    joinedload(ReadinessCall.contact_point).options(
        defer(ContactPoint.value), defer(ContactPoint.script)
    ),
    joinedload(ReadinessCall.delivery).options(
        defer(Delivery.body), defer(Delivery.subject), defer(Delivery.address)
    ),
)


def _organisation(
    name: str | None, calls: Sequence[ReadinessCall], made: ReadinessRound
) -> OrganisationLine:
    states = [(call, state_of_call(call, made)) for call in calls]
    return OrganisationLine(
        name,
        Counter(state for _, state in states),
        tuple(_line(call, state) for call, state in states if state is not CallState.ANSWERED),
    )


def _line(call: ReadinessCall, state: CallState) -> CallLine:
    never_left = state is CallState.CANNOT and call.obstacle is None
    reason = (call.delivery.reason if call.delivery and never_left else None) or ""
    return CallLine(
        call.person_id,
        call.person.name if call.person else "",
        call.channel,
        state,
        call.obstacle or reason,
        call.contact_point.silent_proofs if call.contact_point else 0,
    )


@dataclass(frozen=True)
class DrillReport:
    """A drill: each role's time against those of up to five drills before it, the slowest first."""

    round: ReadinessRound
    roles: tuple[RoleTimes, ...]
    totals: Totals
    #: When the drills before it began, the newest first; `RoleTimes.before` follows them.
    earlier: tuple[datetime, ...]
    earlier_totals: tuple[Totals, ...]
    #: A real incident began while it ran: its figures say little.
    interrupted: bool


def drill_report(session: Session, made: ReadinessRound) -> DrillReport:
    """Return a drill's report. Four queries, however many roles."""
    earlier = session.scalars(
        select(ReadinessRound)
        .where(ReadinessRound.kind == RoundKind.DRILL, ReadinessRound.id < made.id)
        .order_by(ReadinessRound.id.desc())
        .limit(EARLIER)
    ).all()
    rounds = {r.id: r for r in (made, *earlier)}
    calls: defaultdict[int, dict[str, ReadinessCall]] = defaultdict(dict)
    for call in session.scalars(
        select(ReadinessCall).where(ReadinessCall.round_id.in_(rounds)).options(*_LOADING)
    ):
        calls[call.round_id][call.role] = call
    roles = slowest_first(
        _role(call, made, [(r, calls[r.id].get(role)) for r in earlier])
        for role, call in calls[made.id].items()
    )
    return DrillReport(
        made,
        roles,
        totals(roles),
        tuple(r.started_at for r in earlier),
        tuple(totals([_role(c, r, ()) for c in calls[r.id].values()]) for r in earlier),
        _interrupted(session, made),
    )


def _role(
    call: ReadinessCall,
    made: ReadinessRound,
    before: Iterable[tuple[ReadinessRound, ReadinessCall | None]],
) -> RoleTimes:
    state = state_of_call(call, made)
    never_left = state is CallState.CANNOT and call.obstacle is None
    return RoleTimes(
        role=call.role,
        state=state,
        took=time_taken(call),
        before=tuple(_in_time(earlier, known) for earlier, known in before),
        person=call.person.name if call.person else "",
        obstacle=call.obstacle
        or (call.delivery.reason if call.delivery and never_left else None)
        or "",
    )


def _in_time(made: ReadinessRound, call: ReadinessCall | None) -> timedelta | None:
    if call is None or is_late(made, call.answered_at):
        return None
    return time_taken(call)


def _interrupted(session: Session, made: ReadinessRound) -> bool:
    began = select(Activation.id).where(
        Activation.kind == ActivationKind.REAL,
        Activation.confirmed_at >= made.started_at,
        Activation.confirmed_at < made.closes_at,
    )
    return session.scalar(began.limit(1)) is not None


@dataclass(frozen=True)
class ProofsAndDrills:
    """What the home page says of it: silences of the last proof, the last drill's median, what comes next."""

    proof: RoundLine | None
    drill: ReadinessRound | None
    drill_totals: Totals | None
    next_proof: datetime | None
    next_drill: datetime | None


def proofs_and_drills(session: Session) -> ProofsAndDrills:
    """Return the last closed proof and drill, and when the next ones begin by themselves."""
    proof = _last_closed(session, RoundKind.PROOF)
    drill = _last_closed(session, RoundKind.DRILL)
    due = {
        schedule.kind: schedule.next_due_at
        for schedule in session.scalars(select(ReadinessSchedule).where(ReadinessSchedule.on))
    }
    return ProofsAndDrills(
        RoundLine(proof, _counts(session, [proof])[proof.id]) if proof else None,
        drill,
        _totals_of(session, drill) if drill else None,
        due.get(RoundKind.PROOF),
        due.get(RoundKind.DRILL),
    )


def _totals_of(session: Session, made: ReadinessRound) -> Totals:
    calls = session.scalars(
        select(ReadinessCall).where(ReadinessCall.round_id == made.id).options(*_LOADING)
    )
    return totals([_role(call, made, ()) for call in calls])


def _last_closed(session: Session, kind: RoundKind) -> ReadinessRound | None:
    return session.scalar(
        select(ReadinessRound)
        .where(ReadinessRound.kind == kind, ReadinessRound.closed_at.is_not(None))
        .order_by(ReadinessRound.id.desc())
        .limit(1)
    )
