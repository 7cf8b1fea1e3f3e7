"""Which language a page speaks, which way it runs, and in which zone its times are shown.

The first of these that names a language we have: `?lang=` in the address; the partner's language on a partner's page;
what this browser chose before; the signed-in user's own; the browser's `Accept-Language`; English.
"""

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, get_locale, refresh
from flask_security import current_user

import translations
from playbook.web.database import wiring

LANGUAGES = ("en", "ar", "fr", "sk")
COOKIE = "language"
A_YEAR = 365 * 24 * 3600

babel = Babel()


class LanguageChoice(NamedTuple):
    """One entry of the language switch: the same page in another language."""

    code: str
    name: str
    direction: str
    url: str
    current: bool


def set_up_languages(app: Flask) -> None:
    """Teach `app` its languages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(translations.__file__).parent)
    babel.init_app(app, locale_selector=choose_language, timezone_selector=choose_time_zone)
    app.jinja_env.globals.update(
        direction=direction,
        language_name=language_name,
        language_choices=language_choices,
        page_language=page_language,
    )
    app.after_request(remember_language)


def choose_language() -> str:
    """Return the code of the language that this request is answered in."""
    if not has_request_context():
        return "en"
    for code in (request.args.get("lang"), g.get("forced_language"), request.cookies.get(COOKIE)):
        if code in LANGUAGES:
            return str(code)
    own = user_setting("language")
    if own in LANGUAGES:
        return own
    return request.accept_languages.best_match(LANGUAGES, "en")


def choose_time_zone() -> str:
    """Return the name of the zone that times are shown in."""
    own = user_setting("time_zone") if has_request_context() else ""
    return own or wiring().settings.city_time_zone


def time_zone() -> ZoneInfo:
    """Return the zone that times are shown in."""
    return ZoneInfo(choose_time_zone())


def user_setting(name: str) -> str:
    """Return one setting of the signed-in user; empty when nobody is, or when the database is out of reach."""
    if g.get("without_database") or not current_user.is_authenticated:
        return ""
    return str(getattr(current_user, name) or "")


def force_language(code: str) -> str:
    """Answer this request in `code`, a partner's language; return the one that will be used.

    A region is dropped where we only have the language. Somebody who has chosen another with `?lang=` keeps that.
    """
    base = code.replace("_", "-").split("-")[0].lower()
    if base in LANGUAGES:
        g.forced_language = base
        refresh()
    return page_language()


def page_language() -> str:
    """Return the code that `<html lang>` carries."""
    locale = get_locale()
    return locale.language if locale else "en"


def direction(code: str | None = None) -> str:
    """Return "rtl" or "ltr" for `code`, by default for the page's own language."""
    locale = _parse(code or page_language())
    return locale.text_direction if locale else "ltr"


def language_name(code: str, in_itself: bool = False) -> str:
    """Return the name of the language `code`, in the page's language or in itself; an unknown code as it is."""
    locale = _parse(code)
    if locale is None:
        return code
    name = locale.get_display_name(locale if in_itself else Locale.parse(page_language()))
    return name or code


def language_choices() -> list[LanguageChoice]:
    """Return the languages that this page can be read in, each with its address."""
    current = page_language()
    return [
        LanguageChoice(
            code,
            language_name(code, in_itself=True),
            direction(code),
            _url_in(code),
            code == current,
        )
        for code in LANGUAGES
    ]


def remember_language(response: Response) -> Response:
    """Keep a language that was chosen by address in this browser."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES and request.cookies.get(COOKIE) != chosen:
        set_preference(response, COOKIE, str(chosen))
    return response


def set_preference(response: Response, name: str, value: str) -> None:
    """Keep a harmless choice (language, theme) in this browser for a year."""
    secure = wiring().settings.public_url.startswith("https:")
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=secure)


def _url_in(code: str) -> str:
    """Return the address of this page in `code`; the home page where this one cannot be opened by address."""
    rule = request.url_rule
    if rule is None or rule.methods is None or "GET" not in rule.methods:
        return "/?" + urlencode({"lang": code})
    arguments: list[tuple[str, Any]] = [
        pair for pair in request.args.items(multi=True) if pair[0] != "lang"
    ]
    return f"{request.path}?{urlencode([*arguments, ('lang', code)])}"


def _parse(code: str) -> Locale | None:
    try:
        return Locale.parse(code.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return None
