"""Who may sign in: roles, users, and links that sign one user in once."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict, NotAllowed
from playbook.models import Role, SignInLink, User
from playbook.services.log import record

ADMINISTRATOR = "administrator"
COORDINATOR = "coordinator"
OBSERVER = "observer"
ROLES = {
    ADMINISTRATOR: "Manages users and everything else.",
    COORDINATOR: "Activates, decides, sends, answers for others.",
    OBSERVER: "Sees everything, changes nothing.",
}
#: How long an invitation stays good.
LINK_VALID_FOR = timedelta(days=3)


def ensure_roles(session: Session) -> dict[str, Role]:
    """Return the three roles by name, adding those that are missing."""
    roles = {role.name: role for role in session.scalars(select(Role))}
    for name, description in ROLES.items():
        if name not in roles:
            roles[name] = Role(name=name, description=description)
            session.add(roles[name])
    session.flush()
    return roles


def create_user(
    session: Session,
    email: str,
    name: str,
    roles: Sequence[str],
    password_hash: str | None,
    now: datetime,
    by: User | None = None,
) -> User:
    """Add a user; without a password they sign in by link, then set one or add a passkey.

    Raises `BadInput` for an address or role that cannot be, `Conflict` when the address is taken.
    """
    email = normal_email(email)
    name = name.strip()
    if not name:
        raise BadInput("Please give the person's name. Nothing was saved.")
    if session.scalar(select(User.id).where(func.lower(User.email) == email)):
        raise Conflict("{email} already has an account. Nothing was changed.", email=email)
    user = User(
        email=email,
        name=name[:200],
        active=True,
        password=password_hash,
        fs_uniquifier=uuid.uuid4().hex,
        roles=[_role(session, role) for role in roles],
    )
    session.add(user)
    session.flush()
    record(
        session,
        "user.created",
        now=now,
        user=by,
        subject=f"user:{user.id}",
        payload={"name": user.name, "roles": list(roles)},
    )
    return user


def normal_email(email: str) -> str:
    """Return `email` without blanks and in lower case; raises `BadInput` when it cannot be one."""
    email = email.strip().lower()
    local, at, domain = email.partition("@")
    if not (at and local and "." in domain) or len(email) > 255 or any(c.isspace() for c in email):
        raise BadInput("{email} is not an email address. Nothing was saved.", email=email)
    return email


def make_sign_in_link(
    session: Session,
    user: User,
    now: datetime,
    valid_for: timedelta = LINK_VALID_FOR,
    by: User | None = None,
) -> str:
    """Return a token that signs `user` in once until `now + valid_for`; earlier ones stop working.

    Only its digest is stored, so it can be shown this once and never again.
    """
    if not user.active:
        raise NotAllowed("{name}'s account is switched off. Switch it on first.", name=user.name)
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    token = secrets.token_urlsafe(32)
    session.add(SignInLink(digest=digest(token), user_id=user.id, expires_at=now + valid_for))
    record(session, "user.link-made", now=now, user=by, subject=f"user:{user.id}")
    return token


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return sha256(token.encode()).hexdigest()


def whose_link(session: Session, token: str, now: datetime) -> User:
    """Return whom a link would sign in, changing nothing; raises `NotAllowed` for one that no longer does."""
    row = session.execute(
        select(SignInLink, User)
        .join(User, User.id == SignInLink.user_id)
        .where(SignInLink.digest == digest(token))
    ).first()
    if row is None:
        raise NotAllowed(
            "This sign-in link does not exist or was replaced by a newer one. "
            "Ask an administrator for a new one."
        )
    link: SignInLink = row[0]
    user: User = row[1]
    if link.used_at is not None:
        raise NotAllowed(
            "This sign-in link was used before; each works once. Sign in with your password or "
            "passkey, or ask an administrator for a new link."
        )
    if link.expires_at <= now:
        raise NotAllowed("This sign-in link has expired. Ask an administrator for a new one.")
    if not user.active:
        raise NotAllowed("This account is switched off. An administrator can switch it on again.")
    return user


def use_sign_in_link(session: Session, token: str, now: datetime) -> User:
    """Use a link up and return whom it signs in; raises `NotAllowed` for one that no longer does.

    Of two that come at once, one wins.
    """
    user = whose_link(session, token, now)
    used = session.execute(
        update(SignInLink)
        .where(SignInLink.digest == digest(token), SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result has it
        raise NotAllowed(
            "This sign-in link was used before; each works once. Sign in with your password or "
            "passkey, or ask an administrator for a new link."
        )
    record(session, "user.link-used", now=now, user=user, subject=f"user:{user.id}")
    return user


def change_role(session: Session, user: User, role: str, now: datetime, by: User | None) -> None:
    """Give `user` exactly this role; raises `Conflict` when nobody would be left to administer."""
    before = [held.name for held in user.roles]
    if before == [role]:
        return
    if role != ADMINISTRATOR:
        _keep_an_administrator(session, user)
    user.roles = [_role(session, role)]
    record(
        session,
        "user.role-changed",
        now=now,
        user=by,
        subject=f"user:{user.id}",
        payload={"name": user.name, "before": before, "after": [role]},
    )


def let_see_sites(
    session: Session, user: User, allowed: bool, now: datetime, by: User | None
) -> None:
    """Give `user` the right to read the register of places, or take it; the same again changes nothing."""
    if user.sees_sites == allowed:
        return
    user.sees_sites = allowed
    record(
        session,
        "user.sites-allowed" if allowed else "user.sites-refused",
        now=now,
        user=by,
        subject=f"user:{user.id}",
        payload={"name": user.name},
    )


def deactivate(session: Session, user: User, now: datetime, by: User | None) -> None:
    """Shut `user` out at once, on every device; raises `Conflict` for the last administrator."""
    _keep_an_administrator(session, user)
    user.active = False
    user.fs_uniquifier = uuid.uuid4().hex
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    record(
        session,
        "user.deactivated",
        now=now,
        user=by,
        subject=f"user:{user.id}",
        payload={"name": user.name},
    )


def reactivate(session: Session, user: User, now: datetime, by: User | None) -> None:
    """Let `user` sign in again."""
    user.active = True
    record(
        session,
        "user.reactivated",
        now=now,
        user=by,
        subject=f"user:{user.id}",
        payload={"name": user.name},
    )


def save_profile(session: Session, user: User, name: str, language: str, time_zone: str) -> None:
    """Change what `user` is called and how pages look to them; empty language or zone means the city's."""
    name = name.strip()
    if not name:
        raise BadInput("Please give your name: the log and the board show it. Nothing was saved.")
    user.name, user.language, user.time_zone = name[:200], language, time_zone
    session.flush()


def _keep_an_administrator(session: Session, user: User) -> None:
    """Raise `Conflict` when `user` is the last active administrator.

    The rows are locked, so that the last two cannot leave at the same moment.
    """
    administrators = session.scalars(
        select(User)
        .join(User.roles)
        .where(Role.name == ADMINISTRATOR, User.active)
        .order_by(User.id)
        .with_for_update(of=User)
    ).all()
    if [one.id for one in administrators] == [user.id]:
        raise Conflict(
            "{name} is the last administrator. Make somebody else an administrator first.",
            name=user.name,
        )


def _role(session: Session, name: str) -> Role:
    if name not in ROLES:
        raise BadInput("There is no role “{role}”. Nothing was saved.", role=name)
    return ensure_roles(session)[name]
