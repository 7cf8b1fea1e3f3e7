"""Views of the answer page. Opening it changes nothing: mail scanners and curious phones open links too."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from playbook.domain.response.answers import Answer
from playbook.errors import NotFound
from playbook.services.response import answer_links
from playbook.web.database import session, transaction, wiring
from playbook.web.guards import public
from playbook.web.languages import force_language
from playbook.web.limits import limiter

blueprint = Blueprint("answers", __name__, template_folder="templates")


@blueprint.get("/a/<token>")
@public
@limiter.limit("600 per minute")
def show(token: str) -> ResponseReturnValue:
    """Show what is asked, in the partner's language, with three buttons."""
    at, address = wiring().clock.now(), wiring().settings.public_url
    try:
        call_out, rung = answer_links.find(session(), token, at, address)
    except NotFound:
        return _notice_page(token, answer_links.find_notice(session(), token, at, address))
    invitation = answer_links.invitation(call_out, rung, force_language(rung.language))
    return _page(token, invitation, None)


@blueprint.post("/a/<token>")
@public
@limiter.limit("600 per minute")
def take(token: str) -> ResponseReturnValue:
    """Take the answer of the button that was pressed, and thank."""
    if request.form.get("answer") == "read":
        with transaction() as current:
            answer_links.confirm_read(
                current, token, wiring().clock.now(), wiring().settings.public_url
            )
        return show(token)
    try:
        what = Answer(request.form.get("answer", ""))
    except ValueError:
        return show(token)
    with transaction() as current:
        call_out, rung, heard = answer_links.answer(
            current, token, what, wiring().clock.now(), wiring().settings.public_url
        )
        invitation = answer_links.invitation(call_out, rung, force_language(rung.language))
    return _page(token, invitation, heard.told.value)


def _page(token: str, invitation: answer_links.Invitation, told: str | None) -> ResponseReturnValue:
    settings = wiring().settings
    return render_template(
        "answers/answer.html",
        token=token,
        asked=invitation,
        told=told,
        join_point=settings.join_point,
        call_back=settings.call_back_number,
    )


def _notice_page(token: str, notice: answer_links.Notice) -> ResponseReturnValue:
    """Show what somebody was told who was never called."""
    force_language(notice.language)
    return render_template(
        "answers/notice.html",
        token=token,
        asked=notice,
        call_back=wiring().settings.call_back_number,
    )
