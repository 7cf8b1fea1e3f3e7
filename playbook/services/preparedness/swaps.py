"""Swaps of duty, made by the people themselves: asked, accepted, declined, withdrawn.

An accepted swap is an entry of the rota in the same transaction. Of two swaps of the same stretch the one that is
accepted first counts; whoever else was asked is told. Nobody sees a number, and every step is told to the other side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from playbook.domain.preparedness.rota import turns
from playbook.domain.preparedness.standing.duty import TEXTS
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import (
    Delivery,
    Person,
    Rota,
    RotaEntryKind,
    RotaSwap,
    SwapState,
    User,
)
from playbook.services import log
from playbook.services.deliveries import queue_standing
from playbook.services.preparedness import own_pages
from playbook.services.preparedness.duty import (
    lock_rota,
    pattern_of,
    people_on,
    role_name,
    rota_by_id,
    stretch_in_words,
    zone_of,
)
from playbook.services.preparedness.rotas import EntryFacts, add_entry
from playbook.services.response.people import contact_for
from playbook.settings import Settings

#: How the news of a swap reaches somebody: the first of these that can.
CHANNELS = ("sms", "email")


@dataclass(frozen=True)
class Wish:
    """A stretch of duty at one position (0 is on duty, 1 stands behind) that somebody else should take."""

    rota_id: int
    position: int
    starts_at: datetime
    ends_at: datetime
    to_person_id: int


@dataclass(frozen=True)
class Offer:
    """A wish that can be asked for, as it will be: `starts_at` is never in the past."""

    rota: Rota
    to_person: Person
    position: int
    starts_at: datetime
    ends_at: datetime
    #: How the other is told: "sms", "email", or None where no message arrives.
    channel: str | None


def who_can_take(session: Session, rota: Rota, person: Person) -> list[Person]:
    """Return whom `person` can ask: everybody of the rota and of the role's standing line, by name."""
    return [other for other in people_on(session, rota) if other.id != person.id]


def check_wish(
    session: Session, person: Person, wish: Wish, settings: Settings, now: datetime
) -> Offer:
    """Return what would be asked; nothing is written.

    Raises NotFound for an unknown rota, BadInput for a stretch or a person that cannot be, Conflict where the turn is
    not (or not any more) `person`'s.
    """
    rota = rota_by_id(session, wish.rota_id)
    starts_at = max(wish.starts_at, now.replace(second=0, microsecond=0))
    if wish.ends_at <= now:
        raise BadInput("This turn is over. Choose a coming one; nobody was asked.")
    if starts_at >= wish.ends_at:
        raise BadInput("The end must come after the beginning. Nobody was asked.")
    candidates = {other.id: other for other in who_can_take(session, rota, person)}
    if wish.to_person_id not in candidates:
        raise BadInput("Choose who should take this turn. Nobody was asked.")
    if not _is_theirs(session, rota, person.id, wish.position, starts_at, wish.ends_at, settings):
        raise Conflict("This turn is not yours at all of that time any more. Nobody was asked.")
    other = candidates[wish.to_person_id]
    return Offer(rota, other, wish.position, starts_at, wish.ends_at, channel_to(other))


def ask_swap(
    session: Session, person: Person, wish: Wish, settings: Settings, now: datetime
) -> RotaSwap:
    """Ask somebody to take a stretch of `person`'s duty, and tell them; asking the same twice asks once.

    Raises like `check_wish`.
    """
    offer = check_wish(session, person, wish, settings, now)
    same = session.scalar(
        select(RotaSwap).where(
            RotaSwap.rota_id == offer.rota.id,
            RotaSwap.from_person_id == person.id,
            RotaSwap.to_person_id == offer.to_person.id,
            RotaSwap.position == offer.position,
            RotaSwap.ends_at == offer.ends_at,
            RotaSwap.state == SwapState.ASKED,
            # A turn that runs already begins a little later each time that it is asked for.
            or_(RotaSwap.starts_at == offer.starts_at, RotaSwap.starts_at <= now),
        )
    )
    if same is not None:
        return same
    swap = RotaSwap(
        rota=offer.rota,
        from_person=person,
        to_person=offer.to_person,
        position=offer.position,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        state=SwapState.ASKED,
        asked_at=now,
    )
    session.add(swap)
    session.flush()
    _record(session, "rota.swap-asked", swap, person, now)
    _tell(session, swap, "swap-asked", offer.to_person, settings, now)
    return swap


