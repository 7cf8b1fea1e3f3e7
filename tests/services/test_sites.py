"""The register of places, and lists of roles: kept, found without reading all of it, imported as it was shown."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.site_kinds import communities_of, is_named, kinds_named_in
from playbook.errors import BadInput, Conflict, NotAllowed, NotFound
from playbook.models import LogEntry, Site
from playbook.queries.preparedness.sites import list_sites, rough_numbers
from playbook.services.preparedness import role_lists, site_import, sites
from playbook.services.preparedness.sites import SiteFacts
from playbook.services.users import let_see_sites
from tests.support.people import add_user

HILL = SiteFacts("Hill Mosque", "mosque", "muslim", "hill-mosque", "3 Hill Lane", "A patrol")
QUAY = SiteFacts("Quay School", "school", "jewish", "quay-school")


def test_a_place_is_found_by_kind_or_community_and_no_other_is(
    session: Session, now: datetime
) -> None:
    hill = sites.add_site(session, HILL, now=now, user=None)
    quay = sites.add_site(session, QUAY, now=now, user=None)
    assert list(sites.sites_alike(session, ["mosque"], [])) == [hill]
    assert list(sites.sites_alike(session, [], ["jewish"])) == [quay]
    assert list(sites.sites_alike(session, ["mosque"], ["jewish"])) == [hill, quay]
    assert list(sites.sites_alike(session, ["church"], ["sikh"])) == []
    assert sites.site_named(session, "  hill MOSQUE. ") is hill


@pytest.mark.parametrize(
    "facts",
    [
        SiteFacts("", "mosque", "", "hill-mosque"),
        SiteFacts("…", "mosque", "", "hill-mosque"),
        SiteFacts("x" * 201, "mosque", "", "hill-mosque"),
        SiteFacts("Hill", "pub", "", "hill-mosque"),
        SiteFacts("Hill", "mosque", "martian", "hill-mosque"),
        SiteFacts("Hill", "mosque", "", ""),
        SiteFacts("Hill", "mosque", "", "Hill Mosque!"),
        SiteFacts("Hill", "mosque", "", "a" * 65),
        SiteFacts("Hill", "mosque", "", "hill", "", "x" * 2001),
    ],
)
def test_what_cannot_be_kept_is_refused(session: Session, now: datetime, facts: SiteFacts) -> None:
    with pytest.raises(BadInput):
        sites.add_site(session, facts, now=now, user=None)


def test_a_name_stands_once_until_its_place_is_removed_and_forgotten(
    session: Session, now: datetime
) -> None:
    hill = sites.add_site(session, HILL, now=now, user=None)
    with pytest.raises(Conflict):
        sites.add_site(session, HILL, now=now, user=None)
    user = add_user(session)
    sites.remove_site(session, hill, now=now, user=user)
    assert (hill.name, hill.address, hill.needs) == ("", "", "")
    with pytest.raises(NotFound):
        sites.site_of(session, hill.id)
    assert list(sites.sites_alike(session, ["mosque"], ["muslim"])) == []
    sites.add_site(session, HILL, now=now, user=None)


def test_looking_through_counts_and_half_a_year_is_shown(session: Session, now: datetime) -> None:
    hill = sites.add_site(session, HILL, now=now - timedelta(days=200), user=None)
    [line] = list_sites(session, now)
    assert (line.stale, line.nobody) == (True, True)
    sites.confirm_site(session, hill, now=now, user=add_user(session))
    [line] = list_sites(session, now, find="patrol")
    assert not line.stale
    assert list_sites(session, now, find="nowhere") == []


def test_only_whoever_was_let_in_opens_it_and_every_opening_is_written_down(
    session: Session, now: datetime
) -> None:
    user = add_user(session)
    with pytest.raises(NotAllowed):
        sites.note_opening(session, user, "curious", now=now)
    let_see_sites(session, user, True, now, by=None)
    with pytest.raises(BadInput):
        sites.note_opening(session, user, "  ", now=now)
    sites.note_opening(session, user, "yearly look-through", now=now)
    session.flush()
    kinds = session.scalars(select(LogEntry.kind)).all()
    assert kinds == ["user.sites-allowed", "sites.opened"]


def test_small_numbers_are_not_told(session: Session, now: datetime) -> None:
    assert rough_numbers(session).empty
    for number in range(4):
        facts = SiteFacts(f"Place {number}", "mosque", "", "hill-mosque")
        sites.add_site(session, facts, now=now, user=None)
    few = rough_numbers(session)
    assert (few.places, few.kinds, few.empty) == (None, None, False)
    sites.add_site(session, SiteFacts("Fifth", "church", "", "church"), now=now, user=None)
    five = rough_numbers(session)
    assert (five.places, five.kinds) == (5, None)


TABLE = b"""name;kind;community;address;needs;contact_role
Hill Mosque;mosque;muslim;3 Hill Lane;A patrol;hill-mosque
Quay School;School;jewish;;;quay-school
Nowhere;pub;;;;somebody
Quay school;school;;;;quay-school
"""


def test_a_table_is_shown_then_written_as_shown_and_twice_changes_nothing(
    session: Session, now: datetime
) -> None:
    plan = site_import.plan_import(session, TABLE)
    assert ([f.name for f in plan.new], [row.line for row in plan.bad]) == (
        ["Hill Mosque", "Quay School"],
        [4, 5],
    )
    assert session.scalars(select(Site)).all() == []
    site_import.apply_import(session, TABLE, expected=plan.digest, now=now, user=None)
    again = site_import.plan_import(session, TABLE)
    assert (again.empty, again.unchanged) == (True, 2)
    with pytest.raises(Conflict):
        site_import.apply_import(session, TABLE, expected=plan.digest, now=now, user=None)
    table = site_import.write_table(sites.all_sites(session)).encode()
    back = site_import.plan_import(session, table)
    assert (back.empty, back.bad) == (True, ())


@pytest.mark.parametrize(
    "data", [b"", b"name,kind\nx,y\n", b"\xff\xfe\x00", b'name,kind,contact_role\n"x']
)
def test_what_is_no_table_of_places_is_refused(session: Session, data: bytes) -> None:
    with pytest.raises(BadInput):
        site_import.plan_import(session, data)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Attack on the Harbour Street Mosque", ("mosque",)),
        ("إطلاق نار في المسجد", ("mosque",)),
        ("Attentat à l'école", ("school",)),
        ("Útok v synagóge", ("synagogue",)),
        ("Fire in a warehouse", ()),
    ],
)
def test_what_was_said_of_the_place_chooses_the_kind(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_named_in(text) == kinds


def test_a_mosque_speaks_of_its_community() -> None:
    assert communities_of(("mosque",)) == ("muslim",)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("harbour street mosque", True),
        ("The Harbour-Street Mosque, north door", True),
        ("14 Harbour Street", True),
        ("Hill Mosque", False),
        ("", False),
        ("14", False),
    ],
)
def test_the_attacked_place_is_known_however_it_is_typed(typed: str, meant: bool) -> None:
    assert is_named(typed, "Harbour Street Mosque", "14 Harbour Street") is meant


def test_a_list_has_a_name_of_its_own_and_roles(session: Session, now: datetime) -> None:
    made = role_lists.add_list(session, " Interpreters ", ["a", "b", "a"], now=now, user=None)
    assert (made.name, made.roles) == ("Interpreters", ["a", "b"])
    for name, roles in (("", ["a"]), ("Others", []), ("x" * 121, ["a"])):
        with pytest.raises(BadInput):
            role_lists.add_list(session, name, roles, now=now, user=None)
    with pytest.raises(Conflict):
        role_lists.add_list(session, "interpreters", ["a"], now=now, user=None)
    user = add_user(session)
    role_lists.change_list(session, made, "Interpreters", ["c"], now=now, user=user)
    assert made.roles == ["c"]
    role_lists.remove_list(session, made, now=now, user=user)
    with pytest.raises(NotFound):
        role_lists.list_of(session, made.id)
