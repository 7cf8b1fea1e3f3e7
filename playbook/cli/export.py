"""`playbook export`: a published version as the files that a city would write."""

from pathlib import Path

import click

from playbook.cli.console import json_option, out, print_json


@click.command("export")
@click.argument("key")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--number", type=int, help="The version; the newest if not given.")
@json_option
def command(key: str, folder: Path, number: int | None, as_json: bool) -> None:
    """Write a published playbook as files into FOLDER.

    KEY is the playbook's id ("place-of-worship"). It gets a folder of its own there, whole and readable by any
    later version of this service.
    """
    from sqlalchemy import select

    from playbook.cli.installation import installation
    from playbook.errors import Conflict, NotFound
    from playbook.models import PlaybookVersion, PublishedPlaybook
    from playbook.services.preparedness.playbook_files import write_folder

    with installation() as wiring, wiring.transaction() as session:
        query = (
            select(PlaybookVersion)
            .join(PublishedPlaybook)
            .where(PublishedPlaybook.key == key)
            .order_by(PlaybookVersion.number.desc())
        )
        if number is not None:
            query = query.where(PlaybookVersion.number == number)
        version = session.scalars(query.limit(1)).first()
        if version is None:
            raise NotFound("There is no published playbook “{key}” with that number.", key=key)
        try:
            written = write_folder(bytes(version.canonical), folder)
        except FileExistsError as error:
            raise Conflict(
                "{folder} is there already; nothing was written.", folder=folder / key
            ) from error
    if as_json:
        print_json({"key": key, "number": version.number, "folder": str(written)})
    else:
        out().print(f"Version {version.number} of “{version.title}” is in {written}.", markup=False)
