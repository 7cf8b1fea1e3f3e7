"""Coming in: by password, by a link that works once, and being shut out."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.errors import BadInput, Conflict, NotAllowed
from playbook.models import LogEntry, SignInLink, User
from playbook.services.users import (
    change_role,
    create_user,
    deactivate,
    ensure_roles,
    make_sign_in_link,
    use_sign_in_link,
)
from playbook.web.database import db

PASSWORD = "four quiet words here"


@pytest.fixture
def eva(app: Flask, session: Session, now: datetime) -> User:
    """A coordinator with a password."""
    with app.test_request_context():
        hashed = hash_password(PASSWORD)
    user = create_user(session, "eva.k@example.org", "Eva K.", ["coordinator"], hashed, now)
    session.commit()
    return user


def type_in(client: FlaskClient, password: str = PASSWORD, email: str = "eva.k@example.org"):
    return client.post("/sign-in", data={"email": email, "password": password})


def is_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


def test_a_password_lets_in_and_the_browser_is_remembered(client: FlaskClient, eva: User):
    response = client.post(
        "/sign-in", data={"email": " Eva.K@example.org", "password": PASSWORD, "remember": "y"}
    )
    assert response.status_code == 302
    assert is_in(client)
    assert client.get_cookie("remember") is not None


def test_a_wrong_password_and_an_unknown_email_read_the_same(client: FlaskClient, eva: User):
    wrong = type_in(client, "not the password!")
    unknown = type_in(client, email="nobody@example.org")
    sentence = "This email and password do not go together."
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert not is_in(client)


def test_passwords_are_kept_as_argon2(eva: User):
    assert eva.password is not None
    assert eva.password.startswith("$argon2id$")


def test_whoever_is_not_signed_in_is_led_to_the_page_they_wanted(client: FlaskClient, eva: User):
    away = client.get("/account/?lang=fr")
    assert away.headers["Location"].startswith("/sign-in?next=/account/")
    back = client.post(away.headers["Location"], data={"email": eva.email, "password": PASSWORD})
    assert back.headers["Location"].startswith("/account/")


def test_signing_in_never_leads_to_another_site(client: FlaskClient, eva: User):
    response = client.post(
        "/sign-in?next=https://elsewhere.example.org/",
        data={"email": eva.email, "password": PASSWORD},
    )
    assert "elsewhere" not in response.headers.get("Location", "")


def test_a_link_signs_in_once_and_opening_it_uses_nothing_up(
    client: FlaskClient, app: Flask, session: Session, eva: User, now: datetime
):
    token = make_sign_in_link(session, eva, now)
    session.commit()
    for _ in range(2):
        assert "Sign in as" in client.get(f"/sign-in/{token}").text
    assert client.post(f"/sign-in/{token}").headers["Location"] == "/"
    assert is_in(client)

    somebody_else = app.test_client()
    spent = somebody_else.post(f"/sign-in/{token}")
    assert spent.status_code == 403
    assert "used before" in spent.text
    assert "administrator" in spent.text
    assert not is_in(somebody_else)


def test_who_came_by_link_is_told_to_set_a_password_and_can(
    client: FlaskClient, session: Session, now: datetime
):
    newcomer = create_user(session, "new@example.org", "New", ["observer"], None, now)
    token = make_sign_in_link(session, newcomer, now)
    session.commit()
    home = client.post(f"/sign-in/{token}", follow_redirects=True)
    assert "set a password or add a passkey" in home.text
    assert "Set a password" in client.get("/account/").text
    changed = client.post(
        "/account/password", data={"new_password": PASSWORD, "new_password_confirm": PASSWORD}
    )
    assert changed.status_code == 302
    client.post("/sign-out")
    assert not is_in(client)
    type_in(client, email="new@example.org")
    assert is_in(client)


def test_only_the_digest_of_a_link_is_stored(session: Session, eva: User, now: datetime):
    token = make_sign_in_link(session, eva, now)
    stored = session.scalars(select(SignInLink)).one()
    assert token not in stored.digest
    assert len(stored.digest) == 64


def test_a_link_expires(session: Session, eva: User, now: datetime):
    token = make_sign_in_link(session, eva, now, timedelta(hours=1))
    with pytest.raises(NotAllowed, match="expired"):
        use_sign_in_link(session, token, now + timedelta(hours=1))


def test_a_new_link_replaces_the_one_before(session: Session, eva: User, now: datetime):
    first = make_sign_in_link(session, eva, now)
    second = make_sign_in_link(session, eva, now)
    with pytest.raises(NotAllowed, match="newer"):
        use_sign_in_link(session, first, now)
    assert use_sign_in_link(session, second, now) is eva


def test_the_last_administrator_cannot_be_lost(session: Session, now: datetime):
    one = create_user(session, "one@example.org", "One", ["administrator"], None, now)
    with pytest.raises(Conflict, match="last administrator"):
        deactivate(session, one, now, by=None)
    with pytest.raises(Conflict, match="last administrator"):
        change_role(session, one, "observer", now, by=None)
    create_user(session, "two@example.org", "Two", ["administrator"], None, now)
    deactivate(session, one, now, by=None)
    assert not one.active


def test_roles_are_made_once(session: Session):
    assert set(ensure_roles(session)) == {"administrator", "coordinator", "observer"}
    assert ensure_roles(session)["observer"].id == ensure_roles(session)["observer"].id


@pytest.mark.parametrize("email", ["", "eva", "eva@", "@example.org", "eva k@example.org", "a@b"])
def test_an_address_that_cannot_be_is_refused(session: Session, now: datetime, email: str):
    with pytest.raises(BadInput):
        create_user(session, email, "Eva", ["observer"], None, now)


def test_an_address_has_one_account_however_it_is_written(session: Session, now: datetime):
    create_user(session, "eva@example.org", "Eva", ["observer"], None, now)
    with pytest.raises(Conflict):
        create_user(session, " EVA@Example.org ", "Eva", ["observer"], None, now)


def test_who_is_shut_out_is_out_at_once(client: FlaskClient, session: Session, eva: User, now):
    type_in(client)
    assert is_in(client)
    deactivate(session, eva, now, by=None)
    session.commit()
    assert not is_in(client)
    type_in(client)
    assert not is_in(client)


def test_what_happens_to_accounts_is_in_the_log(session: Session, eva: User, now: datetime):
    token = make_sign_in_link(session, eva, now)
    use_sign_in_link(session, token, now)
    deactivate(session, eva, now, by=None)
    kinds = list(session.scalars(select(LogEntry.kind).order_by(LogEntry.id)))
    assert kinds == ["user.created", "user.link-made", "user.link-used", "user.deactivated"]


def test_an_administrator_invites_and_sees_the_link_once(app: Flask, signed_in, session: Session):
    boss = signed_in("administrator")
    page = boss.post(
        "/users/", data={"name": "Noor", "email": "noor@example.org", "role": "coordinator"}
    )
    address = page.text.split('value="http://localhost:8000')[1].split('"')[0]
    assert address.startswith("/sign-in/")
    assert address.split("/")[-1] not in boss.get("/users/").text

    newcomer = app.test_client()
    newcomer.post(address)
    assert is_in(newcomer)


def test_a_failed_invitation_keeps_what_was_typed(signed_in):
    page = signed_in("administrator").post(
        "/users/", data={"name": "Noor", "email": "no address", "role": "observer"}
    )
    assert page.status_code == 422
    assert 'value="Noor"' in page.text
    assert 'value="no address"' in page.text


def test_an_administrator_changes_roles_and_switches_accounts_off_and_on(
    signed_in, session: Session, eva: User
):
    boss, address = signed_in("administrator"), f"/users/{eva.id}"

    def facts() -> tuple[list[str], bool]:
        session.refresh(eva)
        found = [role.name for role in eva.roles], eva.active
        session.commit()
        return found

    boss.post(f"{address}/role", data={"role": "observer"})
    boss.post(f"{address}/deactivate")
    assert facts() == (["observer"], False)
    boss.post(f"{address}/reactivate")
    assert facts() == (["observer"], True)


def test_the_account_page_saves_name_language_and_zone(signed_in, session: Session):
    client = signed_in("observer")
    client.post("/account/", data={"name": "Samira", "language": "fr", "time_zone": "Europe/Paris"})
    user = session.scalars(select(User)).one()
    session.commit()
    assert (user.name, user.language, user.time_zone) == ("Samira", "fr", "Europe/Paris")
    refused = client.post("/account/", data={"name": "S", "language": "", "time_zone": "Mars/Base"})
    assert refused.status_code == 422
    assert 'value="Mars/Base"' in refused.text


def test_cookies_are_strict_behind_https(make_app, eva: User):
    client = make_app(public_url="https://crisis.example.org").test_client()
    response = client.post(
        "/sign-in",
        data={"email": eva.email, "password": PASSWORD, "remember": "y"},
        base_url="https://crisis.example.org",
    )
    cookies = [line for line in response.headers.getlist("Set-Cookie") if "__Host-" in line]
    assert {line.split("=")[0] for line in cookies} == {"__Host-session", "__Host-remember"}
    for line in cookies:
        assert "Secure" in line
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
        assert "Domain" not in line


def test_guessing_is_slowed_per_account_and_nobody_else_is_kept_out(make_app, eva: User):
    client = make_app(RATELIMIT_ENABLED=True).test_client()
    answers = [type_in(client, "wrong " * 3, "a@example.org").status_code for _ in range(11)]
    assert answers[:10] == [200] * 10
    assert answers[10] == 429
    assert type_in(client).status_code == 302


def test_a_token_handed_to_programs_opens_nothing(app: Flask, client: FlaskClient, eva: User):
    """The library would give one that never ends, and take it in an address, where it is logged and passed on."""
    given = client.post(
        "/sign-in?include_auth_token", json={"email": eva.email, "password": PASSWORD}
    )
    token = given.json["response"]["user"].get("authentication_token") or eva.get_auth_token()
    stranger = app.test_client()
    assert stranger.get("/", headers={"Authentication-Token": token}).status_code == 302
    assert stranger.get(f"/?auth_token={token}").status_code == 302


def test_a_code_of_the_second_step_works_once(app: Flask, eva: User):
    with app.test_request_context():
        codes = app.extensions["security"].totp_factory
        secret = codes.generate_totp_secret()
        code = codes.generate_totp_password(secret)
        assert codes.verify_totp(code, secret, eva, window=30)
        assert not codes.verify_totp(code, secret, eva, window=30)
        somebody_else = User(id=eva.id + 1)
        assert codes.verify_totp(code, secret, somebody_else, window=30)


def test_recovery_codes_cannot_be_read_in_the_database(app: Flask, eva: User):
    with app.test_request_context():
        util = app.extensions["security"].mf_recovery_codes_util
        user = db.session.get_one(User, eva.id)
        shown = util.create_recovery_codes(user)
        assert not set(shown) & set(user.mf_recovery_codes)
        assert util.check_recovery_code(user, shown[0])


def guess_eleven_times(app: Flask, forwarded: str) -> list[int]:
    """Guess a password again and again; `{n}` in `forwarded` counts."""
    client = app.test_client()
    return [
        client.post(
            "/sign-in",
            data={"email": "eva.k@example.org", "password": "wrong " * 3},
            headers={"X-Forwarded-For": forwarded.format(n=n)},
        ).status_code
        for n in range(11)
    ]


def test_without_a_proxy_nobody_chooses_the_address_that_guesses_are_counted_for(make_app):
    app = make_app(RATELIMIT_ENABLED=True)
    assert guess_eleven_times(app, "192.0.2.{n}")[-1] == 429


def test_behind_a_proxy_guesses_are_counted_for_the_address_that_the_proxy_saw(make_app):
    app = make_app(RATELIMIT_ENABLED=True, trusted_proxies=1)
    assert guess_eleven_times(app, "192.0.2.{n}, 198.51.100.7")[-1] == 429
    assert guess_eleven_times(app, "198.51.100.7, 192.0.2.{n}") == [200] * 11
