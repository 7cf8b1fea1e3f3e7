"""Every door says who may come in, and keeps to it."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from playbook.web.guards import ADMINISTRATOR, COORDINATOR, OBSERVER, RANK, SELF_GUARDED

#: Endpoints of the sign-in library that we know and want; a new version of it may bring others.
LIBRARY = {
    "change_password", "login", "logout", "mf_recovery", "mf_recovery_codes", "tf_select",
    "two_factor_rescue", "two_factor_setup", "two_factor_setup_validate",
    "two_factor_token_validation", "verify", "wan_delete", "wan_register", "wan_register_response",
    "wan_signin", "wan_signin_response", "wan_verify", "wan_verify_response",
}  # fmt: skip


def is_static(endpoint: str) -> bool:
    return endpoint == "static" or endpoint.endswith(".static")


def ours(app: Flask) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if not is_static(rule.endpoint) and rule.endpoint.split(".")[0] not in SELF_GUARDED:
            yield rule


def guard_of(app: Flask, rule: Rule) -> str | None:
    return getattr(app.view_functions[rule.endpoint], "guard", None)


def address_of(app: Flask, rule: Rule) -> str:
    """An address that the rule matches, leading to nothing that exists."""
    values = {
        name: 987654321 if isinstance(converter, IntegerConverter) else "none"
        for name, converter in rule._converters.items()
    }
    with app.test_request_context("/"):
        return str(rule.build(values, append_unknown=False)[1])


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["ERROR_PAGES"] = True
    return app


def test_every_view_says_who_may_come_in(app: Flask):
    unsaid = {rule.endpoint for rule in ours(app) if guard_of(app, rule) is None}
    assert unsaid == set()
    known = {*RANK, "public"}
    assert {guard_of(app, rule) for rule in ours(app)} <= known


def test_the_sign_in_library_opens_only_the_doors_we_know(app: Flask):
    doors = {
        rule.endpoint.removeprefix("security.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("security.") and not is_static(rule.endpoint)
    }
    assert doors == LIBRARY


def test_whoever_is_not_signed_in_is_led_to_sign_in(app: Flask):
    client = app.test_client()
    for rule in ours(app):
        if guard_of(app, rule) == "public":
            continue
        for method in rule.methods & {"GET", "POST"}:
            response = client.open(address_of(app, rule), method=method)
            assert response.status_code == 302, (method, rule)
            assert response.headers["Location"].startswith("/sign-in"), (method, rule)


@pytest.mark.parametrize("role", [OBSERVER, COORDINATOR])
def test_nobody_gets_through_a_door_above_their_role(app: Flask, signed_in, role: str):
    client = signed_in(role)
    tried = 0
    for rule in ours(app):
        guard = guard_of(app, rule)
        if guard in RANK and RANK[guard] > RANK[role]:
            for method in rule.methods & {"GET", "POST"}:
                tried += 1
                response = client.open(address_of(app, rule), method=method)
                assert response.status_code == 403, (method, rule)
    assert tried


def test_observers_change_nothing_but_their_own_account(app: Flask):
    """Whatever an observer may POST to is on this list, and each of these changes nothing of the city's."""
    open_posts = {
        rule.endpoint
        for rule in ours(app)
        if "POST" in rule.methods and guard_of(app, rule) == OBSERVER
    }
    assert open_posts <= {"account.save"} | HARMLESS_POSTS


#: POST only to keep names out of addresses; nothing is written.
HARMLESS_POSTS = {"directory.search"}


def test_only_administrators_manage_users(app: Flask):
    guards = {guard_of(app, rule) for rule in ours(app) if rule.endpoint.startswith("users.")}
    assert guards == {ADMINISTRATOR}
