"""PDFs by WeasyPrint, which needs the Pango library of the operating system; pip cannot install that one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playbook.errors import NotConfigured


@dataclass(frozen=True)
class Drawn:
    """A PDF, and on how many pages."""

    pdf: bytes = field(repr=False)
    pages: int


def load_weasyprint() -> Any:
    """Return WeasyPrint, or raise NotConfigured where the system's Pango is missing."""
    try:
        import weasyprint
    except OSError as error:
        raise NotConfigured(
            "A PDF needs the Pango library, which is not on this machine. On Debian: apt install "
            "libpango-1.0-0 libpangoft2-1.0-0. Until then, print the page from a browser."
        ) from error
    return weasyprint


def draw(pages: Sequence[str], style: str) -> Drawn:
    """Return complete HTML pages as one PDF, each counting its own sheets; `style` is CSS for all of them.

    Nothing is fetched from anywhere. Raises NotConfigured where Pango is missing.
    """
    weasyprint = load_weasyprint()
    sheet = weasyprint.CSS(string=style, url_fetcher=_fetch_nothing)
    documents = [
        weasyprint.HTML(string=page, url_fetcher=_fetch_nothing).render(stylesheets=[sheet])
        for page in pages
    ]
    every = [page for document in documents for page in document.pages]
    return Drawn(bytes(documents[0].copy(every).write_pdf()), len(every))


def _fetch_nothing(*_: Any, **__: Any) -> Any:
    raise ValueError("Nothing is fetched.")
