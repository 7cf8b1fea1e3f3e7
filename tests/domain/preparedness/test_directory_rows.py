"""What a row of people may hold, and what is said when it does not."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.preparedness.directory_cells import BadCell, Checks, check_time_zone
from playbook.domain.preparedness.directory_rows import (
    RawRow,
    RoleClaim,
    merge_order,
    read_header,
    read_rows,
)
from playbook.domain.preparedness.findings import Sentence, Severity

GOOD = {"key": "p-1", "name": "Amina Yusuf"}


def no_such_phone(text: str) -> str:
    if not text.startswith("+"):
        raise BadCell(Sentence("No phone."), Sentence("Write a phone."))
    return text


CHECKS = Checks(
    phone=no_such_phone,
    email=str.lower,
    language=lambda text: text or "en",
    roles=frozenset({"police-liaison", "mayor"}),
)


def rows(*cells: Mapping[str, str]) -> list[RawRow]:
    return [RawRow(n, n + 1, row) for n, row in enumerate(cells, start=1)]


def test_capitals_spaces_and_spelling_of_a_header_do_not_matter() -> None:
    columns, findings = read_header(
        ["KEY", " Name ", "Organization", "Time zone", "Phone-2", "E-mail", "PHONE"]
    )
    assert columns == ["key", "name", "organisation", "time_zone", "phone_2", "email", "phone"]
    assert findings == []


def test_a_misspelt_column_is_refused_with_the_one_that_was_meant() -> None:
    _, [finding] = read_header(["key", "name", "fone"])
    assert finding.row == 0
    assert finding.column == "fone"
    assert finding.mend == "Did you mean “phone”?"


def test_a_column_that_every_row_needs_is_missed() -> None:
    _, [finding] = read_header(["key", "phone"])
    assert finding.problem == "The column “name” is missing."


def test_a_column_that_is_there_twice_is_refused() -> None:
    _, [finding] = read_header(["key", "name", "phone", "Phone"])
    assert "twice" in finding.problem


def test_a_whole_row_is_read_and_says_nothing_of_columns_that_are_not_there() -> None:
    reading = read_rows(rows(GOOD | {"phone": "+1", "phone_2": "", "roles": "mayor:2"}), CHECKS)
    [person] = reading.people
    assert person.phones == ("+1",)
    assert person.roles == (RoleClaim("mayor", 2),)
    assert person.emails is None
    assert person.organisation is None
    assert not reading.findings


def test_every_mistake_of_a_row_is_told_at_once_with_its_line() -> None:
    reading = read_rows(
        rows(
            GOOD,
            {
                "key": "",
                "name": " ",
                "phone": "07",
                "roles": "The Mayor!",
                "time_zone": "Europe/Londn",
            },
        ),
        CHECKS,
    )
    assert [p.key for p in reading.people] == ["p-1"]
    assert reading.bad_rows == (2,)
    assert {f.line for f in reading.errors} == {3}
    assert {f.column for f in reading.errors} == {"key", "name", "phone", "roles", "time_zone"}
    assert "Did you mean “Europe/London”?" in [f.mend for f in reading.errors]


def test_of_two_rows_with_one_key_neither_is_taken() -> None:
    reading = read_rows(rows(GOOD, GOOD | {"name": "Bo Lindqvist"}), CHECKS)
    assert reading.people == ()
    assert [f.problem for f in reading.errors] == [
        "The key “p-1” is also in line 3.",
        "The key “p-1” is also in line 2.",
    ]


def test_of_two_rows_that_claim_one_place_neither_is_taken() -> None:
    reading = read_rows(
        rows(
            GOOD | {"roles": "mayor"},
            {"key": "p-2", "name": "Bo", "roles": "police-liaison:1; mayor:1"},
            {"key": "p-3", "name": "Eva", "roles": "mayor:2"},
        ),
        CHECKS,
    )
    assert [p.key for p in reading.people] == ["p-3"]
    assert "“mayor:1” is also claimed in line 2." in [f.problem for f in reading.errors]


def test_an_organisation_has_one_kind() -> None:
    one = GOOD | {"organisation": "City Hospital", "organisation_kind": "hospitals"}
    other = {"key": "p-2", "name": "Bo", "organisation": "city hospital"}
    reading = read_rows(rows(one, other | {"organisation_kind": "schools"}), CHECKS)
    assert reading.bad_rows == (2,)
    assert not read_rows(rows(one, other | {"organisation_kind": ""}), CHECKS).errors


def test_a_role_that_no_playbook_has_is_warned_of_and_still_taken() -> None:
    reading = read_rows(rows(GOOD | {"roles": "polcie-liaison:1"}), CHECKS)
    [warning] = reading.findings
    assert warning.severity is Severity.WARNING
    assert warning.mend == "Did you mean “police-liaison”?"
    assert len(reading.people) == 1


def test_whoever_cannot_be_reached_is_warned_of() -> None:
    [warning] = read_rows(rows(GOOD | {"phone": "", "email": ""}), CHECKS).findings
    assert "neither a phone nor an email" in warning.problem


def test_a_wrong_file_leaves_no_row_to_skip() -> None:
    _, earlier = read_header(["key", "name", "fone"])
    reading = read_rows(rows(GOOD), CHECKS, earlier)
    assert reading.blocked
    assert reading.people == ()


@pytest.mark.parametrize("name", ["x" * 201, "x" * 300])
def test_what_does_not_fit_into_the_table_is_refused_before_it_gets_there(name: str) -> None:
    assert read_rows(rows({"key": "p", "name": name}), CHECKS).bad_rows == (1,)


def test_no_time_zone_means_the_citys_own() -> None:
    assert check_time_zone("") == ""
    assert check_time_zone("Africa/Mogadishu") == "Africa/Mogadishu"
    with pytest.raises(BadCell):
        check_time_zone("../../etc/passwd")


people = st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=2), unique=True, max_size=8)


@given(people, st.data())
def test_merging_an_order_twice_is_merging_it_once(names: list[str], data: st.DataObject) -> None:
    claimants = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    positions = data.draw(
        st.lists(st.integers(1, 12), unique=True, min_size=len(claimants), max_size=len(claimants))
    )
    claims = dict(zip(positions, claimants, strict=True))
    others = [name for name in names if name not in claimants]

    merged = merge_order(claims, others)

    assert sorted(merged) == sorted(names)
    assert [n for n in merged if n in others] == others
    assert merge_order(claims, [n for n in merged if n not in claimants]) == merged
    in_claimed_order = [claims[position] for position in sorted(claims)]
    assert [n for n in merged if n in claimants] == in_claimed_order


def test_a_claimed_place_is_given_when_enough_people_are_there() -> None:
    assert merge_order({1: "Amina", 3: "Bo"}, ["Eva", "Jan"]) == ["Amina", "Eva", "Bo", "Jan"]
    assert merge_order({4: "Amina"}, ["Eva"]) == ["Eva", "Amina"]
