"""A person corrects their number on an old phone, by keyboard, in English and in Arabic."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from playbook.models import Person
from playbook.services.preparedness.own_pages import page_address
from tests.browser.test_everybody_can_use_it import PHONE, serious
from tests.support.city import City, Phone

pytestmark = pytest.mark.browser

NEW = "+447700900555"


def page_of(city: City, name: str) -> str:
    with city.wiring.transaction() as session:
        person = session.scalars(select(Person).where(Person.name == name)).one()
        person.contact_points[-1].disowned_at = city.now
        return page_address(person, "")


@pytest.mark.parametrize(("name", "language"), [("Paul Police", "en"), ("Imam Idris", "ar")])
def test_a_number_is_corrected_by_keyboard(
    city: City, browser_page: Callable[..., Any], name: str, language: str
) -> None:
    page = browser_page(None, viewport=PHONE)
    page.goto(page_of(city, name))
    assert page.locator("html").get_attribute("lang") == language
    assert serious(page) == []
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("07700 900555")
    page.keyboard.press("Enter")
    page.locator("input[name=code]").wait_for()
    assert serious(page) == []
    city.run_ticks()
    code = re.search(r"\d{6}", Phone(city, "new", NEW).texts()[-1])
    assert code
    page.locator("input[name=code]").focus()
    page.keyboard.type("000")
    page.keyboard.press("Enter")
    page.locator("[role=alert]").wait_for()
    assert serious(page) == []
    page.locator("input[name=code]").focus()
    page.keyboard.type(code[0])
    page.keyboard.press("Enter")
    page.get_by_text("… 555").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert serious(page) == []
