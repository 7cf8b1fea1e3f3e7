"""`playbook seed`: something to look at in an empty installation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playbook.cli.console import json_option, out, print_json, progress, say
from playbook.cli.exits import REFUSED

if TYPE_CHECKING:
    from playbook.wiring import Wiring

#: Who can sign in first. Nobody real: replace this user by your own people.
SAMPLE_EMAIL = "coordinator@example.org"
SAMPLE_NAME = "Sample coordinator"
#: Includes what a coordinator may do; there is nobody else yet to add users.
SAMPLE_ROLE = "administrator"
AUTHOR = "Starter playbooks"


@click.command("seed")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Fill an empty installation with a city to try it on.

    Roles, a sample coordinator, a fictional city with its people, and the starter playbooks. What is
    there already stays. Nothing is added to an installation that has users of its own, apart from starter playbooks
    that are new in this version.
    """
    from playbook.cli.installation import installation

    with installation() as wiring:
        complete = fill(wiring)
        held = _held(wiring)
    if as_json:
        print_json({"complete": complete, **held})
    else:
        out().print(
            "This installation has {users} users, {people} people and {playbooks} playbooks.".format(
                **held
            )
        )
    if not complete:
        ctx.exit(REFUSED)


def fill(wiring: Wiring) -> bool:
    """Seed this installation as far as it is empty; return whether every starter could be published."""
    from playbook.services.preparedness.sample_city import load_sample_city

    fresh = _add_sample_user(wiring)
    steps = starters()
    complete = True
    with progress("Preparing the sample city and the starter playbooks", len(steps) + 1) as step:
        for folder in steps:
            complete &= _publish(wiring, folder)
            step()
        if fresh:
            with wiring.transaction() as session:
                load_sample_city(session, wiring.clock.now())
        step()
    return complete


def starters() -> list[Path]:
    """Return the folders of the starter playbooks that come with the service."""
    import playbook

    folder = Path(playbook.__file__).parent / "starters"
    return sorted(path.parent for path in folder.glob("*/playbook.yaml"))


def _held(wiring: Wiring) -> dict[str, int]:
    """Return how much there is now, whoever added it."""
    from sqlalchemy import func, select

    from playbook.models import Person, PublishedPlaybook, User

    kinds = {"users": User, "people": Person, "playbooks": PublishedPlaybook}
    with wiring.transaction() as session:
        return {
            name: session.scalar(select(func.count()).select_from(kind)) or 0
            for name, kind in kinds.items()
        }


def _add_sample_user(wiring: Wiring) -> bool:
    """Add the first user if there is none; return whether there was none."""
    from sqlalchemy import exists, select

    from playbook.models import User
    from playbook.services.users import create_user

    with wiring.transaction() as session:
        if session.scalar(select(exists().select_from(User))):
            return False
        create_user(session, SAMPLE_EMAIL, SAMPLE_NAME, [SAMPLE_ROLE], None, wiring.clock.now())
        return True


def _publish(wiring: Wiring, folder: Path) -> bool:
    from playbook.services.preparedness.publishing import NotPublishable, publish_folder

    try:
        with wiring.transaction() as session:
            publish_folder(session, folder, AUTHOR, wiring.clock.now(), "Comes with the service.")
    except NotPublishable as refusal:
        say(f"The starter playbook {folder.name} was left out: {refusal}")
        return False
    return True
