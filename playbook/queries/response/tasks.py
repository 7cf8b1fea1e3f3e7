"""The Doing column: tasks by role, calls that a human must make first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.response.built_in_words import language_of, plain_words
from playbook.domain.response.escalation import RungState
from playbook.domain.response.site_calls import CALL_ME, SITE_WARNING, site_of
from playbook.models import ContactKind, ContactPoint, Organisation, Person, Rung, Task, TaskKind
from playbook.queries.response.words import Word, Words


@dataclass(frozen=True, slots=True)
class Saying:
    """The template of a message that somebody must prepare: its channel, subject and text, blanks and all."""

    channel: str
    subject: str
    body: Word


@dataclass(slots=True)
class TaskLine:
    """One task; `phones` are filled for whoever may see numbers, `scripts` is what to say at which switchboard."""

    id: int
    kind: str
    title: Word
    how: Word | None
    role: str
    due_at: datetime | None
    adopted: bool
    opened_at: datetime
    done_at: datetime | None
    done_by: str
    outcome: str
    person_id: int | None = None
    name: str = ""
    organisation: str = ""
    rung_id: int | None = None
    asks_for: Word | None = None
    #: The ladder has climbed past this person already.
    passed: bool = False
    phones: list[str] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    says: tuple[Saying, ...] = ()
    #: The call tells this person about a change: whom to note it of.
    told_id: int | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether a deadline that the city has adopted has passed."""
        return (
            self.done_at is None and self.adopted and self.due_at is not None and self.due_at < now
        )


@dataclass(slots=True)
class RoleTasks:
    """The open tasks of one role."""

    role: str
    title: Word
    tasks: list[TaskLine] = field(default_factory=list)


@dataclass(frozen=True)
class TaskColumn:
    """What is to be done: phone calls, then tasks by role (the earliest due first), then what is done."""

    calls: list[TaskLine]
    roles: list[RoleTasks]
    done: list[TaskLine]

    @property
    def open(self) -> list[TaskLine]:
        """Everything that is not done."""
        return [*self.calls, *(task for role in self.roles for task in role.tasks)]


def task_column(
    session: Session, activation_id: int, words: Words, *, with_phones: bool
) -> TaskColumn:
    """Return the tasks of an incident. Two queries, one of them only for phone numbers."""
    rows = session.execute(
        select(Task, Person.name, Organisation.name, Rung.language, Rung.state)
        .outerjoin(Person, Task.person_id == Person.id)
        .outerjoin(Organisation, Person.organisation_id == Organisation.id)
        .outerjoin(Rung, Task.rung_id == Rung.id)
        .where(Task.activation_id == activation_id)
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
    )
    lines = [
        _line(task, name or "", organisation or "", language, state, words)
        for task, name, organisation, language, state in rows
    ]
    calls = sorted(
        (t for t in lines if t.kind == TaskKind.PHONE_CALL and t.done_at is None),
        key=lambda t: t.passed,
    )
    if with_phones and calls:
        _add_phones(session, calls)
    return TaskColumn(
        calls=calls,
        roles=_by_role(
            (t for t in lines if t.kind != TaskKind.PHONE_CALL and t.done_at is None), words
        ),
        done=sorted((t for t in lines if t.done_at), key=lambda t: t.done_at or t.opened_at)[::-1],
    )


def _line(
    task: Task, name: str, organisation: str, language: str | None, state: str | None, words: Words
) -> TaskLine:
    line = TaskLine(
        id=task.id,
        kind=task.kind,
        title=words.plain(""),
        how=None,
        role=task.role,
        due_at=task.due_at,
        adopted=task.adopted,
        opened_at=task.opened_at,
        done_at=task.done_at,
        done_by=task.done_by_name or "",
        outcome=task.outcome or "",
        person_id=task.person_id,
        name=name,
        organisation=organisation,
        rung_id=task.rung_id,
        passed=state is not None and state != RungState.ASKED and not task.cause.endswith(CALL_ME),
    )
    if task.kind == TaskKind.CHECKLIST:
        line.title, line.how = words(f"tasks.{task.ref}.title"), words(f"tasks.{task.ref}.how")
    elif task.kind == TaskKind.MESSAGE:
        line.title = words(f"messages.{task.ref}.name")
        if task.done_at is None:
            line.says = _says(words, task.ref)
    else:
        line.asks_for = words.role(task.role)
        if task.cause.startswith("told:"):
            line.told_id = int(task.cause.split(":")[1])
        if task.done_at is None and language:
            warns = site_of(task.role) is not None
            line.says = (
                _says_to_a_place(words, language) if warns else _says_on_the_phone(words, language)
            )
    return line


def _says(words: Words, message: str) -> tuple[Saying, ...]:
    """Return the different texts of a message, in the reader's language where it exists."""
    found: dict[str, Saying] = {}
    for channel in words.document.messages[message].channels:
        text = words.document.message_text(message, channel, words.language)
        body = Word(text.body, text.language, text.needs_reader)
        found.setdefault(text.body, Saying(channel, text.subject or "", body))
    return tuple(found.values())


def _says_on_the_phone(words: Words, language: str) -> tuple[Saying, ...]:
    text = words.document.message_text("call-out", "voice", language)
    return (Saying("voice", "", Word(text.body, text.language, text.needs_reader)),)


def _says_to_a_place(words: Words, language: str) -> tuple[Saying, ...]:
    """Return what to say to a place that is warned: the playbook's words, or plain ones."""
    if SITE_WARNING in words.document.messages:
        text = words.document.message_text(SITE_WARNING, "voice", language)
        return (Saying("voice", "", Word(text.body, text.language, text.needs_reader)),)
    plain = plain_words(SITE_WARNING, language, "voice") or ""
    return (Saying("voice", "", Word(plain, language_of(language), unread=True)),)


def _add_phones(session: Session, calls: list[TaskLine]) -> None:
    phones: dict[int, dict[str, str | None]] = {}
    for person_id, value, script in session.execute(
        select(ContactPoint.person_id, ContactPoint.value, ContactPoint.script)
        .where(
            ContactPoint.person_id.in_([t.person_id for t in calls]),
            ContactPoint.kind == ContactKind.PHONE,
        )
        .order_by(ContactPoint.person_id, ContactPoint.position)
    ):
        phones.setdefault(person_id, {})[value] = script
    for task in calls:
        known = phones.get(task.person_id or 0, {})
        task.phones = list(known)
        task.scripts = {value: script for value, script in known.items() if script}


def _by_role(tasks: Iterable[TaskLine], words: Words) -> list[RoleTasks]:
    """Group tasks that come in the order in which they are due."""
    by_role: dict[str, RoleTasks] = {}
    for task in tasks:
        if task.role not in by_role:
            title = words.role(task.role) if task.role else words.plain("")
            by_role[task.role] = RoleTasks(task.role, title)
        by_role[task.role].tasks.append(task)
    return list(by_role.values())
