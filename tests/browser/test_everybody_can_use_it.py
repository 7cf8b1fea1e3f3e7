"""Every page, in English and in Arabic: no serious axe finding, and nothing wider than a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from playbook.models import Person
from tests.support.city import City

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SERIOUS = {"serious", "critical"}


def pages(city: City) -> list[str]:
    """Every kind of page that a signed-in administrator can open."""
    one = f"/incidents/{city.activation_id}"
    with city.wiring.sessions() as session:
        person = session.scalars(select(Person.id)).first()
    return [
        "/",
        "/activate/",
        f"/activate/{city.version_id}",
        "/incidents/",
        one,
        f"{one}?tab=decisions",
        f"{one}/roles/police-liaison",
        f"{one}/decisions/similar-sites",
        f"{one}/messages",
        f"{one}/timeline",
        f"{one}/coordinator",
        f"{one}/end",
        f"{one}/codes",
        f"{one}/changes",
        f"{one}/changes/level",
        f"{one}/changes/correction",
        f"{one}/changes/false-alarm",
        f"{one}/changes/stand-down",
        f"{one}/people/new",
        f"{one}/paper",
        f"{one}/changes/list",
        f"{one}/warn",
        "/phones/",
        "/inbox/",
        "/playbooks/",
        "/playbooks/harbour/1",
        "/playbooks/harbour/1/print",
        "/playbooks/harbour/1/translations",
        "/playbooks/harbour/1/translations/ar",
        "/playbooks/harbour/1/deadlines",
        "/playbooks/harbour/1/messages/call-out",
        "/playbooks/harbour/1/call-sheet",
        "/playbooks/harbour/1/call-sheet/preview",
        "/call-sheets/",
        "/playbooks/publish",
        "/directory/",
        f"/directory/people/{person}",
        f"/directory/people/{person}/edit",
        "/directory/people/new",
        "/directory/organisations",
        "/directory/organisations/new",
        "/directory/problems",
        "/directory/truth",
        f"/directory/leave?person={person}",
        "/directory/links",
        "/directory/roles/police-liaison",
        "/directory/roles/police-liaison/rota",
        "/directory/holidays",
        "/directory/roles",
        "/directory/import",
        "/directory/lists",
        "/directory/lists/new",
        "/sites/",
        "/readiness/",
        "/readiness/proof/new",
        "/readiness/drill/new",
        "/readiness/drill/preview?role=duty-officer&role=mayor",
        "/users/",
        "/account/",
        "/account/password",
        "/tf-setup",
        "/wan-register",
    ]


def serious(page: Any) -> list[str]:
    """What axe finds that keeps somebody out, the page seen from its beginning.

    In the middle of a page something always lies half under the line that is kept in view; it is a scroll away.
    """
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0].get('failureSummary', '')}"
        for v in found
        if v["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_keeps_anybody_out(
    city: City, browser_page: Callable[..., Any], language: str, viewport: dict[str, int]
) -> None:
    city.activate("full")
    city.phone("Dora").replies("is it real?")
    page = browser_page("administrator", viewport=viewport)
    wrong: dict[str, list[str]] = {}
    for path in pages(city):
        joined = "&" if "?" in path else "?"
        answer = page.goto(f"{path}{joined}lang={language}")
        assert answer.status == 200, f"{path} answered {answer.status}"
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        findings = serious(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > viewport["width"]:
            findings.append(f"wider than the screen: {width}")
        if findings:
            wrong[path] = findings
    assert wrong == {}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_for_strangers_keeps_anybody_out(
    city: City, browser_page: Callable[..., Any], language: str
) -> None:
    city.activate("full")
    text = city.phone("Paul").receives("Police liaison")
    link = text[text.index("/a/") :].split()[0]
    page = browser_page(None, viewport=PHONE)
    wrong = {}
    for path, status in (
        ("/sign-in", 200),
        (link, 200),
        ("/a/nobodys", 404),
        ("/check", 200),
        ("/card", 200),
        ("/sign-in/spent", 403),
    ):
        answer = page.goto(f"{path}?lang={language}")
        assert answer.status == status, f"{path} answered {answer.status}"
        if findings := serious(page):
            wrong[path] = findings
    assert wrong == {}
