"""Reading: the list, a version as a document, one message in all its languages, paper and files."""

from dataclasses import dataclass

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from playbook.errors import NotFound
from playbook.queries.preparedness.playbooks import PlaybookLine, find_version, list_playbooks
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.playbook_files import write_zip
from playbook.services.preparedness.readings import LanguageReading, ReadingState, reading_states
from playbook.web.database import session
from playbook.web.guards import OBSERVER, allow
from playbook.web.languages import page_language
from playbook.web.playbooks import after, cards, wording
from playbook.web.playbooks.blueprint import Page, blueprint
from playbook.web.playbooks.people import people
from playbook.web.playbooks.saying import message_card, message_cards, message_version
from playbook.web.playbooks.wording import full_moment
from playbook.web.playbooks.words import Shown, Words, choose_language
from playbook.web.presentation import now


@blueprint.get("/")
@allow(OBSERVER)
def index() -> ResponseReturnValue:
    """List the published playbooks."""
    found = list_playbooks(session())
    states = reading_states(session(), [line.version for line in found])
    lines = [_line(line, state) for line, state in zip(found, states, strict=True)]
    return render_template("playbooks/index.html", lines=lines)


@dataclass(frozen=True)
class Line:
    """One playbook in the list."""

    found: PlaybookLine
    title: Shown
    summary: Shown
    source: str
    translations: list[LanguageReading]


def _line(found: PlaybookLine, state: ReadingState) -> Line:
    playbook = document_of(found.version)
    language = choose_language(playbook, None, page_language())
    words = Words(playbook, language, page_language(), state)
    return Line(
        found,
        words("playbook.title"),
        words("playbook.summary"),
        playbook.languages.source,
        list(state.languages.values()),
    )


@blueprint.get("/<key>/latest")
@allow(OBSERVER)
def latest(key: str) -> ResponseReturnValue:
    """Go to a playbook's newest version."""
    version = find_version(session(), key)
    return redirect(url_for("playbooks.document", key=key, number=version.number))


@blueprint.get("/<key>/<int:number>")
@allow(OBSERVER)
def document(key: str, number: int) -> ResponseReturnValue:
    """Show a version as a document."""
    page = Page(key, number)
    return render_template("playbooks/document.html", **page.facts(), **_parts(page))


@blueprint.get("/<key>/<int:number>/print")
@allow(OBSERVER)
def printed(key: str, number: int) -> ResponseReturnValue:
    """Show a version as it goes on paper."""
    return on_paper(key, number)


def on_paper(key: str, number: int | None, printed_by: str | None = None) -> str:
    """Return the page that is printed, by the browser or into a file; `printed_by` if nobody is signed in."""
    page = Page(key, number)
    by = {} if printed_by is None else {"user_name": printed_by}
    sources = sorted(page.playbook.sources.values(), key=lambda source: source.title.casefold())
    return render_template(
        "playbooks/printed.html",
        **page.facts(),
        **_parts(page),
        sources=sources,
        printed_at=full_moment(now()),
        **by,
    )


@blueprint.get("/<key>/<int:number>/messages/<message_id>")
@allow(OBSERVER)
def message(key: str, number: int, message_id: str) -> ResponseReturnValue:
    """Show one message in all its languages, side by side."""
    page = Page(key, number)
    found = page.playbook.messages.get(message_id)
    if found is None:
        raise NotFound("This playbook has no message “{message}”.", message=message_id)
    starters = list(cards.started_by(page.playbook, "messages").get(message_id, []))
    return render_template(
        "playbooks/message.html",
        **page.facts(),
        card=message_card(page.words, page.readings, message_id, found, starters),
        sides=[
            message_version(page.playbook, page.readings, message_id, language)
            for language in page.playbook.languages.all
        ],
    )


@blueprint.get("/<key>/<int:number>/download")
@allow(OBSERVER)
def download(key: str, number: int) -> ResponseReturnValue:
    """Hand a version out as a zip of its folder."""
    version = find_version(session(), key, number)
    document_of(version)  # refuses bytes that were altered
    return Response(
        write_zip(bytes(version.canonical)),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{key}-version-{number}.zip"'},
    )


def _parts(page: Page) -> dict[str, object]:
    return {
        "summary": page.words("playbook.summary"),
        "chapters": cards.chapters(page.words),
        "people": people(page.words),
        "messages": message_cards(page.words, page.readings),
        "challenges": after.challenge_cards(page.words),
        "lessons": after.lesson_cards(page.words),
        "check_ins": after.check_in_cards(page.words),
        "care": after.care_cards(page.words),
        "legend": [
            (wording.EVIDENCE_NAMES[name], wording.EVIDENCE[name], wording.EVIDENCE_ICONS[name])
            for name in wording.EVIDENCE
        ],
    }
