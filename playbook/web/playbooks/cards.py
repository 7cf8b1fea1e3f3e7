"""What the playbook page shows, part by part: plain values that a template lays out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.durations import Offset
from playbook.domain.preparedness.parts import Adopted, Decision, Evidence, Option
from playbook.web.playbooks import wording
from playbook.web.playbooks.wording import full_day
from playbook.web.playbooks.words import Shown, Standing, Words


@dataclass(frozen=True)
class Link:
    """Something else on the same page: its name, and the anchor where it stands."""

    name: Shown
    anchor: str


@dataclass(frozen=True)
class Deadline:
    """When something is due, and whether the city has made that its own (`by` whom, on which `day`)."""

    sentence: str
    by: str = ""
    day: str = ""

    @property
    def is_reminder(self) -> bool:
        """Whether nobody can be late by it."""
        return not self.day


@dataclass(frozen=True)
class Mark:
    """How well founded something is, and on what."""

    mark: str
    name: str
    meaning: str
    source: str = ""
    url: str = ""

    @property
    def icon(self) -> str:
        """The picture that stands for it."""
        return wording.EVIDENCE_ICONS[self.mark]


@dataclass(frozen=True)
class OptionCard:
    """One way to decide, and everything that it sets in motion."""

    id: str
    words: Shown
    calls: list[Link] = field(default_factory=list)
    tasks: list[Link] = field(default_factory=list)
    messages: list[Link] = field(default_factory=list)
    opens: list[Link] = field(default_factory=list)

    @property
    def starts_nothing(self) -> bool:
        """Whether choosing it sets nothing in motion."""
        return not (self.calls or self.tasks or self.messages or self.opens)


@dataclass(frozen=True)
class DecisionCard:
    """A decision point as a card."""

    id: str
    number: str
    title: Shown
    question: Shown
    options: list[OptionCard]
    decides: list[Link]
    deputy: Link | None
    deadline: Deadline | None
    needs: list[Shown]
    pitfalls: Shown
    evidence: Mark
    standing: Standing

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"decision-{self.id}"


@dataclass(frozen=True)
class Chapter:
    """A phase with its decisions."""

    id: str
    name: Shown
    when: str
    gate: Shown
    decisions: list[DecisionCard]

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"phase-{self.id}"


def deadline(words: Words, due: Offset | None, adopted: Adopted | None) -> Deadline | None:
    """Return a deadline in words, or None where there is none."""
    if due is None:
        return None
    title = words(f"decisions.{due.anchor}.title").text if due.counts_from_a_decision else ""
    sentence = wording.due(due, title)
    return Deadline(sentence, adopted.by, full_day(adopted.on)) if adopted else Deadline(sentence)


def mark(playbook: Playbook, evidence: Evidence) -> Mark:
    """Return an evidence mark with its meaning and its source."""
    source = playbook.sources.get(evidence.source) if evidence.source else None
    return Mark(
        evidence.mark,
        wording.say(wording.EVIDENCE_NAMES, evidence.mark),
        wording.say(wording.EVIDENCE, evidence.mark),
        source.title if source else "",
        (source.url or "") if source else "",
    )


def role_link(words: Words, role: str) -> Link:
    """Return a link to a role."""
    return Link(words(f"roles.{role}.name"), f"role-{role}")


def decision_link(words: Words, decision: str) -> Link:
    """Return a link to a decision."""
    return Link(words(f"decisions.{decision}.title"), f"decision-{decision}")


def task_link(words: Words, task: str) -> Link:
    """Return a link to a task."""
    return Link(words(f"tasks.{task}.title"), f"task-{task}")


def message_link(words: Words, message: str) -> Link:
    """Return a link to a message."""
    return Link(words(f"messages.{message}.name"), f"message-{message}")


def decision_links(words: Words, decisions: Iterable[str]) -> list[Link]:
    """Return links to decisions, in the order given."""
    return [decision_link(words, decision) for decision in decisions]


def chapters(words: Words) -> list[Chapter]:
    """Return the phases by when they begin, each with its decisions."""
    playbook = words.playbook
    cards: dict[str, list[DecisionCard]] = {phase: [] for phase in playbook.phases}
    for decision_id, decision in playbook.decisions_in_order().items():
        cards[decision.phase].append(decision_card(words, decision_id, decision))
    return [
        Chapter(
            phase_id,
            words(f"phases.{phase_id}.name"),
            wording.stretch(phase.from_, phase.until),
            words(f"phases.{phase_id}.gate"),
            cards[phase_id],
        )
        for phase_id, phase in playbook.phases_in_order().items()
    ]


def decision_card(words: Words, decision_id: str, decision: Decision) -> DecisionCard:
    """Return one decision as a card."""
    own = f"decisions.{decision_id}"
    title, question, pitfalls = (words(f"{own}.{p}") for p in ("title", "question", "pitfalls"))
    options = [option_card(words, own, i, option) for i, option in decision.options.items()]
    needs = [words(f"needs.{need}") for need in decision.needs]
    sentences = [title, question, pitfalls, *needs, *(option.words for option in options)]
    return DecisionCard(
        id=decision_id,
        number=decision.number or "",
        title=title,
        question=question,
        options=options,
        decides=[role_link(words, role) for role in decision.decides],
        deputy=role_link(words, decision.deputy) if decision.deputy else None,
        deadline=deadline(words, decision.due, decision.adopted),
        needs=needs,
        pitfalls=pitfalls,
        evidence=mark(words.playbook, decision.evidence),
        standing=Standing.of(sentences, words.playbook.languages.source),
    )


def option_card(words: Words, own: str, option_id: str, option: Option) -> OptionCard:
    """Return one option of the decision with the words prefix `own`."""
    roles = words.playbook.roles
    return OptionCard(
        option_id,
        words(f"{own}.options.{option_id}"),
        calls=[
            role_link(words, target)
            if target in roles
            else Link(words(f"tiers.{target}.name"), f"tier-{target}")
            for target in option.starts.call_out
        ],
        tasks=[task_link(words, task) for task in option.starts.tasks],
        messages=[message_link(words, message) for message in option.starts.messages],
        opens=decision_links(words, option.opens),
    )


def started_by(playbook: Playbook, kind: str) -> Mapping[str, list[str]]:
    """Return which decisions start each task or message ("tasks" or "messages"), as a day goes."""
    found: dict[str, list[str]] = {}
    for decision_id, decision in playbook.decisions_in_order().items():
        named = (getattr(option.starts, kind) for option in decision.options.values())
        for entry in dict.fromkeys(entry for entries in named for entry in entries):
            found.setdefault(entry, []).append(decision_id)
    return found
