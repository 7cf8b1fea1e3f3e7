"""Views of the users' page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import User
from playbook.queries.users import all_users
from playbook.services import users as service
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import ADMINISTRATOR, COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now

blueprint = Blueprint("users", __name__, url_prefix="/users", template_folder="templates")


@blueprint.get("/")
@allow(ADMINISTRATOR)
def index() -> str:
    """List who may sign in."""
    return users_page()


@blueprint.post("/")
@allow(ADMINISTRATOR)
def invite() -> ResponseReturnValue:
    """Add a user and show their link, this once."""
    form = request.form
    try:
        with transaction() as current:
            user = service.create_user(
                current,
                form.get("email", ""),
                form.get("name", ""),
                [form.get("role", "")],
                None,
                now(),
                by=signed_in_user(),
            )
            token = service.make_sign_in_link(current, user, now(), by=signed_in_user())
    except (BadInput, Conflict) as error:
        return users_page(error=sentence(error)), error.status
    return link_page(user, token)


@blueprint.post("/<int:user_id>/link")
@allow(ADMINISTRATOR)
def new_link(user_id: int) -> ResponseReturnValue:
    """Make a new link for somebody and show it, this once."""
    with transaction() as current:
        user = find(current, user_id)
        token = service.make_sign_in_link(current, user, now(), by=signed_in_user())
    return link_page(user, token)


@blueprint.post("/<int:user_id>/role")
@allow(ADMINISTRATOR)
def change_role(user_id: int) -> ResponseReturnValue:
    """Give somebody another role."""
    with transaction() as current:
        user = find(current, user_id)
        service.change_role(current, user, request.form.get("role", ""), now(), by=signed_in_user())
    flash(_("%(name)s has a new role.", name=user.name), "success")
    return redirect(url_for("users.index"))


@blueprint.post("/<int:user_id>/sites")
@allow(ADMINISTRATOR)
def let_see_sites(user_id: int) -> ResponseReturnValue:
    """Give somebody the right to read the register of places, or take it."""
    allowed = request.form.get("allowed") == "yes"
    with transaction() as current:
        user = find(current, user_id)
        service.let_see_sites(current, user, allowed, now(), by=signed_in_user())
    if allowed:
        flash(_("%(name)s may read the register of places.", name=user.name), "success")
    else:
        flash(_("%(name)s may no longer read the register of places.", name=user.name), "success")
    return redirect(url_for("users.index"))


@blueprint.post("/<int:user_id>/deactivate")
@allow(ADMINISTRATOR)
def deactivate(user_id: int) -> ResponseReturnValue:
    """Shut somebody out."""
    with transaction() as current:
        user = find(current, user_id)
        service.deactivate(current, user, now(), by=signed_in_user())
    flash(_("%(name)s can no longer sign in.", name=user.name), "success")
    return redirect(url_for("users.index"))


@blueprint.post("/<int:user_id>/reactivate")
@allow(ADMINISTRATOR)
def reactivate(user_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    with transaction() as current:
        user = find(current, user_id)
        service.reactivate(current, user, now(), by=signed_in_user())
    flash(_("%(name)s can sign in again.", name=user.name), "success")
    return redirect(url_for("users.index"))


def find(current: Session, user_id: int) -> User:
    """Return a user by id, or raise `NotFound`."""
    user = current.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user. Nothing was changed.")
    return user


def role_choices() -> list[tuple[str, str]]:
    """Return the roles with what each may do."""
    return [
        (COORDINATOR, _("Coordinator: activates, decides, sends")),
        (OBSERVER, _("Observer: sees everything, changes nothing")),
        (ADMINISTRATOR, _("Administrator: also manages users")),
    ]


def users_page(error: str | None = None) -> str:
    """Render the list, with what was typed when an invitation failed."""
    return render_template(
        "users/index.html",
        users=all_users(session()),
        roles=role_choices(),
        values=request.form.to_dict(),
        error=error,
        my_id=signed_in_user().id,
    )


def link_page(user: User, token: str) -> str:
    """Render the one page that ever shows a link."""
    address = wiring().settings.public_url.rstrip("/") + url_for("account.link", token=token)
    return render_template(
        "users/link.html", user=user, address=address, expires=now() + service.LINK_VALID_FOR
    )
