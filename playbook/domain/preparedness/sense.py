"""Does the playbook make sense as a whole: is everything founded, approved, started and reached?"""

from collections.abc import Iterator

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.raw import error, warning
from playbook.domain.preparedness.shape import Shaped


def check_sense(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a finding for whatever is well written, but cannot be meant."""
    yield from _name(shaped, structure)
    yield from _numbers(shaped, structure)
    yield from _evidence(shaped, structure)
    yield from _approvals(shaped, structure)
    yield from _never_started(shaped, structure)
    yield from _never_asked(shaped, structure)
    if structure.activatable:
        yield from _empty_levels(shaped, structure)


def _name(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    folder = shaped.resolved.folder
    if folder is not None and folder != structure.playbook:
        yield error(
            shaped.at(("playbook",)),
            ("playbook",),
            Sentence(
                "The playbook is called “{id}”, but its folder “{folder}”.",
                id=structure.playbook,
                folder=folder,
            ),
            Sentence("Give both the same name."),
        )


def _numbers(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    first: dict[str, str] = {}
    numbered = [(d, decision.number) for d, decision in structure.decisions.items()]
    numbered.sort(key=lambda entry: shaped.at(("decisions", entry[0])))
    for decision_id, number in numbered:
        if number is None:
            continue
        if first.setdefault(number, decision_id) != decision_id:
            path = ("decisions", decision_id, "number")
            yield error(
                shaped.at(path),
                path,
                Sentence(
                    "“{id}” has the number {number}, which “{other}” has already.",
                    id=decision_id,
                    number=number,
                    other=first[number],
                ),
                Sentence("Give each decision a number of its own, or none."),
            )


def _evidence(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    for section in ("decisions", "challenges", "lessons"):
        for entry_id, entry in getattr(structure, section).items():
            path = (section, entry_id, "evidence")
            is_damaged = (section, entry_id) in shaped.damaged
            if (
                entry.evidence.mark == "verified"
                and entry.evidence.source is None
                and not is_damaged
            ):
                yield error(
                    shaped.at((*path, "mark")),
                    (*path, "mark"),
                    Sentence("“{id}” is marked as verified, but names no source.", id=entry_id),
                    Sentence("Add “source:”, or mark it as default or unconfirmed."),
                )


def _approvals(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    for message_id, message in structure.messages.items():
        path = ("messages", message_id, "approval")
        is_damaged = ("messages", message_id) in shaped.damaged
        if message.approval != "none" and not message.approves and not is_damaged:
            yield error(
                shaped.at(path),
                path,
                Sentence("“{id}” needs approval, but nobody may approve it.", id=message_id),
                Sentence("Add “approves:” with the roles that may, or write “approval: none”."),
            )


def _never_started(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """A base may leave it to its children to start a task; whatever is activated may not."""
    started = {
        task
        for decision in structure.decisions.values()
        for option in decision.options.values()
        for task in option.starts.tasks
    }
    is_misspelt = bool(started - shaped.ids("tasks"))
    if is_misspelt or any(section == "decisions" for section, _ in shaped.damaged):
        return
    found = error if structure.activatable else warning
    for task_id, task in structure.tasks.items():
        if task.begins == "by-decision" and task_id not in started:
            path = ("tasks", task_id, "begins")
            yield found(
                shaped.at(path),
                path,
                Sentence("“{id}” waits for a decision, but no option starts it.", id=task_id),
                Sentence(
                    "Name it under “starts: tasks:” of an option, or let it begin at-activation."
                ),
            )


def _never_asked(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    asked = {deputy for role in structure.roles.values() for deputy in role.deputies}
    for decision in structure.decisions.values():
        for option in decision.options.values():
            asked.update(option.starts.call_out)
    is_misspelt = bool(asked - shaped.ids("roles") - shaped.ids("tiers"))
    if is_misspelt or any(section in ("roles", "decisions") for section, _ in shaped.damaged):
        return
    for role_id, role in structure.roles.items():
        if role.tier is None and role_id not in asked:
            path = ("roles", role_id)
            yield warning(
                shaped.at(path),
                path,
                Sentence("Nobody ever asks “{id}”.", id=role_id),
                Sentence("Give the role a tier, make it a deputy, or let a decision call it out."),
            )


def _empty_levels(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    if not structure.levels and not shaped.ids("levels"):
        yield error(
            shaped.at(("playbook",)),
            ("levels",),
            Sentence("The playbook can be activated, but has no level."),
            Sentence("Add “levels:”, or write “activatable: no”."),
        )
    if any(section in ("roles", "tiers", "levels") for section, _ in shaped.damaged):
        return
    for level_id in structure.levels:
        if not structure.roles_of_level(level_id):
            path = ("levels", level_id)
            yield error(
                shaped.at(path),
                path,
                Sentence("The level “{id}” calls nobody.", id=level_id),
                Sentence("Name tiers under “call” that have roles."),
            )
