"""`playbook publish`: make a folder a version that can be activated."""

from pathlib import Path

import click

from playbook.cli.check import facts, show
from playbook.cli.console import json_option, out, print_json, waiting
from playbook.cli.exits import REFUSED


@click.command("publish")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--author", default="Command line", show_default=True, help="Who publishes it.")
@click.option("--note", default="", help="What changed, in a sentence.")
@json_option
@click.pass_context
def command(ctx: click.Context, folder: Path, author: str, note: str, as_json: bool) -> None:
    """Publish the playbook in FOLDER or zip as its next version.

    What says exactly what its newest version says is not published again. Exits with 3, with every finding, if there
    are errors.
    """
    from playbook.cli.installation import installation
    from playbook.services.preparedness.publishing import NotPublishable, publish_folder

    with installation() as wiring:
        try:
            with waiting("Reading the playbook"), wiring.transaction() as session:
                version = publish_folder(session, folder, author, wiring.clock.now(), note)
        except NotPublishable as refusal:
            if as_json:
                print_json([facts(finding) for finding in refusal.findings])
            else:
                show(refusal.findings)
            ctx.exit(REFUSED)
    if as_json:
        print_json(
            {
                "title": version.title,
                "number": version.number,
                "content_hash": version.content_hash,
                "activatable": version.activatable,
            }
        )
    else:
        out().print(f"“{version.title}” is published as version {version.number}.", markup=False)
