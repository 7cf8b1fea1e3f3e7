"""What a change would do, computed before anybody confirms: by the same functions that carry it out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from notifications.encoding import segment
from playbook.domain.preparedness.document import Playbook
from playbook.domain.response import changes as rule
from playbook.domain.response.call_plan import PlannedRole
from playbook.domain.response.changes import Asking, Called, ChangeKind, Telling
from playbook.domain.response.proof import SAMPLE_CODE
from playbook.domain.response.site_calls import SITE_WARNING
from playbook.errors import BadInput
from playbook.models import Delivery, RoleCall, RoleCallState, Rung
from playbook.services.response.activation import freeze_languages
from playbook.services.response.calling import plan_for
from playbook.services.response.callout import asking_rung
from playbook.services.response.context import RUNG_LOADING, CallOut
from playbook.services.response.list_messages import recipients
from playbook.services.response.people import holder_from
from playbook.services.response.preview import SAMPLE_TOKEN
from playbook.settings import Settings

RUNNING = (RoleCallState.WAITING, RoleCallState.CALLING)
#: Changes that say what the coordinator writes.
OWN_WORDS = (ChangeKind.CORRECTION, ChangeKind.LIST_MESSAGE)
#: As many characters as make about five SMS.
LONGEST = 600


@dataclass(frozen=True)
class Change:
    """What a person says when it changes; `key` was made by the page that asked.

    `level` for a change of level; `texts` for a correction or a message to lists, language → as written; `to` are the
    lists and roles that get it, and `asks` whether they are asked to confirm.
    """

    key: str
    kind: ChangeKind
    level: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    to: tuple[str, ...] = ()
    asks: bool = False


@dataclass(frozen=True)
class Notice:
    """A text as some people will read it, with the facts of one of them as the sample.

    `fallback` is the language of the coordinator's own words where it is not the reader's, else empty.
    """

    message: str
    language: str
    channel: str
    subject: str | None
    body: str
    people: int
    segments: int
    fallback: str


@dataclass(frozen=True)
class Foreseen:
    """Everything that a change sets going and stops."""

    tellings: tuple[Telling, ...]
    notices: tuple[Notice, ...]
    #: The names of those whom a human must phone, and of those whom nothing reaches.
    to_phone: tuple[str, ...]
    beyond_reach: tuple[str, ...]
    #: Held: they hear nothing, by somebody's wish.
    held: int
    calls_stopped: int
    messages_stopped: int
    #: Roles that begin to be called, and how many people are asked at once.
    begins: tuple[PlannedRole, ...]
    called_now: int
    let_go: frozenset[str]
    #: Roles for which nobody gets the message.
    nobody: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """How many people are told, in writing or by phone."""
        return sum(bool(t.channels) for t in self.tellings)

    @property
    def languages(self) -> int:
        """In how many languages."""
        return len({t.language for t in self.tellings if t.channels})

    @property
    def segments(self) -> int:
        """What it costs as SMS, together."""
        return sum(n.people * n.segments for n in self.notices)


def check(call_out: CallOut, change: Change) -> None:
    """Raise BadInput if `change` cannot be made."""
    document, activation = call_out.document, call_out.activation
    if change.kind is ChangeKind.LEVEL:
        if change.level not in document.levels:
            raise BadInput("The playbook has no level “{level}”.", level=change.level)
        if change.level == activation.level:
            raise BadInput("This incident is at that level already. Choose another one.")
    if change.kind is ChangeKind.LIST_MESSAGE and not change.to:
        raise BadInput("Choose at least one list or role.")
    if change.kind in OWN_WORDS:
        _check_words(document, change)


def _check_words(document: Playbook, change: Change) -> None:
    own = change.texts.get(document.languages.source, "").strip()
    if change.kind is ChangeKind.CORRECTION:
        if not own:
            raise BadInput(
                "Write the correction in the playbook's own language first; the others may stay empty."
            )
        if any(len(text) > LONGEST for text in change.texts.values()):
            raise BadInput("A correction has {most} characters at most.", most=LONGEST)
    elif not own:
        raise BadInput(
            "Write the message in the playbook's own language first; the others may stay empty."
        )
    elif any(len(text) > LONGEST for text in change.texts.values()):
        raise BadInput("A message has {most} characters at most.", most=LONGEST)


def foresee(call_out: CallOut, change: Change, settings: Settings) -> Foreseen:
    """Return what making `change` now would do; writes nothing. Raises BadInput."""
    check(call_out, change)
    document, activation = call_out.document, call_out.activation
    rungs = rungs_called(call_out)
    called, nobody = _concerned(call_out, change, rungs, settings)
    let_go: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    begins: tuple[PlannedRole, ...] = ()
    if change.kind is ChangeKind.LEVEL:
        let_go = rule.let_go_roles(document, activation.level, change.level)
        closed = closed_roles(call_out)
        begins = roles_to_begin(call_out, change.level, settings)
    again = closed & {planned.role for planned in begins}
    told = rule.tellings(change.kind, called, let_go | (closed - again), again)
    names = {person.holder.person_id: person.holder.name for person in called}
    return Foreseen(
        tellings=told,
        notices=_notices(call_out, change, told),
        to_phone=tuple(sorted(names[t.person_id] for t in told if t.channels == ("voice",))),
        beyond_reach=tuple(sorted(names[t.person_id] for t in told if not t.channels)),
        held=sum(person.holder.held for person in called),
        calls_stopped=_calls_stopped(call_out, change, let_go),
        messages_stopped=_messages_stopped(call_out, change, told),
        begins=begins,
        called_now=len(
            {r.rungs[0].holder.person_id for r in begins if r.rungs and r.starts_at <= call_out.now}
        ),
        let_go=let_go,
        nobody=nobody,
    )


def _concerned(
    call_out: CallOut, change: Change, rungs: list[Rung], settings: Settings
) -> tuple[Sequence[Called], tuple[str, ...]]:
    """Return whom `change` concerns, and the roles for which there is nobody.

    Who was only warned as a similar place hears that it is over, but neither of levels nor of what the cell corrects.
    """
    if change.kind is ChangeKind.LIST_MESSAGE:
        found = recipients(call_out, change.to, rungs, settings)
        spoken = {asking.language for person in found.called for asking in person.askings}
        languages = {*spoken, call_out.document.languages.source}
        freeze_languages(call_out, settings, [str(change.kind)], languages, keep=False)
        return found.called, found.nobody
    if change.kind in (ChangeKind.LEVEL, ChangeKind.CORRECTION):
        rungs = [rung for rung in rungs if rung.role_call.message != SITE_WARNING]
    return everybody_called(rungs), ()


def rungs_called(call_out: CallOut) -> list[Rung]:
    """Return every rung that was ever opened in this activation, in the order of opening; a handful of queries."""
    return list(
        call_out.session.scalars(
            select(Rung)
            .where(Rung.activation_id == call_out.activation.id, Rung.opened_at.is_not(None))
            .options(*RUNG_LOADING)
            .order_by(Rung.opened_at, Rung.id)
        )
    )


def everybody_called(rungs: Iterable[Rung]) -> list[Called]:
    """Return the people of `rungs`, each with the roles that they were asked for and what reached them."""
    by_person: dict[int, list[Rung]] = {}
    for rung in rungs:
        if rung.person.removed_at is None:
            by_person.setdefault(rung.person_id, []).append(rung)
    return [
        Called(
            holder_from(mine[0].person),
            tuple(Asking(r.role_call.role, r.language, _reached(r)) for r in mine),
        )
        for mine in by_person.values()
    ]


def _reached(rung: Rung) -> tuple[str, ...]:
    """Return the channels that got through to this person in any round."""
    attempts = asking_rung(rung).all_attempts
    return tuple(
        dict.fromkeys(a.channel for a in attempts if a.settled_at is not None and not a.failed)
    )


def closed_roles(call_out: CallOut) -> frozenset[str]:
    """Return the roles that an earlier change of level has let go."""
    return frozenset(
        call_out.session.scalars(
            select(RoleCall.role).where(
                RoleCall.activation_id == call_out.activation.id,
                RoleCall.state == RoleCallState.CLOSED,
            )
        )
    )


def roles_to_begin(call_out: CallOut, level: str, settings: Settings) -> tuple[PlannedRole, ...]:
    """Return the calls that `level` needs and that are not under way or done: at their tiers' offsets from now."""
    states = call_out.session.execute(
        select(RoleCall.role, RoleCall.state).where(
            RoleCall.activation_id == call_out.activation.id
        )
    )
    known = {role for role, state in states if state != RoleCallState.CLOSED}
    roles = {
        role: facts
        for role, facts in call_out.document.roles_of_level(level).items()
        if role not in known
    }
    return plan_for(call_out.session, call_out.document, roles, call_out.now, settings).roles


