"""Files of people: tables as spreadsheets write them, cards as address books export them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.preparedness.directory_cells import BadCell
from playbook.services.preparedness.csv_rows import guard, read_csv, unguard, write_csv
from playbook.services.preparedness.directory_checks import (
    check_email,
    check_language,
    check_phone,
)
from playbook.services.preparedness.vcard_rows import is_vcard, read_vcards

CARD = "\r\n".join(
    [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "UID:p-7",
        "FN:Amina Yusuf\\, nurse",
        "N:Yusuf;Amina;;;",
        "ORG:City Hospital\\; East;Emergency",
        "TEL;VALUE=uri;PREF=2:tel:+44-20-7946-0123",
        'TEL;VALUE=uri;PREF=1;TYPE="cell,text":tel:+44-7700-900',
        " 123",
        "item1.EMAIL:amina@hospital.example.org",
        "LANG;PREF=2:en",
        "LANG;PREF=1:ar",
        "TZ:Europe/London",
        "NOTE:Nights only.\\nAsk for the ward.",
        "ROLE:Head nurse",
        "X-ROLE;PREF=2:hospital-coordinator",
        "X-ROLE:health-lead",
        "END:VCARD",
        "",
    ]
)


def test_a_table_from_a_european_spreadsheet_is_read() -> None:
    rows, findings = read_csv(
        b'\xef\xbb\xbfKey;Name;Notes\r\np-1;"Yusuf; Amina";"first\r\nsecond"\r\n\r\np-2;Bo;\r\n'
    )
    assert findings == []
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 5)]
    assert rows[0].cells == {"key": "p-1", "name": "Yusuf; Amina", "notes": "first\r\nsecond"}


def test_unicode_text_of_a_spreadsheet_is_read() -> None:
    [row], _ = read_csv("key\tname\np-1\tآمنة\n".encode("utf-16"))
    assert row.cells["name"] == "آمنة"


def test_a_short_row_is_filled_up_and_a_long_one_refused() -> None:
    rows, [finding] = read_csv(b"key,name,roles\np-1,Bo\np-2,Eva,mayor:1,police-liaison:2\n")
    assert [row.cells["roles"] for row in rows] == [""]
    assert (finding.row, finding.line) == (2, 3)
    assert "quotation marks" in finding.mend


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no people"),
        (b"key,name\n", "no people"),
        ("key,name\np,Jürgen".encode("latin-1"), "UTF-8"),
        (b'key,name\np-1,"Bo\n', "quotation mark"),
        (b"key,name,fone\np-1,Bo,1\n", "No column is called “fone”"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, said: str) -> None:
    rows, [finding] = read_csv(data)
    assert rows == []
    assert finding.row == 0
    assert said in finding.problem


@given(st.text())
def test_what_is_guarded_against_spreadsheets_comes_back_as_it_was(cell: str) -> None:
    guarded = guard(cell)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguard(guarded) == cell


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.fixed_dictionaries({"name": cells, "notes": cells, "phone_3": cells})))
def test_an_exported_table_reads_back(people: list[dict[str, str]]) -> None:
    written = [{"key": f"p-{n}"} | person for n, person in enumerate(people)]
    rows, _ = read_csv(write_csv(written).encode())
    assert [{k: v for k, v in row.cells.items() if v} for row in rows] == [
        {k: v for k, v in person.items() if v} for person in written
    ]


def test_a_card_becomes_a_row_with_what_it_mentions() -> None:
    assert is_vcard(CARD.encode())
    [row], findings = read_vcards(CARD.encode())
    assert findings == []
    assert row.cells == {
        "key": "p-7",
        "name": "Amina Yusuf, nurse",
        "organisation": "City Hospital; East",
        "phone": "+44-7700-900123",
        "phone_2": "+44-20-7946-0123",
        "email": "amina@hospital.example.org",
        "language": "ar",
        "time_zone": "Europe/London",
        "notes": "Nights only.\nAsk for the ward.",
        "roles": "hospital-coordinator:2; health-lead",
    }


def test_a_broken_card_is_told_by_line_and_the_next_one_is_still_read() -> None:
    broken = CARD.replace("TZ:Europe/London", "Europe, London")
    rows, [finding] = read_vcards((broken + CARD).encode())
    assert (finding.row, finding.line) == (1, 13)
    assert [row.number for row in rows] == [2]


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (CARD.replace("VERSION:4.0", "VERSION:3.0"), "vCard 3.0, not vCard 4.0"),
        (CARD.replace("VERSION:4.0\r\n", ""), "does not say which version"),
        (CARD.replace("END:VCARD", ""), "does not end"),
        ("FN:Bo\r\nEND:VCARD", "does not begin"),
    ],
)
def test_a_card_of_another_version_or_half_a_card_is_refused(card: str, said: str) -> None:
    rows, [finding] = read_vcards(card.encode())
    assert rows == []
    assert said in finding.problem


def test_a_phone_is_kept_as_e164_and_never_repeated_when_it_is_wrong() -> None:
    assert check_phone("07700 900123", "GB") == "+447700900123"
    with pytest.raises(BadCell) as refused:
        check_phone("07700 9001", "GB")
    assert "9001" not in refused.value.problem


def test_an_address_is_kept_in_small_letters_without_asking_the_network() -> None:
    assert check_email("Amina@Hospital.Example.ORG") == "amina@hospital.example.org"
    with pytest.raises(BadCell):
        check_email("amina at hospital")


@pytest.mark.parametrize(
    ("written", "kept"),
    [("AR", "ar"), ("", "en"), ("pt_br", "pt-BR"), ("zh-hant", "zh-Hant"), ("rom", "rom")],
)
def test_a_language_is_kept_by_its_code(written: str, kept: str) -> None:
    assert check_language(written) == kept


@pytest.mark.parametrize(("written", "meant"), [("Arabic", "ar"), ("slovak", "sk")])
def test_the_name_of_a_language_is_answered_with_its_code(written: str, meant: str) -> None:
    with pytest.raises(BadCell) as refused:
        check_language(written)
    assert refused.value.mend == f"Did you mean “{meant}”?"


def test_a_language_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadCell):
        check_language("xx")
