"""The directory as the call-out needs it: who holds which role today, and where a message can go."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, selectinload

from playbook.domain.preparedness.rota import next_after, on_duty
from playbook.domain.response.call_plan import Contact, Duty, Holder
from playbook.models import ContactKind, ContactPoint, Organisation, Person, RoleHolder
from playbook.services.preparedness.rotas import patterns_of
from playbook.settings import Settings

#: What the call plan needs of a person: no value of a number is decrypted.
_LOADING = (
    selectinload(Person.contact_points).defer(ContactPoint.value),
    selectinload(Person.organisation).defer(Organisation.notes),
    defer(Person.notes),
)


def holders_of(session: Session, roles: Iterable[str]) -> dict[str, list[Holder]]:
    """Return role id → its standing line in order, whoever is on duty; a role that nobody holds is absent.

    Four queries, however many people there are.
    """
    held = session.execute(
        select(RoleHolder.role, Person)
        .join(Person, RoleHolder.person_id == Person.id)
        .where(RoleHolder.role.in_(list(roles)), Person.removed_at.is_(None))
        .options(*_LOADING)
        .order_by(RoleHolder.role, RoleHolder.position, RoleHolder.id)
    )
    holders: dict[str, list[Holder]] = defaultdict(list)
    known: dict[int, Holder] = {}
    for role, person in held:
        holders[role].append(known.setdefault(person.id, holder_from(person)))
    return dict(holders)


def duties_of(
    session: Session, moments: Iterable[tuple[str, datetime]], settings: Settings
) -> dict[tuple[str, datetime], Duty]:
    """Return (role id, moment) → what the role's rota says then; roles without a rota are absent.

    One query if no role has a rota, else seven, however many roles and moments there are.
    """
    wanted = set(moments)
    times = [moment for _, moment in wanted]
    if not times:
        return {}
    patterns = patterns_of(
        session,
        {role for role, _ in wanted},
        settings.city_time_zone,
        settings.city_region,
        settings.city_subdivision,
        min(times),
        max(times),
    )
    turns = {
        (role, moment): on_duty(patterns[role], moment)
        for role, moment in wanted
        if role in patterns
    }
    people = _people(session, {t.person_id for found in turns.values() for t in found})
    duties = {}
    for (role, moment), found in turns.items():
        on = tuple((people[t.person_id], t.ends_at) for t in found if t.person_id in people)
        following = None if on else next_after(patterns[role], moment)
        duties[role, moment] = Duty(on, following.starts_at if following else None)
    return duties


def _people(session: Session, ids: set[int | None]) -> dict[int | None, Holder]:
    if not ids:
        return {}
    found = session.scalars(
        select(Person).where(Person.id.in_(ids), Person.removed_at.is_(None)).options(*_LOADING)
    )
    return {person.id: holder_from(person) for person in found}


def holder_from(person: Person) -> Holder:
    """Return `person` as the call plan sees them: no numbers, only whether something can arrive."""
    return Holder(
        person_id=person.id,
        name=person.name,
        organisation=person.organisation.name if person.organisation else "",
        language=person.language,
        contacts=tuple(
            Contact(str(c.kind), c.gets_sms, c.opted_out_at is not None, c.is_switchboard)
            for c in person.contact_points
        ),
        held=person.held_at is not None,
    )


def contact_for(person: Person, channel: str) -> tuple[ContactPoint | None, str | None]:
    """Return where a message on `channel` reaches `person` now, or None and why not."""
    if person.held_at is not None or person.removed_at is not None:
        return None, "held" if person.held_at else "removed"
    kind = ContactKind.EMAIL if channel == "email" else ContactKind.PHONE
    of_kind = [c for c in person.contact_points if c.kind == kind]
    able = [c for c in of_kind if channel == "email" or (c.gets_sms and not c.is_switchboard)]
    free = [c for c in able if c.opted_out_at is None]
    if free:
        # The first that is not known to lead nowhere; one that does is better than nothing.
        return min(free, key=lambda c: (c.disowned_at is not None, c.bounced_at is not None)), None
    return None, "opted-out" if able else "no-sms" if of_kind else "no-contact"


def obstacle_to_calling(person: Person) -> str | None:
    """Return why no human can phone `person` now, or None; STOP speaks of texts, not of calls."""
    if person.held_at is not None or person.removed_at is not None:
        return "held" if person.held_at else "removed"
    has_phone = any(c.kind == ContactKind.PHONE for c in person.contact_points)
    return None if has_phone else "no-contact"