def accept(
    session: Session, person: Person, swap_id: int, settings: Settings, now: datetime
) -> RotaSwap:
    """Take the turn: `person`, who was asked, is on duty instead, from this transaction on.

    Accepting twice accepts once. Raises NotFound for a swap that was not asked of `person`, Conflict where it was
    settled otherwise, is over, or is no longer the asker's turn.
    """
    swap = _own(session, swap_id, RotaSwap.to_person_id == person.id)
    if swap.state == SwapState.ACCEPTED:
        return swap
    _check_open(swap, now)
    if not _is_theirs(
        session,
        swap.rota,
        swap.from_person_id,
        swap.position,
        max(swap.starts_at, now),
        swap.ends_at,
        settings,
    ):
        raise Conflict(
            "{name} no longer has this turn at all of that time; somebody else may have taken it. "
            "You need not do anything.",
            name=swap.from_person.name,
        )
    facts = EntryFacts(
        person_id=person.id,
        # What has passed was served by the other one, and stays theirs.
        starts_at=max(swap.starts_at, now),
        ends_at=swap.ends_at,
        kind=RotaEntryKind.SWAP,
        position=swap.position,
    )
    add_entry(session, swap.rota, facts, now=now, user=None, partner=person)
    _settle(session, swap, SwapState.ACCEPTED, person, now)
    _tell(session, swap, "swap-accepted", swap.from_person, settings, now)
    for other in _rivals(session, swap):
        _settle(session, other, SwapState.WITHDRAWN, None, now)
        _tell(session, other, "swap-over", other.to_person, settings, now)
    return swap


def decline(
    session: Session, person: Person, swap_id: int, settings: Settings, now: datetime
) -> RotaSwap:
    """Say no: the turn stays with whoever asked, who is told. Declining twice declines once."""
    swap = _own(session, swap_id, RotaSwap.to_person_id == person.id)
    if swap.state == SwapState.DECLINED:
        return swap
    _check_open(swap, now)
    _settle(session, swap, SwapState.DECLINED, person, now)
    _tell(session, swap, "swap-declined", swap.from_person, settings, now)
    return swap


def withdraw(
    session: Session, person: Person, swap_id: int, settings: Settings, now: datetime
) -> RotaSwap:
    """Take back what `person` asked; whoever was asked is told. Withdrawing twice withdraws once."""
    swap = _own(session, swap_id, RotaSwap.from_person_id == person.id)
    if swap.state == SwapState.WITHDRAWN:
        return swap
    _check_open(swap, now)
    _settle(session, swap, SwapState.WITHDRAWN, person, now)
    _tell(session, swap, "swap-over", swap.to_person, settings, now)
    return swap


def send_links(
    session: Session,
    rota: Rota,
    *,
    key: str,
    settings: Settings,
    now: datetime,
    user: User,
) -> int:
    """Send everybody of a rota whom a message reaches the link to their own duty page; return how many.

    `key` names this sending, so that the same page sent twice sends once.
    """
    cause = f"duty-link:{key}"
    if session.scalar(
        select(Delivery.id).where(Delivery.key.startswith(f"{cause}:", autoescape=True)).limit(1)
    ):
        return 0
    sent = 0
    for person in people_on(session, rota):
        sent += _queue(session, person, "duty-link", cause, {}, settings, now)
    log.record(
        session,
        "rota.links-sent",
        now=now,
        user=user,
        subject=f"role:{rota.role}",
        payload={"messages": sent},
    )
    return sent


