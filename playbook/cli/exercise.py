"""`playbook exercise`: a starter playbook's whole call-out on the sample city, in seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from playbook.cli.console import json_option, out, print_json, progress
from playbook.cli.exits import NOT_HELD, UNOWNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.tree import Tree

    from playbook.jobs.rehearsal import Checked, Happened, Rehearsal
    from playbook.queries.response.tree import Happening, PersonNode, RoleNode, TierNode

#: Ten past three on the Sunday on which London's clocks went forward at one: when rotas go wrong.
START = datetime.fromisoformat("2026-03-29T03:10:00+01:00")
LONGEST = timedelta(days=7)
#: What stands over the calls that belong to no tier.
BESIDE_THE_TIERS = "Similar places"

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
    fall silent and answer late, as the seed says. So does what happens meanwhile: a rota has a gap, a turn is swapped,
    codes are checked, a number is corrected, the level rises, similar places are warned, answers come from paper, and
    it ends as a false alarm or with a stand-down. Then what must hold is checked. Everything happens in a database
    that is thrown away; no real phone can be reached. Exits with 7 if any role ended without an owner, with 9 if
    anything else did not hold.
    """
    from cryptography.fernet import Fernet

    from playbook.jobs.rehearsal import Rehearsal, throw_away_installation

    folder = _folder_of(starter)
    with throw_away_installation(START, Fernet.generate_key().decode()) as wiring:
        rehearsal = Rehearsal(wiring, seed)
        with progress(f"Exercise: {starter}", 100) as step:
            rehearsal.prepare(folder)
            step()
            rehearsal.activate(level)
            rehearsal.run(LONGEST, step)
        unowned, checked = rehearsal.unowned(), rehearsal.checked()
        _show(rehearsal, checked, timeline=timeline, as_json=as_json, unowned=unowned)
    if unowned:
        ctx.exit(UNOWNED)
    if not all(one.holds for one in checked):
        ctx.exit(NOT_HELD)


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


def _show(
    rehearsal: Rehearsal,
    checked: Sequence[Checked],
    *,
    timeline: bool,
    as_json: bool,
    unowned: list[str],
) -> None:
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
                "happenings": [asdict(one) for one in rehearsal.record.happened],
                "invariants": [{**asdict(one), "holds": one.holds} for one in checked],
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
    for line in (*_what_happened(rehearsal.record.happened, start), *_what_was_checked(checked)):
        console.print(line)
    console.print(_summary(tiers, unowned))


def _what_happened(happened: Sequence[Happened], start: datetime) -> Iterator[str]:
    from rich.markup import escape

    yield "\n[bold]What happened[/]"
    for one in happened:
        what = escape(one.what)
        if one.skipped:
            what = f"[dim]{one.kind}: {one.skipped}[/]"
        elif one.refused:
            what = f"[bold red]{one.kind}: refused, {one.refused}[/]"
        yield f"{_after(one.at, start):>9}  {what}"


def _what_was_checked(checked: Sequence[Checked]) -> Iterator[str]:
    from rich.markup import escape

    yield "\n[bold]What was checked[/]"
    for one in checked:
        if not one.holds:
            yield f"[bold red]✗ {one.says}[/]"
            yield from (f"    {escape(finding)}" for finding in one.findings)
        elif one.walked:
            yield f"[green]✓[/] {one.says}"
        else:
            yield f"[dim]– {one.says} It did not come about.[/]"
    yield ""


def _tree(title: str, tiers: Any, start: datetime) -> Tree:
    from rich.markup import escape
    from rich.tree import Tree

    tree = Tree(f"[bold]EXERCISE · {escape(title)}[/]")
    for tier in tiers:
        branch = tree.add(
            f"[bold]{escape(tier.name or BESIDE_THE_TIERS)}[/] {_after(tier.starts_at, start)}"
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
    minutes, seconds = divmod(abs(int((instant - start).total_seconds())), 60)
    return f"{'-' if instant < start else '+'}{minutes}:{seconds:02d}"


def _summary(tiers: Sequence[TierNode], unowned: list[str]) -> str:
    roles = [role for tier in tiers for role in tier.roles]
    answered = sum(role.state == "answered" for role in roles)
    owned = sum(role.state == "owned" for role in roles)
    text = f"[bold]{len(roles)} roles: {answered} answered, {owned} owned by a named human.[/]"
    if unowned:
        text += f" [bold red]Without an owner: {', '.join(unowned)}.[/]"
    return text
