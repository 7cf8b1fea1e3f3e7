"""Does everything that is named exist, and does nothing go round in a circle?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.durations import MOMENTS
from playbook.domain.preparedness.findings import Finding, Sentence, suggestion
from playbook.domain.preparedness.raw import Path, dotted, error
from playbook.domain.preparedness.shape import Shaped

#: What to say when what is named does not exist, by where it should be.
_UNKNOWN = {
    ("sources",): Sentence("{path} names the source “{id}”, which does not exist."),
    ("tiers",): Sentence("{path} names the tier “{id}”, which does not exist."),
    ("phases",): Sentence("{path} names the phase “{id}”, which does not exist."),
    ("partners",): Sentence("{path} names the partner “{id}”, which does not exist."),
    ("roles",): Sentence("{path} names the role “{id}”, which does not exist."),
    ("roles", "tiers"): Sentence("{path} names the role or tier “{id}”, which does not exist."),
    ("decisions",): Sentence("{path} names the decision “{id}”, which does not exist."),
    ("tasks",): Sentence("{path} names the task “{id}”, which does not exist."),
    ("messages",): Sentence("{path} names the message “{id}”, which does not exist."),
}
_UNKNOWN_MOMENT = Sentence(
    "{path} counts from “{id}”, which is neither a decision nor a known moment."
)


@dataclass(frozen=True)
class Reference:
    """At `path`, `target` is named; it should be an entry of one of `sections`."""

    path: Path
    target: str
    sections: tuple[str, ...]


def check_references(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a finding for every id that names nothing, names two things, or leads in a circle."""
    for reference in references(structure):
        yield from _dangling(shaped, reference)
    yield from _ambiguous_call_outs(shaped, structure)
    yield from _circles(shaped, structure)


def references(structure: Structure) -> Iterator[Reference]:
    """Yield everything in a playbook that names an entry by id."""
    for level_id, level in structure.levels.items():
        yield from _each(("levels", level_id, "call"), level.call, "tiers")
    yield from _of_roles(structure)
    yield from _of_decisions(structure)
    yield from _of_tasks_and_messages(structure)
    for challenge_id, challenge in structure.challenges.items():
        path = ("challenges", challenge_id, "decisions")
        yield from _each(path, challenge.decisions, "decisions")
    for lesson_id, lesson in structure.lessons.items():
        yield from _each(("lessons", lesson_id, "decisions"), lesson.decisions, "decisions")
    for check_in_id, check_in in structure.check_ins.items():
        yield from _each(("check-ins", check_in_id, "ask"), check_in.ask, "roles")
    yield from _of_evidence(structure)


def _each(path: Path, targets: Iterable[str], *sections: str) -> Iterator[Reference]:
    for place, target in enumerate(targets):
        yield Reference((*path, place), target, sections)


def _of_roles(structure: Structure) -> Iterator[Reference]:
    for role_id, role in structure.roles.items():
        path = ("roles", role_id)
        yield Reference((*path, "partner"), role.partner, ("partners",))
        if role.tier is not None:
            yield Reference((*path, "tier"), role.tier, ("tiers",))
        if role.under is not None:
            yield Reference((*path, "under"), role.under, ("roles",))
        yield from _each((*path, "deputies"), role.deputies, "roles")


def _of_decisions(structure: Structure) -> Iterator[Reference]:
    for decision_id, decision in structure.decisions.items():
        path = ("decisions", decision_id)
        yield Reference((*path, "phase"), decision.phase, ("phases",))
        yield from _each((*path, "decides"), decision.decides, "roles")
        if decision.deputy is not None:
            yield Reference((*path, "deputy"), decision.deputy, ("roles",))
        for option_id, option in decision.options.items():
            way = (*path, "options", option_id)
            starts = option.starts
            yield from _each((*way, "starts", "call-out"), starts.call_out, "roles", "tiers")
            yield from _each((*way, "starts", "tasks"), starts.tasks, "tasks")
            yield from _each((*way, "starts", "messages"), starts.messages, "messages")
            yield from _each((*way, "opens"), option.opens, "decisions")


