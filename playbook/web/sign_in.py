"""Signing in: password, a second step with an authenticator app, passkeys; one-time links live in `account`.

Nobody registers here and nothing is mailed: administrators invite, links are handed over by a person. Ordinary work
never asks to sign in again; only changing how one signs in does, a day after the last time.
"""

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from typing import Any

from flask import Flask
from flask_security import (
    MailUtil,
    Security,
    SQLAlchemyUserDatastore,
    Totp,
    UserMixin,
    WebauthnUtil,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from playbook.errors import NotConfigured
from playbook.models import Role, User, WebAuthn
from playbook.settings import Settings
from playbook.web.database import db, wiring
from playbook.web.sign_in_words import MESSAGES

REMEMBERED_FOR = timedelta(days=90)
SHORTEST_PASSWORD = 12


class SendsNothing(MailUtil):
    """The library's mail features are off; should one be switched on, it says so instead of failing quietly."""

    def normalize(self, email: str) -> str:
        """Return an address as we store it; a phone's keyboard likes to add a blank and a capital."""
        return str(super().normalize(email.strip())).lower()

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Refuse."""
        raise NotConfigured("Sign-in never sends mail. Ask an administrator for a sign-in link.")


class Passkeys(WebauthnUtil):
    """Which passkeys we take: those of the device itself as well as keys that are plugged in."""

    def authenticator_selection(
        self, _user: UserMixin, usage: str
    ) -> AuthenticatorSelectionCriteria:
        """Return what a new passkey must be able to do.

        One that signs in on its own is found without typing an email, and asks for finger, face or code.
        """
        alone = usage == "first"
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED
            if alone
            else ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED
            if alone
            else UserVerificationRequirement.DISCOURAGED,
        )

    def origin(self) -> str:
        """Return the address that the browser reports, also behind a proxy that ends https."""
        public = wiring().settings.public_url.rstrip("/")
        return public if public.startswith("https:") else str(super().origin())


class CodesThatWorkOnce(Totp):
    """Codes of the second step; one that has been used is refused, as RFC 6238 (5.2) and ASVS 6.5.1 demand.

    Kept in memory: all pages come from one process, and what it forgets when it restarts expires within a minute.
    """

    def __init__(self, secrets: dict[str, str] | dict[int, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._last: dict[int, int] = {}

    def get_last_counter(self, user: UserMixin) -> int | None:
        """Return the time step of the code that `user` used last."""
        return self._last.get(user.id)

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Remember the time step of the code that was just used."""
        self._last[user.id] = tmatch.counter


def set_up_sign_in(app: Flask, settings: Settings) -> None:
    """Give `app` its sign-in pages."""
    secure = settings.public_url.startswith("https:")
    app.config.update(cookie_rules(secure))
    app.config.update(library_rules(app, settings))
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, User, Role, WebAuthn),
        mail_util_cls=SendsNothing,
        webauthn_util_cls=Passkeys,
        totp_cls=CodesThatWorkOnce,
        register_blueprint=True,
    )
    # Style sheets are the same for everybody: no user is looked up for them.
    security.principal.skip_static = True
    # People sign in with cookies only: a token in a header or an address would never end and skip all of the above.
    login_manager: Any = app.login_manager  # type: ignore[attr-defined]  # set by the library
    login_manager.request_loader(lambda _request: None)


def cookie_rules(secure: bool) -> dict[str, Any]:
    """Return Flask's settings for the session and remember cookies; `__Host-` needs https."""
    prefix = "__Host-" if secure else ""
    return {
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_NAME": f"{prefix}remember",
        "REMEMBER_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": REMEMBERED_FOR,
        # A form that stayed open through the night can still be sent.
        "WTF_CSRF_TIME_LIMIT": None,
        # Behind https the referrer is checked too, and ours is never sent.
        "WTF_CSRF_SSL_STRICT": False,
    }


def library_rules(app: Flask, settings: Settings) -> dict[str, Any]:
    """Return the library's settings."""
    secret = app.config["SECRET_KEY"]
    rules = {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": True,
        "PASSWORD_SALT": secret,
        "PASSWORD_LENGTH_MIN": SHORTEST_PASSWORD,
        "RETURN_GENERIC_RESPONSES": True,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "REGISTERABLE": False,
        "RECOVERABLE": False,
        "CHANGEABLE": True,
        "CHANGE_URL": "/account/password",
        "POST_CHANGE_VIEW": "/account/",
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "LOGIN_URL": "/sign-in",
        "LOGOUT_URL": "/sign-out",
        "POST_LOGOUT_VIEW": "/sign-in",
        "DEFAULT_REMEMBER_ME": True,
        "API_ENABLED_METHODS": ["session"],
        "FRESHNESS": timedelta(hours=24),
        "INPUT_NORMALIZE_FORM": "NFC",
        # The library's sentences are looked up in our own catalogues.
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": [app.config["BABEL_TRANSLATION_DIRECTORIES"]],
        **second_step_rules(secret, settings),
        **{f"MSG_{name}": message for name, message in MESSAGES.items()},
    }
    return {f"SECURITY_{name}": value for name, value in rules.items()}


def second_step_rules(secret: str, settings: Settings) -> dict[str, Any]:
    """Return the library's settings for authenticator apps, recovery codes and passkeys."""
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_ALWAYS_VALIDATE": False,
        "TWO_FACTOR_VALIDITY_COOKIE": {
            "httponly": True,
            "secure": settings.public_url.startswith("https:"),
            "samesite": "Strict",
        },
        "TWO_FACTOR_POST_SETUP_VIEW": "/account/",
        # A code may be one step (30 s) old: a clock drifts, and people type slowly.
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TOTP_SECRETS": {"1": secret},
        "TOTP_ISSUER": settings.city_name,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [recovery_key(secret)],
        "WEBAUTHN": True,
        "WAN_RP_NAME": settings.city_name,
        "WAN_POST_REGISTER_VIEW": "/account/",
        "WAN_ALLOW_USER_HINTS": False,
        "WAN_NAME_ALLOWED_CHARS": None,
    }


def recovery_key(secret: str) -> bytes:
    """Return the key under which recovery codes lie in the database: each of them is as good as a second step."""
    return urlsafe_b64encode(sha256(b"recovery-codes:" + secret.encode()).digest())
