"""The similar places that an incident has warned, for whoever may know them."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.models import RoleCall, Site


def warned_places(session: Session, activation_id: int) -> Mapping[int, str]:
    """Return the names of the warned places by id; a removed one has none. One query."""
    rows = session.execute(
        select(Site.id, Site.name)
        .join(RoleCall, RoleCall.site_id == Site.id)
        .where(RoleCall.activation_id == activation_id, Site.removed_at.is_(None))
    )
    return dict(rows.tuples().all())


def count_warned(session: Session, activation_id: int) -> int:
    """Return how many places an incident has warned."""
    return (
        session.scalar(
            select(func.count(RoleCall.id)).where(
                RoleCall.activation_id == activation_id, RoleCall.site_id.is_not(None)
            )
        )
        or 0
    )
