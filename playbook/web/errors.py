"""What a person sees when something is refused or breaks: what happened, what was kept, what to do next."""

import logging
import traceback
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_limiter.errors import RateLimitExceeded
from flask_security.core import AnonymousUser
from flask_wtf.csrf import CSRFError
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from playbook.errors import PlaybookError
from playbook.web.database import db

log = logging.getLogger(__name__)


class Words(NamedTuple):
    """A title, what happened, and what to do next."""

    title: Any
    say: Any
    next_step: Any


WORDS = {
    400: Words(
        _l("This could not be understood"),
        _l("Something in the request was not as expected. Nothing was changed."),
        _l("Go back and try again. What you typed should still be in the form."),
    ),
    401: Words(
        _l("Please sign in"),
        _l("This page is for the crisis team. Nothing was changed."),
        _l("Sign in, then open the page again."),
    ),
    403: Words(
        _l("This is not open to you"),
        _l("Your role does not include this page or this act. Nothing was changed."),
        _l("If you need it, ask an administrator to change your role."),
    ),
    404: Words(
        _l("There is nothing here"),
        _l("The address may have a slip, or what it led to is gone. Nothing was changed."),
        _l("Start again from the home page."),
    ),
    405: Words(
        _l("This page cannot be used that way"),
        _l(
            "It was probably reloaded or bookmarked in the middle of something. Nothing was changed."
        ),
        _l("Go back to the page before and use its buttons."),
    ),
    409: Words(
        _l("Somebody was faster"),
        _l("This has moved on since the page was opened. Nothing of yours was saved."),
        _l("Open it again to see how it stands."),
    ),
    413: Words(
        _l("This is too large"),
        _l("The file or text is larger than the service takes. Nothing was saved."),
        _l("Send a smaller one, or split it."),
    ),
    422: Words(
        _l("This cannot be used as it is"),
        _l("Something that was given cannot be used. Nothing was saved."),
        _l("Go back, correct it, and send it again. What you typed should still be there."),
    ),
    429: Words(
        _l("Too many attempts"),
        _l("So many attempts came from here that the service has paused them for a minute."),
        _l("Wait a minute, then try again. If it is urgent, use a phone."),
    ),
    500: Words(
        _l("Something broke on our side"),
        _l("Nothing that was saved before is lost. What you just sent may not be saved."),
        _l("Go back, copy what you typed, and try again in a moment."),
    ),
}

EXPIRED_FORM = Words(
    _l("This form had waited too long"),
    _l("For safety it was not accepted. Nothing was changed, and nothing that you typed is lost."),
    _l("Press the button below to send the same again."),
)

#: Never offered again in a page: secrets, and what a form adds by itself.
NOT_KEPT = frozenset({"csrf_token", "password", "new_password", "new_password_confirm", "code"})
KEPT_AT_MOST = 200


def set_up_errors(app: Flask) -> None:
    """Register what answers when a view cannot."""
    app.register_error_handler(PlaybookError, on_refusal)
    app.register_error_handler(CSRFError, on_expired_form)
    app.register_error_handler(RateLimitExceeded, on_too_many)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(Exception, on_surprise)


def sentence(error: PlaybookError) -> str:
    """Return what `error` says, in the reader's language."""
    text = str(gettext(error.say))
    return text.format(**error.facts) if error.facts else text


def sentence_markup(error: PlaybookError) -> Markup:
    """Return what `error` says with every fact isolated, so that names of either direction stay whole."""
    facts = {name: Markup("<bdi>{}</bdi>").format(value) for name, value in error.facts.items()}
    text = escape(gettext(error.say))
    return text.format(**facts) if facts else text


def on_refusal(error: PlaybookError) -> Response:
    """Answer an error that we raised on purpose."""
    db.session.rollback()
    if error.status >= 500:
        log.error("refused: %s", type(error).__name__)
    words = WORDS.get(error.status, WORDS[400])
    return answer(error.status, words._replace(say=sentence_markup(error)), plain=sentence(error))


def on_expired_form(_error: CSRFError) -> Response:
    """Answer a form whose safety token has expired, keeping what was typed."""
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NOT_KEPT and "password" not in name
    ][:KEPT_AT_MOST]
    # A form that another site sent must not become ours by one tired click.
    if not (from_our_page() and request.form) or request.files:
        return answer(400, WORDS[400])
    return answer(400, EXPIRED_FORM, kept=kept, again=request.full_path.rstrip("?"))


def from_our_page() -> bool:
    """Return whether the browser says that a page of ours sent this form.

    Where it does not say (an old browser, plain http), our cookies tell: they are SameSite, so that a form on another
    site comes without them.
    """
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said in {"same-origin", "none"}
    names = ("SESSION_COOKIE_NAME", "REMEMBER_COOKIE_NAME")
    return any(current_app.config[name] in request.cookies for name in names)


def on_too_many(error: RateLimitExceeded) -> Response:
    """Answer somebody who knocks too often."""
    response = answer(429, WORDS[429])
    response.headers["Retry-After"] = str(error.limit.limit.get_expiry() if error.limit else 60)
    return response


def on_http_error(error: HTTPException) -> Response:
    """Answer what Flask itself refuses."""
    if error.response is not None:
        return make_response(error.response)
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())
    response = answer(code, WORDS.get(code, WORDS[400 if code < 500 else 500]))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def on_surprise(error: Exception) -> Response:
    """Answer what nobody expected; the page needs no database. Tests see the error itself, unless they ask."""
    if current_app.testing and not current_app.config.get("ERROR_PAGES"):
        raise error
    # Frames without values: a traceback's message can hold what a person typed.
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s at %s\n%s", type(error).__name__, request.endpoint, frames)
    g.without_database = True
    g._login_user = AnonymousUser()  # type: ignore[no-untyped-call]  # else it is looked up again
    try:
        db.session.rollback()
    except Exception as trouble:
        # Not `log.exception`: it would also print what the first error says.
        log.error("the database cannot be reached: %s", type(trouble).__name__)
    return answer(500, WORDS[500])


def answer(
    code: int,
    words: Words,
    *,
    plain: str | None = None,
    kept: list[tuple[str, str]] | None = None,
    again: str | None = None,
) -> Response:
    """Return an error as the page, the fragment or the JSON that was asked for."""
    say = plain if plain is not None else str(words.say)
    if wants_json():
        response = jsonify(
            type="about:blank",
            title=HTTPStatus(code).phrase if code in _KNOWN else "",
            status=code,
            detail=f"{say} {words.next_step}",
        )
        response.mimetype = "application/problem+json"
        response.status_code = code
        return response
    template = "errors/fragment.html" if request.headers.get("HX-Request") else "errors/page.html"
    page = render_template(template, code=code, words=words, kept=kept or [], again=again)
    return make_response(page, code)


def wants_json() -> bool:
    """Return whether the asker is a program."""
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/problem+json"], "text/html"
    )
    return best != "text/html"


_KNOWN = frozenset(status.value for status in HTTPStatus)
