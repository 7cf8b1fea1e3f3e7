"""Drills that have been: for the report's picture and its benchmark."""

import itertools
import random
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from playbook.models import (
    Delivery,
    Organisation,
    Person,
    ReadinessCall,
    ReadinessRound,
    RoundKind,
)
from tests.support.harbour import add_person

_numbers = itertools.count(1)


def add_drills(
    session: Session,
    now: datetime,
    *,
    roles: int,
    drills: int,
    name: str = "",
    ids: list[str] | None = None,
) -> int:
    """Add closed drills of `roles` roles, four weeks apart, one in eight silent; return the newest one's id.

    `ids` are the roles' own ids, else they are numbered.
    """
    dice = random.Random(roles)
    city = Organisation(name=f"City of drills {name}")
    named = ids or [f"partner-{number:03d}" for number in range(roles)]
    people = [
        add_person(session, f"Driller {next(_numbers)} {name}", "en", organisation=city)
        for _ in named
    ]
    session.flush()
    for ago in reversed(range(drills)):
        began = now - timedelta(weeks=4 * ago, hours=1)
        made = ReadinessRound(
            kind=RoundKind.DRILL,
            request_key=f"drill-{next(_numbers)}",
            started_at=began,
            closes_at=began + timedelta(minutes=30),
            closed_at=began + timedelta(minutes=30),
        )
        made.calls = [
            _call(person, role, began, dice) for person, role in zip(people, named, strict=True)
        ]
        session.add(made)
        session.flush()
    return made.id


def _call(person: Person, role: str, began: datetime, dice: random.Random) -> ReadinessCall:
    took = timedelta(seconds=dice.randrange(20, 1200))
    silent = dice.random() < 0.125
    key = f"drill-{next(_numbers)}"
    delivery = Delivery(
        key=key,
        purpose="drill",
        message="drill-sms",
        person=person,
        channel="sms",
        language="en",
        body="DRILL",
        queued_at=began,
        not_before=began,
        expires_at=began + timedelta(minutes=30),
        settled_at=began + timedelta(seconds=1),
        attempt_token=key,
        state="delivered",
    )
    return ReadinessCall(
        person=person,
        channel="sms",
        role=role,
        delivery=delivery,
        answered_at=None if silent else began + timedelta(seconds=1) + took,
        answered_via=None if silent else "sms",
    )
