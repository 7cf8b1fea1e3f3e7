"""Who may see what. Every view says so; one that does not is shut.

    @blueprint.get("/board/<int:activation_id>")
    @allow(OBSERVER)
    def board(...)

Roles include the ones below them: an administrator may do what a coordinator may, and so on.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from playbook.errors import NotAllowed
from playbook.models import User

ADMINISTRATOR = "administrator"
COORDINATOR = "coordinator"
OBSERVER = "observer"
#: What each role includes.
RANK = {OBSERVER: 1, COORDINATOR: 2, ADMINISTRATOR: 3}

#: Endpoints whose own library guards them, by blueprint.
SELF_GUARDED = {"security"}

View = TypeVar("View", bound=Callable[..., Any])


def allow(role: str) -> Callable[[View], View]:
    """Let signed-in users in who hold `role` or one that includes it."""

    def mark(view: View) -> View:
        view.guard = role  # type: ignore[attr-defined]  # the mark that `check` reads
        return view

    return mark


def public(view: View) -> View:
    """Let everybody in: sign-in, a partner's answer page, a provider's webhook."""
    view.guard = "public"  # type: ignore[attr-defined]  # the mark that `check` reads
    return view


def may(role: str) -> bool:
    """Return whether the current user holds `role` or one that includes it."""
    if not current_user.is_authenticated:
        return False
    return max((RANK.get(r.name, 0) for r in current_user.roles), default=0) >= RANK[role]


def check() -> ResponseReturnValue | None:
    """Shut every door that does not say who may come in."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    if request.blueprint in SELF_GUARDED or request.endpoint.endswith(".static"):
        return None
    guard = getattr(current_app.view_functions[request.endpoint], "guard", None)
    if guard == "public":
        return None
    if guard is None:
        abort(403)
    if not current_user.is_authenticated:
        if request.headers.get("HX-Request"):
            return "", 401, {"HX-Redirect": url_for("security.login", next=request.path)}
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if not may(guard):
        abort(403)
    return None


def set_up_guards(app: Flask) -> None:
    """Check every request, and let templates ask `may("coordinator")`."""
    app.before_request(check)
    app.jinja_env.globals["may"] = may


def signed_in_user() -> User:
    """Return the user who is signed in; for views that are not public. Raises NotAllowed otherwise."""
    user = current_user._get_current_object()
    if not isinstance(user, User):
        raise NotAllowed("Please sign in first.")
    return user
