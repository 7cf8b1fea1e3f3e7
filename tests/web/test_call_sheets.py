"""The call sheet pages: chosen, looked at, printed, mailed; for coordinators only."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from playbook.models import CallSheetPrint, CallSheetReader, LogEntry, SimulatedMessage
from playbook.models.keyring import current_keyring
from tests.support import harbour

SHEET = "/playbooks/harbour/1/call-sheet"


@pytest.fixture(autouse=True)
def published(sessions: sessionmaker[Session], now: datetime) -> None:
    with sessions.begin() as session:
        harbour.publish_harbour(session, now)
        harbour.add_people(session)


@pytest.fixture
def coordinator(signed_in: Callable[..., FlaskClient]) -> FlaskClient:
    return signed_in("coordinator", name="Cora Coordinator")


def prints(sessions: sessionmaker[Session]) -> list[CallSheetPrint]:
    with sessions() as session:
        return list(session.scalars(select(CallSheetPrint)))


@pytest.mark.parametrize("path", ["/call-sheets/", SHEET, f"{SHEET}/preview"])
def test_an_observer_sees_no_numbers(signed_in: Callable[..., FlaskClient], path: str) -> None:
    assert signed_in("observer").get(path).status_code == 403


def test_an_observer_is_not_led_there(signed_in: Callable[..., FlaskClient]) -> None:
    assert "call-sheet" not in signed_in("observer").get("/playbooks/harbour/1").text


def test_a_playbook_and_the_directory_lead_to_it(coordinator: FlaskClient) -> None:
    assert f'href="{SHEET}"' in coordinator.get("/playbooks/harbour/1").text
    assert 'href="/call-sheets/"' in coordinator.get("/directory/").text
    assert f'href="{SHEET}"' in coordinator.get("/call-sheets/").text


def test_looking_at_it_prints_nothing(
    coordinator: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    page = coordinator.get(f"{SHEET}/preview?level=full")
    assert "+44 7700 900101" in page.text
    assert "Not recorded as printed." in page.text
    assert 'style="' not in page.text
    assert "<style" not in page.text
    assert prints(sessions) == []


def test_its_style_sheet_is_served(coordinator: FlaskClient) -> None:
    page = coordinator.get(f"{SHEET}/preview").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    with coordinator.get(address) as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/css"


def test_the_pdf_is_downloaded_logged_and_kept(
    coordinator: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    answer = coordinator.post(f"{SHEET}/print", data={"level": "full", "language": "ar"})
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "call-sheet-harbour-full-ar.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    (kept,) = prints(sessions)
    assert (kept.via, kept.level, kept.language) == ("page", "full", "ar")
    assert kept.printed_by_name == "Cora Coordinator"
    with sessions() as session:
        assert "call-sheet.printed" in session.scalars(select(LogEntry.kind)).all()


def test_a_browser_can_print_it_too(
    coordinator: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    page = coordinator.post(f"{SHEET}/print", data={"as": "page", "level": "watch"})
    assert "Printed" in page.text
    assert "Mosque council" not in page.text
    assert [kept.level for kept in prints(sessions)] == ["watch"]


def test_what_changed_since_the_last_printing_is_said_before_printing(
    coordinator: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    assert "This level has never been printed." in coordinator.get(SHEET).text
    coordinator.post(f"{SHEET}/print", data={"as": "page"})
    assert "nothing has changed." in coordinator.get(SHEET).text
    with sessions.begin() as session:
        harbour.add_person(session, "Nils New", phone="+447700900151", roles={"mayor": 1})
    page = coordinator.get(SHEET).text
    assert "2 new lines" in page  # as a mayor, and for the duty officer whom mayors stand in for
    assert "＋ new line" in coordinator.get(f"{SHEET}/preview").text
    assert "＋ new line" not in coordinator.get(f"{SHEET}/preview?since=none").text


@pytest.mark.parametrize(
    "query", ["level=everything", "since=4711", "since=x", "since=99999999999999999999", "since=²"]
)
def test_what_does_not_exist_is_said_to_be_nowhere(
    app: Flask, coordinator: FlaskClient, query: str
) -> None:
    app.config["ERROR_PAGES"] = True
    assert coordinator.get(f"{SHEET}?{query}").status_code == 404
    assert coordinator.get(f"{SHEET}/preview?{query}").status_code == 404


def test_an_unknown_language_is_english(coordinator: FlaskClient) -> None:
    assert '<html lang="en"' in coordinator.get(f"{SHEET}/preview?language=xx").text


@pytest.mark.parametrize("language", ["ar", "fr", "sk"])
def test_every_page_opens_in_every_language(coordinator: FlaskClient, language: str) -> None:
    for path in ("/call-sheets/", SHEET, f"{SHEET}/preview"):
        assert coordinator.get(f"{path}?lang={language}").status_code == 200


def test_having_it_mailed_and_stopping_it(
    coordinator: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    page = coordinator.post(
        "/call-sheets/mail", data={"language": "fr"}, follow_redirects=True
    ).text
    assert "The first ones will follow." in page
    with sessions() as session:
        assert [r.language for r in session.scalars(select(CallSheetReader))] == ["fr"]
    page = coordinator.post("/call-sheets/mail/stop", follow_redirects=True).text
    assert "Mail fresh sheets to me" in page


def test_where_pango_is_missing_it_says_so_and_keeps_nothing(
    app: Flask,
    coordinator: FlaskClient,
    sessions: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import builtins

    real = builtins.__import__

    def without_pango(name: str, *rest: object, **named: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **named)

    app.config["ERROR_PAGES"] = True
    monkeypatch.setattr(builtins, "__import__", without_pango)
    answer = coordinator.post(f"{SHEET}/print", data={})
    assert "apt install libpango-1.0-0" in answer.text
    answer = coordinator.post("/call-sheets/mail", data={"language": "en"})
    assert "apt install libpango-1.0-0" in answer.text
    assert prints(sessions) == []
    assert coordinator.post(f"{SHEET}/print", data={"as": "page"}).status_code == 200


def test_a_simulated_mailbox_shows_the_file_to_who_is_signed_in(
    coordinator: FlaskClient,
    client: FlaskClient,
    sessions: sessionmaker[Session],
    now: datetime,
) -> None:
    with sessions.begin() as session:
        shown = SimulatedMessage(
            at=now,
            channel="email",
            address="cora@example.org",
            address_index=current_keyring().blind_index("cora@example.org"),
            direction="in",
            body="Attached.",
            attachment_name="call-sheets-en.pdf",
            attachment_type="application/pdf",
            attachment="JVBERi0=",
        )
        session.add(shown)
        session.flush()
        message_id = shown.id
    assert "call-sheets-en.pdf" in coordinator.get("/phones/").text
    answer = coordinator.get(f"/phones/{message_id}/file")
    assert answer.data == b"%PDF-"
    assert answer.mimetype == "application/pdf"
    assert coordinator.get("/phones/987654321/file").status_code == 404
    assert client.get(f"/phones/{message_id}/file").status_code == 302
