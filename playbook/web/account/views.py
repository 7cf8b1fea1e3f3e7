"""Views of one's own account and of one-time sign-in links."""

from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user

from playbook.errors import BadInput, NotAllowed
from playbook.services.users import save_profile, use_sign_in_link, whose_link
from playbook.web.database import session as database_session
from playbook.web.database import transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import OBSERVER, allow, public, signed_in_user
from playbook.web.languages import COOKIE, LANGUAGES, language_name
from playbook.web.limits import PER_ADDRESS, limiter
from playbook.web.presentation import now

blueprint = Blueprint("account", __name__, template_folder="templates")


@blueprint.get("/account/")
@allow(OBSERVER)
def show() -> str:
    """Show one's own account."""
    return account_page()


@blueprint.post("/account/")
@allow(OBSERVER)
def save() -> ResponseReturnValue:
    """Save name, language and zone."""
    form = request.form
    errors = check(form.get("language", ""), form.get("time_zone", ""))
    if not errors:
        try:
            with transaction() as current:
                save_profile(
                    current,
                    signed_in_user(),
                    form.get("name", ""),
                    form["language"],
                    form["time_zone"],
                )
        except BadInput as error:
            errors = {"name": sentence(error)}
    if errors:
        return account_page(errors), 422
    response = redirect(url_for("account.show"))
    response.delete_cookie(COOKIE)  # what is saved here wins over what this browser remembered
    flash(_("Your account is saved."), "success")
    return response


@blueprint.get("/sign-in/<token>")
@public
@limiter.limit(PER_ADDRESS)
def link(token: str) -> ResponseReturnValue:
    """Say whom the link signs in. Opening it changes nothing: chat programs open links before people do."""
    try:
        user = whose_link(database_session(), token, now())
    except NotAllowed as error:
        return render_template("account/link_spent.html", say=sentence(error)), 403
    return render_template("account/link.html", user=user)


@blueprint.post("/sign-in/<token>")
@public
@limiter.limit(PER_ADDRESS)
def use_link(token: str) -> ResponseReturnValue:
    """Use the link up, sign its user in and go home."""
    try:
        with transaction() as current:
            user = use_sign_in_link(current, token, now())
    except NotAllowed as error:
        return render_template("account/link_spent.html", say=sentence(error)), 403
    session.clear()
    login_user(user, remember=True, authn_via=["link"])
    if not user.password and not user.webauthn:
        flash(
            _("You are signed in. Under “Account”, set a password or add a passkey to come back.")
        )
    return redirect("/")


def account_page(errors: dict[str, str] | None = None) -> str:
    """Render the account with what was typed, or with what is saved."""
    user = signed_in_user()
    saved = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    return render_template(
        "account/show.html",
        user=user,
        values={**saved, **request.form.to_dict()},
        errors=errors or {},
        languages=[("", _("Like the browser"))]
        + [(code, language_name(code, in_itself=True)) for code in LANGUAGES],
        zones=sorted(zone for zone in available_timezones() if "/" in zone),
        city_zone=wiring().settings.city_time_zone,
    )


def check(language: str, time_zone: str) -> dict[str, str]:
    """Return what is wrong, by field."""
    errors = {}
    if language and language not in LANGUAGES:
        errors["language"] = _("Choose one of the languages shown.")
    if time_zone and time_zone not in available_timezones():
        errors["time_zone"] = _("This zone is not known. Choose one like Europe/Paris.")
    return errors
