"""`playbook log`: prove the log."""

import click

from playbook.cli.console import err, json_option, out, print_json
from playbook.cli.exits import LOG_BROKEN


@click.group("log")
def command() -> None:
    """Prove what the log says."""


@command.command("verify")
@json_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Recompute the chain over every sealed entry.

    Exits with 6 if an entry was changed, removed or put in between.
    """
    from playbook.cli.installation import installation
    from playbook.services.log import verify as verify_chain

    with installation() as wiring, wiring.transaction() as session, err().status("Reading the log"):
        count, broken_at = verify_chain(session)
    if as_json:
        print_json({"sealed": count, "broken_at": broken_at})
    elif broken_at is None:
        out().print(f"{count} entries are sealed, and every one fits the one before it.")
    else:
        out().print(
            f"The chain breaks at entry {broken_at} of {count}. From there on, entries were changed, "
            "removed or put in between. Keep this database as it is and compare it with a backup."
        )
    if broken_at is not None:
        ctx.exit(LOG_BROKEN)