def _of_tasks_and_messages(structure: Structure) -> Iterator[Reference]:
    for task_id, task in structure.tasks.items():
        yield Reference(("tasks", task_id, "role"), task.role, ("roles",))
        yield Reference(("tasks", task_id, "phase"), task.phase, ("phases",))
    for message_id, message in structure.messages.items():
        yield from _each(("messages", message_id, "approves"), message.approves, "roles")
    dated: dict[str, Mapping[str, object]] = {
        "decisions": structure.decisions,
        "tasks": structure.tasks,
        "check-ins": structure.check_ins,
    }
    for section, entries in dated.items():
        for entry_id, entry in entries.items():
            field = "until" if section == "check-ins" else "due"
            deadline = getattr(entry, field)
            if deadline is not None and deadline.counts_from_a_decision:
                yield Reference((section, entry_id, field), deadline.anchor, ("decisions",))


def _of_evidence(structure: Structure) -> Iterator[Reference]:
    for section in ("decisions", "challenges", "lessons"):
        for entry_id, entry in getattr(structure, section).items():
            if entry.evidence.source is not None:
                path = (section, entry_id, "evidence", "source")
                yield Reference(path, entry.evidence.source, ("sources",))


def _dangling(shaped: Shaped, reference: Reference) -> Iterator[Finding]:
    known = set().union(*(shaped.ids(section) for section in reference.sections))
    if reference.target in known:
        return
    said = _UNKNOWN[reference.sections]
    if reference.path[-1] in ("due", "until"):
        said = _UNKNOWN_MOMENT
        known |= set(MOMENTS)
    problem = Sentence(said, path=dotted(reference.path), id=reference.target)
    where = shaped.at(reference.path)
    yield error(where, reference.path, problem, suggestion(reference.target, known))


def _ambiguous_call_outs(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    both = shaped.ids("roles") & shaped.ids("tiers")
    for reference in _of_decisions(structure):
        if reference.sections == ("roles", "tiers") and reference.target in both:
            yield error(
                shaped.at(reference.path),
                reference.path,
                Sentence("“{id}” is the id of a role and of a tier.", id=reference.target),
                Sentence("Give one of the two another id, so that it is clear who is called."),
            )


def _circles(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    roles, decisions = structure.roles, structure.decisions
    under = {r: (role.under,) if role.under else () for r, role in roles.items()}
    yield from _circle(shaped, "roles", "under", under)
    yield from _circle(shaped, "roles", "deputies", {r: role.deputies for r, role in roles.items()})
    opens = {
        d: tuple(opened for option in decision.options.values() for opened in option.opens)
        for d, decision in decisions.items()
    }
    yield from _circle(shaped, "decisions", "options", opens)
    due = {
        d: (decision.due.anchor,) if decision.due and decision.due.counts_from_a_decision else ()
        for d, decision in decisions.items()
    }
    yield from _circle(shaped, "decisions", "due", due)


_CIRCLES = {
    "under": Sentence("In the contact tree these stand under each other in a circle: {circle}."),
    "deputies": Sentence(
        "These deputise for each other in a circle, so that silence never ends: {circle}."
    ),
    "options": Sentence("These decisions open each other in a circle: {circle}."),
    "due": Sentence(
        "These decisions are due after each other in a circle, so that none is ever due: {circle}."
    ),
}


def _circle(
    shaped: Shaped, section: str, field: str, edges: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    for circle in circles(edges):
        path = (section, circle[0], field)
        shown = " → ".join((*circle, circle[0]))
        yield error(
            shaped.at(path),
            path,
            Sentence(_CIRCLES[field], circle=shown),
            Sentence("Take one of the steps out."),
        )


def circles(edges: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the circles in a graph (node → nodes), each beginning with its first node by name.

    Once the last step of each is taken out, none is left.
    """
    left = {node: list(dict.fromkeys(targets)) for node, targets in sorted(edges.items())}
    found: list[tuple[str, ...]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
            return sorted(found)
        except CycleError as cycle:
            # graphlib names predecessors, our edges are successors: walk it the other way round.
            ring = list(reversed(cycle.args[1][:-1]))
            start = ring.index(min(ring))
            circle = (*ring[start:], *ring[:start])
            found.append(circle)
            left[circle[-1]].remove(circle[0])
