"""Publishing a folder: upload, read what is wrong or what would change, confirm.

What was checked travels in the form, signed, so that what is confirmed is what was shown, whichever
machine answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from playbook.domain.preparedness.canonical import content_hash, from_canonical
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.findings import Finding, Severity
from playbook.domain.preparedness.parts import Decision, Task
from playbook.models import PlaybookVersion
from playbook.queries.preparedness.playbooks import find_same, newest_of
from playbook.services.preparedness.documents import document_of
from playbook.services.preparedness.playbook_files import read_zip
from playbook.services.preparedness.publishing import own_bases, publish
from playbook.services.preparedness.readings import ReadingState
from playbook.web.database import session, transaction
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.languages import page_language
from playbook.web.playbooks.blueprint import address, blueprint, in_words, own_app
from playbook.web.playbooks.differences import Difference, differences
from playbook.web.playbooks.words import Words, choose_language
from playbook.web.presentation import now

#: A preview that was left open overnight can still be confirmed.
SECONDS_TO_CONFIRM = 24 * 3600


@dataclass(frozen=True)
class Draft:
    """A checked playbook that is not published yet, the note for it, and the newest version when it
    was shown (0: none).
    """

    canonical: bytes
    playbook: Playbook
    note: str
    newest: int


@blueprint.get("/publish")
@allow(COORDINATOR)
def publish_form() -> ResponseReturnValue:
    """Ask for a playbook's files."""
    return render_template("playbooks/publish.html", note="", findings=[], problem="")


@blueprint.post("/publish")
@allow(COORDINATOR)
def check_upload() -> ResponseReturnValue:
    """Read the uploaded files: show what to mend, or what publishing them would change."""
    note = request.form.get("note", "").strip()
    upload = request.files.get("zip")
    if upload is None or not upload.filename:
        problem = _("Choose a zip of a playbook's folder first.")
        return render_template(
            "playbooks/publish.html", note=note, findings=[], problem=problem
        ), 422
    with TemporaryDirectory() as folder:
        reading = read_zip(upload.stream.read(), own_bases(session(), Path(folder)))
    if reading.playbook is None or reading.canonical is None:
        return render_template(
            "playbooks/publish.html",
            note=note,
            findings=_told(reading.findings),
            errors=_count(reading.findings, Severity.ERROR),
            warnings=_count(reading.findings, Severity.WARNING),
            file=upload.filename,
            problem="",
        ), 422
    newest = newest_of(session(), reading.playbook.id)
    draft = Draft(reading.canonical, reading.playbook, note, newest.number if newest else 0)
    return _preview(draft, newest, reading.findings)


@blueprint.post("/publish/confirm")
@allow(COORDINATOR)
def confirm() -> ResponseReturnValue:
    """Publish what the preview showed; show it again if another version came in between."""
    try:
        draft = _open(request.form.get("draft", ""))
    except BadSignature:
        problem = _("This preview can no longer be confirmed. Choose the file again.")
        return render_template("playbooks/publish.html", note="", findings=[], problem=problem), 422
    with transaction() as current:
        newest = newest_of(current, draft.playbook.id)
        version = find_same(current, draft.playbook.id, content_hash(draft.canonical))
        moved_on = (newest.number if newest else 0) != draft.newest
        if version is None and not moved_on:
            version = _publish(current, draft)
    if version is None:
        number = newest.number if newest else 0
        again = Draft(draft.canonical, draft.playbook, draft.note, number)
        return _preview(again, newest, [], moved_on=True), 409
    flash(
        _(
            "Version %(number)s of “%(title)s” is published.",
            number=version.number,
            title=version.title,
        ),
        "success",
    )
    return redirect(address("document", version))


def _publish(current: Session, draft: Draft) -> PlaybookVersion:
    user = signed_in_user()
    name = user.shown_name
    return publish(current, draft.canonical, draft.playbook, user, name, now(), draft.note)


def _preview(
    draft: Draft,
    newest: PlaybookVersion | None,
    findings: list[Finding],
    moved_on: bool = False,
) -> str:
    return render_template(
        "playbooks/preview.html",
        draft=_seal(draft),
        playbook=draft.playbook,
        title=draft.playbook.text("playbook.title", page_language()).text,
        digest=content_hash(draft.canonical),
        note=draft.note,
        newest=newest,
        same=find_same(session(), draft.playbook.id, content_hash(draft.canonical)),
        number=(newest.number if newest else 0) + 1,
        difference=_against(newest, draft.playbook) if newest else None,
        undone=_undone(document_of(newest), draft.playbook) if newest else 0,
        findings=_told(findings),
        moved_on=moved_on,
    )


def _against(newest: PlaybookVersion, playbook: Playbook) -> Difference:
    old = document_of(newest)
    language = choose_language(playbook, None, page_language())
    unread = ReadingState({})
    return differences(
        Words(old, language, page_language(), unread),
        Words(playbook, language, page_language(), unread),
    )


def _undone(old: Playbook, new: Playbook) -> int:
    """Return how many deadlines that the city has made its own would be reminders again."""
    return _unadopted(old.decisions, new.decisions) + _unadopted(old.tasks, new.tasks)


def _unadopted(old: Mapping[str, Decision | Task], new: Mapping[str, Decision | Task]) -> int:
    return sum(
        entry.adopted is not None and key in new and new[key].adopted is None
        for key, entry in old.items()
    )


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(own_app().config["SECRET_KEY"], salt="playbook-draft")


def _seal(draft: Draft) -> str:
    sealed = _sealer().dumps(
        {
            "canonical": draft.canonical.decode(),
            "note": draft.note,
            "newest": draft.newest,
            "user": signed_in_user().id,
        }
    )
    return sealed if isinstance(sealed, str) else sealed.decode()


def _open(sealed: str) -> Draft:
    facts = _sealer().loads(sealed, max_age=SECONDS_TO_CONFIRM)
    if facts["user"] != signed_in_user().id:
        raise BadSignature("This preview was made by somebody else.")
    canonical = facts["canonical"].encode()
    return Draft(canonical, from_canonical(canonical), facts["note"], facts["newest"])


def _count(findings: list[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)


def _told(findings: list[Finding]) -> list[dict[str, object]]:
    """Return findings in the reader's language, errors first."""
    ordered = sorted(findings, key=lambda f: f.severity is not Severity.ERROR)
    return [
        {
            "is_error": finding.severity is Severity.ERROR,
            "file": finding.file,
            "line": finding.line,
            "path": finding.path,
            "problem": in_words(finding.problem),
            "mend": in_words(finding.mend),
        }
        for finding in ordered
    ]
