"""The main job in a real browser: sign in, activate, answer on a simulated phone, see the board change."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from playbook.models import Activation, User
from playbook.services.users import make_sign_in_link
from tests.support.city import City

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


def sign_in_by_link(city: City, page: Any) -> None:
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        token = make_sign_in_link(session, user, city.now, timedelta(hours=1))
    page.goto(f"/sign-in/{token}")
    page.get_by_role("button", name="Sign in as").click()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_the_link_on_the_console_to_an_answer_on_the_board(
    city: City, browser_page: Callable[..., Any], viewport: dict[str, int]
) -> None:
    page = browser_page(None, viewport=viewport)
    sign_in_by_link(city, page)
    page.get_by_role("link", name="Activate").first.click()
    if page.get_by_role("link", name="Harbour").count():
        page.get_by_role("link", name="Harbour").first.click()
    page.get_by_text("Exercise", exact=True).first.click()
    page.locator("input[name=level][value=full]").check(force=True)
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("button", name="Start exercise with").first.click()
    page.wait_for_url("**/incidents/*")
    assert page.get_by_text("EXERCISE").first.is_visible()
    city.run_ticks()
    with city.wiring.sessions() as session:
        city.activation_id = session.scalars(select(Activation)).one().id

    role = page.locator("#role-police-liaison .line-state")
    role.get_by_text("Paul Police").wait_for(state="attached", timeout=5000)
    assert "answered" not in role.text_content().lower()

    wall = page.context.new_page()
    wall.goto("/phones/?find=Paul")
    wall.get_by_role("button", name="Answer 1 as Paul Police").click()
    wall.wait_for_load_state()
    city.run_ticks()
    wall.get_by_text("you are joining").wait_for()

    # The board, untouched since, shows it within two seconds and a little.
    role.get_by_text("answered").wait_for(state="attached", timeout=5000)
    assert "Paul Police" in role.text_content()


def test_typed_words_survive_while_the_board_changes(
    city: City, browser_page: Callable[..., Any]
) -> None:
    city.activate("full")
    page = browser_page("coordinator", viewport=DESKTOP)
    page.goto(f"/incidents/{city.activation_id}/decisions/holding-line")
    page.locator("textarea").first.fill("Because the facts are confirmed")
    city.phone("Paul").replies("1")
    page.wait_for_timeout(2500)
    assert page.locator("textarea").first.input_value() == "Because the facts are confirmed"


def test_a_partner_answers_on_an_old_phone_without_scripts(
    city: City, browser_page: Callable[..., Any]
) -> None:
    city.activate("full")
    text = city.phone("Paul").receives("Police liaison")
    link = text[text.index("/a/") :].split()[0]
    page = browser_page(None, viewport=PHONE, java_script_enabled=False)
    page.goto(link)
    page.get_by_role("button", name="I am joining").click()
    assert page.get_by_text("Thank you. We count on you.").is_visible()
    assert city.role("police-liaison").state == "answered"
