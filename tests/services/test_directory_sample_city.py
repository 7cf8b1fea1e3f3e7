"""Port Harmony does not exist, cannot be reached, and fills every role but one."""

from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.phone import is_fictional
from playbook.models import ContactKind, ContactPoint, Person
from playbook.queries.preparedness.directory import (
    RoleUse,
    Trouble,
    list_problems,
    read_directory,
)
from playbook.services.preparedness.sample_city import HELD, load_sample_city


@pytest.fixture
def port_harmony(session: Session, now: datetime) -> Session:
    load_sample_city(session, now)
    return session


def starter_roles() -> Iterator[tuple[str, dict[str, str]]]:
    for starter in files("playbook.starters").iterdir():
        structure = starter / "playbook.yaml"
        if structure.is_file():
            text = structure.read_text(encoding="utf-8")
            document = yaml.load(text, yaml.BaseLoader)
            yield from document.get("roles", {}).items()


def test_nobody_can_be_reached_by_a_number_or_address_of_the_sample_city(
    port_harmony: Session,
) -> None:
    for point in port_harmony.scalars(select(ContactPoint)):
        if point.kind == ContactKind.PHONE:
            assert is_fictional(point.value)
        else:
            assert point.value.endswith(".example.org")


def test_every_role_of_the_starters_is_held_but_one_of_the_last_tier(
    port_harmony: Session,
) -> None:
    uses = {
        role: RoleUse(("starters",), entry.get("tier", ""), {}) for role, entry in starter_roles()
    }
    problems = list_problems(read_directory(port_harmony), uses)
    empty = [p.role for p in problems if p.trouble in (Trouble.NOBODY, Trouble.HELD_ONLY)]
    assert empty == ["city-archivist"]
    assert uses["city-archivist"].tier == "tier-4"
    held = {place.role for person in read_directory(port_harmony).people for place in person.places}
    assert held <= set(uses)


def test_the_sample_city_shows_what_can_be_wrong(port_harmony: Session) -> None:
    people = read_directory(port_harmony).people
    assert [p.key for p in people if p.held] == [HELD]
    assert [p.name for p in people if not p.reach.emails] == ["Sunil Bhattarai"]
    assert [p.name for p in people if not p.reach.sms] == ["Switchboard Harbour General"]
    assert {"en", "ar", "fr", "sk"} < {p.language for p in people}


def test_loading_the_sample_city_again_changes_nothing(
    port_harmony: Session, now: datetime
) -> None:
    person = port_harmony.scalars(select(Person).where(Person.key == HELD)).one()
    person.held_at = None
    assert load_sample_city(port_harmony, now).empty
    assert person.held_at is None
