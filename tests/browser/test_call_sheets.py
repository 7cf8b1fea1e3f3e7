"""The call sheet pages in a real browser: by keyboard, on a phone, in English and in Arabic."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_everybody_can_use_it import DESKTOP, PHONE, serious
from tests.support.city import City

pytestmark = pytest.mark.browser

PAGES = ("/call-sheets/", "/playbooks/harbour/1/call-sheet")
PREVIEW = "/playbooks/harbour/1/call-sheet/preview"


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_they_keep_nobody_out(
    city: City, browser_page: Callable[..., Any], language: str, viewport: dict[str, int]
) -> None:
    page = browser_page("coordinator", viewport=viewport)
    for path in (*PAGES, PREVIEW):
        assert page.goto(f"{path}?lang={language}").status == 200
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert serious(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], path


def test_by_keyboard_a_level_is_chosen_and_the_pdf_downloaded(
    city: City, browser_page: Callable[..., Any]
) -> None:
    page = browser_page("coordinator", accept_downloads=True)
    page.goto("/call-sheets/")
    page.get_by_role("link", name="Harbour").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Level").select_option("watch")
    page.get_by_role("button", name="Take this choice").focus()
    page.keyboard.press("Enter")
    page.get_by_text("2 roles · 3 people").wait_for()
    button = page.get_by_role("button", name="Download the PDF with 3 people")
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "call-sheet-harbour-watch-en.pdf"
