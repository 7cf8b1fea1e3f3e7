"""Named lists of roles, for messages during an incident: "interpreters", "everybody at the assistance centre"."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import check_role
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import RoleList, User
from playbook.services import log

LONGEST_NAME = 120


def all_lists(session: Session) -> Sequence[RoleList]:
    """Return every list by name."""
    return session.scalars(select(RoleList).order_by(func.lower(RoleList.name))).all()


def list_of(session: Session, list_id: int) -> RoleList:
    """Return a list, or raise NotFound."""
    found = session.get(RoleList, list_id)
    if found is None:
        raise NotFound("There is no such list.")
    return found


def add_list(
    session: Session, name: str, roles: Iterable[str], *, now: datetime, user: User | None
) -> RoleList:
    """Add a list. Raises BadInput without a name or a role, Conflict if the name is taken."""
    made = RoleList(name=_free_name(session, name, None), roles=_checked(roles))
    session.add(made)
    session.flush()
    _note(session, "list.added", made, now, user)
    return made


def change_list(
    session: Session,
    found: RoleList,
    name: str,
    roles: Iterable[str],
    *,
    now: datetime,
    user: User,
) -> None:
    """Change a list. Raises as `add_list`."""
    found.name, found.roles = _free_name(session, name, found.id), _checked(roles)
    session.flush()
    _note(session, "list.changed", found, now, user)


def remove_list(session: Session, found: RoleList, *, now: datetime, user: User) -> None:
    """Remove a list; the roles and their people stay."""
    _note(session, "list.removed", found, now, user)
    session.delete(found)
    session.flush()


def _free_name(session: Session, name: str, but: int | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadInput("Give the list a name.")
    if len(name) > LONGEST_NAME:
        raise BadInput("The name of a list has {most} characters at most.", most=LONGEST_NAME)
    known = session.scalar(select(RoleList).where(func.lower(RoleList.name) == name.lower()))
    if known is not None and known.id != but:
        raise Conflict("There is a list “{name}” already. Change that one.", name=name)
    return name


def _checked(roles: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(check_role(role) for role in roles if role))
    if not wanted:
        raise BadInput("Choose at least one role for this list.")
    return wanted


def _note(session: Session, kind: str, found: RoleList, now: datetime, user: User | None) -> None:
    log.record(
        session,
        kind,
        now=now,
        user=user,
        subject=f"list:{found.id}",
        payload={"name": found.name, "roles": list(found.roles)},
    )