def channel_to(person: Person) -> str | None:
    """Return how news of the rota reaches `person`: "sms", else "email", else None."""
    return next((c for c in CHANNELS if contact_for(person, c)[0] is not None), None)


def _own(session: Session, swap_id: int, is_own: object) -> RotaSwap:
    """Return a swap of this person's, its rota locked, so that two answers take turns."""
    swap = session.scalar(select(RotaSwap).where(RotaSwap.id == swap_id, is_own))  # type: ignore[arg-type]  # a column expression
    if swap is None:
        raise NotFound("There is no such request to swap.")
    lock_rota(session, swap.rota_id)
    session.refresh(swap)
    session.expire(swap.rota, ["entries"])
    return swap


def _check_open(swap: RotaSwap, now: datetime) -> None:
    if swap.state != SwapState.ASKED:
        raise Conflict("This has been settled already. You need not do anything.")
    if swap.ends_at <= now:
        raise Conflict("This turn is over. You need not do anything.")


def _is_theirs(
    session: Session,
    rota: Rota,
    person_id: int,
    position: int,
    start: datetime,
    end: datetime,
    settings: Settings,
) -> bool:
    """Whether `person_id` has the position at every moment of [start, end)."""
    covered_to = start
    for turn in turns(pattern_of(session, rota, settings, start, end), start, end):
        if turn.position == position:
            if turn.person_id != person_id or turn.starts_at != covered_to:
                return False
            covered_to = turn.ends_at
    return covered_to == end


def _rivals(session: Session, swap: RotaSwap) -> Sequence[RotaSwap]:
    """Return the other open wishes that overlap an accepted one."""
    return session.scalars(
        select(RotaSwap)
        .where(
            RotaSwap.rota_id == swap.rota_id,
            RotaSwap.position == swap.position,
            RotaSwap.from_person_id == swap.from_person_id,
            RotaSwap.id != swap.id,
            RotaSwap.state == SwapState.ASKED,
            RotaSwap.starts_at < swap.ends_at,
            RotaSwap.ends_at > swap.starts_at,
        )
        .options(joinedload(RotaSwap.to_person))
        .order_by(RotaSwap.id)
    ).all()


def _settle(
    session: Session, swap: RotaSwap, state: SwapState, person: Person | None, now: datetime
) -> None:
    swap.state, swap.settled_at = state, now
    session.flush()
    _record(session, f"rota.swap-{state}", swap, person, now)


def _record(
    session: Session, kind: str, swap: RotaSwap, person: Person | None, now: datetime
) -> None:
    log.record(
        session,
        kind,
        now=now,
        person_id=person.id if person else None,
        subject=f"role:{swap.rota.role}",
        payload={
            "from": swap.from_person.name,
            "to": swap.to_person.name,
            "position": swap.position,
            "starts_at": swap.starts_at.isoformat(),
            "ends_at": swap.ends_at.isoformat(),
        },
    )


def _tell(
    session: Session,
    swap: RotaSwap,
    message: str,
    person: Person,
    settings: Settings,
    now: datetime,
) -> None:
    zone = zone_of(swap.rota, settings)
    facts = {
        "role": role_name(session, swap.rota.role, person.language),
        "from": swap.from_person.name,
        "to": swap.to_person.name,
        "stretch": stretch_in_words(swap.starts_at, swap.ends_at, zone, person.language),
    }
    _queue(session, person, message, f"swap:{swap.id}:{message}", facts, settings, now)


def _queue(
    session: Session,
    person: Person,
    message: str,
    cause: str,
    facts: dict[str, str],
    settings: Settings,
    now: datetime,
) -> int:
    channel = channel_to(person)
    if channel is None:
        return 0
    link = own_pages.page_address(person, settings.public_url, "duty")
    queue_standing(
        session,
        TEXTS,
        message,
        cause=cause,
        channel=channel,
        language=person.language,
        facts={"city": settings.city_name, "link": link, **facts},
        contact=contact_for(person, channel)[0],
        person=person,
        now=now,
    )
    return 1
