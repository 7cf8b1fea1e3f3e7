"""`playbook up`: everything, with one command and no questions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from playbook.cli.console import out, say, waiting

if TYPE_CHECKING:
    from playbook.settings import Settings
    from playbook.wiring import Wiring

#: The next start prints a new one.
LINK_GOOD_FOR = timedelta(hours=12)


@click.command("up")
@click.option("--no-seed", is_flag=True, help="Add no sample city and no sample user.")
def command(no_seed: bool) -> None:
    """Start the service: pages and engine, until Ctrl-C.

    The first start makes keys, database, a fictional city with simulated phones, and the starter playbooks. Nothing
    leaves this machine until a provider is configured.
    """
    from playbook.cli.address import refuse_taken
    from playbook.cli.installation import installation, open_database, read_settings
    from playbook.cli.seed import fill
    from playbook.cli.supervisor import Child, Supervisor
    from playbook.models.migrate import upgrade

    settings = read_settings()
    refuse_taken(settings.host, settings.port)
    with open_database(settings) as engine, waiting("Preparing the database"):
        before, after = upgrade(engine)
    if before != after:
        say(f"The database is at schema {after}.")
    with installation() as wiring:
        if not no_seed:
            fill(wiring)
        link = _sample_link(wiring)
    own = [sys.executable, "-m", "playbook.cli"]
    supervisor = Supervisor(
        [Child("The web process", [*own, "web"]), Child("The engine", [*own, "engine"])], say
    )
    supervisor.run(look=_announce_once(settings, link))


def _announce_once(settings: Settings, link: str | None) -> Callable[[], None]:
    """Return a function that says where to go as soon as somebody answers there."""
    from playbook.cli.address import is_answering, local_address

    said = False

    def look() -> None:
        nonlocal said
        if not said and is_answering(settings.host, settings.port):
            said = True
            _announce(local_address(settings), link)

    return look


def _announce(address: str, link: str | None) -> None:
    console = out()
    console.print(f"\n[bold]The service is at[/] {address}")
    if link is not None:
        console.print(f"[bold]Sign in once with[/] {link}")
        hours = LINK_GOOD_FOR // timedelta(hours=1)
        console.print(f"  as the sample coordinator. It works once, within {hours} hours.")
    console.print("Press Ctrl-C to stop.\n")


def _sample_link(wiring: Wiring) -> str | None:
    """Return a link that signs the sample coordinator in, if that user is (still) there."""
    from sqlalchemy import select

    from playbook.cli.address import local_address
    from playbook.cli.links import link_for
    from playbook.cli.seed import SAMPLE_EMAIL
    from playbook.models import User

    with wiring.transaction() as session:
        user = session.scalar(select(User).where(User.email == SAMPLE_EMAIL, User.active))
        if user is None:
            return None
        address = local_address(wiring.settings)
        return link_for(session, user, wiring.clock.now(), address, LINK_GOOD_FOR)
