"""Activating a playbook: one atomic transaction that pins the version and freezes the call-out; and ending it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.built_in import built_in
from playbook.domain.response.call_plan import CallPlan
from playbook.domain.response.paper import Tick
from playbook.domain.response.texts import CALL_OUT_MESSAGES, FrozenText, freeze
from playbook.domain.text import in_order
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    Activation,
    ActivationKind,
    ActivationText,
    Delivery,
    PlaybookVersion,
    RoleCall,
    RoleCallState,
    Task,
    User,
)
from playbook.services import log
from playbook.services.preparedness.documents import document_of
from playbook.services.response import acknowledging, decisions, paper, tasks
from playbook.services.response.calling import begin_calls, plan_for
from playbook.services.response.context import CallOut, take_turn
from playbook.services.response.queueing import cancel_queued
from playbook.settings import Settings

#: Numbers start here, so that "1 11" can never be read as two digits of an answer.
FIRST_NUMBER = 11


@dataclass(frozen=True)
class Request:
    """What a person says when they activate; `key` was made by the page that asked."""

    key: str
    version_id: int
    level: str
    kind: ActivationKind
    name: str
    time_zero: datetime
    place: str = ""
    known: str = ""


def fixed_facts(
    playbook: Playbook, settings: Settings, request: Request, number: int, language: str
) -> dict[str, str]:
    """Return the facts that every text of this activation shares, in `language`."""
    return {
        "city": settings.city_name,
        "level": playbook.text(f"levels.{request.level}.name", language).text,
        "number": str(number),
        "join": in_order(settings.join_point, language),
        "callback": in_order(settings.call_back_number, language),
        "place": request.place,
    }


@dataclass(frozen=True)
class FromPaper:
    """People have been called from paper already, by whom (as the paper says), and what they said.

    `call_rest`: whoever is next and was not called is called now; else nobody is, and the coordinator owns every role
    that nobody answers for.
    """

    ticks: tuple[Tick, ...]
    caller: str
    call_rest: bool
    entered_by: User


def activate(
    session: Session,
    request: Request,
    settings: Settings,
    user: User | None,
    now: datetime,
    on_paper: FromPaper | None = None,
) -> Activation:
    """Activate a playbook: pin, freeze, queue the first calls, open decisions and tasks; all or nothing.

    What was answered `on_paper` is taken before anybody is asked; the ladders are then those of time zero. The same
    request key again returns the activation that it already made. Raises NotFound for an unknown version, BadInput for
    a level that the playbook does not have, a time zero in the future, or an answer that cannot be.
    """
    _one_at_a_time(session)
    again = session.scalar(select(Activation).where(Activation.request_key == request.key))
    if again is not None:
        return again
    version = session.get(PlaybookVersion, request.version_id)
    if version is None or not version.activatable:
        raise NotFound("This playbook version cannot be activated.")
    document = document_of(version)
    if request.level not in document.levels:
        raise BadInput("The playbook has no level “{level}”.", level=request.level)
    if request.time_zero > now + timedelta(minutes=5):
        raise BadInput("Time zero lies in the future. When did it happen?")
    activation = _pin(session, request, version, user, now)
    call_out = CallOut(session, activation, now, settings.public_url)
    roles = document.roles_of_level(request.level)
    began = request.time_zero if on_paper else now
    plan = plan_for(session, document, roles, began, settings)
    _freeze_texts(call_out, plan, settings, request)
    begin_calls(call_out, plan.roles, _taking(call_out, on_paper))
    decisions.open_all(call_out, ZoneInfo(settings.city_time_zone))
    tasks.open_at_activation(call_out, ZoneInfo(settings.city_time_zone))
    _note_confirmed(call_out, plan, user)
    session.flush()
    return activation


def _taking(
    call_out: CallOut, on_paper: FromPaper | None
) -> Callable[[list[RoleCall]], None] | None:
    """Return what takes the answers from paper into ladders just written, or None if there are none."""
    if on_paper is None:
        return None

    def take(role_calls: list[RoleCall]) -> None:
        call_out.load_people({rung.person_id for call in role_calls for rung in call.rungs})
        user = on_paper.entered_by
        paper.take(call_out, role_calls, on_paper.ticks, user, on_paper.caller, climbing=False)
        if not on_paper.call_rest:
            paper.own_the_rest(call_out, role_calls)

    return take


def _note_confirmed(call_out: CallOut, plan: CallPlan, user: User | None) -> None:
    activation = call_out.activation
    log.record(
        call_out.session,
        "activation.confirmed",
        now=call_out.now,
        user=user,
        activation_id=activation.id,
        subject=f"activation:{activation.id}",
        payload={
            "name": activation.name,
            "level": activation.level,
            "roles": len(plan.roles),
            "people": len(plan.people),
        },
    )


def _one_at_a_time(session: Session) -> None:
    """Let activations queue up, so that two impatient fingers cannot both find nothing."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(7265)"))


def _pin(
    session: Session, request: Request, version: PlaybookVersion, user: User | None, now: datetime
) -> Activation:
    name = user.shown_name if user else "playbook"
    last = session.scalar(select(func.max(Activation.number))) or FIRST_NUMBER - 1
    activation = Activation(
        number=last + 1,
        request_key=request.key,
        version=version,
        content_hash=version.content_hash,
        kind=request.kind,
        level=request.level,
        name=request.name.strip() or version.title,
        time_zero=request.time_zero,
        place=request.place.strip(),
        known=request.known.strip(),
        confirmed_at=now,
        confirmed_by_id=user.id if user else None,
        confirmed_by_name=name,
        coordinator_id=user.id if user else None,
        coordinator_name=name,
    )
    session.add(activation)
    session.flush()
    return activation


