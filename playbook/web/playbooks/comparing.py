"""Comparing two versions: what people will do and read differently."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from playbook.queries.preparedness.playbooks import find_version
from playbook.services.preparedness.documents import document_of
from playbook.web.database import session
from playbook.web.guards import OBSERVER, allow
from playbook.web.languages import page_language
from playbook.web.playbooks.blueprint import Page, blueprint
from playbook.web.playbooks.differences import differences
from playbook.web.playbooks.words import Words


@blueprint.get("/<key>/<int:number>/compare/<int:other>")
@allow(OBSERVER)
def compare(key: str, number: int, other: int) -> ResponseReturnValue:
    """Show what version `other` says differently from version `number`."""
    page = Page(key, other)
    earlier = find_version(session(), key, number)
    before = Words(document_of(earlier), page.language, page_language(), page.readings)
    return render_template(
        "playbooks/compare.html",
        **page.facts(),
        earlier=earlier,
        difference=differences(before, page.words),
    )


@blueprint.get("/<key>/compare")
@allow(OBSERVER)
def choose(key: str) -> ResponseReturnValue:
    """Go to the comparison of the two versions chosen in the form."""
    before = request.args.get("before", 1, type=int)
    after = request.args.get("after", before, type=int)
    return redirect(url_for("playbooks.compare", key=key, number=before, other=after))
