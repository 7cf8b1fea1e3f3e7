"""Starting a proof of every number or a drill of chosen roles: who is asked, and when each question leaves."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session, defer, selectinload

from playbook.domain.preparedness.daytime import daytime_after, spread_of
from playbook.domain.preparedness.standing.readiness import TEXTS
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    ContactKind,
    ContactPoint,
    Person,
    ReadinessCall,
    ReadinessRound,
    RoundKind,
    User,
)
from playbook.models.keyring import current_keyring
from playbook.services import log
from playbook.services.deliveries import LIFE, queue_standing
from playbook.services.preparedness.own_pages import page_address
from playbook.services.preparedness.readiness_days import Days, days_of, real_incident_runs
from playbook.services.response.people import contact_for, duties_of, holders_of
from playbook.settings import Settings

#: How long answers count, from the last question of a proof and from the start of a drill.
OPEN_FOR = {RoundKind.PROOF: timedelta(days=5), RoundKind.DRILL: timedelta(minutes=30)}


@dataclass(frozen=True)
class Question:
    """One question to be asked: whom, where, for which role of a drill; or why it cannot be asked."""

    person: Person | None
    contact: ContactPoint | None
    channel: str
    role: str = ""
    obstacle: str | None = None


@dataclass(frozen=True)
class Foreseen:
    """What starting a round would do now, in numbers."""

    questions: tuple[Question, ...]

    @property
    def numbers(self) -> int:
        """How many phones and mailboxes get a message; one that several people share counts once."""
        return len({_place_of(q) for q in self.questions if q.obstacle is None})

    @property
    def people(self) -> int:
        """How many people are asked."""
        return len({q.person.id for q in self.questions if q.person and q.obstacle is None})

    @property
    def cannot(self) -> int:
        """How many numbers, people or roles cannot be asked."""
        return sum(q.obstacle is not None for q in self.questions)

    @property
    def spread(self) -> timedelta:
        """Over how much daytime the questions of a proof are spread."""
        return spread_of(self.numbers)


def foresee(
    session: Session, kind: RoundKind, settings: Settings, now: datetime, roles: Sequence[str] = ()
) -> Foreseen:
    """Return what a round would ask now. `roles` are those of a drill."""
    if kind is RoundKind.PROOF:
        return Foreseen(tuple(_every_number(session)))
    return Foreseen(tuple(_first_in_line(session, roles, settings, now)))


def start_round(
    session: Session,
    kind: RoundKind,
    settings: Settings,
    *,
    now: datetime,
    user: User | None,
    request_key: str,
    roles: Sequence[str] = (),
) -> ReadinessRound:
    """Ask: one call per number or role, one message per phone or mailbox; the same request key again is the same round.

    A proof reaches everybody in their own daytime, a drill at once. Raises Conflict while a real incident runs or a
    round of this kind is open, BadInput if there is nobody to ask.
    """
    _one_at_a_time(session)
    again = session.scalar(select(ReadinessRound).where(ReadinessRound.request_key == request_key))
    if again is not None:
        return again
    if real_incident_runs(session):
        raise Conflict("A real incident is running. Nobody was asked; try again when it is over.")
    if open_round(session, kind) is not None:
        raise Conflict("There is one under way already. Wait until it is over, or close it first.")
    foreseen = foresee(session, kind, settings, now, roles)
    if not foreseen.numbers:
        raise BadInput("There is nobody who can be asked. Nothing was sent.")
    made = ReadinessRound(
        kind=kind,
        request_key=request_key,
        started_at=now,
        started_by_id=user.id if user else None,
        started_by_name=user.shown_name if user else "",
        closes_at=now + OPEN_FOR[kind],
    )
    made.calls = [_call_of(question) for question in foreseen.questions]
    session.add(made)
    session.flush()
    _ask(session, made, foreseen.questions, settings, now)
    log.record(
        session,
        "readiness.started",
        now=now,
        user=user,
        subject=f"readiness_round:{made.id}",
        payload={
            "kind": str(kind),
            "numbers": foreseen.numbers,
            "people": foreseen.people,
            "cannot": foreseen.cannot,
        },
    )
    return made


def open_round(session: Session, kind: RoundKind) -> ReadinessRound | None:
    """Return the round of `kind` whose answers still count, or None."""
    return session.scalar(
        select(ReadinessRound).where(
            ReadinessRound.kind == kind, ReadinessRound.closed_at.is_(None)
        )
    )


def confirm_token(call: ReadinessCall) -> str:
    """Return the secret in a mail's link; the same for the same call, until the person's own page gets a new one."""
    page_round = call.person.page_round if call.person else 0
    secret = current_keyring().link_token(f"proof:{call.round.request_key}:{call.id}:{page_round}")
    return f"{call.id}-{secret}"


def call_by_token(session: Session, token: str) -> ReadinessCall:
    """Return the call that a mail's link confirms, or raise NotFound. Changes nothing."""
    number, _, _secret = token.partition("-")
    known = number.isascii() and number.isdigit() and len(number) < 10
    call = session.get(ReadinessCall, int(number)) if known else None
    gone = call is None or call.person is None or call.person.removed_at is not None
    if call is None or gone or not _same(confirm_token(call), token):
        raise NotFound(
            "This link does not open anything any more. Ask the city for a new one, or call us."
        )
    return call


