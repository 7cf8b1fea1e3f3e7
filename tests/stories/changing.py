"""Making changes in a story, looking ahead at them, and reading who was told."""

from sqlalchemy import select

from playbook.domain.response.answers import Answer
from playbook.domain.response.changes import ChangeKind
from playbook.models import (
    AnnouncementPerson,
    User,
)
from playbook.services.response import changes
from playbook.services.response.adding import add_person
from playbook.services.response.answers import note_by_hand
from playbook.services.response.foreseeing import Change, Foreseen, foresee
from tests.support.city import City


def change(city: City, kind: ChangeKind, key: str = "", **facts: object) -> int:
    """Make a change and let the engine run; return the announcement's id."""
    wanted = Change(key or f"{kind}-{city.activation_id}-{city.now}", kind, **facts)  # type: ignore[arg-type]
    settings = city.wiring.settings
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        made = changes.make(session, city.activation_id, wanted, settings, user, city.now).id
    city.run_ticks()
    return made


def look(city: City, kind: ChangeKind, **facts: object) -> Foreseen:
    """What a change would do."""
    with city.wiring.transaction() as session:
        call_out = city.call_out(session)
        return foresee(call_out, Change("look", kind, **facts), city.wiring.settings)  # type: ignore[arg-type]


def note(city: City, role: str, name: str, answer: Answer) -> None:
    """Note what somebody said on the phone."""
    with city.wiring.transaction() as session:
        rung = session.get_one(type(city.rung(role, name)), city.rung(role, name).id)
        user = session.get_one(User, city.user_id)
        note_by_hand(city.call_out(session), rung, answer, user, city.now)
    city.run_ticks()


def told(city: City, announcement_id: int) -> dict[str, AnnouncementPerson]:
    with city.wiring.sessions() as session:
        rows = session.scalars(
            select(AnnouncementPerson).where(AnnouncementPerson.announcement_id == announcement_id)
        ).all()
        return {row.person.name.split()[0]: row for row in rows}


def add(city: City, name: str = "Ines Interpreter", **facts: str) -> str:
    wanted = {"phone": "+447700900199", "language": "ar", "role": "press-officer"} | facts
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        role = add_person(
            session,
            city.activation_id,
            name=name,
            settings=city.wiring.settings,
            user=user,
            now=city.now,
            **wanted,
        ).role
    city.run_ticks()
    return role
