"""Importing people: shown first, written whole or not at all, and only once."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_rows import Reading
from playbook.errors import BadInput, Conflict
from playbook.models import LogEntry, Organisation, Person
from playbook.services.preparedness import directory, directory_roles
from playbook.services.preparedness.directory_checks import checks_for
from playbook.services.preparedness.directory_import import (
    FieldChange,
    ImportPlan,
    OrganisationChange,
    apply_import,
    plan_import,
    read_people,
)

FILE = """\
key,name,organisation,organisation_kind,language,time_zone,roles,phone,phone_2,email,notes
p-1,Amina Yusuf,City Hospital,hospitals,ar,,hospital-coordinator:1,07700 900101,020 7946 0101,a@h.example.org,Nights.
p-2,Bo Lindqvist,City Hospital,,en,Europe/Paris,hospital-coordinator:2; health-lead:1,07700 900102,,bo@h.example.org,
p-3,Eva Kováčová,Police,police,sk,,police-liaison:1,07700 900103,,,
"""


def read(text: str) -> Reading:
    return read_people(text.encode(), checks_for("GB"))


class Desk:
    """The person who imports."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now

    def plan(self, text: str = FILE) -> ImportPlan:
        return plan_import(self.session, read(text))

    def imports(self, text: str = FILE, **choices: object) -> ImportPlan:
        return apply_import(
            self.session, read(text), region="GB", now=self.now, user=None, **choices
        )

    def person(self, key: str) -> Person:
        return self.session.scalars(select(Person).where(Person.key == key)).one()

    def count(self, table: type) -> int:
        return self.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def test_a_dry_run_tells_everything_and_writes_nothing(desk: Desk) -> None:
    plan = desk.plan()
    assert [row.key for row in plan.new] == ["p-1", "p-2", "p-3"]
    assert plan.organisations == (
        OrganisationChange("City Hospital", None, "hospitals"),
        OrganisationChange("Police", None, "police"),
    )
    assert [change.role for change in plan.roles] == [
        "health-lead",
        "hospital-coordinator",
        "police-liaison",
    ]
    assert (desk.count(Person), desk.count(Organisation), desk.count(LogEntry)) == (0, 0, 0)


def test_an_import_writes_what_was_shown(desk: Desk) -> None:
    desk.imports(expected=desk.plan().digest)
    amina, bo = desk.person("p-1"), desk.person("p-2")
    assert amina.organisation is not None
    assert amina.organisation.kind == "hospitals"
    assert [(c.value, c.gets_sms) for c in amina.contact_points][:2] == [
        ("+447700900101", True),
        ("+442079460101", False),
    ]
    assert (bo.language, bo.time_zone) == ("en", "Europe/Paris")
    held = directory_roles.order_of(desk.session, "hospital-coordinator")
    assert [p.key for p in held] == ["p-1", "p-2"]


def test_importing_the_same_file_twice_changes_nothing(desk: Desk) -> None:
    desk.imports()
    entries = desk.count(LogEntry)
    again = desk.imports()
    assert again.empty
    assert [row.key for row in again.unchanged] == ["p-1", "p-2", "p-3"]
    assert desk.count(LogEntry) == entries


def test_changes_are_told_field_by_field(desk: Desk) -> None:
    desk.imports()
    plan = desk.plan(
        FILE.replace("07700 900103", "07700 900199")
        .replace("Bo Lindqvist", "Bo Lind")
        .replace("health-lead:1", "health-lead:1; mayor:1")
    )
    assert {change.row.key: change.fields for change in plan.changed} == {
        "p-2": (
            FieldChange("name", "Bo Lindqvist", "Bo Lind"),
            FieldChange(
                "roles",
                "health-lead:1; hospital-coordinator:2",
                "health-lead:1; hospital-coordinator:2; mayor:1",
            ),
        ),
        "p-3": (FieldChange("phone", "+447700900103", "+447700900199"),),
    }
    assert [row.key for row in plan.unchanged] == ["p-1"]


