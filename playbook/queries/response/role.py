"""One role's ladder: who was tried, how, when, what came back, and what happens next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from playbook.domain.response import escalation as rule
from playbook.domain.response.call_plan import Contact, Holder, Hole, obstacle
from playbook.domain.response.escalation import RungState
from playbook.errors import NotFound
from playbook.models import Activation, Attempt, ContactKind, Person, RoleCall, RoleCallState, Rung
from playbook.queries.response.words import Word, Words
from playbook.services.response.callout import rung_facts


@dataclass(frozen=True, slots=True)
class Tried:
    """One channel that was tried; `state` is the delivery's, "human" for a call that a person makes,
    "failed" where nothing could leave.
    """

    channel: str
    at: datetime
    state: str
    state_at: datetime | None
    reason: str
    delivery_id: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next by itself.

    `kind`: "starts" (the role's first call), "channel" (another channel for the same person), "person" (the next in
    line is asked), "owner" (the coordinator owns the silence), "provider" (nothing until the message has left).
    """

    kind: str
    at: datetime | None
    channel: str = ""
    name: str = ""


@dataclass(frozen=True)
class RungLine:
    """One person on the ladder.

    `asked_with` is the role whose message asked for this one too. `stopped`: texts to this person's number are
    stopped, so only a phone call or an email can reach them. `duty_until`: the rota put the person here, until then.
    `phones` only for whoever may see numbers; `scripts` is what to say at those of them that are switchboards.
    """

    id: int
    place: int
    person_id: int
    name: str
    organisation: str
    language: str
    channels: tuple[str, ...]
    minutes: timedelta
    state: str
    round: int
    opened_at: datetime | None
    answered_at: datetime | None
    via: str
    noted_by: str
    closed_at: datetime | None
    late: bool
    asked_with: Word | None
    tried: tuple[Tried, ...]
    stopped: bool
    held: bool
    unreachable: tuple[Hole, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    duty_until: datetime | None = None
    scripts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LadderView:
    """A role's call from its first person to its owner."""

    role: str
    title: Word
    tier: Word
    state: str
    starts_at: datetime
    answered_by: str
    answered_at: datetime | None
    owner: str
    owned_at: datetime | None
    rungs: tuple[RungLine, ...]
    next: tuple[Step, ...]
    #: Nobody was on the role's rota when the ladder was made.
    rota_gap: bool = False

    @property
    def may_take_over(self) -> bool:
        """Whether taking over would change anything."""
        return self.state in (RoleCallState.WAITING, RoleCallState.CALLING, RoleCallState.OWNED)


def find_role_call(session: Session, activation_id: int, role: str) -> RoleCall:
    """Return the call for a role with its whole ladder read, or raise NotFound. A fixed number of queries."""
    person = joinedload(Rung.person)
    found = session.scalar(
        select(RoleCall)
        .where(RoleCall.activation_id == activation_id, RoleCall.role == role)
        .options(
            joinedload(RoleCall.answered_by),
            selectinload(RoleCall.rungs).options(
                person.selectinload(Person.contact_points),
                person.joinedload(Person.organisation),
                selectinload(Rung.all_attempts).joinedload(Attempt.delivery),
                joinedload(Rung.asked_with).options(
                    joinedload(Rung.role_call),
                    selectinload(Rung.all_attempts).joinedload(Attempt.delivery),
                ),
            ),
        )
    )
    if found is None:
        raise NotFound("This role is not called in this incident.")
    return found


def ladder_view(
    session: Session,
    activation: Activation,
    role: str,
    words: Words,
    now: datetime,
    *,
    with_phones: bool,
) -> LadderView:
    """Return a role's ladder as a screen shows it; raises NotFound."""
    call = find_role_call(session, activation.id, role)
    return LadderView(
        role=role,
        title=words.role(role),
        tier=words.tier(call.tier),
        state=call.state,
        starts_at=call.starts_at,
        answered_by=call.answered_by.name if call.answered_by else "",
        answered_at=call.answered_at,
        owner=call.owner_name or "",
        owned_at=call.owned_at,
        rungs=tuple(
            _line(rung, place, words, with_phones=with_phones)
            for place, rung in enumerate(call.rungs, start=1)
        ),
        next=() if activation.ended_at else next_steps(call, now, activation.coordinator_name),
        rota_gap=call.rota_gap,
    )


def _line(rung: Rung, place: int, words: Words, *, with_phones: bool) -> RungLine:
    person = rung.person
    holder = Holder(
        person.id,
        person.name,
        "",
        rung.language,
        tuple(
            Contact(str(c.kind), c.gets_sms, c.opted_out_at is not None, c.is_switchboard)
            for c in person.contact_points
        ),
        person.held_at is not None,
    )
    holes = [hole for channel in rung.channels if (hole := obstacle(holder, channel))]
    values = {
        kind: tuple(c.value for c in person.contact_points if c.kind == kind) if with_phones else ()
        for kind in (ContactKind.PHONE, ContactKind.EMAIL)
    }
    asked = rung.asked_with or rung
    return RungLine(
        id=rung.id,
        place=place,
        person_id=person.id,
        name=person.name,
        organisation=person.organisation.name if person.organisation else "",
        language=rung.language,
        channels=tuple(rung.channels),
        minutes=timedelta(seconds=rung.acknowledge_seconds),
        state=rung.state,
        round=rung.round,
        opened_at=rung.opened_at,
        answered_at=rung.answered_at,
        via=rung.answered_via or "",
        noted_by=rung.noted_by_name or "",
        closed_at=rung.closed_at,
        late=rung.late,
        asked_with=words.role(rung.asked_with.role_call.role) if rung.asked_with else None,
        tried=tuple(_tried(attempt) for attempt in asked.attempts),
        stopped=Hole.OPTED_OUT in holes,
        held=holder.held,
        unreachable=tuple(dict.fromkeys(holes)) if len(holes) == len(rung.channels) else (),
        phones=values[ContactKind.PHONE],
        emails=values[ContactKind.EMAIL],
        duty_until=rung.duty_until,
        scripts={
            c.value: c.script or ""
            for c in person.contact_points
            if with_phones and c.is_switchboard
        },
    )


def _tried(attempt: Attempt) -> Tried:
    delivery = attempt.delivery
    if delivery is not None:
        return Tried(
            attempt.channel,
            attempt.tried_at,
            delivery.state,
            delivery.state_at,
            delivery.reason or "",
            delivery.id,
        )
    state = "failed" if attempt.failed else "human"
    return Tried(
        attempt.channel,
        attempt.tried_at,
        state,
        attempt.settled_at,
        attempt.reason or "",
        None,
    )


def next_steps(call: RoleCall, now: datetime, coordinator: str) -> tuple[Step, ...]:
    """Return what the escalation rule does next for a role, and what follows if nobody answers.

    Computed by the rule's own times; empty once the role is settled.
    """
    if call.state not in (RoleCallState.WAITING, RoleCallState.CALLING):
        return ()
    waiting = [r for r in call.rungs if r.state == RungState.WAITING]
    asked = next((r for r in call.rungs if r.state == RungState.ASKED), None)
    after = (
        Step("person", None, waiting[0].channels[0], waiting[0].person.name)
        if waiting
        else Step("owner", None, name=coordinator)
    )
    if now < call.starts_at:
        first = call.rungs[0] if call.rungs else None
        name, channel = (first.person.name, first.channels[0]) if first else ("", "")
        return (Step("starts", call.starts_at, channel, name),)
    if asked is None:
        return (_at(after, now),)
    facts = rung_facts(asked)
    started = facts.clock_started_at
    if started is None:
        return (Step("provider", None, name=asked.person.name), after)
    over = started + facts.acknowledge_within
    tried = len(facts.attempts)
    steps: list[Step] = []
    if tried < len(facts.channels):
        due = rule.channel_due_at(facts, tried)
        steps.append(Step("channel", due, facts.channels[tried], asked.person.name))
    return (*steps, _at(after, over))


def _at(step: Step, at: datetime) -> Step:
    return Step(step.kind, at, step.channel, step.name)
