"""`playbook call-sheet`: the contact tree of a published version on paper, for a night without a server."""

from __future__ import annotations

from pathlib import Path

import click

from playbook.cli.console import out, waiting


@click.command("call-sheet")
@click.argument("key", metavar="PLAYBOOK")
@click.option("--level", default="", help="The level; the one that calls the most if not given.")
@click.option("--language", default="en", help="Of the words on the sheet: en, ar, fr or sk.")
@click.option("--number", type=int, help="The version; the newest if not given.")
@click.option("--out", "target", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
def command(key: str, level: str, language: str, number: int | None, target: Path | None) -> None:
    """Write a call sheet as a PDF: whom to phone, and boxes to tick.

    PLAYBOOK is the playbook's id ("place-of-worship"). It holds personal numbers; the file is readable by you only, and
    the printing is logged. Changes since the last printing are marked.
    """
    from playbook.cli.installation import installation
    from playbook.errors import BadInput
    from playbook.queries.preparedness.playbooks import find_version
    from playbook.services.preparedness import call_sheets
    from playbook.services.preparedness.call_sheet_pages import (
        LANGUAGES,
        Imprint,
        draw_sheets,
        file_name,
    )
    from playbook.services.preparedness.documents import document_of
    from playbook.services.preparedness.pdf import load_weasyprint

    if language not in LANGUAGES:
        raise BadInput("Call sheets are in {languages}.", languages=", ".join(LANGUAGES))
    load_weasyprint()
    with installation() as wiring:
        now, settings = wiring.clock.now(), wiring.settings
        with wiring.sessions() as session:
            version = find_version(session, key, number)
            level = level or call_sheets.highest_level(document_of(version))
            since = call_sheets.last_print(session, version, level)
            sheet = call_sheets.make_sheet(session, version, level, settings, now, since=since)
        with waiting("Drawing the pages"):
            drawn = draw_sheets([sheet], language, settings, Imprint(now, "playbook call-sheet"))
        target = target or Path(file_name(sheet, language))
        _write_private(target, drawn.pdf)
        with wiring.transaction() as session:
            call_sheets.record_print(
                session,
                sheet,
                language=language,
                via="command",
                by="playbook call-sheet",
                user=None,
                now=now,
            )
    out().print(f"{drawn.pages} pages are in {target}. Keep them locked away.", markup=False)


def _write_private(target: Path, content: bytes) -> None:
    """Write a file that only its owner can read, also where one that others could read lay before."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600, exist_ok=False)
    target.write_bytes(content)
