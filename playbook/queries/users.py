"""Who may sign in, as a list."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from playbook.models import User


def all_users(session: Session) -> Sequence[User]:
    """Return every user with roles and passkeys: active ones first, by name."""
    return session.scalars(
        select(User)
        .options(selectinload(User.roles), selectinload(User.webauthn))
        .order_by(User.active.desc(), func.lower(User.name), User.id)
    ).all()
