"""What a sheet of answers from paper amounts to, before it is entered: by the functions that enter it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from playbook.domain.response.answers import Answer
from playbook.domain.response.escalation import RungState
from playbook.domain.response.paper import (
    PAPER,
    Contradiction,
    Standing,
    Tick,
    Word,
    contradiction,
    leader,
    standing,
)
from playbook.errors import BadInput
from playbook.models import LogEntry, RoleCall, RoleCallState
from playbook.services import log
from playbook.services.response.callout import SAID
from playbook.services.response.context import CallOut

#: The message that the sheet asks with.
CALL_OUT = "call-out"
#: Somebody was called from paper and did not pick up.
NO_ANSWER = "paper.no-answer"
_ANSWERS = tuple(f"answer.{answer}" for answer in Answer)


@dataclass(frozen=True)
class Contradicted:
    """Somebody whose answer on paper is another than what the service heard, and which of the two stands."""

    name: str
    heard: Standing
    ticked: Standing
    stands: Contradiction


@dataclass(frozen=True)
class Leading:
    """A role for which somebody else answers than before; empty names mean nobody."""

    role: str
    before: str
    after: str


@dataclass(frozen=True)
class Reckoned:
    """What entering a sheet amounts to; `known` are ticks that an earlier sheet brought already."""

    fresh: tuple[Tick, ...]
    known: int
    contradictions: tuple[Contradicted, ...]
    leading: tuple[Leading, ...]
    #: People who are still being asked by message and need not be any more.
    stood_down: int
    #: Person → what counts of everything that they ever said here, where they said anything.
    stands: dict[int, Standing]

    @property
    def answers(self) -> int:
        """How many answers are new."""
        return sum(tick.what.answer is not None for tick in self.fresh)

    @property
    def unanswered(self) -> int:
        """How many calls that nobody picked up are new."""
        return len(self.fresh) - self.answers


def read_ladders(call_out: CallOut) -> list[RoleCall]:
    """Return every call of the call-out with its people, in a handful of queries; warnings are none of it."""
    role_calls = list(
        call_out.session.scalars(
            select(RoleCall)
            .where(RoleCall.activation_id == call_out.activation.id, RoleCall.message == CALL_OUT)
            .order_by(RoleCall.starts_at, RoleCall.id)
        )
    )
    call_out.preload(role_calls)
    return role_calls


def reckon(call_out: CallOut, role_calls: Sequence[RoleCall], ticks: Sequence[Tick]) -> Reckoned:
    """Return what entering `ticks` into ladders that are read amounts to; writes nothing. Raises BadInput."""
    _check(call_out, role_calls, ticks)
    people = {tick.person_id for tick in ticks}
    heard, unanswered = _history(call_out, role_calls, people)
    fresh = tuple(tick for tick in dict.fromkeys(ticks) if not _is_known(tick, heard, unanswered))
    stands: dict[int, Standing] = {}
    contradicted = []
    names = {r.person_id: r.person.name for call in role_calls for r in call.rungs}
    for person in sorted(people):
        mine = [
            Word(t.at, t.what.answer, PAPER)
            for t in fresh
            if t.person_id == person and t.what.answer
        ]
        before = heard.get(person, [])
        if (counts := standing((*before, *mine))) is not None:
            stands[person] = counts
        which = contradiction(before, mine)
        was, said = standing(before), standing(mine)
        if which is not None and was is not None and said is not None:
            contradicted.append(Contradicted(names[person], was, said, which))
    leading, stood_down = _foreseen_leaders(call_out, role_calls, fresh, stands)
    return Reckoned(
        fresh, len(set(ticks)) - len(fresh), tuple(contradicted), leading, stood_down, stands
    )


def _check(call_out: CallOut, role_calls: Iterable[RoleCall], ticks: Iterable[Tick]) -> None:
    known = {(call.role, rung.person_id) for call in role_calls for rung in call.rungs}
    # Paper knows minutes.
    began = call_out.activation.time_zero.replace(second=0, microsecond=0)
    for tick in ticks:
        if (tick.role, tick.person_id) not in known:
            raise BadInput("Somebody on this sheet is not on the ladders of this incident.")
        if tick.at > call_out.now:
            raise BadInput("A time on this sheet lies in the future. Check the day and the time.")
        if tick.at < began:
            raise BadInput(
                "A time on this sheet lies before time zero. Check the day and the time."
            )


def _history(
    call_out: CallOut, role_calls: Iterable[RoleCall], people: set[int]
) -> tuple[dict[int, list[Word]], set[tuple[int, datetime]]]:
    """Return everything that these people have said, and the calls from paper that they did not pick up."""
    heard: dict[int, list[Word]] = {}
    unanswered: set[tuple[int, datetime]] = set()
    roles = {call.role for call in role_calls}
    for call in role_calls:
        for rung in call.rungs:
            if rung.person_id in people and rung.state in SAID and rung.answered_at:
                word = Word(rung.answered_at, Answer(rung.state), rung.answered_via or "")
                heard.setdefault(rung.person_id, []).append(word)
    entries = call_out.session.scalars(
        select(LogEntry).where(
            LogEntry.activation_id == call_out.activation.id,
            LogEntry.kind.in_((*_ANSWERS, NO_ANSWER)),
        )
    )
    for entry in entries:
        facts = log.read_payload(entry)
        person = facts.get("person", entry.person_id)
        if person not in people or facts.get("role") not in roles or not facts.get("said_at"):
            continue
        at = datetime.fromisoformat(facts["said_at"])
        if entry.kind == NO_ANSWER:
            unanswered.add((person, at))
            continue
        word = Word(at, Answer(entry.kind.partition(".")[2]), facts.get("via") or "")
        heard.setdefault(person, []).append(word)
    return heard, unanswered


def _is_known(
    tick: Tick, heard: dict[int, list[Word]], unanswered: set[tuple[int, datetime]]
) -> bool:
    if tick.what.answer is None:
        return (tick.person_id, tick.at) in unanswered
    return Word(tick.at, tick.what.answer, PAPER) in heard.get(tick.person_id, [])


def _foreseen_leaders(
    call_out: CallOut,
    role_calls: Iterable[RoleCall],
    fresh: Sequence[Tick],
    stands: dict[int, Standing],
) -> tuple[tuple[Leading, ...], int]:
    """Return for which roles somebody else will answer, and how many people need not be asked any more."""
    ticked = {(tick.role, tick.person_id) for tick in fresh}
    people = {tick.person_id for tick in fresh}
    leading, spared = [], set()
    for call in role_calls:
        joining: dict[int, Standing] = {}
        for rung in call.rungs:
            spoke = (call.role, rung.person_id) in ticked or (
                rung.person_id in people and rung.state != RungState.WAITING
            )
            if spoke and rung.person_id in stands:
                joining[rung.person_id] = stands[rung.person_id]
            elif not spoke and rung.state == RungState.JOINING and rung.answered_at:
                via = rung.answered_via or ""
                joining[rung.person_id] = Standing(Answer.JOINING, rung.answered_at, via)
        key = leader(joining)
        before = call.answered_by if call.state == RoleCallState.ANSWERED else None
        if call.state == RoleCallState.CLOSED or key == (before.id if before else None):
            continue
        names = {rung.person_id: rung.person.name for rung in call.rungs}
        after = names[key] if key is not None else ""
        leading.append(Leading(call.role, before.name if before else "", after))
        if key is not None:
            spared |= {
                r.person_id
                for r in call.rungs
                if r.state == RungState.ASKED and r.person_id not in people
            }
    return tuple(leading), len(spared) if call_out.activation.ended_at is None else 0
