"""How ready we are, on a phone in Arabic and on a desk in English: the picture of a drill, the proof, a mail's page."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from playbook.models import RoundKind, User
from playbook.services.preparedness.readiness import start_round
from tests.browser.test_everybody_can_use_it import DESKTOP, PHONE, serious
from tests.support.city import City
from tests.support.drills import add_drills
from tests.support.harbour import ROLES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_about_readiness_keeps_anybody_out(
    city: City, browser_page: Callable[..., Any], language: str, viewport: dict[str, int]
) -> None:
    with city.wiring.transaction() as session:
        drill = add_drills(session, city.now, roles=5, drills=6, ids=sorted(ROLES))
        proof = start_round(
            session,
            RoundKind.PROOF,
            city.wiring.settings,
            now=city.now,
            user=session.get_one(User, city.user_id),
            request_key="one",
        ).id
    city.clock.move_to(datetime(2026, 3, 16, 11, tzinfo=UTC))
    city.run_ticks()
    page = browser_page("coordinator", viewport=viewport)
    wrong = {}
    for path in (
        "/readiness/",
        "/readiness/proof/new",
        "/readiness/drill/new",
        "/readiness/drill/preview?role=duty-officer&role=mayor",
        f"/readiness/rounds/{drill}",
        f"/readiness/rounds/{proof}",
        "/",
    ):
        joined = "&" if "?" in path else "?"
        answer = page.goto(f"{path}{joined}lang={language}")
        assert answer.status == 200, f"{path} answered {answer.status}"
        closed = page.locator("main details:not([open]) > summary")
        while closed.count():
            closed.first.press("Enter")  # by keyboard
        findings = serious(page)
        if page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            findings.append("wider than the screen")
        if findings:
            wrong[path] = findings
    assert wrong == {}


def test_the_page_of_a_mail_needs_no_script_and_one_press(
    city: City, browser_page: Callable[..., Any]
) -> None:
    with city.wiring.transaction() as session:
        start_round(
            session,
            RoundKind.PROOF,
            city.wiring.settings,
            now=city.now,
            user=None,
            request_key="one",
        )
    city.clock.move_to(datetime(2026, 3, 16, 11, tzinfo=UTC))
    city.run_ticks()
    mail = city.mailbox("Imam").receives("/proof/")
    link = mail[mail.index("/proof/") :].split()[0]
    page = browser_page(None, viewport=PHONE)
    page.goto(link)
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert serious(page) == []
    plain = browser_page(None, viewport=PHONE, java_script_enabled=False)
    plain.goto(f"{link}?lang=en")
    plain.get_by_role("button", name="Yes, this address is right").press("Enter")
    assert plain.get_by_text("Thank you.").is_visible()
