"""The HTML half of an email, made from the very same text; direction and language come with it."""

import re
from html import escape

from playbook.domain.text import runs_right_to_left

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


def html_of(text: str, language: str) -> str:
    """Return a small, plain HTML page that says what `text` says; addresses become links."""
    direction = "rtl" if runs_right_to_left(language) else "ltr"
    paragraphs = "".join(
        f"<p>{_linked(part.strip())}</p>" for part in re.split(r"\n\s*\n", text) if part.strip()
    )
    return (
        f'<!doctype html><html lang="{escape(language, quote=True)}" dir="{direction}">'
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '</head><body style="font:17px/1.5 sans-serif;max-width:36em;margin:1em auto;padding:0 1em">'
        f"{paragraphs}</body></html>"
    )


def _linked(text: str) -> str:
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        address = escape(found.group(), quote=True)
        parts.append(f'<a href="{address}">{address}</a>')
        end = found.end()
    parts.append(escape(text[end:]))
    return "".join(parts).replace("\n", "<br>")
