"""Answers from paper, typed in on a phone: nobody is kept out, and the keyboard is enough."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_everybody_can_use_it import PHONE, serious
from tests.support.city import City

pytestmark = pytest.mark.browser


def looked_at(page: Any) -> None:
    """Nothing serious stands in the way, and nothing is wider than the phone."""
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_sheet_is_typed_in_with_the_keyboard_alone(
    city: City, browser_page: Callable[..., Any], language: str
) -> None:
    city.activate("full")
    city.fast_forward(minutes=4)
    city.phone("Paul").replies("1")
    city.fast_forward(minutes=16)
    page = browser_page("coordinator", viewport=PHONE)
    page.goto(f"/incidents/{city.activation_id}/paper?lang={language}")
    looked_at(page)
    line = page.locator("li.sheet-line", has_text="Petra Police")
    line.locator("select").first.focus()
    page.keyboard.press("ArrowDown")  # joining
    page.keyboard.press("Tab")
    page.keyboard.type("0299")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    looked_at(page)  # a slip, said on its line
    wrong = page.locator("li.sheet-line", has_text="Petra Police")
    assert wrong.locator(".form-error").count() == 1
    assert wrong.locator("select").first.input_value() == "joining"
    time = wrong.locator("input")
    assert time.input_value() == "0299"
    time.fill("0212")
    second = page.locator("li.sheet-line", has_text="Paul Police")
    second.locator("select").first.select_option("unable")
    second.locator("input").fill("02:20")
    with page.expect_navigation():
        second.locator("input").press("Enter")
    looked_at(page)
    assert page.locator("#contradictions li").count() == 1
    page.locator("#do-it").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert city.role("police-liaison").answered_by.name == "Petra Police"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_night_on_paper_becomes_an_incident_that_calls_only_the_rest(
    city: City, browser_page: Callable[..., Any], language: str
) -> None:
    page = browser_page("coordinator", viewport=PHONE)
    page.goto(f"/activate/{city.version_id}?lang={language}")
    page.locator("input[name=kind][value=real]").check(force=True)
    page.locator("input[name=level][value=full]").check(force=True)
    page.locator("input[name=when]").fill("2026-03-13T21:00")
    page.locator("input[name=paper]").check()
    page.locator("form .btn-primary").first.click()
    looked_at(page)
    page.locator("form.thumb .btn-primary").click()
    looked_at(page)
    line = page.locator("[id^='l-mayor.']", has_text="Maya Mayor")
    line.locator("select").first.select_option("joining")
    line.locator("input").fill("00:30")
    page.locator(".thumb .btn-primary").click()
    looked_at(page)
    page.locator("button[name=rest][value=call]").click()
    page.wait_for_url("**/incidents/*")
    city.run_ticks()
    city.phone("Maya").silent()
    assert city.phone("Dora").texts() != []
