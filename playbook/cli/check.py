"""`playbook check`: what is wrong with a playbook, and how to mend it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from playbook.cli.console import json_option, out, print_json, waiting
from playbook.cli.exits import REFUSED

if TYPE_CHECKING:
    from playbook.domain.preparedness.findings import Finding


@click.command("check")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@json_option
@click.pass_context
def command(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Say what is wrong with a playbook, and how to mend it.

    FOLDER is where its files are, or a zip of them. Needs no database. Exits with 3 if there are errors; warnings
    do not count.
    """
    from playbook.domain.preparedness.findings import has_errors
    from playbook.services.preparedness.playbook_files import load

    with waiting("Reading the playbook"):
        findings = load(folder).findings
    if as_json:
        print_json([facts(finding) for finding in findings])
    else:
        show(findings)
    if has_errors(findings):
        ctx.exit(REFUSED)


def show(findings: "list[Finding]") -> None:
    """Print findings for a person, in the order in which one reads the files."""
    from rich.markup import escape

    from playbook.domain.preparedness.findings import Severity

    console = out()
    for finding in findings:
        error = finding.severity is Severity.ERROR
        colour, mark = ("red", "✗ error") if error else ("yellow", "! warning")
        console.print(f"[{colour}]{mark}[/] [bold]{escape(finding.file)}:{finding.line}[/]")
        console.print(f"  {escape(str(finding.problem))}")
        if finding.mend:
            console.print(f"  {escape(str(finding.mend))}")
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    console.print(f"{errors} errors, {warnings} warnings." if findings else "Nothing is wrong.")


def facts(finding: "Finding") -> dict[str, object]:
    """Return what a script is told of a finding."""
    return {
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "path": finding.path,
        "problem": str(finding.problem),
        "mend": str(finding.mend),
    }
