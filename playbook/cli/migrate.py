"""`playbook migrate`: bring the database to this version's schema."""

import click

from playbook.cli.console import json_option, out, print_json, waiting
from playbook.cli.exits import NOT_READY


@click.command("migrate")
@click.option("--check", is_flag=True, help="Change nothing; exit 4 if there is something to do.")
@json_option
@click.pass_context
def command(ctx: click.Context, check: bool, as_json: bool) -> None:
    """Bring the database to this version's schema.

    Safe at any time and twice; two at once take turns. Back the database up before an update.
    """
    from playbook.cli.installation import open_database, read_settings
    from playbook.models.migrate import heads, is_current, upgrade

    with open_database(read_settings()) as engine:
        if check:
            current = is_current(engine)
            facts = {"current": current, "newest": heads()[0]}
            said = "The schema is current." if current else "The schema is not current."
        else:
            with waiting("Changing the database"):
                before, after = upgrade(engine)
            current = True
            facts = {"before": before, "after": after}
            said = (
                f"Nothing to do: the schema was at {after} already."
                if before == after
                else f"The schema went from {before or 'nothing'} to {after}."
            )
    if as_json:
        print_json(facts)
    else:
        out().print(said)
    if not current:
        ctx.exit(NOT_READY)
