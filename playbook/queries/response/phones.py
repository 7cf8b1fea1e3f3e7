"""The wall of simulated phones and mailboxes: each with what arrived on it and what was written on it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from playbook.errors import NotFound
from playbook.models import ContactPoint, Organisation, Person, SimulatedMessage


@dataclass(frozen=True)
class Bubble:
    """One message on a phone or in a mailbox."""

    id: int
    at: datetime
    incoming: bool
    subject: str | None
    body: str
    language: str
    exercise: bool
    #: What a file that came with it is called; its bytes are read by who asks for them.
    attachment: str | None = None


@dataclass(frozen=True)
class Device:
    """One simulated phone or mailbox; `key` names it, `last_id` is its newest message."""

    key: str
    last_id: int
    #: The newest text that arrived, which an answer on this phone answers.
    reply_to: int | None
    channel: str
    address: str
    name: str | None
    organisation: str | None
    language: str | None
    bubbles: Sequence[Bubble]


def newest_id(session: Session) -> int:
    """Return the id of the newest simulated message; a page that has it has everything."""
    return session.scalar(select(func.max(SimulatedMessage.id))) or 0


@dataclass(frozen=True)
class ReceivedFile:
    """A file that came with a simulated mail."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def received_file(session: Session, message_id: int) -> ReceivedFile:
    """Return the file that came with a simulated mail; raises NotFound where there is none."""
    row = session.get(SimulatedMessage, message_id)
    if row is None or row.attachment is None:
        raise NotFound("There is no such file.")
    return ReceivedFile(
        row.attachment_name or "file",
        row.attachment_type or "application/octet-stream",
        base64.b64decode(row.attachment),
    )


def wall(
    session: Session, *, find: str = "", page: int = 1, size: int = 24, bubbles: int = 6
) -> tuple[Sequence[Device], int]:
    """Return one page of devices, newest message first, and how many devices there are.

    `find` keeps those of people whose name or organisation holds it. Three queries, however many devices.
    """
    owners = _owners(session, find) if find else None
    latest = select(
        SimulatedMessage.address_index.label("address_index"),
        SimulatedMessage.channel.label("channel"),
        func.max(SimulatedMessage.id).label("last_id"),
    ).group_by(SimulatedMessage.address_index, SimulatedMessage.channel)
    if owners is not None:
        latest = latest.where(SimulatedMessage.address_index.in_(list(owners)))
    grouped = latest.subquery()
    total = session.scalar(select(func.count()).select_from(grouped)) or 0
    keys = session.execute(
        select(grouped).order_by(grouped.c.last_id.desc()).limit(size).offset((page - 1) * size)
    ).all()
    indexes = [key.address_index for key in keys]
    known = owners if owners is not None else _owners_of(session, indexes)
    messages = _messages(session, indexes, bubbles)
    devices = []
    for key in keys:
        mine = messages.get((key.address_index, key.channel), [])
        if mine:
            devices.append(_device(key.last_id, mine, known.get(key.address_index)))
    return devices, total


def _messages(
    session: Session, indexes: Sequence[str], bubbles: int
) -> dict[tuple[str, str], list[SimulatedMessage]]:
    """Return the last few messages of each device, oldest first."""
    ranked = (
        select(
            SimulatedMessage.id,
            func.row_number()
            .over(
                partition_by=(SimulatedMessage.address_index, SimulatedMessage.channel),
                order_by=SimulatedMessage.id.desc(),
            )
            .label("place"),
        )
        .where(SimulatedMessage.address_index.in_(indexes))
        .subquery()
    )
    rows = session.scalars(
        select(SimulatedMessage)
        .join(ranked, ranked.c.id == SimulatedMessage.id)
        .where(ranked.c.place <= bubbles)
        .order_by(SimulatedMessage.id)
    )
    found: dict[tuple[str, str], list[SimulatedMessage]] = {}
    for row in rows:
        found.setdefault((row.address_index, row.channel), []).append(row)
    return found


def _device(last_id: int, rows: Sequence[SimulatedMessage], owner: Person | None) -> Device:
    incoming = [row for row in rows if row.direction == "in"]
    return Device(
        key=f"{rows[0].channel}-{rows[0].address_index[:16]}",
        last_id=last_id,
        reply_to=incoming[-1].id if incoming and rows[0].channel == "sms" else None,
        channel=rows[0].channel,
        address=rows[0].address,
        name=owner.name if owner else None,
        organisation=owner.organisation.name if owner and owner.organisation else None,
        language=owner.language if owner else None,
        bubbles=[
            Bubble(
                row.id,
                row.at,
                row.direction == "in",
                row.subject,
                row.body,
                row.language,
                row.exercise,
                row.attachment_name,
            )
            for row in rows
        ],
    )


def _owners(session: Session, find: str) -> dict[str, Person]:
    like = f"%{find.strip()}%"
    rows = session.execute(
        select(ContactPoint.value_index, Person)
        .join(Person, ContactPoint.person_id == Person.id)
        .join(Organisation, Person.organisation_id == Organisation.id, isouter=True)
        .where(Person.name.ilike(like) | Organisation.name.ilike(like))
        .options(joinedload(Person.organisation))
    )
    return dict(rows.tuples().all())


def _owners_of(session: Session, indexes: Sequence[str]) -> dict[str, Person]:
    rows = session.execute(
        select(ContactPoint.value_index, Person)
        .join(Person, ContactPoint.person_id == Person.id)
        .where(ContactPoint.value_index.in_(indexes))
        .options(joinedload(Person.organisation))
        .order_by(Person.id.desc())
    )
    return dict(rows.tuples().all())
