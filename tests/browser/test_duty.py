"""A swap by two people with old phones: asked and accepted by link, by keyboard, in English and in Arabic."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select

from playbook.domain.preparedness.rota import Shift
from playbook.models import Person, RotaEntry, RotaEntryKind
from playbook.services.preparedness.own_pages import page_address
from playbook.services.preparedness.rotas import (
    EntryFacts,
    RotaFacts,
    add_entry,
    save_rota,
    set_shifts,
)
from tests.browser.test_everybody_can_use_it import DESKTOP, PHONE, serious
from tests.support.city import City

pytestmark = pytest.mark.browser

ROTA = "/directory/roles/duty-officer/rota"


@pytest.fixture
def rota(city: City) -> dict[str, int]:
    """Dora has the nights, Dan the weekdays, so that Sundays are open; ids of people by first name."""
    with city.wiring.transaction() as session:
        made = save_rota(
            session, "duty-officer", RotaFacts(1, date(2026, 3, 9)), now=city.now, user=None
        )
        ids = {p.name.split()[0]: p.id for p in session.scalars(select(Person))}
        shifts = [Shift(ids["Dora"], 0, 0, day, time(19), time(7)) for day in range(7)]
        shifts += [Shift(ids["Dan"], 0, 0, day, time(7), time(19)) for day in range(6)]
        set_shifts(session, made, shifts, now=city.now, user=None)
        facts = EntryFacts(
            ids["Paul"],
            city.now.replace(day=15, hour=7, minute=0),
            city.now.replace(day=15, hour=12, minute=0),
            RotaEntryKind.EXCEPTION,
        )
        add_entry(session, made, facts, now=city.now, user=None)
    return ids


def nothing_wrong(page: Any, width: int = PHONE["width"]) -> None:
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def own_page(city: City, person_id: int, language: str) -> str:
    with city.wiring.transaction() as session:
        person = session.get_one(Person, person_id)
        person.language = language
        return page_address(person, "", "duty")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_swap_is_asked_and_accepted_by_link_with_keys_alone(
    city: City, rota: dict[str, int], browser_page: Callable[..., Any], language: str
) -> None:
    dora = own_page(city, rota["Dora"], language)
    dan = own_page(city, rota["Dan"], language)
    page = browser_page(None, viewport=PHONE, java_script_enabled=True)
    page.goto(dora)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    nothing_wrong(page)
    page.locator("a[href*='/ask']").nth(1).press("Enter")
    page.wait_for_url("**/ask?**")
    nothing_wrong(page)
    page.select_option("#person", str(rota["Dan"]))
    page.locator("button.first").press("Enter")
    page.wait_for_selector("main ol")
    nothing_wrong(page)
    page.locator("button.first").press("Enter")
    page.wait_for_selector("[role=status]")
    nothing_wrong(page)

    other = browser_page(None, viewport=PHONE, java_script_enabled=False)
    other.goto(dan)
    take = other.locator("button[value=accept]")
    assert take.bounding_box()["height"] >= 44
    take.press("Enter")
    other.wait_for_selector("[role=status]")
    with city.wiring.sessions() as session:
        swapped = session.scalars(
            select(RotaEntry).where(RotaEntry.kind == RotaEntryKind.SWAP)
        ).one()
        assert swapped.person_id == rota["Dan"]
    page.goto(dora)
    nothing_wrong(page)
    page.goto(dan)
    nothing_wrong(page)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_of_a_rota_keeps_anybody_out(
    city: City,
    rota: dict[str, int],
    browser_page: Callable[..., Any],
    language: str,
    viewport: dict[str, int],
) -> None:
    page = browser_page("coordinator", viewport=viewport)
    with city.wiring.sessions() as session:
        entry = session.scalars(select(RotaEntry.id)).one()
    page.goto(f"{ROTA}/pattern")
    shift = page.locator("a[href$='/remove']").first.get_attribute("href")
    for path in (
        ROTA,
        f"{ROTA}/pattern",
        shift,
        shift.removesuffix("/remove"),
        f"{ROTA}/settings",
        f"{ROTA}/links",
        f"{ROTA}/remove",
        f"{ROTA}/calendar",
        f"{ROTA}/exceptions/new",
        f"{ROTA}/exceptions/{entry}/remove",
        "/directory/roles/mayor/rota",
        "/directory/roles/mayor/rota/settings",
        "/directory/holidays",
    ):
        answer = page.goto(f"{path}?lang={language}")
        assert answer.status == 200, path
        assert (path, serious(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path


def test_a_shift_and_a_calendar_are_written_by_keyboard_on_a_phone(
    city: City, rota: dict[str, int], browser_page: Callable[..., Any]
) -> None:
    page = browser_page("coordinator", viewport=PHONE)
    page.goto(f"{ROTA}/pattern")
    page.select_option("#f-person", str(rota["Dan"]))
    page.locator("input[name=weekday][value='6']").press("Space")
    page.fill("#f-starts", "07:00")
    page.fill("#f-ends", "19:00")
    page.locator("#f-ends").press("Enter")
    page.wait_for_selector(".note-good")
    assert "somebody is on duty at every hour" in page.inner_text("main")
    nothing_wrong(page)
    page.goto(f"{ROTA}/calendar")
    event = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//EN\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Paul Police\r\n"
        "DTSTART:20260320T070000Z\r\nDTEND:20260320T190000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\n"
        "SUMMARY:Nobody known\r\nDTSTART:20260321T070000Z\r\nDTEND:20260321T190000Z\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    page.set_input_files(
        "#f-file", {"name": "r.ics", "mimeType": "text/calendar", "buffer": event.encode()}
    )
    page.locator("main form .btn-primary").press("Enter")
    page.wait_for_selector("input[name=file][type=hidden]", state="attached")
    nothing_wrong(page)
    page.locator("main form .btn-primary").press("Enter")
    page.wait_for_url(f"**{ROTA}")
    assert "Turns added: 1." in page.inner_text("main")
    nothing_wrong(page)
