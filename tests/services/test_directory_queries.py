"""What the directory's screens read."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from playbook.queries.preparedness import directory as queries
from playbook.queries.preparedness.directory import RoleUse, Trouble
from playbook.queries.preparedness.directory_export import export_people
from playbook.services.preparedness import directory
from playbook.services.preparedness.csv_rows import write_csv
from playbook.services.preparedness.directory_checks import checks_for
from playbook.services.preparedness.directory_import import apply_import, plan_import, read_people

FILE = """\
key,name,organisation,organisation_kind,language,roles,phone,phone_2,phone_3,email,notes
p-1,Amina Yusuf,City Hospital,hospitals,ar,health-lead:2,07700 900101,020 7946 0101,07700 900109,a@x.example.org,=Nights
p-2,Bo Lindqvist,City Hospital,,en,health-lead:1,020 7946 0102,,,,
p-3,Eva Kováčová,Police,police,sk,police-liaison:1,07700 900103,,,,
p-4,Jan Novák,Police,,sk,,07700 900103,,,,
p-5,Zoe Martin,,,fr,,,,,,
"""
USES = {
    "health-lead": RoleUse(("city-base",), "tier-1", {"en": "Health lead"}),
    "mayor": RoleUse(("city-base",), "city-cell", {"en": "Mayor"}),
    "police-liaison": RoleUse(("city-base",), "tier-1", {"en": "Police liaison"}),
}


@pytest.fixture
def city(session: Session, now: datetime) -> Session:
    reading = read_people(FILE.encode(), checks_for("GB"))
    apply_import(session, reading, region="GB", now=now, user=None)
    return session


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def found(session: Session, text: str = "", **which: object) -> list[str]:
    everybody = queries.read_directory(session)
    return [p.key for p in queries.find_people(everybody, text, **which)]


def test_people_are_found_by_name_organisation_and_role_accents_aside(city: Session) -> None:
    assert found(city, "kovac") == ["p-3"]
    assert found(city, "HOSPITAL yusuf") == ["p-1"]
    assert found(city, "health lead") == ["p-1", "p-2"]
    assert found(city, role="health-lead") == ["p-1", "p-2"]
    assert found(city, "nobody like this") == []


def test_people_are_found_by_a_number_that_is_nowhere_in_clear(city: Session) -> None:
    ids = queries.people_at(city, ["+447700900103"])
    assert found(city, "07700 900103", with_number=ids) == ["p-3", "p-4"]
    assert queries.people_at(city, []) == []


def test_the_lists_ask_the_database_as_often_for_many_people_as_for_few(
    city: Session, statements: list[str]
) -> None:
    everybody = queries.read_directory(city)
    queries.list_problems(everybody, USES)
    queries.role_table(everybody, USES)
    queries.list_organisations(city)
    assert len(everybody.people) == 5
    assert len(statements) == 4
    assert not any("contact_point.value " in statement for statement in statements)


def test_organisations_count_their_people(city: Session, now: datetime) -> None:
    [eva] = directory_people(city, "kovac")
    directory.remove_person(city, directory.person_of(city, eva), now=now, user=None)
    lines = queries.list_organisations(city)
    assert [(o.name, o.kind, o.people) for o in lines] == [
        ("City Hospital", "hospitals", 2),
        ("Police", "police", 1),
    ]
    assert [row.name for row in queries.read_removed(city)] == ["Eva Kováčová"]


def test_roles_are_listed_whether_held_or_only_used(city: Session) -> None:
    table = queries.role_table(queries.read_directory(city), USES)
    assert [(line.role, [p.key for p in line.holders]) for line in table] == [
        ("health-lead", ["p-2", "p-1"]),
        ("mayor", []),
        ("police-liaison", ["p-3"]),
    ]


def test_what_is_wrong_is_told_with_the_worst_first(city: Session, now: datetime) -> None:
    [amina], [eva] = directory_people(city, "amina"), directory_people(city, "kovac")
    directory.hold_person(city, directory.person_of(city, eva), now=now, user=None)
    queries.read_person(city, amina).contact_points[0].opted_out_at = now

    problems = queries.list_problems(queries.read_directory(city), USES)

    assert [(p.trouble, p.role, [person.key for person in p.people]) for p in problems] == [
        (Trouble.NOBODY, "mayor", []),
        (Trouble.HELD_ONLY, "police-liaison", ["p-3"]),
        (Trouble.NO_CONTACT, "", ["p-5"]),
        (Trouble.STOPPED, "", ["p-1"]),
        (Trouble.HELD, "", ["p-3"]),
        (Trouble.NO_SMS, "", ["p-2"]),
        (Trouble.SHARED, "", ["p-3", "p-4"]),
    ]


def test_an_export_imports_back_without_a_change_and_runs_nothing(city: Session) -> None:
    written = write_csv(export_people(city))
    assert "'=Nights" in written
    assert "'+447700900109" in written
    plan = plan_import(city, read_people(written.encode(), checks_for("GB")))
    assert not plan.bad_rows
    assert plan.empty
    assert len(plan.unchanged) == 5


def test_a_persons_places_know_how_many_hold_the_role(city: Session) -> None:
    [amina] = directory_people(city, "amina")
    [(place, holders)] = queries.places_of(city, amina)
    assert (place.role, place.number, holders) == ("health-lead", 2, 2)


def directory_people(session: Session, text: str) -> list[int]:
    everybody = queries.read_directory(session)
    return [p.id for p in queries.find_people(everybody, text)]
