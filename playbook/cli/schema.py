"""`playbook schema`: the format of a playbook's files, for editors that check while one writes."""

import click

from playbook.cli.console import print_json


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of a playbook's files, for editors."""
    from playbook.domain.preparedness.schema import json_schema

    print_json(json_schema())
