"""Who is called and what each does: levels, tiers, the contact tree, tasks by role."""

from dataclasses import dataclass, field

from playbook.domain.preparedness.parts import Role, Task
from playbook.web.playbooks import wording
from playbook.web.playbooks.cards import (
    Deadline,
    Link,
    deadline,
    decision_links,
    role_link,
    started_by,
)
from playbook.web.playbooks.words import Shown, Standing, Words


@dataclass(frozen=True)
class LevelRow:
    """A level: what it means, which tiers it calls, how many roles that is."""

    id: str
    name: Shown
    meaning: Shown
    tiers: list[Shown]
    roles: int


@dataclass(frozen=True)
class TierRow:
    """A tier: when it is called, and who is in it."""

    id: str
    name: Shown
    starts: str
    roles: list[Link]

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"tier-{self.id}"


@dataclass(frozen=True)
class TaskRow:
    """A task of a role."""

    id: str
    title: Shown
    how: Shown
    phase: Shown
    at_activation: bool
    decisions: list[Link]
    deadline: Deadline | None

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"task-{self.id}"


@dataclass(frozen=True)
class RoleRow:
    """A role: how it is reached, how long it has, who stands in, what it does.

    `place` counts the tier's place from 0 for its colour on the tree; None if the role is asked
    only as a deputy or by a decision.
    """

    id: str
    name: Shown
    partner: Shown
    tier: Shown | None
    place: int | None
    minutes: str
    channels: list[str]
    deputies: list[Link]
    under: Link | None
    tasks: list[TaskRow] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"role-{self.id}"


@dataclass(frozen=True)
class Node:
    """A role in the contact tree, and who is under it."""

    role: RoleRow
    below: "list[Node]"


@dataclass(frozen=True)
class PartnerRow:
    """A category of partner: what it needs from the city, what it gives, which roles it holds."""

    name: Shown
    needs: Shown
    gives: Shown
    roles: list[Link]
    standing: Standing


@dataclass(frozen=True)
class People:
    """Everything that the page says about who is called."""

    levels: list[LevelRow]
    tiers: list[TierRow]
    roles: list[RoleRow]
    tree: list[Node]
    partners: list[PartnerRow]

    @property
    def tasks(self) -> int:
        """How many tasks all roles have together."""
        return sum(len(role.tasks) for role in self.roles)


def people(words: Words) -> People:
    """Return levels, tiers, roles by tier with their tasks, the contact tree and the partners."""
    roles = role_rows(words)
    return People(level_rows(words), tier_rows(words), roles, tree(words, roles), partners(words))


def level_rows(words: Words) -> list[LevelRow]:
    """Return the levels, the one that calls the fewest roles first."""
    playbook = words.playbook
    return [
        LevelRow(
            level_id,
            words(f"levels.{level_id}.name"),
            words(f"levels.{level_id}.meaning"),
            [words(f"tiers.{tier}.name") for tier in level.call],
            len(playbook.roles_of_level(level_id)),
        )
        for level_id, level in playbook.levels_in_order().items()
    ]


def tier_rows(words: Words) -> list[TierRow]:
    """Return the tiers by when they start."""
    playbook = words.playbook
    return [
        TierRow(
            tier_id,
            words(f"tiers.{tier_id}.name"),
            wording.starts(tier.starts),
            [role_link(words, i) for i, role in playbook.roles.items() if role.tier == tier_id],
        )
        for tier_id, tier in playbook.tiers_in_order().items()
    ]


def role_rows(words: Words) -> list[RoleRow]:
    """Return the roles by tier and name, each with its tasks; those without a tier last."""
    playbook = words.playbook
    places = {tier: place for place, tier in enumerate(playbook.tiers_in_order())}
    tasks = tasks_by_role(words)
    rows = [
        role_row(words, role_id, role, places, tasks.get(role_id, []))
        for role_id, role in playbook.roles.items()
    ]
    return sorted(rows, key=lambda r: (r.place is None, r.place or 0, str(r.name).casefold(), r.id))


def role_row(
    words: Words, role_id: str, role: Role, places: dict[str, int], tasks: list[TaskRow]
) -> RoleRow:
    """Return one role."""
    return RoleRow(
        role_id,
        words(f"roles.{role_id}.name"),
        words(f"partners.{role.partner}.name"),
        words(f"tiers.{role.tier}.name") if role.tier else None,
        places[role.tier] if role.tier else None,
        wording.duration(role.acknowledge_within),
        [wording.say(wording.CHANNELS, channel) for channel in role.channels],
        [role_link(words, deputy) for deputy in role.deputies],
        role_link(words, role.under) if role.under else None,
        tasks,
    )


def tree(words: Words, rows: list[RoleRow]) -> list[Node]:
    """Return the contact tree: the roles that are under nobody, each with those under it."""
    roles = words.playbook.roles
    below: dict[str | None, list[RoleRow]] = {}
    for row in rows:
        below.setdefault(roles[row.id].under, []).append(row)

    def grow(under: str | None) -> list[Node]:
        return [Node(row, grow(row.id)) for row in below.get(under, [])]

    return grow(None)


def tasks_by_role(words: Words) -> dict[str, list[TaskRow]]:
    """Return each role's tasks by phase, then by when they are due."""
    playbook = words.playbook
    phases = list(playbook.phases_in_order())
    starters = started_by(playbook, "tasks")

    def place(entry: tuple[str, Task]) -> tuple[int, float, str]:
        task_id, task = entry
        due = task.due.rough_minutes if task.due else float("inf")
        return phases.index(task.phase), due, task_id

    found: dict[str, list[TaskRow]] = {}
    for task_id, task in sorted(playbook.tasks.items(), key=place):
        row = TaskRow(
            task_id,
            words(f"tasks.{task_id}.title"),
            words(f"tasks.{task_id}.how"),
            words(f"phases.{task.phase}.name"),
            task.begins == "at-activation",
            decision_links(words, starters.get(task_id, [])),
            deadline(words, task.due, task.adopted),
        )
        found.setdefault(task.role, []).append(row)
    return found


def partners(words: Words) -> list[PartnerRow]:
    """Return the partner categories by name."""
    playbook = words.playbook
    rows = []
    for partner_id in playbook.partners:
        own = f"partners.{partner_id}"
        name, needs, gives = (words(f"{own}.{part}") for part in ("name", "needs", "gives"))
        roles = [role_link(words, i) for i, r in playbook.roles.items() if r.partner == partner_id]
        standing = Standing.of([name, needs, gives], playbook.languages.source)
        rows.append(PartnerRow(name, needs, gives, roles, standing))
    return sorted(rows, key=lambda row: str(row.name).casefold())
