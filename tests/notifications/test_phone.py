"""Phone numbers as people write them become numbers that can be dialled, or a clear refusal."""

import subprocess
import sys

import pytest

from notifications.messages import BadPhone
from notifications.phone import can_receive_sms, format_phone, is_fictional, parse_phone


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("+44 7700 900123", None, "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("07700-900-123", "GB", "+447700900123"),
        ("0044 7700 900123", "GB", "+447700900123"),
        ("\u200e+44 7700 900123\u202c", None, "+447700900123"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "GB", "+447700900123"),
        ("(202) 555-0123", "US", "+12025550123"),
        ("06 39 98 12 34", "FR", "+33639981234"),
        ("020 7946 0123", "GB", "+442079460123"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, region, e164):
    assert parse_phone(text, region) == e164


@pytest.mark.parametrize(
    ("text", "region", "told"),
    [
        ("", "GB", "no phone number"),
        ("   ", "GB", "no phone number"),
        ("07700 900123", None, "country code"),
        ("+999 12345678", None, "country code"),
        ("07700 9OO123", "GB", "letters"),
        ("07700 900123 x12", "GB", "extension"),
        ("07700 900123;ext=12", "GB", "extension"),
        ("07700 900123 #12", "GB", "extension"),
        ("12", "GB", "digits"),
        ("112", "GB", "digits"),
        ("911", "US", "digits"),
        ("0000000000", "GB", "digits"),
        ("+44 7700 9001234", None, "digits"),
        ("0" * 300, "GB", "digits"),
        ("++", "GB", "digits"),
    ],
)
def test_what_is_not_a_number_is_refused_with_a_sentence(text, region, told):
    with pytest.raises(BadPhone) as refusal:
        parse_phone(text, region)
    assert told in refusal.value.sentence
    assert refusal.value.sentence.endswith(".")


def test_a_refusal_does_not_repeat_the_number():
    with pytest.raises(BadPhone) as refusal:
        parse_phone("+44 7700 9001239999", None)
    assert "7700" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+447700900123", "+44 7700 900123"),
        ("+12025550123", "+1 202-555-0123"),
        ("60123", "60123"),
        ("CityHall", "CityHall"),
    ],
)
def test_numbers_are_shown_as_people_read_them(e164, shown):
    assert format_phone(e164) == shown


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+447700900123", True),
        ("+33639981234", True),
        ("+46701740605", True),
        ("+442079460123", False),
        ("+448081570123", False),
        ("+12025550123", None),
        ("+15005550006", None),
        ("CityHall", None),
    ],
)
def test_a_number_sometimes_tells_whether_it_takes_texts(e164, expected):
    assert can_receive_sms(e164) is expected


@pytest.mark.parametrize(
    "e164",
    [
        "+447700900000",
        "+447700900999",
        "+442079460123",
        "+441134960123",
        "+441914980123",
        "+442896496123",
        "+441632960123",
        "+12025550100",
        "+14165550199",
        "+33639980000",
        "+33199001234",
        "+33261911234",
    ],
)
def test_reserved_numbers_ring_nobody(e164):
    assert is_fictional(e164)
    assert parse_phone(e164, None) == e164


@pytest.mark.parametrize(
    "e164",
    ["+447700901000", "+447700899999", "+12025550200", "+12025550099", "+33639990000", "+1555", ""],
)
def test_their_neighbours_may_ring_somebody(e164):
    assert not is_fictional(e164)


def test_the_places_of_numbers_are_never_loaded():
    """phonenumbers' geocoder alone takes a hundred megabytes of memory."""
    code = "import sys, notifications.phone; sys.exit('phonenumbers.geocoder' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
