"""The Decisions column: decision points as they stand, and all that is known of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.parts import Option
from playbook.errors import NotFound
from playbook.models import Decision
from playbook.queries.response.words import Word, Words

#: A decision counts as due from this long before its time on.
SOON = timedelta(minutes=15)
#: Decisions further away than this are folded up.
NEAR = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision point in the column; `option` is None until it is taken."""

    id: str
    round: int
    number: str
    title: Word
    due_at: datetime | None
    adopted: bool
    option: Word | None
    decided_by: str
    taken_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether somebody should look at it now."""
        return self.taken_at is None and self.due_at is not None and self.due_at <= now + SOON

    def is_late(self, now: datetime) -> bool:
        """Whether a deadline that the city has adopted has passed; a reminder never does."""
        return (
            self.taken_at is None and self.adopted and self.due_at is not None and self.due_at < now
        )

    @property
    def version(self) -> str:
        """Changes when the card's body does."""
        return f"{self.round}{'t' if self.taken_at else 'o'}"


@dataclass(frozen=True)
class DecisionColumn:
    """Decisions in the order in which a tired reader needs them."""

    near: list[DecisionLine]
    later: list[DecisionLine]
    undated: list[DecisionLine]
    taken: list[DecisionLine]

    @property
    def open(self) -> list[DecisionLine]:
        """Everything that is not taken, what is due first."""
        return [*self.near, *self.later, *self.undated]


def decision_column(
    session: Session, activation_id: int, words: Words, now: datetime
) -> DecisionColumn:
    """Return the latest round of every decision point, what is due first. One query."""
    order = {d: place for place, d in enumerate(words.document.decisions_in_order())}
    latest: dict[str, DecisionLine] = {}
    rows = session.execute(
        select(
            Decision.decision,
            Decision.round,
            Decision.due_at,
            Decision.adopted,
            Decision.option,
            Decision.decided_by,
            Decision.taken_at,
        )
        .where(Decision.activation_id == activation_id)
        .order_by(Decision.decision, Decision.round)
    )
    for decision_id, round_, due_at, adopted, option, decided_by, taken_at in rows:
        key = f"decisions.{decision_id}"
        latest[decision_id] = DecisionLine(
            id=decision_id,
            round=round_,
            number=words.document.decisions[decision_id].number or "",
            title=words(f"{key}.title"),
            due_at=due_at,
            adopted=adopted,
            option=words(f"{key}.options.{option}") if option else None,
            decided_by=decided_by or "",
            taken_at=taken_at,
        )
    lines = sorted(latest.values(), key=lambda line: order[line.id])
    dated = sorted(
        (line for line in lines if line.taken_at is None and line.due_at),
        key=lambda line: line.due_at or now,
    )
    return DecisionColumn(
        near=[d for d in dated if d.due_at and d.due_at <= now + NEAR],
        later=[d for d in dated if d.due_at and d.due_at > now + NEAR],
        undated=[d for d in lines if d.taken_at is None and not d.due_at],
        taken=sorted(
            (d for d in lines if d.taken_at), key=lambda d: d.taken_at or now, reverse=True
        ),
    )


@dataclass(frozen=True, slots=True)
class Sets:
    """One thing that an option sets in motion; `kind` is "call-out", "task", "message" or "decision"."""

    kind: str
    title: Word


@dataclass(frozen=True, slots=True)
class OptionLine:
    """One way to decide, and what it sets in motion."""

    id: str
    title: Word
    sets: tuple[Sets, ...]


@dataclass(frozen=True)
class Round:
    """One time that this decision was taken."""

    round: int
    option: Word
    authority: Word
    decided_by: str
    noted_by: str
    rationale: str
    at: datetime


@dataclass(frozen=True)
class DecisionBody:
    """What the playbook says about a decision point."""

    id: str
    number: str
    title: Word
    question: Word
    pitfalls: Word
    phase: Word
    options: tuple[OptionLine, ...]
    decides: tuple[tuple[str, Word], ...]
    deputy: tuple[str, Word] | None
    needs: tuple[Word, ...]
    evidence: str
    source: str
    source_url: str
    #: Who adopted the deadline for the city; empty while it is a reminder.
    adopted_by: str
    #: An option of it leads to warning similar places.
    warns: bool = False

    @property
    def authorities(self) -> tuple[tuple[str, Word], ...]:
        """The roles on whose authority it may be taken, the first one first."""
        return (*self.decides, self.deputy) if self.deputy else self.decides


def decision_body(words: Words, decision_id: str) -> DecisionBody:
    """Return what the pinned playbook says about one decision point; raises NotFound."""
    document = words.document
    point = document.decisions.get(decision_id)
    if point is None:
        raise NotFound("There is no such decision point in this incident.")
    key = f"decisions.{decision_id}"
    source = document.sources.get(point.evidence.source) if point.evidence.source else None
    return DecisionBody(
        id=decision_id,
        number=point.number or "",
        title=words(f"{key}.title"),
        question=words(f"{key}.question"),
        pitfalls=words(f"{key}.pitfalls"),
        phase=words(f"phases.{point.phase}.name"),
        options=tuple(
            OptionLine(option_id, words(f"{key}.options.{option_id}"), _sets(words, option))
            for option_id, option in point.options.items()
        ),
        decides=tuple((role, words.role(role)) for role in point.decides),
        deputy=(point.deputy, words.role(point.deputy)) if point.deputy else None,
        needs=tuple(words(f"needs.{need}") for need in point.needs),
        evidence=point.evidence.mark,
        source=source.title if source else "",
        source_url=str(source.url) if source and source.url else "",
        adopted_by=point.adopted.by if point.adopted else "",
        warns=any(option.starts.warn_sites for option in point.options.values()),
    )


def _sets(words: Words, option: Option) -> tuple[Sets, ...]:
    starts = option.starts
    called = [
        words.tier(target) if target in words.document.tiers else words.role(target)
        for target in starts.call_out
    ]
    return (
        *(Sets("call-out", title) for title in called),
        *(Sets("task", words(f"tasks.{task}.title")) for task in starts.tasks),
        *(Sets("message", words(f"messages.{message}.name")) for message in starts.messages),
        *(Sets("decision", words(f"decisions.{opened}.title")) for opened in option.opens),
    )


def rounds_of(
    session: Session, activation_id: int, decision_id: str, words: Words
) -> tuple[Decision, Sequence[Round]]:
    """Return the latest round of a decision point and every time that it was taken, newest first.

    Raises NotFound.
    """
    rows = session.scalars(
        select(Decision)
        .where(Decision.activation_id == activation_id, Decision.decision == decision_id)
        .order_by(Decision.round.desc())
    ).all()
    if not rows:
        raise NotFound("There is no such decision point in this incident.")
    taken = [
        Round(
            round=row.round,
            option=words(f"decisions.{decision_id}.options.{row.option}"),
            authority=words.role(row.authority or ""),
            decided_by=row.decided_by or "",
            noted_by=row.noted_by_name or "",
            rationale=row.rationale or "",
            at=row.taken_at,
        )
        for row in rows
        if row.taken_at is not None
    ]
    return rows[0], taken
