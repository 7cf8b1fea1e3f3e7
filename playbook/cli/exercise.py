"""`playbook exercise`: a starter playbook's whole call-out on the sample city, in seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from playbook.cli.console import json_option, out, print_json, progress
from playbook.cli.exits import UNOWNED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.tree import Tree

    from playbook.jobs.rehearsal import Rehearsal
    from playbook.queries.response.tree import Happening, PersonNode, RoleNode, TierNode

#: Ten past two on a Saturday night: when such a thing is read.
START = "2026-03-14T02:10:00+00:00"
LONGEST = timedelta(days=7)

SIGNS = {"answered": "✓", "joining": "✓", "unable": "✕", "deputy": "↷", "silent": "…", "owned": "⚑"}
COLOURS = {"answered": "green", "owned": "red", "silent": "yellow", "unable": "yellow"}


@click.command("exercise")
@click.argument("starter", default="place-of-worship")
@click.option("--level", default="full", show_default=True, help="How much of the tree is called.")
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same night.")
@click.option("--timeline/--no-timeline", default=True, help="Print everything that happened.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, starter: str, level: str, seed: int, timeline: bool, as_json: bool
) -> None:
    """Run a whole call-out on the sample city, in seconds.

    STARTER is a starter playbook's id, or the folder of your own. The clock is simulated. People answer, refuse,
    fall silent and answer late, as the seed says. Everything happens in a database that is thrown away; no real phone
    can be reached. Exits with 7 if any role ended without an owner.
    """
    from cryptography.fernet import Fernet

    from playbook.jobs.rehearsal import Rehearsal, throw_away_installation

    folder = _folder_of(starter)
    with throw_away_installation(_start(), Fernet.generate_key().decode()) as wiring:
        rehearsal = Rehearsal(wiring, seed)
        with progress(f"Exercise: {starter}", 100) as step:
            rehearsal.prepare(folder)
            step()
            rehearsal.activate(level)
            rehearsal.run(LONGEST, step)
        unowned = rehearsal.unowned()
        _show(rehearsal, timeline=timeline, as_json=as_json, unowned=unowned)
    if unowned:
        ctx.exit(UNOWNED)


def _start() -> datetime:
    from datetime import datetime

    return datetime.fromisoformat(START)


def _folder_of(starter: str) -> Any:
    from pathlib import Path

    from playbook.cli.seed import starters
    from playbook.errors import NotFound

    if Path(starter).is_dir():
        return Path(starter)
    known = {path.name: path for path in starters()}
    if starter not in known:
        raise NotFound(
            "There is no starter playbook “{name}”. There are: {known}.",
            name=starter,
            known=", ".join(sorted(known)),
        )
    return known[starter]


def _show(rehearsal: Rehearsal, *, timeline: bool, as_json: bool, unowned: list[str]) -> None:
    from dataclasses import asdict

    from playbook.queries.response.tree import call_tree, happenings

    with rehearsal.wiring.sessions() as session:
        activation = rehearsal.activation(session)
        tiers = call_tree(session, activation, "en")
        happened = happenings(session, activation.id)
        title, start = activation.name, activation.confirmed_at
    if as_json:
        print_json(
            {
                "playbook": title,
                "seed": rehearsal.seed,
                "unowned": unowned,
                "tiers": [asdict(tier) for tier in tiers],
                "timeline": [asdict(h) for h in happened] if timeline else [],
            }
        )
        return
    console = out()
    console.print(_tree(title, tiers, start))
    if timeline:
        for happening in happened:
            console.print(_line(happening, start))
    console.print(_summary(tiers, unowned))


def _tree(title: str, tiers: Any, start: datetime) -> Tree:
    from rich.markup import escape
    from rich.tree import Tree

    tree = Tree(f"[bold]EXERCISE · {escape(title)}[/]")
    for tier in tiers:
        branch = tree.add(
            f"[bold]{escape(tier.name or tier.tier)}[/] {_after(tier.starts_at, start)}"
        )
        for role in tier.roles:
            node = branch.add(_role_line(role, start))
            for person in role.people:
                node.add(_person_line(person, start))
    return tree


def _role_line(role: RoleNode, start: datetime) -> str:
    from rich.markup import escape

    who = role.answered_by or (f"owned by {role.owner}" if role.owner else role.state)
    when = f" {_after(role.answered_at, start)}" if role.answered_at else ""
    colour = COLOURS.get(role.state, "white")
    sign = SIGNS.get(role.state, "◌")
    return f"[{colour}]{sign}[/] {escape(role.name)}: {escape(who)}{when}"


def _person_line(person: PersonNode, start: datetime) -> str:
    from rich.markup import escape

    tried = f" ({', '.join(person.channels)})" if person.channels else ""
    when = f" {_after(person.answered_at, start)}" if person.answered_at else ""
    late = " late" if person.late else ""
    sign = SIGNS.get(person.state, "◌")
    return f"[dim]{sign} {escape(person.name)}: {person.state}{late}{when}{tried}[/]"


def _line(happening: Happening, start: datetime) -> str:
    from rich.markup import escape

    facts = " · ".join(
        str(value)
        for key, value in happening.facts.items()
        if key in ("name", "role", "owner", "via")
    )
    return f"{_after(happening.at, start):>9}  {happening.kind:<22} [dim]{escape(facts)}[/]"


def _after(instant: datetime, start: datetime) -> str:
    minutes, seconds = divmod(int((instant - start).total_seconds()), 60)
    return f"+{minutes}:{seconds:02d}"


def _summary(tiers: Sequence[TierNode], unowned: list[str]) -> str:
    roles = [role for tier in tiers for role in tier.roles]
    answered = sum(role.state == "answered" for role in roles)
    owned = sum(role.state == "owned" for role in roles)
    text = f"[bold]{len(roles)} roles: {answered} answered, {owned} owned by a named human.[/]"
    if unowned:
        text += f" [bold red]Without an owner: {', '.join(unowned)}.[/]"
    return text