def _freeze_texts(call_out: CallOut, plan: CallPlan, settings: Settings, request: Request) -> None:
    """Store every text that the call-out may send, as it reads now, in every language it will need."""
    document, activation = call_out.document, call_out.activation
    for language in sorted({document.languages.source, *document.languages.all, *plan.languages}):
        facts = fixed_facts(document, settings, request, activation.number, language)
        del facts["level"]  # it can change: filled in at sending
        for message, channels in CALL_OUT_MESSAGES.items():
            for channel in channels:
                frozen = _frozen(call_out, message, channel, language, facts)
                if frozen is None:
                    continue
                call_out.session.add(_row(activation, frozen, language))
    call_out.session.flush()


def freeze_languages(
    call_out: CallOut,
    settings: Settings,
    messages: Iterable[str],
    languages: Iterable[str],
    *,
    keep: bool,
) -> None:
    """Freeze these messages in languages that nobody had when the incident began, as far as they can be said in them.

    Texts that are frozen already stay as they are. Without `keep` nothing is written: for looking ahead.
    """
    activation = call_out.activation
    for language in sorted(set(languages)):
        facts = _facts_of(call_out.document, settings, activation, language)
        for message in messages:
            for channel in CALL_OUT_MESSAGES[message]:
                if (message, language, channel) in call_out.texts:
                    continue
                frozen = _frozen(call_out, message, channel, language, facts)
                if frozen is None:
                    continue
                call_out.texts[message, language, channel] = frozen
                if keep:
                    call_out.session.add(_row(activation, frozen, language))


def _facts_of(
    document: Playbook, settings: Settings, activation: Activation, language: str
) -> dict[str, str]:
    facts = fixed_facts(
        document,
        settings,
        Request(
            "", 0, activation.level, activation.kind, "", activation.time_zero, activation.place
        ),
        activation.number,
        language,
    )
    del facts["level"]  # it can change: filled in at sending
    return facts


def _row(activation: Activation, frozen: FrozenText, language: str) -> ActivationText:
    return ActivationText(
        activation_id=activation.id,
        message=frozen.message,
        language=language,
        channel=frozen.channel,
        subject=frozen.subject,
        body=frozen.body,
    )


def _frozen(
    call_out: CallOut, message: str, channel: str, language: str, facts: dict[str, str]
) -> FrozenText | None:
    """Return one text as it will be sent; for a version from before `message` existed, the built-in sentence.

    None where there is no such sentence.
    """
    document, exercise = call_out.document, call_out.exercise
    if message in document.messages:
        return freeze(document, message, channel, language, facts, exercise=exercise)
    return built_in(message, language, channel, call_out.mark(channel, language), facts)


def end(session: Session, activation: Activation, user: User, now: datetime, reason: str) -> None:
    """End an activation: nothing more is called, what has not left does not leave; twice is harmless."""
    take_turn(session, activation.id)
    if activation.ended_at is not None:
        return
    activation.ended_at = now
    activation.changed()
    session.execute(
        update(RoleCall)
        .where(
            RoleCall.activation_id == activation.id,
            RoleCall.state.in_([RoleCallState.WAITING, RoleCallState.CALLING]),
        )
        .values(state=RoleCallState.CLOSED, next_due_at=None)
    )
    cancel_queued(session, Delivery.activation_id == activation.id, "ended", now)
    tasks.close_phone_calls(session, Task.activation_id == activation.id, now)
    acknowledging.stop_waiting(session, activation.id)
    log.record(
        session,
        "activation.ended",
        now=now,
        user=user,
        activation_id=activation.id,
        subject=f"activation:{activation.id}",
        payload={"reason": reason},
    )


def hand_over(
    session: Session, activation: Activation, to: User, user: User, now: datetime
) -> None:
    """Make `to` the coordinator: every silence that `activation`'s coordinator owns goes to them by name, with
    those still to come.

    The same coordinator again changes nothing. Raises Conflict if the incident has ended, BadInput if `to` may not
    sign in any more.
    """
    take_turn(session, activation.id)
    if activation.ended_at is not None:
        raise Conflict("This incident has ended. Nothing was changed.")
    if not to.active:
        raise BadInput("This account cannot sign in any more. Choose somebody else.")
    before_id, before = activation.coordinator_id, activation.coordinator_name
    if before_id == to.id:
        return
    activation.coordinator_id, activation.coordinator_name = to.id, to.shown_name
    activation.changed()
    session.execute(
        update(RoleCall)
        .where(
            RoleCall.activation_id == activation.id,
            RoleCall.state == RoleCallState.OWNED,
            RoleCall.owner_id == before_id,
        )
        .values(owner_id=to.id, owner_name=activation.coordinator_name)
    )
    log.record(
        session,
        "activation.handed-over",
        now=now,
        user=user,
        activation_id=activation.id,
        subject=f"activation:{activation.id}",
        payload={"from": before, "to": activation.coordinator_name},
    )
