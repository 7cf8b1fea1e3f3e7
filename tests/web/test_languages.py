"""Which language a page speaks, and which way it runs."""

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from playbook.web.languages import direction, force_language, language_name, page_language


def html_of(client: FlaskClient, address: str = "/sign-in", **headers: str) -> str:
    return client.get(address, headers=headers).text.split("<head>")[0]


def test_english_when_nothing_is_known(client: FlaskClient):
    assert 'lang="en" dir="ltr"' in html_of(client)


def test_the_browser_may_say(client: FlaskClient):
    assert 'lang="sk" dir="ltr"' in html_of(client, **{"Accept-Language": "de, sk;q=0.8"})


def test_arabic_runs_from_right_to_left_with_its_own_style_sheet(client: FlaskClient):
    page = client.get("/sign-in?lang=ar").text
    assert 'lang="ar" dir="rtl"' in page
    assert "tabler.rtl.min.css" in page


def test_a_choice_is_remembered_and_wins_over_the_browser(client: FlaskClient):
    client.get("/sign-in?lang=fr")
    assert 'lang="fr"' in html_of(client, **{"Accept-Language": "ar"})


def test_a_language_that_we_do_not_have_is_passed_over(client: FlaskClient):
    assert 'lang="en"' in html_of(client, "/sign-in?lang=tlh", **{"Accept-Language": "tlh"})


def test_a_users_own_language_wins_over_the_browser_but_not_over_a_choice(signed_in):
    client = signed_in("observer", language="sk")
    assert 'lang="sk"' in html_of(client, "/", **{"Accept-Language": "fr"})
    assert 'lang="fr"' in html_of(client, "/?lang=fr")


def test_the_switch_keeps_the_page_and_what_was_asked(client: FlaskClient):
    page = client.get("/sign-in?next=/account/&lang=fr").text
    assert 'href="/sign-in?next=%2Faccount%2F&amp;lang=ar"' in page


def test_after_a_form_that_cannot_be_opened_by_address_the_switch_leads_home(client: FlaskClient):
    page = client.post("/appearance", data={"theme": "pink"}).text
    assert 'href="/?lang=ar"' in page


def test_a_partners_page_is_in_the_partners_language(app: Flask):
    with app.test_request_context("/", headers={"Accept-Language": "fr"}):
        assert force_language("ar-SY") == "ar"
        assert (page_language(), direction()) == ("ar", "rtl")
    with app.test_request_context("/?lang=sk"):
        assert force_language("ar") == "sk"


def test_a_partners_language_that_we_do_not_have_changes_nothing(app: Flask):
    with app.test_request_context("/", headers={"Accept-Language": "fr"}):
        assert force_language("uk") == "fr"
        assert g.get("forced_language") is None


@pytest.mark.parametrize(
    ("code", "way"),
    [("ar", "rtl"), ("he", "rtl"), ("fa", "rtl"), ("sk", "ltr"), ("not-one", "ltr")],
)
def test_directions(app: Flask, code: str, way: str):
    with app.test_request_context("/"):
        assert direction(code) == way


def test_languages_have_names(app: Flask):
    with app.test_request_context("/?lang=fr"):
        assert language_name("ar") == "arabe"
        assert language_name("ar", in_itself=True) == "العربية"
        assert language_name("x-unknown") == "x-unknown"
