"""A board that lives: what has happened, what is new, and what a browser keeps."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from playbook.clock import SimulatedClock
from playbook.models import (
    LogEntry,
    Task,
)
from playbook.queries.response.board import board_of
from playbook.queries.response.incidents import find_incident, revision_of
from playbook.queries.response.timeline import timeline
from playbook.queries.response.words import Words
from playbook.services import log
from playbook.services.preparedness.documents import document_of
from tests.support import harbour
from tests.support.city import City
from tests.web.incidents.asking import address, decide, one, role_line

SignIn = Callable[..., FlaskClient]
Sessions = sessionmaker[Session]


def test_the_time_line_tells_people_partners_and_the_service_apart(
    city: City, cora: FlaskClient
) -> None:
    city.phone("Maya").replies("1")
    page = cora.get(address(city, "/timeline")).text
    assert re.search(r'class="by-partner">.*?Maya Mayor</bdi> is joining as', page, re.S)
    assert re.search(r'class="by-service">.*?Asked <bdi>Maya Mayor</bdi> for', page, re.S)
    assert re.search(r'class="by-person">.*?Cora Coordinator', page, re.S)
    assert page.index("is joining as") < page.index("Asked <bdi>Maya Mayor")


def test_what_was_erased_is_still_told_without_names(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.phone("Maya").replies("1")
    with sessions.begin() as session:
        for entry in session.scalars(select(LogEntry)):
            log.erase_payload(entry)
    page = cora.get(address(city, "/timeline")).text
    assert "A partner is joining." in page
    assert "Maya Mayor" not in page


def test_every_entry_stands_on_exactly_one_page(city: City, sessions: Sessions) -> None:
    city.fast_forward(minutes=60)
    with sessions() as session:
        wanted = session.scalars(
            select(LogEntry.id)
            .where(LogEntry.activation_id == city.activation_id)
            .order_by(LogEntry.id.desc())
        ).all()
        seen: list[int] = []
        before = None
        while True:
            page = timeline(session, city.activation_id, before=before, limit=4)
            seen += [entry.id for entry in page.entries]
            before = page.older
            if before is None:
                break
    assert seen == list(wanted)


def test_the_time_line_has_words_for_everything_that_happens(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    city.phone("Dora").replies("3")
    decide(cora, city)
    cora.post(address(city, "/decisions/similar-sites/reopen"))
    task = one(sessions, select(Task.id).where(Task.ref == "open-log"))
    cora.post(address(city, f"/tasks/{task}/finish"))
    cora.post(address(city, f"/tasks/{task}/reopen"))
    rung = city.rung("police-liaison", "Paul")
    cora.post(address(city, f"/rungs/{rung.id}/skip"))
    cora.post(address(city, "/roles/mayor/take-over"))
    city.fast_forward(minutes=80)
    cora.post(address(city, "/end"), data={"reason": "All clear."})
    with sessions() as session:
        kinds = set(
            session.scalars(select(LogEntry.kind).where(LogEntry.activation_id.is_not(None)))
        )
    page = cora.get(address(city, "/timeline")).text
    assert len(kinds) >= 11
    assert not [kind for kind in kinds if kind in page]


def live(client: FlaskClient, city: City, revision: str) -> Any:
    return client.get(address(city, f"/live?revision={revision}"))


def test_a_waiting_board_is_told_only_what_is_new(
    city: City, cora: FlaskClient, sessions: Sessions
) -> None:
    def revision() -> str:
        with sessions() as session:
            return revision_of(session, city.activation_id, city.now)

    known = revision()
    assert live(cora, city, known).status_code == 204
    city.phone("Maya").replies("1")
    fresh = live(cora, city, known)
    assert fresh.status_code == 200
    assert role_line(fresh.text, "mayor") == "Mayor answered Maya Mayor"
    assert f'value="{revision()}"' in fresh.text
    assert "<html" not in fresh.text
    assert live(cora, city, revision()).status_code == 204


def test_even_where_nothing_happens_times_do_not_grow_old(
    city: City, cora: FlaskClient, sessions: Sessions, clock: SimulatedClock
) -> None:
    with sessions() as session:
        known = revision_of(session, city.activation_id, city.now)
    clock.advance(timedelta(seconds=31))
    assert live(cora, city, known).status_code == 200


class Statements:
    """Counts what a session asks the database."""

    def __init__(self, session: Session) -> None:
        self.engine = session.get_bind()
        self.count = 0

    def __enter__(self) -> "Statements":
        event.listen(self.engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._one)

    def _one(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.count += not statement.startswith("BEGIN")


def test_the_board_asks_the_same_few_questions_however_many_are_called(
    city: City, sessions: Sessions
) -> None:
    def questions() -> tuple[int, int]:
        with sessions() as session:
            incident = find_incident(session, city.activation_id)
            words = Words(document_of(incident.version), "en")
            with Statements(session) as asked:
                board = board_of(session, incident, words, city.now, with_phones=True)
            people = sum(role.people for tier in board.tiers for role in tier.roles)
            return asked.count, people

    city.fast_forward(minutes=11)
    few, seven = questions()
    with sessions.begin() as session:
        for number in range(60):
            harbour.add_person(
                session,
                f"Extra Person {number}",
                phone=f"+4477009002{number:02}",
                roles=dict.fromkeys(harbour.ROLES, number + 5),
            )
    city.activate("full")
    city.fast_forward(minutes=11)
    many, more = questions()
    assert more > 10 * seven
    assert many == few <= 10


def test_a_waiting_board_costs_one_question(city: City, sessions: Sessions) -> None:
    with sessions() as session, Statements(session) as asked:
        revision_of(session, city.activation_id, city.now)
    assert asked.count == 1


@pytest.mark.browser
def test_what_is_typed_and_opened_survives_the_answers_that_arrive(
    city: City, browser_page: Callable[..., Any], browser: Any
) -> None:
    from playwright.sync_api import expect

    page = browser_page("coordinator", viewport={"width": 1280, "height": 900})
    page.goto(address(city))
    page.locator("#d-holding-line summary").click()
    page.locator("#why-holding-line").fill("Rumours have begun")
    page.locator("#role-duty-officer summary").click()
    expect(page.locator("#role-duty-officer")).to_contain_text("Dan Deputy")
    page.locator("#why-holding-line").click()
    page.mouse.move(5, 5)
    city.phone("Maya").replies("1")
    expect(page.locator("#role-mayor summary")).to_contain_text("answered", timeout=20_000)
    assert page.locator("#why-holding-line").input_value() == "Rumours have begun"
    assert page.locator("#d-holding-line").get_attribute("open") is not None
    # The ladder that stands open is read again by itself.
    city.phone("Dora").replies("3")
    expect(page.locator("#role-duty-officer .ladder")).to_contain_text(
        "said: unable", timeout=20_000
    )


@pytest.mark.browser
def test_on_a_phone_one_column_is_shown_and_nothing_is_cut_off(
    city: City, browser_page: Callable[..., Any], browser: Any
) -> None:
    from playwright.sync_api import expect

    page = browser_page("coordinator", viewport={"width": 360, "height": 740})
    page.goto(address(city))
    expect(page.locator("#people")).to_be_visible()
    expect(page.locator("#decisions")).to_be_hidden()
    page.locator(".tabs a", has_text="Decisions").click()
    expect(page.locator("#decisions")).to_be_visible()
    expect(page.locator("#people")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
