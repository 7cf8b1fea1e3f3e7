"""A coordinator with a phone in the other hand: what will happen, one button, who still has to be called."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_everybody_can_use_it import PHONE, serious
from tests.support.city import City

pytestmark = pytest.mark.browser


def nothing_wrong(page: Any) -> None:
    """Nothing keeps anybody out, and nothing is wider than the phone."""
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_correction_and_a_false_alarm_in_arabic_on_a_phone(
    city: City, browser_page: Callable[..., Any]
) -> None:
    city.activate("full")
    city.fast_forward(minutes=10)
    one = f"/incidents/{city.activation_id}"
    page = browser_page("coordinator", viewport=PHONE)
    page.goto(f"{one}/changes?lang=ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    nothing_wrong(page)

    page.goto(f"{one}/changes/correction")
    nothing_wrong(page)
    page.fill("#f-text-en", "Use the north gate.")
    page.fill("#f-text-ar", "ادخلوا من البوابة الشمالية.")
    page.click("main form .btn-primary")
    assert "ادخلوا من البوابة الشمالية." in page.inner_text("#texts")
    nothing_wrong(page)
    page.click(".thumb .btn")
    assert "/changes" in page.url
    city.run_ticks()
    assert "البوابة الشمالية" in city.mailbox("Nour").texts()[-1]
    nothing_wrong(page)

    page.goto(f"{one}/changes/level")
    nothing_wrong(page)
    page.goto(f"{one}/people/new")
    nothing_wrong(page)

    page.goto(f"{one}/changes/false-alarm")
    nothing_wrong(page)
    button = page.locator(".thumb .btn")
    assert "7" in button.inner_text()
    button.press("Enter")  # by keyboard
    page.wait_for_url("**/changes")
    nothing_wrong(page)
    city.run_ticks()
    assert "false alarm" in city.phone("Dan").texts()[-1]

    text = city.phone("Paul").texts()[-1]
    partner = browser_page(None, viewport=PHONE)
    partner.goto(text[text.index("/a/") :].split()[0])
    nothing_wrong(partner)