def _same(one: str, other: str) -> bool:
    import hmac

    return hmac.compare_digest(one.encode(), other.encode())


def _one_at_a_time(session: Session) -> None:
    """Let starts queue up, so that two impatient fingers cannot both find nothing."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7267)"))


def _every_number(session: Session) -> Iterator[Question]:
    people = session.scalars(
        select(Person)
        .where(Person.removed_at.is_(None))
        .options(selectinload(Person.contact_points).defer(ContactPoint.value), defer(Person.notes))
        .order_by(Person.id)
    )
    for person in people:
        if not person.contact_points:
            yield Question(person, None, "sms", obstacle="no-contact")
        for contact in person.contact_points:
            channel = "email" if contact.kind == ContactKind.EMAIL else "sms"
            yield Question(person, contact, channel, obstacle=_obstacle(person, contact))


def _obstacle(person: Person, contact: ContactPoint) -> str | None:
    if person.held_at is not None:
        return "held"
    if contact.kind == ContactKind.PHONE and (not contact.gets_sms or contact.is_switchboard):
        return "no-sms"
    if contact.disowned_at is not None:
        return "disowned"
    return "opted-out" if contact.opted_out_at is not None else None


def _first_in_line(
    session: Session, roles: Iterable[str], settings: Settings, now: datetime
) -> Iterator[Question]:
    """For each role whoever would be called first now: on duty, else next in line, but nobody who is held."""
    wanted = sorted(set(roles))
    standing = holders_of(session, wanted)
    duties = duties_of(session, [(role, now) for role in wanted], settings)
    on_duty = {role: [holder for holder, _ in duty.on] for (role, _), duty in duties.items()}
    lines = {role: [*on_duty.get(role, ()), *standing.get(role, ())] for role in wanted}
    ids = {h.person_id for line in lines.values() for h in line}
    people = {
        person.id: person
        for person in session.scalars(
            select(Person)
            .where(Person.id.in_(ids))
            .options(
                selectinload(Person.contact_points).defer(ContactPoint.value), defer(Person.notes)
            )
        )
    }
    for role in wanted:
        line = lines[role]
        free = [h for h in line if not h.held]
        if not free:
            yield Question(None, None, "sms", role, "held" if line else "nobody")
            continue
        person = people[free[0].person_id]
        contact, obstacle = contact_for(person, "sms")
        yield Question(person, contact, "sms", role, obstacle)


def _call_of(question: Question) -> ReadinessCall:
    return ReadinessCall(
        person=question.person,
        contact_point=question.contact,
        value_index=question.contact.value_index if question.contact else "",
        channel=question.channel,
        role=question.role,
        obstacle=question.obstacle,
    )


def _place_of(question: Question) -> tuple[str, str]:
    return question.channel, question.contact.value_index if question.contact else ""


def _ask(
    session: Session,
    made: ReadinessRound,
    questions: Sequence[Question],
    settings: Settings,
    now: datetime,
) -> None:
    """Queue one message for each phone and mailbox, in the language of the first person who is asked there."""
    days = days_of(session, settings, now)
    places: dict[tuple[str, str], list[ReadinessCall]] = {}
    for question, call in zip(questions, made.calls, strict=True):
        if question.obstacle is None:
            places.setdefault(_place_of(question), []).append(call)
    step = spread_of(len(places)) / max(1, len(places) - 1)
    last = now
    for number, calls in enumerate(places.values()):
        leaves_at = _leaves_at(made, calls[0], now, step * number, days)
        last = max(last, leaves_at)
        _queue(session, made, calls, settings, now, leaves_at)
    made.closes_at = last + OPEN_FOR[RoundKind(made.kind)]


def _leaves_at(
    made: ReadinessRound, call: ReadinessCall, now: datetime, wait: timedelta, days: Days
) -> datetime:
    if made.kind == RoundKind.DRILL:
        return now
    return daytime_after(now, wait, days.zone_of(call.person), days.holidays)


def _queue(
    session: Session,
    made: ReadinessRound,
    calls: Sequence[ReadinessCall],
    settings: Settings,
    now: datetime,
    leaves_at: datetime,
) -> None:
    first = calls[0]
    if first.person is None:
        return
    drill = made.kind == RoundKind.DRILL
    facts = {"city": settings.city_name}
    if not drill:
        facts["link"] = page_address(first.person, settings.public_url)
        facts["confirm"] = f"{settings.public_url.rstrip('/')}/proof/{confirm_token(first)}"
    message = "drill-sms" if drill else "proof-mail" if first.channel == "email" else "proof-sms"
    delivery = queue_standing(
        session,
        TEXTS,
        message,
        cause=f"round:{made.id}",
        purpose=str(made.kind),
        channel=first.channel,
        language=first.person.language,
        facts=facts,
        contact=first.contact_point,
        person=first.person,
        now=now,
        not_before=leaves_at,
        life=OPEN_FOR[RoundKind.DRILL] if drill else LIFE,
    )
    for call in calls:
        call.delivery = delivery
