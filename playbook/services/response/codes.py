"""Check codes: six digits in each person's messages of one activation, by which a hoax is told from the real thing."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.orm import Session

from playbook.domain.response.proof import DIGITS
from playbook.models import Activation, CheckCode
from playbook.models.keyring import current_keyring
from playbook.services.response.context import CallOut

#: After the end of an incident people may still ask whether a message was real; later its codes are free again.
KNOWN_FOR = timedelta(days=30)
#: As many values as go into one query.
AT_ONCE = 500

T = TypeVar("T")


def give_codes(call_out: CallOut, person_ids: Iterable[int]) -> None:
    """Give each of these people the code of this activation, unless they have one; a handful of queries."""
    session, activation = call_out.session, call_out.activation
    wanted = sorted(set(person_ids) - call_out.codes.keys())
    for some in _in_parts(wanted):
        rows = session.execute(
            select(CheckCode.person_id, CheckCode.code).where(
                CheckCode.activation_id == activation.id, CheckCode.person_id.in_(some)
            )
        )
        call_out.codes.update((person_id, code) for person_id, code in rows)
    missing = [person_id for person_id in wanted if person_id not in call_out.codes]
    if not missing:
        return
    fresh = dict(zip(missing, _fresh(session, len(missing), call_out.now), strict=True))
    session.execute(
        insert(CheckCode),
        [
            {
                "activation_id": activation.id,
                "person_id": person_id,
                "code": code,
                "code_index": code_index(code),
            }
            for person_id, code in fresh.items()
        ],
    )
    call_out.codes.update(fresh)


def code_of(call_out: CallOut, person_id: int) -> str:
    """Return a person's code in this activation; whoever else is being worked on gets theirs with the same query."""
    if person_id not in call_out.codes:
        give_codes(call_out, {person_id, *call_out.people_at_hand})
    return call_out.codes[person_id]


def code_index(code: str) -> str:
    """Return the keyed digest under which a code is found."""
    return current_keyring().blind_index(f"check-code:{code}")


def still_known(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an activation's codes are confirmed: it runs, or ended not long ago."""
    return or_(Activation.ended_at.is_(None), Activation.ended_at > now - KNOWN_FOR)


def _fresh(session: Session, count: int, now: datetime) -> list[str]:
    """Return `count` codes that are not in use, so that one code never means two people.

    With a handful of incidents known at a time a code that is taken is rare, so the second round almost never comes.
    """
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = list(dict.fromkeys(_draw(count - len(found))))
        found.update(dict.fromkeys(_free(session, drawn, now)))
    return list(found)


def _draw(count: int) -> Iterator[str]:
    return (f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}" for _ in range(count))


def _free(session: Session, codes: Sequence[str], now: datetime) -> list[str]:
    by_index = {code_index(code): code for code in codes}
    for some in _in_parts(list(by_index)):
        taken = session.scalars(
            select(CheckCode.code_index)
            .join(Activation)
            .where(CheckCode.code_index.in_(some), still_known(now))
        )
        for index in taken.all():
            by_index.pop(index, None)
    return list(by_index.values())


def _in_parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))
