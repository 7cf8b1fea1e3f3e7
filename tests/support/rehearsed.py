"""An exercise that is over, to be looked at and tampered with."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

import playbook
from playbook.jobs.rehearsal import Rehearsal
from playbook.jobs.rehearsal.invariants import check
from playbook.models import Activation, Announcement, Delivery, RoleCall

STARTER = Path(playbook.__file__).parent / "starters" / "place-of-worship"
KEY = Fernet.generate_key().decode()
#: Ends as a false alarm, which asks for a confirmation.
SEED = 12

Tamper = Callable[[Session], object]


def broken(over: Rehearsal, tamper: Tamper) -> dict[str, tuple[str, ...]]:
    """What does not hold once `tamper` has been at the rows; they are as before afterwards."""
    assert over.scene is not None
    with over.wiring.sessions() as session:
        tamper(session)
        session.flush()
        session.expire_all()
        document, settings = over.scene.document, over.wiring.settings
        checked = check(session, over.activation(session), document, settings, over.record)
        session.rollback()
    return {one.name: one.findings for one in checked if not one.holds}


def call_of(session: Session, role: str) -> RoleCall:
    """The call for a role."""
    return session.scalars(select(RoleCall).where(RoleCall.role == role)).one()


def announced(session: Session, kind: str) -> Announcement:
    """The change of a kind."""
    return session.scalars(select(Announcement).where(Announcement.kind == kind)).one()


def ended_at(session: Session) -> datetime:
    """When it was over."""
    at = session.scalars(select(Activation.ended_at)).one()
    assert at is not None
    return at


def a_delivery(session: Session, **facts: object) -> Delivery:
    """The first message with these facts."""
    found = session.scalars(select(Delivery).filter_by(**facts).order_by(Delivery.id)).first()
    assert found is not None
    return found
