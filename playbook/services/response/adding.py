"""Adding somebody to a running call-out in seconds: a name, a phone, a language, and what they stand for."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.response.call_plan import PlannedRole, PlannedRung
from playbook.domain.response.changes import ADDED_CHANNELS, ADDED_MINUTES, added_role
from playbook.errors import BadInput
from playbook.models import ContactKind, Person, RoleCall, Rung, User
from playbook.services import log
from playbook.services.preparedness import directory
from playbook.services.preparedness.directory_checks import check_language, check_phone
from playbook.services.preparedness.directory_contacts import (
    PointFacts,
    people_with_phone,
    set_contact_points,
)
from playbook.services.response.calling import begin_calls
from playbook.services.response.context import CallOut, load_running
from playbook.services.response.people import holder_from
from playbook.settings import Settings


def add_person(
    session: Session,
    activation_id: int,
    *,
    name: str,
    phone: str,
    language: str,
    role: str,
    settings: Settings,
    user: User,
    now: datetime,
) -> RoleCall:
    """Call somebody at once, beside those whom the playbook calls for `role`; return their call.

    It is a call of their own: whoever else answers, they are asked, and their silence is owned. A phone that the
    directory knows is the person there; any other makes a new one. The same person for the same role again changes
    nothing. Raises NotFound, Conflict if the incident has ended, BadInput for what cannot be used.
    """
    call_out = load_running(session, activation_id, now, settings.public_url)
    if role not in call_out.document.roles:
        raise BadInput("Choose what the person stands for.")
    person = _person(session, name, phone, language, settings, user, now)
    known = _known_call(call_out, person, role)
    if known is not None:
        return known
    [made] = begin_calls(call_out, [_planned(call_out, person, language, role)])
    log.record(
        session,
        "person.called-too",
        now=now,
        user=user,
        activation_id=activation_id,
        subject=f"role_call:{made.id}",
        payload={"name": person.name, "role": role},
    )
    return made


def _person(
    session: Session,
    name: str,
    phone: str,
    language: str,
    settings: Settings,
    user: User,
    now: datetime,
) -> Person:
    """Return whose phone it is; somebody new if nobody's."""
    region = settings.city_region
    number = check_phone(phone, region)
    check_language(language)
    known = people_with_phone(session, number)
    if known:
        same = [p for p in known if p.name.casefold() == name.strip().casefold()]
        return (same or known)[0]
    facts = directory.PersonFacts(name=name.strip(), language=language)
    person = directory.add_person(session, facts, now=now, user=user)
    points = [PointFacts(number)]
    set_contact_points(
        session, person, ContactKind.PHONE, points, region=region, now=now, user=user
    )
    return person


def _known_call(call_out: CallOut, person: Person, role: str) -> RoleCall | None:
    """Return this person's call for `role`, if there is one: added before, or being asked by the playbook."""
    return call_out.session.scalar(
        select(RoleCall)
        .join(Rung, Rung.role_call_id == RoleCall.id)
        .where(
            RoleCall.activation_id == call_out.activation.id,
            Rung.person_id == person.id,
            (RoleCall.role == added_role(role, person.id))
            | ((RoleCall.role == role) & Rung.opened_at.is_not(None)),
        )
    )


def _planned(call_out: CallOut, person: Person, language: str, role: str) -> PlannedRole:
    document = call_out.document
    holder = holder_from(person)
    spoken = check_language(language) if language.strip() else holder.language
    text = document.message_text("call-out", "sms", spoken)
    rung = PlannedRung(holder, ADDED_CHANNELS, timedelta(minutes=ADDED_MINUTES), text.language)
    return PlannedRole(
        added_role(role, person.id),
        document.roles[role].tier or "",
        call_out.now,
        (rung,),
    )
