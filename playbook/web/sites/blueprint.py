"""The blueprint of the register of places, and the lock on its door.

Looking must leave a trace, and a page that is only opened writes nothing: so the register is opened by a button that
says why, and stays open for a quarter of an hour.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, session, url_for
from flask.typing import ResponseReturnValue

from playbook.services.preparedness.sites import check_may_see
from playbook.web.guards import signed_in_user
from playbook.web.presentation import now
from playbook.web.sites import wording

blueprint = Blueprint("sites", __name__, url_prefix="/sites", template_folder="templates")

OPEN_FOR = timedelta(minutes=15)
_KEY = "sites-open"


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"kind_name": wording.kind_name, "community_name": wording.community_name}


def open_register() -> None:
    """Let the signed-in user read the register for a while."""
    session[_KEY] = [signed_in_user().id, int((now() + OPEN_FOR).timestamp())]


def close_register() -> None:
    """Shut it again."""
    session.pop(_KEY, None)


def open_until() -> datetime | None:
    """Return until when the signed-in user may read the register; None while it is shut."""
    user_id, until = session.get(_KEY) or (0, 0)
    user = signed_in_user()
    at = datetime.fromtimestamp(until, UTC)
    return at if user.sees_sites and user_id == user.id and at > now() else None


def opened(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Show a view only to whoever may read the register and has opened it; else lead to its door."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        check_may_see(signed_in_user())
        if open_until() is None:
            return redirect(url_for("sites.index"), 303)
        return view(*args, **values)

    return guarded
