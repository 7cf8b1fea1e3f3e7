"""A text is counted as the carriers count it, so that nobody is surprised by a second message."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.encoding import Segmentation, normalised, segment

GSM_BASIC = "abcdefghijklmnopqrstuvwxyz ABCDEFG 0123456789 £¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà\nΔΩ"
GSM_EXTENSION = "^{}\\[~]|€\f"


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "units", "room_left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a", "GSM-7", 1, 1, 159),
        ("a" * 160, "GSM-7", 1, 160, 0),
        ("a" * 161, "GSM-7", 2, 161, 153 - 8),
        ("a" * 306, "GSM-7", 2, 306, 0),
        ("a" * 307, "GSM-7", 3, 307, 152),
        ("a" * 1600, "GSM-7", 11, 1600, 83),
        ("€" * 80, "GSM-7", 1, 160, 0),
        # 76 signs fill 152 of 153 septets; the 77th may not be cut in two.
        ("€" * 81, "GSM-7", 2, 162, 153 - 10),
        ("я" * 70, "UCS-2", 1, 70, 0),
        ("я" * 71, "UCS-2", 2, 71, 63),
        ("я" * 1600, "UCS-2", 24, 1600, 8),
        ("🕯" * 35, "UCS-2", 1, 70, 0),
        # 33 emoji fill 66 of 67 units; the 34th may not be cut in two.
        ("🕯" * 36, "UCS-2", 2, 72, 61),
        ("🕯" * 67, "UCS-2", 3, 134, 65),
        # In UCS-2 an extension character needs no escape.
        ("я€", "UCS-2", 1, 2, 68),
    ],
)
def test_how_many_messages_a_text_becomes(text, encoding, segments, units, room_left):
    counted = segment(text)
    assert (counted.encoding, counted.segments, counted.units, counted.room_left) == (
        encoding,
        segments,
        units,
        room_left,
    )


def test_an_escape_at_the_seam_costs_a_whole_part():
    """Plain division would promise two parts: 152 + 2 + 152 = 306 = 2 × 153."""
    assert segment("a" * 152 + "€" + "a" * 152).segments == 3


def test_a_surrogate_pair_at_the_seam_costs_a_whole_part():
    """Plain division would promise two parts: 66 + 2 + 66 = 134 = 2 × 67."""
    assert segment("я" * 66 + "🕯" + "я" * 66).segments == 3


def test_a_decomposed_letter_is_counted_as_the_letter_it_is():
    decomposed = unicodedata.normalize("NFD", "Grüße à tous")
    assert segment(decomposed) == segment("Grüße à tous")
    assert segment(decomposed).encoding == "GSM-7"


@pytest.mark.parametrize(
    ("language", "text", "outside"),
    [
        ("English", "Stay inside", ""),
        ("typographic English", "Don’t go – stay", "’–"),
        ("German", "Größe, Straße, Äpfel", ""),
        ("Swedish", "Åka på å, ä och ö", ""),
        ("French", "ça ira, où es-tu à présent", "ç"),
        ("French capitals", "À bientôt", "Àô"),
        ("Spanish", "¿Mañana? ¡Sí!", "í"),
        ("Turkish", "Şimdi gelin, çağrı", "Şçğı"),
        ("Slovak", "Ďakujeme, čakajte", "Ďč"),
    ],
)
def test_the_characters_that_make_a_text_dear_are_named_once_in_order(language, text, outside):
    counted = segment(text)
    assert counted.outside == tuple(outside)
    assert counted.encoding == ("UCS-2" if outside else "GSM-7")


def test_half_a_surrogate_pair_cannot_stop_a_message():
    assert normalised("a\ud83d!") == "a\ufffd!"
    assert normalised("\ud83d\udd6f") == "🕯"
    assert segment("\ud83d").units == 1


@given(st.text(alphabet=GSM_BASIC + GSM_EXTENSION, max_size=700))
def test_gsm_text_is_filled_without_cutting_an_escape(text):
    counted = segment(text)
    widths = [2 if character in GSM_EXTENSION else 1 for character in text]
    assert counted.encoding == "GSM-7"
    assert counted.outside == ()
    assert counted.units == sum(widths)
    _assert_filled(counted, alone=160, part=153)


@given(st.text(max_size=300).map(lambda text: text + "я"))
def test_any_other_text_is_filled_without_cutting_a_pair(text):
    counted = segment(text)
    assert counted.encoding == "UCS-2"
    assert "я" in counted.outside
    assert counted.units == len(normalised(text).encode("utf-16-le")) // 2
    _assert_filled(counted, alone=70, part=67)


@given(st.text(max_size=200))
def test_counting_is_the_same_before_and_after_normalising(text):
    assert segment(text) == segment(normalised(text))


@given(st.text(alphabet=GSM_BASIC + GSM_EXTENSION, max_size=700))
def test_the_room_left_is_exactly_what_fits(text):
    counted = segment(text)
    if text:
        assert segment(text + "a" * counted.room_left).segments == counted.segments
        assert segment(text + "a" * (counted.room_left + 1)).segments > counted.segments


def _assert_filled(counted: Segmentation, *, alone: int, part: int) -> None:
    if counted.units <= alone:
        assert counted.segments == min(counted.units, 1)
        assert counted.room_left == alone - counted.units
        return
    # Every part but the last is full, or one short where two units would not be parted.
    full = counted.segments - 1
    in_last = part - counted.room_left
    assert full * (part - 1) <= counted.units - in_last <= full * part
    assert 0 <= counted.room_left < part
