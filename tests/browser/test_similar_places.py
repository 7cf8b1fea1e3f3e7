"""Similar places on a phone: the register behind its door, the warning in numbers, a list, what a place sees."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from playbook.models import User
from tests.browser.test_everybody_can_use_it import DESKTOP, PHONE, serious
from tests.support.city import City
from tests.support.sites import add_sites

pytestmark = pytest.mark.browser


def nothing_wrong(page: Any, name: str) -> None:
    """Nothing keeps anybody out, and nothing is wider than the screen."""
    assert serious(page) == [], name
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_register_opens_by_keyboard_and_keeps_nobody_out(
    city: City, browser_page: Callable[..., Any], language: str, viewport: dict[str, int]
) -> None:
    add_sites(city)
    page = browser_page("coordinator", viewport=viewport)
    page.goto(f"/sites/?lang={language}")
    nothing_wrong(page, "door without a key")
    assert "Hill Mosque" not in page.content()
    with city.wiring.transaction() as session:
        session.execute(update(User).values(sees_sites=True))
    page.goto(f"/sites/?lang={language}")
    nothing_wrong(page, "door")
    page.fill("#f-why", "yearly look-through")
    page.press("#f-why", "Enter")
    page.wait_for_selector("text=Hill Mosque")
    nothing_wrong(page, "register")
    page.click("text=Hill Mosque")
    nothing_wrong(page, "form")
    page.goto("/sites/import")
    page.set_input_files(
        "#f-file",
        {
            "name": "places.csv",
            "mimeType": "text/csv",
            "buffer": b"name,kind,contact_role\nFen Chapel,church,fen\nNowhere,pub,x\n",
        },
    )
    nothing_wrong(page, "import")
    page.locator("#f-file").locator("xpath=ancestor::form").locator(".btn-primary").press("Enter")
    page.wait_for_selector("text=Fen Chapel")
    nothing_wrong(page, "import plan")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_places_are_warned_and_a_list_is_told(
    city: City, browser_page: Callable[..., Any], language: str, viewport: dict[str, int]
) -> None:
    contacts = add_sites(city)
    city.activate("full")
    one = f"/incidents/{city.activation_id}"
    page = browser_page("coordinator", viewport=viewport)
    page.goto(f"{one}/warn?lang={language}")
    nothing_wrong(page, "whom to warn")
    page.check("input[name=kind][value=mosque]")
    page.fill("#f-attacked", "Harbour Street Mosque")
    page.locator("main form .btn-primary").press("Enter")  # by keyboard
    page.wait_for_selector(".thumb .btn-primary")
    nothing_wrong(page, "in numbers")
    page.click(".thumb .btn-primary")
    page.wait_for_selector("#tier-similar-places")
    nothing_wrong(page, "board")
    city.run_ticks()
    assert len(contacts["Amal"].texts()) == 1

    page.goto(f"{one}/changes/list")
    nothing_wrong(page, "to whom")
    page.check("input[name=to]")
    page.fill("#f-text-en", "Come to the centre.")
    page.click("main form .btn-primary")
    page.wait_for_selector(".thumb .btn")
    nothing_wrong(page, "list in numbers")
    page.click(".thumb .btn")
    page.wait_for_url("**/changes")
    nothing_wrong(page, "what people were told")
    city.run_ticks()

    for name in ("Samira", "Ines"):
        text = contacts[name].texts()[-1]
        partner = browser_page(None, viewport=viewport)
        partner.goto(f"{text[text.index('/a/') :].split()[0]}?lang={language}")
        nothing_wrong(partner, f"page of {name}")


def test_lists_are_made_on_a_phone(city: City, browser_page: Callable[..., Any]) -> None:
    page = browser_page("coordinator", viewport=PHONE)
    page.goto("/directory/lists")
    nothing_wrong(page, "no list yet")
    page.goto("/directory/lists/new")
    page.fill("#f-name", "Cell")
    page.check("input[name=roles][value=mayor]")
    page.click("main form .btn-primary")
    page.wait_for_selector("text=Cell")
    nothing_wrong(page, "lists")
