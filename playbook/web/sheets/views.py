"""Views of the call sheets: which there are, what one would say, printing it, having it mailed.

They hold everybody's numbers, so all of them are for coordinators. Opening one prints nothing; printing is a POST, and
is logged and kept.
"""

from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.domain.preparedness.document import Playbook
from playbook.errors import NotFound
from playbook.models import CallSheetPrint, PlaybookVersion
from playbook.queries.preparedness.call_sheets import list_sheets, recent_prints
from playbook.queries.preparedness.playbooks import find_version
from playbook.services.preparedness.call_sheet_mail import join_readers, leave_readers, reader_of
from playbook.services.preparedness.call_sheet_pages import (
    FOLDER,
    LANGUAGES,
    STYLE,
    Imprint,
    choose_language,
    draw_sheets,
    file_name,
    page_of,
)
from playbook.services.preparedness.call_sheets import (
    Sheet,
    find_print,
    highest_level,
    last_print,
    make_sheet,
    record_print,
)
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.pdf import Drawn
from playbook.web.database import session, transaction, wiring
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.languages import language_name, page_language
from playbook.web.presentation import now

blueprint = Blueprint(
    "sheets",
    __name__,
    template_folder="templates",
    static_folder=str(FOLDER / "static"),
    static_url_path="/call-sheets/static",
)

#: Marks no changes at all.
NO_MARKS = "none"


@dataclass(frozen=True)
class Choice:
    """Which sheet was asked for: version, level, language, and what its marks are against ("" is the last print)."""

    version: PlaybookVersion
    document: Playbook
    level: str
    language: str
    since: str

    @property
    def key(self) -> str:
        """The playbook's id."""
        return self.version.playbook.key

    def address(self, endpoint: str) -> str:
        """Return the address of a page about this choice."""
        return url_for(
            endpoint,
            key=self.key,
            number=self.version.number,
            level=self.level,
            language=self.language,
            since=self.since or None,
        )

    def compared_with(self) -> CallSheetPrint | None:
        """Return the printing to mark changes against; raises NotFound for one that is not of this sheet."""
        if self.since == NO_MARKS:
            return None
        if not self.since:
            return last_print(session(), self.version, self.level)
        # Nothing longer than this is an id of ours.
        if not (self.since.isascii() and self.since.isdigit() and len(self.since) < 10):
            raise NotFound("There is no such printing of this call sheet.")
        return find_print(session(), self.version, self.level, int(self.since))

    def sheet(self) -> Sheet:
        """Return the sheet itself."""
        return make_sheet(
            session(),
            self.version,
            self.level,
            wiring().settings,
            now(),
            since=self.compared_with(),
        )


def chosen(key: str, number: int) -> Choice:
    """Return what the request asks for; raises NotFound for a version or level that does not exist."""
    version = find_version(session(), key, number)
    document = document_of(version)
    level = request.values.get("level") or highest_level(document)
    if level not in document.levels:
        raise NotFound("This playbook has no level “{level}”.", level=level)
    language = choose_language(request.values.get("language") or page_language())
    return Choice(version, document, level, language, request.values.get("since", ""))


@blueprint.get("/call-sheets/")
@allow(COORDINATOR)
def index() -> ResponseReturnValue:
    """List the playbooks of which there are call sheets, and say whether fresh ones are mailed to oneself."""
    reader = reader_of(session(), signed_in_user())
    return render_template(
        "sheets/index.html",
        lines=list_sheets(session()),
        reader=reader,
        languages=_languages(),
        language=choose_language(reader.language if reader else page_language()),
    )


@blueprint.post("/call-sheets/mail")
@allow(COORDINATOR)
def join() -> ResponseReturnValue:
    """Have fresh call sheets mailed to oneself."""
    with transaction() as current:
        join_readers(current, signed_in_user(), request.form.get("language", ""), now())
    flash(
        _("Fresh call sheets will be mailed to you, the first ones in about half an hour."),
        "success",
    )
    return redirect(url_for("sheets.index"))


@blueprint.post("/call-sheets/mail/stop")
@allow(COORDINATOR)
def leave() -> ResponseReturnValue:
    """Have no more call sheets mailed to oneself."""
    with transaction() as current:
        leave_readers(current, signed_in_user(), now())
    flash(_("No more call sheets will be mailed to you."), "success")
    return redirect(url_for("sheets.index"))


@blueprint.get("/playbooks/<key>/<int:number>/call-sheet")
@allow(COORDINATOR)
def choose(key: str, number: int) -> ResponseReturnValue:
    """Choose level and language, and see in numbers what has changed since the sheet that hangs on the wall."""
    choice = chosen(key, number)
    return render_template(
        "sheets/choose.html",
        choice=choice,
        sheet=choice.sheet(),
        levels=[
            (level, choice.document.text(f"levels.{level}.name", page_language()).text)
            for level in choice.document.levels_in_order()
        ],
        languages=_languages(),
        prints=recent_prints(session(), choice.version, choice.level),
        title=choice.document.text("playbook.title", page_language()).text,
        no_marks=NO_MARKS,
    )


@blueprint.get("/playbooks/<key>/<int:number>/call-sheet/preview")
@allow(COORDINATOR)
def preview(key: str, number: int) -> ResponseReturnValue:
    """Show the sheet as a page; it says that it is no printing."""
    choice = chosen(key, number)
    return _page(choice, choice.sheet(), preview=True)


@blueprint.post("/playbooks/<key>/<int:number>/call-sheet/print")
@allow(COORDINATOR)
def print_sheet(key: str, number: int) -> ResponseReturnValue:
    """Print the sheet: as a PDF, or as a page for the browser's own printing. Logged and kept."""
    choice = chosen(key, number)
    as_page = request.form.get("as") == "page"
    user = signed_in_user()
    sheet = choice.sheet()
    # Drawn first: what fails to be drawn was not printed.
    drawn = None if as_page else _pdf(choice, sheet)
    page = _page(choice, sheet, preview=False) if as_page else ""
    with transaction() as current:
        record_print(
            current,
            sheet,
            language=choice.language,
            via="page",
            by=user.shown_name,
            user=user,
            now=now(),
        )
    if drawn is None:
        return page
    return send_file(
        BytesIO(drawn.pdf),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=file_name(sheet, choice.language),
    )


def _pdf(choice: Choice, sheet: Sheet) -> Drawn:
    imprint = Imprint(now(), signed_in_user().shown_name)
    return draw_sheets([sheet], choice.language, wiring().settings, imprint)


def _page(choice: Choice, sheet: Sheet, *, preview: bool) -> str:
    return page_of(
        sheet,
        choice.language,
        wiring().settings,
        Imprint(now(), signed_in_user().shown_name, preview),
        style_address=url_for("sheets.static", filename=STYLE.name),
        back_address=choice.address("sheets.choose"),
    )


def _languages() -> list[tuple[str, str]]:
    return [(code, language_name(code, in_itself=True)) for code in LANGUAGES]