def _calls_stopped(call_out: CallOut, change: Change, let_go: frozenset[str]) -> int:
    """Return how many roles are not called any further."""
    running = select(RoleCall.role).where(
        RoleCall.activation_id == call_out.activation.id, RoleCall.state.in_(RUNNING)
    )
    roles = call_out.session.scalars(running).all()
    return sum(change.kind.ends or role in let_go for role in roles)


def _messages_stopped(call_out: CallOut, change: Change, told: Iterable[Telling]) -> int:
    """Return how many messages that have not left will not leave."""
    waiting = select(func.count(Delivery.id)).where(
        Delivery.activation_id == call_out.activation.id, Delivery.state == "queued"
    )
    if not change.kind.ends:
        waiting = waiting.where(
            Delivery.purpose == "call-out", Delivery.person_id.in_(not_needed(change, told))
        )
    return call_out.session.scalar(waiting) or 0


def not_needed(change: Change, told: Iterable[Telling]) -> list[int]:
    """Return the people whom a change of level lets go altogether."""
    if change.kind is not ChangeKind.LEVEL:
        return []
    return [t.person_id for t in told if t.message != change.kind]


def words_of(
    call_out: CallOut, change: Change, telling: Telling, token: str
) -> tuple[dict[str, str], str]:
    """Return the facts that complete what `telling` says, and the language of the free text in them.

    `token` is the secret in the link; a page that only shows a text has a sample.
    """
    document, activation = call_out.document, call_out.activation
    own, own_language = rule.text_for(change.texts, telling.language, document.languages.source)
    level = change.level or activation.level
    facts = {
        "role": ", ".join(
            dict.fromkeys(call_out.role_name(role, telling.language) for role in telling.roles)
        ),
        "link": call_out.link(token),
        "level": document.text(f"levels.{level}.name", telling.language).text,
        "text": own,
    }
    return facts, own_language


def _notices(call_out: CallOut, change: Change, told: Iterable[Telling]) -> tuple[Notice, ...]:
    """Return the different texts, the most read first."""
    people: Counter[tuple[str, str, str]] = Counter()
    samples: dict[tuple[str, str, str], Telling] = {}
    for telling in told:
        for channel in telling.channels:
            key = (telling.message, telling.language, channel)
            people[key] += 1
            samples.setdefault(key, telling)
    notices = []
    for (message, language, channel), telling in samples.items():
        facts, own_language = words_of(call_out, change, telling, SAMPLE_TOKEN)
        # Whoever phones reads out what an SMS would say.
        as_ = "sms" if channel == "voice" else channel
        subject, body = call_out.text(message, language, as_).complete(
            {**call_out.shared_facts(language), "code": SAMPLE_CODE, **facts}
        )
        foreign = change.kind in OWN_WORDS and own_language != language
        notices.append(
            Notice(
                message,
                language,
                channel,
                subject if channel == "email" else None,
                body,
                people[message, language, channel],
                segment(body).segments if channel == "sms" else 0,
                own_language if foreign else "",
            )
        )
    return tuple(sorted(notices, key=lambda n: (-n.people, n.message, n.language, n.channel)))
