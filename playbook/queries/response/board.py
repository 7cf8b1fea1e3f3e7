"""The board: the top line that is always visible, and the columns below it.

A fixed number of queries, however many people are called; rows are plain, so that a page of a thousand people is quick.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.models import (
    Activation,
    ActivationKind,
    Announcement,
    AnnouncementPerson,
    Delivery,
    Inbound,
    PlaybookVersion,
    RoleCallState,
)
from playbook.queries.response.codes import wrong_codes
from playbook.queries.response.decisions import DecisionColumn, decision_column
from playbook.queries.response.people import NOT_ANSWERED, TierLines, people_by_tier
from playbook.queries.response.scripts import fill_scripts
from playbook.queries.response.tasks import TaskColumn, task_column
from playbook.queries.response.timeline import Timeline, timeline
from playbook.queries.response.words import Word, Words

#: How much of the time line stands beside the columns.
BESIDE = 20


@dataclass(frozen=True)
class Next:
    """The next deadline or reminder among decisions and tasks; `kind` is "decision" or "task"."""

    kind: str
    id: str
    title: Word
    due_at: datetime
    adopted: bool


@dataclass(frozen=True)
class TopLine:
    """What is happening and what is not done, in one look.

    `owned` roles are part of `not_answered`, `decisions_late` part of `decisions_due`: these a human must act on now.
    `newest` is the number of the newest published version when it is not the pinned one, else None. `unknown` counts
    messages of which nobody can say whether they left: a human must look. `to_phone` counts people whom only a human's
    call tells of a change.
    """

    id: int
    number: int
    name: str
    title: Word
    level: Word
    exercise: bool
    playbook: str
    version: int
    version_hash: str
    newest: int | None
    time_zero: datetime
    confirmed_at: datetime
    confirmed_by: str
    coordinator_id: int | None
    coordinator: str
    place: str
    known: str
    ended_at: datetime | None
    not_answered: int
    owned: int
    decisions_due: int
    decisions_late: int
    tasks_late: int
    to_read: int
    unknown: int
    to_phone: int
    #: Wrong check codes of the last hour; many of them mean that somebody forges messages.
    wrong_codes: int
    next: Next | None


@dataclass(frozen=True)
class Board:
    """Everything on the board of one incident."""

    top: TopLine
    tiers: list[TierLines]
    decisions: DecisionColumn
    tasks: TaskColumn
    timeline: Timeline


def board_of(
    session: Session, activation: Activation, words: Words, now: datetime, *, with_phones: bool
) -> Board:
    """Return the board of an incident, with phone numbers and codes only for whoever may see them.

    Ten queries at most.
    """
    tiers = people_by_tier(session, activation.id, words)
    decisions = decision_column(session, activation.id, words, now)
    tasks = task_column(session, activation.id, words, with_phones=with_phones)
    fill_scripts(session, activation, tasks.calls, words, with_codes=with_phones)
    return Board(
        top=_top_line(session, activation, words, now, tiers, decisions, tasks),
        tiers=tiers,
        decisions=decisions,
        tasks=tasks,
        timeline=timeline(session, activation.id, limit=BESIDE),
    )


def _top_line(
    session: Session,
    activation: Activation,
    words: Words,
    now: datetime,
    tiers: list[TierLines],
    decisions: DecisionColumn,
    tasks: TaskColumn,
) -> TopLine:
    version = activation.version
    to_read, unknown, to_phone, newest, wrong = _counts(session, activation, now)
    return TopLine(
        id=activation.id,
        number=activation.number,
        name=activation.name,
        title=words("playbook.title"),
        level=words(f"levels.{activation.level}.name"),
        exercise=activation.kind == ActivationKind.EXERCISE,
        playbook=version.playbook.key,
        version=version.number,
        version_hash=activation.content_hash.removeprefix("sha256:")[:8],
        newest=newest if newest > version.number else None,
        time_zero=activation.time_zero,
        confirmed_at=activation.confirmed_at,
        confirmed_by=activation.confirmed_by_name,
        coordinator_id=activation.coordinator_id,
        coordinator=activation.coordinator_name,
        place=activation.place,
        known=activation.known,
        ended_at=activation.ended_at,
        not_answered=sum(role.state in NOT_ANSWERED for tier in tiers for role in tier.roles),
        owned=sum(role.state == RoleCallState.OWNED for tier in tiers for role in tier.roles),
        decisions_late=sum(d.is_late(now) for d in decisions.open),
        decisions_due=sum(d.is_due(now) for d in decisions.open),
        tasks_late=sum(t.is_late(now) for t in tasks.open),
        to_read=to_read,
        unknown=unknown,
        to_phone=to_phone,
        wrong_codes=wrong,
        next=_next(decisions, tasks, now),
    )


def _counts(
    session: Session, activation: Activation, now: datetime
) -> tuple[int, int, int, int, int]:
    """Return texts to read, unknown messages, people to phone about a change, the newest version's number, and wrong
    codes.
    """
    to_read = select(func.count(Inbound.id)).where(
        Inbound.activation_id == activation.id, Inbound.needs_reader, Inbound.done_at.is_(None)
    )
    unknown = select(func.count(Delivery.id)).where(
        Delivery.activation_id == activation.id, Delivery.state == "unknown"
    )
    to_phone = (
        select(func.count(AnnouncementPerson.id))
        .join(Announcement)
        .where(
            Announcement.activation_id == activation.id,
            AnnouncementPerson.by_phone,
            AnnouncementPerson.acknowledged_at.is_(None),
        )
    )
    newest = select(func.max(PlaybookVersion.number)).where(
        PlaybookVersion.playbook_id == activation.version.playbook_id
    )
    row = session.execute(
        select(
            to_read.scalar_subquery(),
            unknown.scalar_subquery(),
            to_phone.scalar_subquery(),
            newest.scalar_subquery(),
            wrong_codes(activation.id, now),
        )
    ).one()
    return row[0] or 0, row[1] or 0, row[2] or 0, row[3] or 0, row[4] or 0


def _next(decisions: DecisionColumn, tasks: TaskColumn, now: datetime) -> Next | None:
    """Return what is due next: the earliest deadline or reminder that lies ahead."""
    ahead = [
        Next("decision", d.id, d.title, d.due_at, d.adopted)
        for d in decisions.open
        if d.due_at and d.due_at >= now
    ] + [
        Next("task", str(t.id), t.title, t.due_at, t.adopted)
        for role in tasks.roles
        for t in role.tasks
        if t.due_at and t.due_at >= now
    ]
    return min(ahead, key=lambda n: n.due_at, default=None)
