"""What confirming would do, computed before anybody confirms: by the plan that confirming itself uses."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications.encoding import segment
from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.call_plan import (
    SERIOUS,
    CallPlan,
    Hole,
    PlannedRole,
    PlannedRung,
    obstacle,
)
from playbook.domain.response.proof import SAMPLE_CODE
from playbook.domain.response.texts import FrozenText, freeze
from playbook.errors import BadInput, NotFound
from playbook.models import Activation, ActivationKind, PlaybookVersion
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.readings import ReadingState, reading_state
from playbook.services.response.activation import FIRST_NUMBER, Request, fixed_facts
from playbook.services.response.calling import plan_for
from playbook.services.response.context import check_page
from playbook.settings import Settings

#: As long as the token in a partner's answer link.
SAMPLE_TOKEN = "kx7wq2lm5tbz"  # noqa: S105 - opens nothing


_OF_LANGUAGE = frozenset({Hole.NO_TRANSLATION, Hole.NOT_YET_READ})
_OF_CHANNEL = frozenset({Hole.NO_CONTACT, Hole.OPTED_OUT})


@dataclass(frozen=True)
class TierStart:
    """One wave: when it starts, how many roles it asks, how many people are called first in it."""

    tier: str
    starts_at: datetime
    roles: int
    called_first: int


@dataclass(frozen=True)
class FirstText:
    """The first text that some people will read, with the facts of one of them as the sample.

    `people` get it in this language on this channel; `segments` is what one of them costs as SMS, 0 elsewhere.
    """

    language: str
    channel: str
    subject: str | None
    body: str
    people: int
    segments: int
    unread: bool


@dataclass(frozen=True)
class PreviewHole:
    """Something that is wrong with the plan; `name` and `organisation` are empty when nobody holds the role.

    In a gap of a rota, `name` is the next in line; the gap is met at `at` and ends at `until`, None if nobody knows.
    """

    hole: Hole
    role: str
    channel: str
    person_id: int | None
    name: str
    organisation: str
    language: str
    at: datetime | None = None
    until: datetime | None = None

    @property
    def serious(self) -> bool:
        """Whether a role or a person stays uncalled because of it."""
        return self.hole in SERIOUS


@dataclass(frozen=True)
class LesserHoles:
    """Things worth knowing that are wrong with several people in the same way."""

    hole: Hole
    channel: str
    language: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """Everything that confirming sets going.

    `called_now` are the people whose tier starts at once; `called_first` also those of later tiers; `on_ladders`
    everybody who may be called at all.
    `channels` counts the people called first by the first channel that can arrive; "voice" means that a human makes
    the call. `segments` is what the first texts of everybody called first cost as SMS, together.
    """

    plan: CallPlan
    called_now: int
    called_first: int
    on_ladders: int
    languages: dict[str, int]
    channels: dict[str, int]
    segments: int
    tiers: tuple[TierStart, ...]
    texts: tuple[FirstText, ...]
    holes: tuple[PreviewHole, ...]

    @property
    def lesser(self) -> tuple[LesserHoles, ...]:
        """What is wrong but leaves nobody uncalled, the same thing once with everybody it concerns."""
        names: dict[tuple[Hole, str, str], set[str]] = {}
        for hole in self.holes:
            if not hole.serious and hole.hole is not Hole.ROTA_GAP:
                # Only a missing or unread translation depends on the language.
                spoken = hole.language if hole.hole in _OF_LANGUAGE else ""
                # A hold, or a text that is not translated, concerns a person once, on however many channels.
                channel = hole.channel if hole.hole in _OF_CHANNEL else ""
                names.setdefault((hole.hole, channel, spoken), set()).add(hole.name)
        return tuple(LesserHoles(*key, tuple(sorted(found))) for key, found in names.items())

    @property
    def rota_gaps(self) -> tuple[PreviewHole, ...]:
        """The roles whose rota has nobody when they are called, though somebody stands in line."""
        return tuple(hole for hole in self.holes if hole.hole is Hole.ROTA_GAP and hole.name)

    @property
    def serious_holes(self) -> int:
        """How many roles or people stay uncalled."""
        return sum(hole.serious for hole in self.holes)


def preview(session: Session, request: Request, settings: Settings, now: datetime) -> Preview:
    """Return what `activate` would do with `request` now; writes nothing.

    Raises NotFound for a version that cannot be activated, BadInput for a level that it does not have.
    """
    version = session.get(PlaybookVersion, request.version_id)
    if version is None or not version.activatable:
        raise NotFound("This playbook version cannot be activated.")
    document = document_of(version)
    if request.level not in document.levels:
        raise BadInput("The playbook has no level “{level}”.", level=request.level)
    roles = document.roles_of_level(request.level)
    plan = plan_for(session, document, roles, now, settings)
    firsts = first_messages(plan)
    number = (session.scalar(select(func.max(Activation.number))) or FIRST_NUMBER - 1) + 1
    readings = reading_state(session, version)
    texts, segments = _Texts(document, settings, request, number, readings).of(firsts)
    return Preview(
        plan=plan,
        called_now=len(
            {r.rungs[0].holder.person_id for r in plan.roles if r.rungs and r.starts_at <= now}
        ),
        called_first=len(plan.called_first()),
        on_ladders=len(plan.people),
        languages=plan.languages,
        channels=_channels(firsts),
        segments=segments,
        tiers=_tiers(plan),
        texts=texts,
        holes=_holes(plan, document, readings),
    )


@dataclass(frozen=True)
class FirstMessage:
    """Who is called first for a role, and on which channel; the channel is empty when none can arrive."""

    role: PlannedRole
    rung: PlannedRung
    channel: str


def first_messages(plan: CallPlan) -> list[FirstMessage]:
    """Return one entry per person who is called first, for the first role that calls them."""
    firsts: dict[int, FirstMessage] = {}
    for role in plan.roles:
        if role.rungs:
            rung = role.rungs[0]
            firsts.setdefault(rung.holder.person_id, FirstMessage(role, rung, _first_channel(rung)))
    return list(firsts.values())


def _first_channel(rung: PlannedRung) -> str:
    return next((c for c in rung.channels if obstacle(rung.holder, c) is None), "")


def _channels(firsts: Iterable[FirstMessage]) -> dict[str, int]:
    counts = Counter(first.channel for first in firsts if first.channel)
    return dict(sorted(counts.items(), key=lambda e: (-e[1], e[0])))


def _tiers(plan: CallPlan) -> tuple[TierStart, ...]:
    by_tier: dict[str, list[PlannedRole]] = {}
    for role in plan.roles:
        by_tier.setdefault(role.tier, []).append(role)
    return tuple(
        TierStart(
            tier,
            min(role.starts_at for role in roles),
            len(roles),
            len({role.rungs[0].holder.person_id for role in roles if role.rungs}),
        )
        for tier, roles in by_tier.items()
    )


class _Texts:
    """Fills the call-out with the facts of this activation, once per language and channel."""

    def __init__(
        self,
        document: Playbook,
        settings: Settings,
        request: Request,
        number: int,
        readings: ReadingState,
    ) -> None:
        self._document = document
        self._settings = settings
        self._request = request
        self._number = number
        self._readings = readings
        self._frozen: dict[tuple[str, str], FrozenText] = {}

    def of(self, firsts: Iterable[FirstMessage]) -> tuple[tuple[FirstText, ...], int]:
        """Return the different first texts, the most read first, and the SMS segments of all of them."""
        people: Counter[tuple[str, str]] = Counter()
        samples: dict[tuple[str, str], tuple[str | None, str]] = {}
        segments = 0
        for first in firsts:
            if not first.channel:
                continue
            key = (first.rung.language, first.channel)
            people[key] += 1
            subject, body = self._complete(first)
            samples.setdefault(key, (subject, body))
            if first.channel == "sms":
                segments += segment(body).segments
        texts = (self._shown(*key, *samples[key], people[key]) for key in samples)
        return tuple(sorted(texts, key=lambda t: (-t.people, t.language, t.channel))), segments

    def _complete(self, first: FirstMessage) -> tuple[str | None, str]:
        language = first.rung.language
        facts = {
            "role": self._document.text(f"roles.{first.role.role}.name", language).text,
            "link": f"{self._settings.public_url.rstrip('/')}/a/{SAMPLE_TOKEN}",
            "code": SAMPLE_CODE,
            "check": check_page(self._settings.public_url),
        }
        return self._frozen_text(language, first.channel).complete(facts)

    def _frozen_text(self, language: str, channel: str) -> FrozenText:
        key = (language, channel)
        if key not in self._frozen:
            facts = fixed_facts(
                self._document, self._settings, self._request, self._number, language
            )
            self._frozen[key] = freeze(
                self._document,
                "call-out",
                channel,
                language,
                facts,
                exercise=self._request.kind == ActivationKind.EXERCISE,
            )
        return self._frozen[key]

    def _shown(
        self, language: str, channel: str, subject: str | None, body: str, people: int
    ) -> FirstText:
        return FirstText(
            language=language,
            channel=channel,
            subject=subject if channel == "email" else None,
            body=body,
            people=people,
            segments=segment(body).segments if channel == "sms" else 0,
            unread=is_unread(self._document, self._readings, language),
        )


def is_unread(document: Playbook, readings: ReadingState, language: str) -> bool:
    """Return whether no native speaker has read the call-out in `language`."""
    if language == document.languages.source:
        return False
    return readings.message_reader(document, "call-out", language) is None


def _holes(plan: CallPlan, document: Playbook, readings: ReadingState) -> tuple[PreviewHole, ...]:
    """Return what is wrong, serious first, each thing of a person once, however many roles they hold.

    A translation that somebody has read since it was published is no hole.
    """
    found: dict[tuple[object, ...], PreviewHole] = {}
    for role, hole, channel, rung in plan.holes():
        if hole is Hole.NOT_YET_READ and rung and not is_unread(document, readings, rung.language):
            continue
        holder = rung.holder if rung else None
        shown = PreviewHole(
            hole=hole,
            role=role.role,
            channel=channel,
            person_id=holder.person_id if holder else None,
            name=holder.name if holder else "",
            organisation=holder.organisation if holder else "",
            language=rung.language if rung else "",
            at=role.starts_at if hole is Hole.ROTA_GAP else None,
            until=role.gap_ends_at if hole is Hole.ROTA_GAP else None,
        )
        whom = holder.person_id if holder and hole is not Hole.ROTA_GAP else role.role
        found.setdefault((hole, channel, whom), shown)
    return tuple(found.values())
