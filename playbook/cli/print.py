"""`playbook print`: a published version as a PDF, outside the web process, because it takes its time.

WeasyPrint draws the very page that the browser prints. It needs the Pango library of the operating system, which pip
cannot install; where that is missing, whoever asks is told what to install, and everything else works as ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from playbook.cli.console import out, waiting

if TYPE_CHECKING:
    from flask import Flask


@click.command("print")
@click.argument("key")
@click.option("--language", default="", help="One of the playbook's; its source if not given.")
@click.option("--number", type=int, help="The version; the newest if not given.")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="The file.")
def command(key: str, language: str, number: int | None, target: Path | None) -> None:
    """Write a published playbook as a PDF.

    KEY is the playbook's id ("place-of-worship"). For paper, and for a night without a server.
    """
    from playbook.app import create_app
    from playbook.cli.installation import open_database, read_settings, require_schema
    from playbook.services.preparedness.pdf import load_weasyprint
    from playbook.web.database import db

    weasyprint = load_weasyprint()
    settings = read_settings()
    with open_database(settings) as engine:
        require_schema(engine)
    app = create_app(settings)
    try:
        with waiting("Drawing the pages"):
            html = page_of(app, key, language, number)
            pages = draw(weasyprint, app, html)
    finally:
        with app.app_context():
            db.engine.dispose()
    target = target or Path(f"{key}{'-' + language if language else ''}.pdf")
    target.write_bytes(pages)
    out().print(f"It is in {target}.", markup=False)


def page_of(app: Flask, key: str, language: str, number: int | None) -> str:
    """Return the page to print; the interface around the words speaks the same language, if it can."""
    from playbook.web.playbooks.reading import on_paper

    query = f"?lang={language}&in={language}" if language else ""
    with app.test_request_context(f"/playbooks/{key}/print{query}"):
        app.preprocess_request()
        return on_paper(key, number, printed_by="playbook print")


def draw(weasyprint: Any, app: Flask, html: str) -> bytes:
    """Return `html` as a PDF; style sheets come from this application, nothing from anywhere else."""
    root = "http://localhost/"

    def fetch(address: str, *_: Any, **__: Any) -> Any:
        if not address.startswith(root):
            raise ValueError("Nothing is fetched from elsewhere.")
        with app.test_client().get("/" + address[len(root) :]) as answer:
            headers = {"Content-Type": answer.content_type or ""}
            return weasyprint.urls.URLFetcherResponse(address, answer.get_data(), headers)

    document = weasyprint.HTML(string=html, base_url=root, url_fetcher=fetch)
    return bytes(document.write_pdf())