def test_what_a_file_does_not_mention_stays_and_what_it_leaves_empty_goes(desk: Desk) -> None:
    desk.imports()
    desk.imports("key,name,notes\np-1,Amina Yusuf,\n")
    amina = desk.person("p-1")
    assert amina.notes is None
    assert amina.language == "ar"
    assert len(amina.contact_points) == 3
    assert [p.key for p in directory_roles.order_of(desk.session, "hospital-coordinator")] == [
        "p-1",
        "p-2",
    ]


def test_people_outside_the_file_move_only_where_others_take_a_place(desk: Desk) -> None:
    desk.imports()
    plan = desk.imports("key,name,roles\np-9,Jan Novák,hospital-coordinator:1\n")
    [change] = plan.roles
    assert (change.before, change.after) == (("p-1", "p-2"), ("p-9", "p-1", "p-2"))
    assert plan.names["p-1"] == "Amina Yusuf"
    assert desk.imports("key,name,roles\np-9,Jan Novák,hospital-coordinator:1\n").empty


def test_one_bad_row_keeps_everything_from_being_written(desk: Desk) -> None:
    with pytest.raises(BadInput, match="1 rows cannot be read"):
        desk.imports(FILE + "p-4,Jan,,,,,,0770,,,\n")
    assert desk.count(Person) == 0


def test_bad_rows_are_left_out_only_when_asked(desk: Desk) -> None:
    plan = desk.imports(FILE + "p-4,Jan,,,,,,0770,,,\n", skip_bad=True)
    assert plan.bad_rows == (4,)
    assert desk.count(Person) == 3


def test_a_file_that_cannot_be_read_cannot_be_skipped_through(desk: Desk) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        desk.imports(FILE.replace("phone,", "fone,", 1), skip_bad=True)


def test_what_changed_since_it_was_shown_is_shown_again(desk: Desk) -> None:
    shown = desk.plan().digest
    desk.imports("key,name\np-1,Amina\n")
    with pytest.raises(Conflict, match="look again"):
        desk.imports(expected=shown)
    assert desk.count(Person) == 1


def test_a_removed_person_who_is_still_in_the_file_comes_back_visibly(desk: Desk) -> None:
    desk.imports()
    directory.remove_person(desk.session, desk.person("p-3"), now=desk.now, user=None)
    [change] = desk.plan().changed
    assert FieldChange("removed", "2026-03-14", "") in change.fields
    desk.imports()
    eva = desk.person("p-3")
    assert eva.removed_at is None
    assert [c.value for c in eva.contact_points] == ["+447700900103"]
    assert desk.imports().empty


def test_an_import_neither_lifts_a_hold_nor_forgets_that_a_number_stopped_us(desk: Desk) -> None:
    desk.imports()
    eva = desk.person("p-3")
    directory.hold_person(desk.session, eva, now=desk.now, user=None)
    eva.contact_points[0].opted_out_at = desk.now
    other = FILE.replace("07700 900103", "07700 900199")
    desk.imports(other)
    assert eva.held_at == desk.now
    assert [(c.value, c.opted_out_at) for c in eva.contact_points] == [
        ("+447700900199", None),
        ("+447700900103", desk.now),
    ]
    assert desk.imports(other).empty


def test_the_kind_of_an_organisation_follows_the_file(desk: Desk) -> None:
    desk.imports()
    plan = desk.imports(FILE.replace(",police,", ",justice,"))
    assert plan.organisations == (OrganisationChange("Police", "police", "justice"),)
    assert plan.changed == ()


def test_cards_are_imported_like_tables(desk: Desk) -> None:
    desk.imports()
    says = ["VERSION:4.0", "UID:p-3", "FN:Eva Kováčová", "TEL:+44 7700 900144"]
    card = "\n".join(["BEGIN:VCARD", *says, "END:VCARD"])
    plan = desk.imports(card)
    [change] = plan.changed
    assert [field.field for field in change.fields] == ["phone"]
    assert [p.key for p in directory_roles.order_of(desk.session, "police-liaison")] == ["p-3"]
