"""`playbook people`: the directory, from the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playbook.cli.console import json_option, out, print_json, waiting
from playbook.cli.exits import REFUSED

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from playbook.services.preparedness.directory_import import ImportPlan


@click.group("people")
def command() -> None:
    """The city's directory of people who can be called out."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although others are bad.")
@json_option
@click.pass_context
def import_people(
    ctx: click.Context, file: Path, dry_run: bool, skip_bad: bool, as_json: bool
) -> None:
    """Add and update people from FILE, a table (CSV) or cards (vCard 4).

    People are recognised by their key; the same file twice changes nothing the second time. Exits with 3 if rows are
    bad and were not skipped: nothing is written then.
    """
    from playbook.cli.installation import installation
    from playbook.services.preparedness.directory_checks import checks_for
    from playbook.services.preparedness.directory_import import (
        apply_import,
        plan_import,
        read_people,
    )

    with installation() as wiring:
        region = wiring.settings.city_region
        with waiting("Reading the people"), wiring.transaction() as session:
            reading = read_people(file.read_bytes(), checks_for(region, _known_roles(session)))
            plan = plan_import(session, reading)
            refused = plan.blocked or bool(plan.bad_rows and not skip_bad)
            if not dry_run and not refused:
                apply_import(
                    session,
                    reading,
                    region=region,
                    now=wiring.clock.now(),
                    user=None,
                    skip_bad=skip_bad,
                )
    written = not dry_run and not refused and not plan.empty
    if as_json:
        print_json(_facts(plan) | {"written": written})
    else:
        _show(plan, written)
    if refused:
        ctx.exit(REFUSED)


def _known_roles(session: "Session") -> list[str]:
    from playbook.services.preparedness.documents import document_of, latest_versions

    return sorted(
        {role for version in latest_versions(session) for role in document_of(version).roles}
    )


def _facts(plan: "ImportPlan") -> dict[str, object]:
    return {
        "new": [row.key for row in plan.new],
        "changed": [change.row.key for change in plan.changed],
        "unchanged": len(plan.unchanged),
        "bad_rows": list(plan.bad_rows),
        "findings": [
            {
                "severity": finding.severity.value,
                "row": finding.row,
                "line": finding.line,
                "column": finding.column,
                "problem": str(finding.problem),
                "mend": str(finding.mend),
            }
            for finding in plan.findings
        ],
    }


def _show(plan: "ImportPlan", written: bool) -> None:
    from rich.markup import escape

    console = out()
    for finding in plan.findings:
        colour = "red" if finding.severity == "error" else "yellow"
        place = f"line {finding.line}" if finding.row else "the file"
        console.print(
            f"[{colour}]{finding.severity.value}[/] {place}, {escape(finding.column or 'whole row')}: "
            f"{escape(str(finding.problem))} {escape(str(finding.mend))}"
        )
    for row in plan.new:
        console.print(f"[green]new[/] {escape(row.name)} ({escape(row.key)})")
    for change in plan.changed:
        fields = ", ".join(field.field for field in change.fields)
        console.print(f"[cyan]changed[/] {escape(change.row.name)}: {escape(fields)}")
    console.print(
        f"{len(plan.new)} new, {len(plan.changed)} changed, {len(plan.unchanged)} unchanged, "
        f"{len(plan.bad_rows)} bad. {'Written.' if written else 'Nothing was written.'}"
    )
