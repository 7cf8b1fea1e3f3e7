"""People correct their own numbers, from the link to their page: nothing counts before the new number has confirmed it.

A link alone can make nobody unreachable: a new number takes the place of an old one only once its code came back, a
number that somebody disowns stays the last resort, and who says that they have left is listed to the city.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from notifications.phone import can_receive_sms
from playbook.domain.preparedness.standing.truth import TEXTS
from playbook.domain.text import in_order
from playbook.errors import BadInput, Conflict, NotFound
from playbook.models import ContactKind, ContactPoint, NumberCorrection, Person
from playbook.models.keyring import current_keyring
from playbook.services import log
from playbook.services.deliveries import queue_standing
from playbook.services.preparedness.directory_checks import check_email, check_language, check_phone
from playbook.services.preparedness.directory_contacts import renew_contact_point, stopped_numbers
from playbook.services.preparedness.numbers import proven
from playbook.settings import Settings

#: How long a code can be typed, and how many wrong ones end it.
CODE_LIFE = timedelta(hours=24)
MOST_WRONG = 5
#: New numbers that one person can give in a day: nobody makes the city text strangers.
MOST_A_DAY = 6
#: Ways of one kind to reach one person.
MOST_POINTS = 9
LANGUAGES = ("en", "ar", "fr", "sk")


@dataclass(frozen=True)
class Confirmed:
    """What came of a code: right or not, and how many more wrong ones are taken."""

    right: bool
    left: int


def ask_to_confirm(
    session: Session,
    person: Person,
    kind: ContactKind,
    text: str,
    *,
    point_id: int | None,
    settings: Settings,
    now: datetime,
) -> NumberCorrection:
    """Send a code to a new number or address that `person` gave; `point_id` is the one it takes the place of.

    A wish for the same place before is forgotten. Raises BadCell or BadInput for what cannot be confirmed by a
    message, NotFound for a contact point that is not theirs, Conflict after too many in a day.
    """
    point = own_point(person, point_id) if point_id is not None else None
    kind = point.kind if point is not None else kind
    phone = kind == ContactKind.PHONE
    value = check_phone(text, settings.city_region) if phone else check_email(text)
    _check_new(session, person, kind, value, point)
    _check_not_too_many(session, person, now)
    session.execute(
        delete(NumberCorrection).where(
            NumberCorrection.person_id == person.id,
            NumberCorrection.confirmed_at.is_(None),
            NumberCorrection.asked_at <= now - timedelta(days=1),
        )
    )
    for former in pending(session, person, now):
        if former.contact_point_id == point_id and former.kind == kind:
            former.expires_at = now
    code = f"{secrets.randbelow(1_000_000):06d}"
    index = current_keyring().blind_index(value)
    wish = NumberCorrection(
        person_id=person.id,
        contact_point_id=point_id,
        kind=kind,
        value=value,
        value_index=index,
        code_digest=_digest(person, index, code),
        wrong=0,
        asked_at=now,
        expires_at=now + CODE_LIFE,
    )
    session.add(wish)
    session.flush()
    queue_standing(
        session,
        TEXTS,
        "number-code",
        cause=f"correction:{wish.id}",
        channel="sms" if phone else "email",
        language=person.language,
        facts={"city": settings.city_name, "code": in_order(code, person.language)},
        contact=None,
        person=person,
        address=value,
        now=now,
        life=CODE_LIFE,
    )
    _log(session, "person.number-given", person, now, kind=str(kind))
    return wish


def pending(session: Session, person: Person, now: datetime) -> list[NumberCorrection]:
    """Return the numbers that wait for their code, oldest first."""
    return list(
        session.scalars(
            select(NumberCorrection)
            .where(
                NumberCorrection.person_id == person.id,
                NumberCorrection.confirmed_at.is_(None),
                NumberCorrection.expires_at > now,
                NumberCorrection.wrong < MOST_WRONG,
            )
            .order_by(NumberCorrection.id)
        )
    )


def confirm(
    session: Session,
    person: Person,
    wish_id: int,
    code: str,
    *,
    settings: Settings,
    now: datetime,
) -> Confirmed:
    """Take the code that came to the new number; a right one puts the number in its place, proven.

    The old number is told. Raises NotFound for a wish that is not theirs, has expired or ended.
    """
    wish = session.scalar(
        select(NumberCorrection)
        .where(NumberCorrection.id == wish_id, NumberCorrection.person_id == person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if wish is None or wish.expires_at <= now or wish.wrong >= MOST_WRONG:
        raise NotFound("This code is not valid any more. Give the number again for a new one.")
    if wish.confirmed_at is not None:
        return Confirmed(right=True, left=0)
    digits = "".join(str(int(c)) for c in code if c.isdecimal())
    if not hmac.compare_digest(_digest(person, wish.value_index, digits), wish.code_digest):
        wish.wrong += 1
        _log(session, "person.number-code-wrong", person, now, wrong=wish.wrong)
        return Confirmed(right=False, left=MOST_WRONG - wish.wrong)
    _put_in_place(session, person, wish, settings, now)
    return Confirmed(right=True, left=0)


def disown(
    session: Session, person: Person, point_id: int, *, settings: Settings, now: datetime
) -> None:
    """Note that a number is no longer theirs: the last resort from now on, listed to the owner; it is told so."""
    point = own_point(person, point_id)
    if point.disowned_at is not None:
        return
    point.disowned_at = now
    _tell(session, "number-disowned", point, person, settings, now, f"disowned:{point.id}")
    _log(session, "person.number-disowned", person, now, kind=str(point.kind))


def take_up_again(session: Session, person: Person, point_id: int, *, now: datetime) -> None:
    """Note that a number is theirs after all."""
    point = own_point(person, point_id)
    if point.disowned_at is not None:
        point.disowned_at = None
        _log(session, "person.number-taken-up", person, now, kind=str(point.kind))


def say_left(session: Session, person: Person, *, now: datetime, left: bool = True) -> None:
    """Note that somebody says they have left their organisation, or take that back; the city decides."""
    if (person.says_left_at is not None) == left:
        return
    person.says_left_at = now if left else None
    _log(session, "person.says-left" if left else "person.says-stays", person, now)


def choose_language(session: Session, person: Person, language: str, *, now: datetime) -> None:
    """Let messages to `person` be in another language; raises BadInput for one that the service does not speak."""
    if language not in LANGUAGES:
        raise BadInput("Choose one of the languages in the list. Nothing was changed.")
    if person.language != check_language(language):
        person.language = language
        _log(session, "person.language-chosen", person, now, language=language)


def own_point(person: Person, point_id: int) -> ContactPoint:
    """Return a contact point of `person`, or raise NotFound: it may have been changed meanwhile."""
    for point in person.contact_points:
        if point.id == point_id:
            return point
    raise NotFound("This number is not on your page any more. Open the page again.")


def _check_new(
    session: Session, person: Person, kind: ContactKind, value: str, point: ContactPoint | None
) -> None:
    if person.held_at is not None:
        raise Conflict("Messages to you are held at the moment. Call us to change a number.")
    if any(c.kind == kind and c.value == value for c in person.contact_points):
        raise BadInput("We have this one already. Nothing was changed.")
    of_kind = sum(c.kind == kind for c in person.contact_points)
    if point is None and of_kind >= MOST_POINTS:
        raise BadInput("There is no room for one more. Change one of those that are there.")
    if kind == ContactKind.PHONE and can_receive_sms(value) is False:
        raise BadInput("No text arrives at this number, so no code can. Call us to give it.")
    if current_keyring().blind_index(value) in stopped_numbers(session):
        raise BadInput(
            "This one has stopped our messages, so no code can be sent. Allow them again by texting "
            "START from it, or call us."
        )


def _check_not_too_many(session: Session, person: Person, now: datetime) -> None:
    recent = session.scalar(
        select(func.count())
        .select_from(NumberCorrection)
        .where(
            NumberCorrection.person_id == person.id,
            NumberCorrection.asked_at > now - timedelta(days=1),
        )
    )
    if (recent or 0) >= MOST_A_DAY:
        raise Conflict("Too many new numbers in one day. Call us, or try again tomorrow.")


def _put_in_place(
    session: Session,
    person: Person,
    wish: NumberCorrection,
    settings: Settings,
    now: datetime,
) -> None:
    stopped = stopped_numbers(session)
    twin = next(
        (c for c in person.contact_points if (c.kind, c.value) == (wish.kind, wish.value)), None
    )
    point = next((c for c in person.contact_points if c.id == wish.contact_point_id), None)
    if twin is not None:
        point = twin  # somebody entered it meanwhile
    elif point is not None:
        _tell(session, "number-changed", point, person, settings, now, f"corrected:{wish.id}")
        renew_contact_point(session, point, wish.value, stopped)
    else:
        _tell_somewhere(session, person, settings, now, f"corrected:{wish.id}")
        point = ContactPoint(kind=wish.kind)
        renew_contact_point(session, point, wish.value, stopped)
        of_kind = [c for c in person.contact_points if c.kind == wish.kind]
        point.position = 1 + max((c.position for c in of_kind), default=-1)
        person.contact_points.append(point)
    proven(point, now)
    point.last_worked_at = now
    session.flush()
    wish.confirmed_at, wish.contact_point_id = now, point.id
    wish.value = ""  # the contact point has it; one that is replaced later must not live on here
    others = session.scalar(
        select(func.count(ContactPoint.id))
        .join(Person)
        .where(
            ContactPoint.value_index == wish.value_index,
            ContactPoint.person_id != person.id,
            Person.removed_at.is_(None),
        )
    )
    _log(session, "person.number-corrected", person, now, kind=str(wish.kind), shared=bool(others))


def _tell_somewhere(
    session: Session, person: Person, settings: Settings, now: datetime, cause: str
) -> None:
    """Tell somebody of a new number where they were reached before."""
    for point in person.contact_points:
        if point.disowned_at is None and _tell(
            session, "number-added", point, person, settings, now, cause
        ):
            return


def _tell(
    session: Session,
    message: str,
    point: ContactPoint,
    person: Person,
    settings: Settings,
    now: datetime,
    cause: str,
) -> bool:
    """Tell whoever reads `point`, by its present value; return whether something can arrive there."""
    sms = point.kind == ContactKind.PHONE
    if point.opted_out_at is not None or (sms and (not point.gets_sms or point.is_switchboard)):
        return False
    queue_standing(
        session,
        TEXTS,
        message,
        cause=f"{cause}:{now.isoformat(timespec='seconds')}",
        channel="sms" if sms else "email",
        language=person.language,
        facts={
            "city": settings.city_name,
            "name": person.name,
            "callback": in_order(settings.call_back_number, person.language),
        },
        contact=None,
        person=person,
        address=point.value,
        now=now,
    )
    return True


def _digest(person: Person, index: str, code: str) -> str:
    return current_keyring().blind_index(f"correction:{person.id}:{index}:{code}")


def _log(session: Session, event: str, person: Person, now: datetime, **facts: object) -> None:
    log.record(
        session,
        event,
        now=now,
        person_id=person.id,
        subject=f"person:{person.id}",
        payload={"name": person.name, **facts},
    )
