"""Sign-in links as a person can open them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from playbook.models import User
from playbook.services.users import LINK_VALID_FOR, make_sign_in_link


def link_for(
    session: Session,
    user: User,
    now: datetime,
    address: str,
    valid_for: timedelta = LINK_VALID_FOR,
) -> str:
    """Return a link below `address` that signs `user` in once; earlier ones stop working.

    The path is the one of the view `account.link`; a test holds the two together.
    """
    token = make_sign_in_link(session, user, now, valid_for)
    return f"{address.rstrip('/')}/sign-in/{token}"
