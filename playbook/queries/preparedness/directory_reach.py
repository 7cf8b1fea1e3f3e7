"""Whether and how each person can be reached: counts, never the numbers themselves."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.models import ContactKind, ContactPoint, Person


@dataclass(frozen=True)
class Reach:
    """How a person can be reached, without saying at which number."""

    phones: int = 0
    emails: int = 0
    #: Phones at which a text message arrives and was not stopped.
    sms: int = 0
    stopped: int = 0
    #: Phones at which somebody else answers: called by a human, never texted.
    switchboards: int = 0
    #: Whose last message came back for good.
    bounced: int = 0
    #: That did not answer the last proof.
    silent: int = 0

    @property
    def nowhere(self) -> bool:
        """Whether nothing at all is known."""
        return not self.phones and not self.emails


def reach_of_everybody(session: Session) -> tuple[dict[int, Reach], list[tuple[int, ...]]]:
    """Return how each person is reached, and who shares a number that gets text messages."""
    points = session.execute(
        select(
            ContactPoint.person_id,
            ContactPoint.kind,
            ContactPoint.gets_sms,
            ContactPoint.opted_out_at,
            ContactPoint.has_script,
            ContactPoint.value_index,
            ContactPoint.bounced_at,
            ContactPoint.silent_proofs,
        )
        .join(Person)
        .where(Person.removed_at.is_(None))
        .order_by(ContactPoint.person_id)
    ).all()
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    at_number: defaultdict[str, list[int]] = defaultdict(list)
    for point in points:
        phone, stopped = point.kind == ContactKind.PHONE, point.opted_out_at is not None
        sms = phone and point.gets_sms and not stopped and not point.has_script
        counts[point.person_id].update(
            phones=int(phone),
            emails=int(not phone),
            sms=int(sms),
            stopped=int(stopped),
            switchboards=int(point.has_script),
            bounced=int(point.bounced_at is not None),
            silent=int(point.silent_proofs > 0),
        )
        if phone and point.gets_sms and not point.has_script:
            at_number[point.value_index].append(point.person_id)
    shared = sorted(tuple(ids) for ids in at_number.values() if len(ids) > 1)
    return {person: Reach(**count) for person, count in counts.items()}, shared
