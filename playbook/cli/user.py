"""`playbook user`: who may sign in."""

import click

from playbook.cli.console import json_option, out, print_json

ROLES = ("administrator", "coordinator", "observer")


@click.group("user")
def command() -> None:
    """Who may sign in. Partners never need to."""


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="As the log and partners see it.")
@click.option("--role", type=click.Choice(ROLES), default="coordinator", show_default=True)
@json_option
def add(email: str, name: str, role: str, as_json: bool) -> None:
    """Add a user and print a link with which they sign in once.

    With it they choose how they sign in from then on. Hand it over in person or by a channel that you trust.
    """
    from playbook.cli.installation import installation
    from playbook.cli.links import link_for
    from playbook.services.users import create_user

    with installation() as wiring, wiring.transaction() as session:
        now = wiring.clock.now()
        user = create_user(session, email, name, [role], None, now)
        link = link_for(session, user, now, wiring.settings.public_url)
    _show_link(email, link, as_json)


@command.command("link")
@click.argument("email")
@json_option
def link(email: str, as_json: bool) -> None:
    """Print a new link with which EMAIL signs in once.

    For who has lost every other way. Earlier links stop working.
    """
    from sqlalchemy import func, select

    from playbook.cli.installation import installation
    from playbook.cli.links import link_for
    from playbook.errors import NotFound
    from playbook.models import User
    from playbook.services.users import normal_email

    with installation() as wiring, wiring.transaction() as session:
        user = session.scalar(select(User).where(func.lower(User.email) == normal_email(email)))
        if user is None:
            raise NotFound("Nobody signs in with {email}. See `playbook user list`.", email=email)
        made = link_for(session, user, wiring.clock.now(), wiring.settings.public_url)
    _show_link(email, made, as_json)


@command.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List who may sign in, and as what."""
    from rich.markup import escape
    from rich.table import Table
    from sqlalchemy import select

    from playbook.cli.installation import installation
    from playbook.models import User

    with installation() as wiring, wiring.transaction() as session:
        users = [
            (user.email, user.name, [role.name for role in user.roles], user.active)
            for user in session.scalars(select(User).order_by(User.email))
        ]
    if as_json:
        names = ("email", "name", "roles", "active")
        print_json([dict(zip(names, user, strict=True)) for user in users])
        return
    table = Table("Email", "Name", "Role", "May sign in")
    for email, name, roles, active in users:
        table.add_row(escape(email), escape(name), ", ".join(roles), "yes" if active else "no")
    out().print(table)


def _show_link(email: str, link: str, as_json: bool) -> None:
    if as_json:
        print_json({"email": email, "link": link})
    else:
        out().print(f"{email} signs in once with:\n{link}", markup=False)
