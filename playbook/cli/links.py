"""Sign-in links as a person can open them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from playbook.models import User


def link_for(
    session: Session, user: User, now: datetime, address: str, valid_for: timedelta | None = None
) -> str:
    """Return a link below `address` that signs `user` in once; earlier ones stop working.

    The path is the one of the view `account.link`; a test holds the two together.
    """
    from playbook.services.users import LINK_VALID_FOR, make_sign_in_link

    token = make_sign_in_link(session, user, now, valid_for or LINK_VALID_FOR)
    return f"{address.rstrip('/')}/sign-in/{token}"
