"""What must be looked at in the directory, who looks after it, and the weekly mail that says so.

The mail goes out on Monday at nine, city time, and only if something is new: no names, no numbers, a link.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.standing.truth import COUNTED, TEXTS
from playbook.errors import BadInput
from playbook.models import (
    ContactKind,
    ContactPoint,
    NumberCorrection,
    Organisation,
    Person,
    User,
)
from playbook.services import log
from playbook.services.deliveries import queue_standing
from playbook.settings import Settings

#: How long a number that somebody corrected themselves is listed.
LATELY = timedelta(days=30)
SUMMARY_HOUR = 9


class Doubt(StrEnum):
    """Why a number or a person stands on the list, the most pressing first."""

    LEFT = "left"  # says that they have left
    DISOWNED = "disowned"  # says that a number is no longer theirs
    BOUNCED = "bounced"  # the last message came back for good
    SILENT = "silent"  # no answer in the last proofs
    CORRECTED = "corrected"  # corrected by its person lately
    UNPROVEN = "unproven"  # nothing has ever come back
    SHARED = "shared"  # one number, several people
    SINGLE = "single"  # no second way to reach this person


@dataclass(frozen=True)
class Finding:
    """One thing on the list; `point_id` is 0 where it concerns the person."""

    doubt: Doubt
    person_id: int
    organisation_id: int | None
    point_id: int = 0
    kind: str = ""
    at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells it from others, also next week; a number that bounces again is not news."""
        return f"{self.doubt}:{self.person_id}:{self.point_id}"


def find(session: Session, now: datetime) -> list[Finding]:
    """Return everything on the list, the most pressing first; two queries, nothing decrypted."""
    people = session.execute(
        select(Person.id, Person.organisation_id, Person.says_left_at).where(
            Person.removed_at.is_(None)
        )
    ).all()
    home = {row.id: row.organisation_id for row in people}
    found = [
        Finding(Doubt.LEFT, row.id, row.organisation_id, at=row.says_left_at)
        for row in people
        if row.says_left_at
    ]
    found += _of_points(session, home)
    found += _corrected(session, home, now)
    order = list(Doubt)
    return sorted(found, key=lambda f: (order.index(f.doubt), f.person_id, f.point_id))


def _of_points(session: Session, home: dict[int, int | None]) -> list[Finding]:
    points = session.execute(
        select(
            ContactPoint.id,
            ContactPoint.person_id,
            ContactPoint.kind,
            ContactPoint.value_index,
            ContactPoint.gets_sms,
            ContactPoint.opted_out_at,
            ContactPoint.last_worked_at,
            ContactPoint.proven_at,
            ContactPoint.bounced_at,
            ContactPoint.disowned_at,
            ContactPoint.silent_proofs,
        ).order_by(ContactPoint.id)
    ).all()
    found: list[Finding] = []
    ways: Counter[int] = Counter()
    at_number: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for point in points:
        if point.person_id not in home:
            continue
        if point.kind == ContactKind.PHONE and point.gets_sms:
            at_number[point.value_index].append((point.person_id, point.id))
        ways[point.person_id] += point.opted_out_at is None and point.disowned_at is None
        doubts: list[tuple[Doubt, datetime | None, bool]] = [
            (Doubt.DISOWNED, point.disowned_at, point.disowned_at is not None),
            (Doubt.BOUNCED, point.bounced_at, point.bounced_at is not None),
            (Doubt.SILENT, None, point.silent_proofs > 0),
            (Doubt.UNPROVEN, None, not point.proven_at and not point.last_worked_at),
        ]
        found += [
            Finding(doubt, point.person_id, home[point.person_id], point.id, str(point.kind), at)
            for doubt, at, true in doubts
            if true
        ]
    for sharing in at_number.values():
        if len({person_id for person_id, _ in sharing}) > 1:
            found += [
                Finding(Doubt.SHARED, person_id, home[person_id], point_id, ContactKind.PHONE)
                for person_id, point_id in sharing
            ]
    found += [
        Finding(Doubt.SINGLE, person_id, home[person_id])
        for person_id, count in ways.items()
        if count == 1
    ]
    return found


def _corrected(session: Session, home: dict[int, int | None], now: datetime) -> list[Finding]:
    rows = session.execute(
        select(
            NumberCorrection.id,
            NumberCorrection.person_id,
            NumberCorrection.kind,
            NumberCorrection.confirmed_at,
        ).where(NumberCorrection.confirmed_at > now - LATELY)
    ).all()
    return [
        Finding(
            Doubt.CORRECTED,
            row.person_id,
            home[row.person_id],
            row.id,
            str(row.kind),
            row.confirmed_at,
        )
        for row in rows
        if row.person_id in home
    ]


