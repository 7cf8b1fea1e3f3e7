"""`playbook schema`: the shape of a playbook, for editors that check while one writes."""

import click

from playbook.cli.console import print_json


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a resolved playbook."""
    from playbook.domain.preparedness.document import Playbook

    print_json(Playbook.model_json_schema())
