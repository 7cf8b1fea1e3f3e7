"""Views of a person's own page. Opening it changes nothing: mail scanners and curious phones open links too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import BadCell, one_line
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import ContactKind, Person
from playbook.queries.preparedness import directory as queries
from playbook.queries.preparedness.truth import is_on_a_rota
from playbook.services.preparedness import corrections
from playbook.services.preparedness.own_pages import person_by_token
from playbook.services.response.asking_again import asking_again
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import public
from playbook.web.languages import force_language, language_name, page_language
from playbook.web.limits import limiter
from playbook.web.own.showing import masked
from playbook.web.presentation import now

blueprint = Blueprint("own", __name__, template_folder="templates")

OFTEN = "600 per minute"
SELDOM = "60 per minute"
#: What the page says after a button was pressed; the word stands in the address.
DONE = {
    "sent": _l(
        "A code is on its way to the new number or address. Type it below when it is there."
    ),
    "confirmed": _l("Thank you. The new number or address counts from now on."),
    "disowned": _l(
        "Thank you. The city knows that this is no longer yours, and uses it only if nothing else is left."
    ),
    "taken-up": _l("Thank you. This is yours again."),
    "left": _l("Thank you. The city knows that you say you have left, and decides what follows."),
    "stays": _l("Thank you. You have not left."),
    "language": _l("Messages come in this language from now on, where the city has it."),
}


@dataclass
class Mistake:
    """What cannot be used, beside the form it was typed into: "add-phone", "point-7", "code-3"."""

    form: str
    say: str
    typed: str = ""


@blueprint.get("/me/<token>")
@public
@limiter.limit(OFTEN)
def show(token: str) -> ResponseReturnValue:
    """Show what the city has of a person, in their language."""
    return _page(token)


@blueprint.post("/me/<token>/numbers/<int:point_id>")
@public
@limiter.limit(SELDOM)
def correct(token: str, point_id: int) -> ResponseReturnValue:
    """Send a code to what takes the place of a number or address."""
    return _give(token, f"point-{point_id}", ContactKind.PHONE, point_id)


@blueprint.post("/me/<token>/numbers")
@public
@limiter.limit(SELDOM)
def add(token: str) -> ResponseReturnValue:
    """Send a code to one more number or address."""
    kind = ContactKind.EMAIL if request.form.get("kind") == "email" else ContactKind.PHONE
    return _give(token, f"add-{kind}", kind, None)


@blueprint.post("/me/<token>/codes/<int:wish_id>")
@public
@limiter.limit(SELDOM)
def confirm(token: str, wish_id: int) -> ResponseReturnValue:
    """Take a code; a right one counts at once, also in an incident that is running."""
    settings = wiring().settings
    try:
        with transaction() as current:
            person = person_by_token(current, token)
            with asking_again(current, now(), settings.public_url):
                result = corrections.confirm(
                    current,
                    person,
                    wish_id,
                    one_line(request.form.get("code", "")),
                    settings=settings,
                    now=now(),
                )
    except NotFound as error:
        return _page(token, Mistake("", sentence(error))), error.status
    if result.right:
        return _back(token, "confirmed")
    if not result.left:
        wrong = _(
            "This code was wrong five times and is not valid any more. Give the number again."
        )
        return _page(token, Mistake("", wrong)), BadInput.status
    wrong = ngettext(
        "This is not the code that was sent. You can try %(num)s more time.",
        "This is not the code that was sent. You can try %(num)s more times.",
        result.left,
    )
    return _page(token, Mistake(f"code-{wish_id}", wrong)), BadInput.status


@blueprint.post("/me/<token>/numbers/<int:point_id>/disown")
@public
@limiter.limit(SELDOM)
def disown(token: str, point_id: int) -> ResponseReturnValue:
    """Take in that a number is no longer theirs."""
    settings = wiring().settings

    def act(current: Session, person: Person) -> None:
        corrections.disown(current, person, point_id, settings=settings, now=now())

    return _do(token, "disowned", act)


@blueprint.post("/me/<token>/numbers/<int:point_id>/take-up")
@public
@limiter.limit(SELDOM)
def take_up(token: str, point_id: int) -> ResponseReturnValue:
    """Take in that a number is theirs after all."""

    def act(current: Session, person: Person) -> None:
        corrections.take_up_again(current, person, point_id, now=now())

    return _do(token, "taken-up", act)


@blueprint.post("/me/<token>/left")
@public
@limiter.limit(SELDOM)
def leave(token: str) -> ResponseReturnValue:
    """Take in that somebody says they have left, or that they have not."""
    left = request.form.get("left") != "no"

    def act(current: Session, person: Person) -> None:
        corrections.say_left(current, person, now=now(), left=left)

    return _do(token, "left" if left else "stays", act)


@blueprint.post("/me/<token>/language")
@public
@limiter.limit(SELDOM)
def speak(token: str) -> ResponseReturnValue:
    """Let messages come in another language."""

    def act(current: Session, person: Person) -> None:
        corrections.choose_language(current, person, request.form.get("language", ""), now=now())

    return _do(token, "language", act)


def _give(token: str, form: str, kind: ContactKind, point_id: int | None) -> ResponseReturnValue:
    typed = one_line(request.form.get("value", ""))
    try:
        with transaction() as current:
            person = person_by_token(current, token)
            corrections.ask_to_confirm(
                current,
                person,
                kind,
                typed,
                point_id=point_id,
                settings=wiring().settings,
                now=now(),
            )
    except BadCell as bad:
        say = f"{_said(bad.problem.say, bad.problem.facts)} {_said(bad.mend.say, bad.mend.facts)}"
        return _page(token, Mistake(form, say, typed)), bad.status
    except (BadInput, Conflict) as error:
        return _page(token, Mistake(form, sentence(error), typed)), error.status
    return _back(token, "sent")


def _said(say: str, facts: dict[str, object]) -> str:
    text = str(_(say))
    return text.format(**facts) if facts else text


def _do(token: str, done: str, act: Callable[[Session, Person], None]) -> ResponseReturnValue:
    try:
        with transaction() as current:
            act(current, person_by_token(current, token))
    except BadInput as error:
        return _page(token, Mistake("", sentence(error))), error.status
    return _back(token, done)


def _back(token: str, done: str) -> ResponseReturnValue:
    language = request.args.get("lang")
    return redirect(url_for("own.show", token=token, done=done, lang=language))


def _page(token: str, mistake: Mistake | None = None) -> str:
    person = person_by_token(session(), token)
    force_language(person.language)
    language = page_language()
    uses = queries.roles_in_use(session())
    roles = []
    for place, _holders in queries.places_of(session(), person.id):
        names = uses[place.role].names if place.role in uses else {}
        roles.append(names.get(language) or names.get("en") or place.role)
    spoken = {*corrections.LANGUAGES, person.language}
    return render_template(
        "own/page.html",
        token=token,
        person=person,
        roles=roles,
        masked=masked,
        waiting=corrections.pending(session(), person, now()),
        languages=[(code, language_name(code, in_itself=True)) for code in sorted(spoken)],
        mistake=mistake or Mistake("", ""),
        done=DONE.get(request.args.get("done", "")) if mistake is None else None,
        duty=_duty_page(token, person),
        card=_address("/card"),
    )


def _duty_page(token: str, person: Person) -> str | None:
    """Return the address of the page with this person's turns of duty, where there is one for them."""
    page = _address("/duty/<token>", token=token)
    return page if page and is_on_a_rota(session(), person.id) else None


def _address(rule: str, **values: Any) -> str | None:
    """Return the address of a page of another area, or None while that area is not installed."""
    for known in current_app.url_map.iter_rules():
        if known.rule == rule and "GET" in (known.methods or ()):
            return url_for(known.endpoint, **values)
    return None