def set_owner(
    session: Session,
    organisation: Organisation,
    owner_id: int | None,
    *,
    mails: bool,
    now: datetime,
    user: User | None,
) -> None:
    """Say who looks after the numbers of an organisation, and whether the weekly mail goes to them.

    Raises BadInput for somebody who cannot sign in.
    """
    owner = session.get(User, owner_id) if owner_id is not None else None
    if owner_id is not None and (owner is None or not owner.active):
        raise BadInput("Choose an owner from the list. Nothing was saved.")
    if organisation.owner_id == owner_id and organisation.owner_mails == mails:
        return
    if organisation.owner_id != owner_id:
        organisation.owner_told_at, organisation.owner_told = now, []
    organisation.owner_id, organisation.owner_mails = owner_id, mails
    session.flush()
    session.expire(organisation, ["owner"])
    log.record(
        session,
        "organisation.owner-set",
        now=now,
        user=user,
        subject=f"organisation:{organisation.id}",
        payload={
            "name": organisation.name,
            "owner": owner.shown_name if owner else "",
            "mails": mails,
        },
    )


def last_summary_time(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest Monday, nine o'clock in `zone`, that is not after `now`."""
    local = now.astimezone(zone)
    monday = (local - timedelta(days=local.weekday())).replace(
        hour=SUMMARY_HOUR, minute=0, second=0, microsecond=0
    )
    if monday > local:
        monday -= timedelta(days=7)
    return monday.astimezone(now.tzinfo)


def tell_owners(session: Session, now: datetime, settings: Settings) -> int:
    """Mail every owner what is new since the last Monday; return how many mails. Safe twice."""
    due = last_summary_time(now, ZoneInfo(settings.city_time_zone))
    organisations = session.scalars(
        select(Organisation)
        .where(Organisation.owner_id.is_not(None), Organisation.owner_told_at < due)
        .order_by(Organisation.id)
        .with_for_update(skip_locked=True, of=Organisation)
    ).all()
    if not organisations:
        return 0
    listed: defaultdict[int | None, set[str]] = defaultdict(set)
    for finding in find(session, now):
        if finding.doubt in COUNTED:
            listed[finding.organisation_id].add(finding.key)
    news: defaultdict[int, list[str]] = defaultdict(list)
    first: dict[int, int] = {}
    for organisation in organisations:
        keys, owner_id = listed[organisation.id], organisation.owner_id or 0
        if organisation.owner_mails:
            news[owner_id] += sorted(keys - set(organisation.owner_told))
            first.setdefault(owner_id, organisation.id)
        organisation.owner_told, organisation.owner_told_at = sorted(keys), now
    told = 0
    for owner in session.scalars(select(User).where(User.id.in_(news))):
        if owner.active and news[owner.id]:
            cause = f"truth:{owner.id}:{due:%Y-%m-%d}:{first[owner.id]}"
            _mail(session, owner, news[owner.id], cause, now, settings)
            told += 1
    return told


def forget_expired(session: Session, now: datetime) -> int:
    """Forget numbers that were given and never confirmed, a day after their code expired; return how many."""
    gone = session.scalars(
        delete(NumberCorrection)
        .where(
            NumberCorrection.confirmed_at.is_(None),
            NumberCorrection.expires_at < now - timedelta(days=1),
        )
        .returning(NumberCorrection.id)
    )
    return len(gone.all())


def _mail(
    session: Session,
    owner: User,
    keys: Iterable[str],
    cause: str,
    now: datetime,
    settings: Settings,
) -> None:
    language = owner.language if owner.language in TEXTS["owner-summary"] else "en"
    counts = Counter(key.split(":")[0] for key in keys)
    lines = [
        COUNTED[doubt][language].format(count=counts[doubt]) for doubt in COUNTED if counts[doubt]
    ]
    queue_standing(
        session,
        TEXTS,
        "owner-summary",
        cause=cause,
        channel="email",
        language=language,
        facts={
            "city": settings.city_name,
            "list": "\n".join(lines),
            "link": f"{settings.public_url.rstrip('/')}/directory/truth",
        },
        contact=None,
        person=None,
        address=owner.email,
        now=now,
    )
