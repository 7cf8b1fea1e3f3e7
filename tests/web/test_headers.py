"""What the browser is told to allow and to forget."""

import re

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("address", ["/sign-in", "/nothing-here", "/health", "/static/app.css"])
def test_nothing_foreign_and_nothing_inline_may_run(client: FlaskClient, address: str):
    with client.get(address) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for closed in ("object-src", "base-uri", "frame-ancestors"):
        assert f"{closed} 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_addresses_with_tokens_are_told_to_nobody(client: FlaskClient):
    assert client.get("/sign-in/some-token").headers["Referrer-Policy"] == "no-referrer"


def test_pages_are_not_kept_and_style_sheets_are_kept_for_good(client: FlaskClient):
    page = client.get("/sign-in")
    assert page.headers["Cache-Control"] == "no-store"
    sheet = re.search(r'href="(/static/app\.css\?v=\w+)"', page.text)
    assert sheet
    with client.get(sheet[1]) as kept, client.get("/static/app.css") as asked:
        assert "immutable" in kept.headers["Cache-Control"]
        assert asked.headers["Cache-Control"] == "no-cache"


def test_a_bad_network_gets_the_compressed_style_sheet(client: FlaskClient):
    address, gzip = "/static/vendor/tabler.min.css", {"Accept-Encoding": "gzip"}
    with client.get(address) as whole, client.get(address, headers=gzip) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.mimetype == "text/css"
        assert len(packed.data) < len(whole.data) / 4


def test_https_is_asked_for_only_where_there_is_https(make_app):
    plain = make_app().test_client().get("/health")
    assert "Strict-Transport-Security" not in plain.headers
    secure = make_app(public_url="https://crisis.example.org").test_client().get("/health")
    assert "max-age=" in secure.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("address", ["/", "/account/", "/users/"])
def test_our_own_pages_hold_nothing_that_the_policy_forbids(signed_in, address: str):
    page = signed_in("administrator").get(address).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page)


def test_a_missing_style_sheet_is_answered_with_a_page_that_nobody_keeps(signed_in):
    page = signed_in("observer").get("/static/gone.css")
    assert page.status_code == 404
    assert "Sample observer" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/sign-in", "/nothing-here", "/a/none", "/static/app.css"])
def test_no_other_site_holds_on_to_our_windows_or_embeds_our_files(
    client: FlaskClient, address: str
):
    with client.get(address) as response:
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
