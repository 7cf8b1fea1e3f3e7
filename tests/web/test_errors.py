"""What somebody sees when it does not work: what happened, what was kept, what to do next."""

import pytest
from flask import Flask, abort, request
from flask.testing import FlaskClient
from sqlalchemy import text

from playbook.errors import BadInput, Conflict, NotAllowed, NotFound
from playbook.web.database import db
from playbook.web.errors import sentence
from playbook.web.guards import public

ROUGH = {
    "not-found": NotFound("There is no playbook {name}.", name="<script>"),
    "not-allowed": NotAllowed("Only {role} may do this.", role="يوسف"),
    "conflict": Conflict("{name} was faster. Nothing of yours was saved.", name="Eva K."),
    "bad-input": BadInput("This cannot be read."),
}


def add_rough_places(app: Flask) -> None:
    """Add pages that fail in every way."""

    @public
    def rough(which: str) -> str:
        if which in ROUGH:
            raise ROUGH[which]
        if which == "surprise":
            raise RuntimeError(request.args["typed"])
        if which == "database":
            return str(db.session.execute(text("SELECT nothing FROM nowhere")).all())
        return abort(int(which))

    app.add_url_rule("/rough/<which>", "rough", rough, methods=["GET", "POST"])
    app.config["ERROR_PAGES"] = True


@pytest.fixture
def app(app: Flask) -> Flask:
    add_rough_places(app)
    return app


@pytest.mark.parametrize(
    ("which", "status"),
    [("not-found", 404), ("not-allowed", 403), ("conflict", 409), ("bad-input", 422)],
)
def test_a_refusal_says_so_in_our_frame(client: FlaskClient, which: str, status: int):
    page = client.get(f"/rough/{which}")
    assert page.status_code == status
    assert "<h1>" in page.text
    assert "Go to the home page" in page.text
    assert "call <a" in page.text


def test_facts_in_a_sentence_are_isolated_and_harmless(client: FlaskClient):
    assert "There is no playbook <bdi>&lt;script&gt;</bdi>." in client.get("/rough/not-found").text
    assert "Only <bdi>يوسف</bdi> may do this." in client.get("/rough/not-allowed").text


def test_a_sentence_without_markup_is_plain(app: Flask):
    with app.test_request_context("/"):
        assert sentence(ROUGH["conflict"]) == "Eva K. was faster. Nothing of yours was saved."


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 429, 500, 503])
def test_every_status_has_a_page_with_a_next_step(client: FlaskClient, status: int):
    page = client.get(f"/rough/{status}")
    assert page.status_code == status
    assert 'class="btn btn-primary btn-big"' in page.text


def test_what_nobody_expected_is_logged_without_what_people_typed(client: FlaskClient, caplog):
    page = client.get("/rough/surprise?typed=Eva+from+Old+Town")
    assert page.status_code == 500
    assert "Something broke on our side" in page.text
    assert "RuntimeError" in caplog.text
    assert "Eva from Old Town" not in caplog.text


def test_the_page_appears_even_when_the_database_fails(app: Flask, signed_in):
    page = signed_in("coordinator").get("/rough/database")
    assert page.status_code == 500
    assert "Something broke on our side" in page.text


def test_the_page_and_its_style_appear_even_when_there_is_no_database_at_all(make_app):
    broken = make_app(database_url="sqlite:////nonexistent/playbook.db", ERROR_PAGES=True)
    client = broken.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "somebody"
    page = client.get("/")
    assert page.status_code == 500
    assert "Something broke on our side" in page.text
    with client.get("/static/app.css") as sheet:
        assert sheet.status_code == 200
    assert broken.test_client().get("/health").status_code == 503


def test_a_program_gets_a_problem_it_can_read(client: FlaskClient):
    answer = client.get("/rough/conflict", headers={"Accept": "application/json"})
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == 409
    assert answer.json["detail"].startswith("Eva K. was faster.")


def test_a_live_part_gets_a_fragment(client: FlaskClient):
    part = client.get("/rough/conflict", headers={"HX-Request": "true"})
    assert part.status_code == 409
    assert "<html" not in part.text
    assert 'role="alert"' in part.text


@pytest.fixture
def guarded(make_app) -> FlaskClient:
    """A client of an app that checks forms as in real life."""
    client: FlaskClient = make_app(WTF_CSRF_ENABLED=True).test_client()
    return client


def test_an_expired_form_keeps_what_was_typed_and_can_be_sent_again(guarded: FlaskClient):
    page = guarded.post(
        "/sign-in",
        data={"email": "eva@example.org", "password": "secret!", "csrf_token": "old"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert page.status_code == 400
    assert "This form had waited too long" in page.text
    assert 'name="email" value="eva@example.org"' in page.text
    assert "secret!" not in page.text
    assert 'action="/sign-in"' in page.text


def test_a_form_that_another_site_sent_is_not_offered_again(guarded: FlaskClient):
    page = guarded.post(
        "/appearance", data={"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert page.status_code == 400
    assert "Send it again" not in page.text


def test_an_old_browser_must_bring_our_cookie_before_a_form_is_offered_again(guarded: FlaskClient):
    """Without Sec-Fetch-Site only the cookie, which other sites' forms never carry, tells that the form was ours."""
    stranger = guarded.post("/appearance", data={"theme": "dark"})
    assert "Send it again" not in stranger.text
    guarded.get("/sign-in")
    ours = guarded.post("/appearance", data={"theme": "dark"})
    assert "Send it again" in ours.text


def test_when_even_the_rollback_fails_the_log_still_holds_nothing_that_people_typed(
    client: FlaskClient, caplog, monkeypatch: pytest.MonkeyPatch
):
    def fail() -> None:
        raise RuntimeError("no connection for Eva from Old Town")

    monkeypatch.setattr(db.session, "rollback", fail)
    page = client.get("/rough/surprise?typed=Eva+from+Old+Town")
    monkeypatch.undo()
    assert page.status_code == 500
    assert "the database cannot be reached" in caplog.text
    assert "Eva from Old Town" not in caplog.text
