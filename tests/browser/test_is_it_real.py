"""Somebody doubts a message at night, on a phone; the desk answers, by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_everybody_can_use_it import PHONE
from tests.browser.test_it_changes import nothing_wrong
from tests.stories.test_is_it_real import code_in
from tests.support.city import City

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_partner_checks_a_code_without_scripts(
    city: City, browser_page: Callable[..., Any], language: str
) -> None:
    city.activate("full")
    text = city.phone("Paul").receives("Police liaison")
    page = browser_page(None, viewport=PHONE, java_script_enabled=False)
    page.goto(f"{text[text.index('/a/') :].split()[0]}?lang={language}")
    page.click('a[href^="/check"]')
    page.fill("#f-code", code_in(text))
    page.press("#f-code", "Enter")
    assert page.locator(".note[role=status] h1").count() == 1
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_yes_no_and_a_slip_keep_nobody_out(
    city: City, browser_page: Callable[..., Any], language: str
) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    page = browser_page(None, viewport=PHONE)
    for typed in (code, "000000", "12"):
        page.goto(f"/check?lang={language}")
        page.fill("#f-code", typed)
        page.press("#f-code", "Enter")
        page.wait_for_load_state()
        nothing_wrong(page)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_desk_lets_somebody_in_and_warns_the_second_time(
    city: City, browser_page: Callable[..., Any], language: str
) -> None:
    city.activate("full")
    code = code_in(city.phone("Paul").receives("Police liaison"))
    page = browser_page("coordinator", viewport=PHONE)
    page.goto(f"/incidents/{city.activation_id}?lang={language}")
    page.click('a[href$="/codes"]')
    page.fill("#f-code", code)
    page.press("#f-code", "Enter")
    page.wait_for_selector("#answer")
    nothing_wrong(page)
    page.locator("#answer .btn-big").press("Enter")
    page.wait_for_selector(".note-good")
    page.fill("#f-code", code)
    page.press("#f-code", "Enter")
    page.wait_for_selector("#answer .note-act")
    assert page.locator("#answer .btn-big").count() == 0
    nothing_wrong(page)
    page.fill("#f-code", "000000")
    page.press("#f-code", "Enter")
    page.wait_for_selector(".note-bad")
    nothing_wrong(page)
