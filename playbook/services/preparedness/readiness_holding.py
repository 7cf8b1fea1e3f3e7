"""Questions that can wait, do: re-checked just before they leave, whatever has happened since they were queued."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload

from notifications.delivery import DeliveryState
from playbook.domain.preparedness.daytime import later_day
from playbook.models import Delivery, Person, RoundKind
from playbook.services.deliveries import LIFE
from playbook.services.preparedness.readiness_days import days_of, real_incident_runs
from playbook.settings import Settings

PURPOSES = tuple(str(kind) for kind in RoundKind)


def put_off(session: Session, now: datetime, settings: Settings) -> int:
    """Keep back what is due but must not leave now; return how many questions that were.

    While a real incident runs, a question of a proof waits for the next working day at its hour, again and again, and
    one of a drill does not leave at all. A proof is also kept back where it is not daytime any more, because the
    engine was not running when it should have left. One query when nothing is due.
    """
    rows = session.scalars(
        select(Delivery)
        .where(
            Delivery.state == DeliveryState.QUEUED,
            Delivery.not_before <= now,
            Delivery.purpose.in_(PURPOSES),
        )
        .options(
            defer(Delivery.subject),
            defer(Delivery.body),
            defer(Delivery.address),
            joinedload(Delivery.person).defer(Person.notes),
        )
        .with_for_update(skip_locked=True, of=Delivery)
    ).all()
    if not rows:
        return 0
    incident, days = real_incident_runs(session), days_of(session, settings, now)
    kept = 0
    for row in rows:
        if row.purpose == RoundKind.DRILL:
            if not incident:
                continue
            row.state, row.reason, row.state_at = DeliveryState.CANCELLED, "incident", now
        elif incident or not days.is_daytime(now, row.person):
            zone = days.zone_of(row.person)
            row.not_before = later_day(row.not_before, now, zone, days.holidays)
            row.expires_at = row.not_before + LIFE
        else:
            continue
        kept += 1
    return kept
