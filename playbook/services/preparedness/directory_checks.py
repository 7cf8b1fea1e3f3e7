"""Is this a phone, an address, a language? One spelling for each, or a sentence saying what is
wrong.
"""

import re
from collections.abc import Iterable
from functools import cache

from babel import Locale
from email_validator import EmailNotValidError, validate_email

from notifications.messages import BadPhone
from notifications.phone import parse_phone
from playbook.domain.preparedness.directory_cells import BadCell, Checks
from playbook.domain.preparedness.findings import Sentence
from playbook.domain.text import nearest

DEFAULT_LANGUAGE = "en"
_TAG = re.compile(r"(?P<code>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<place>[a-z]{2}|\d{3}))?")


def checks_for(region: str, roles: Iterable[str] = ()) -> Checks:
    """Return the checks for a city in `region` (ISO 3166) whose playbooks use `roles`."""
    return Checks(
        phone=lambda text: check_phone(text, region),
        email=check_email,
        language=check_language,
        roles=frozenset(roles),
    )


def check_phone(text: str, region: str) -> str:
    """Return the phone as E.164; raise BadCell, never repeating the number, if it is none."""
    try:
        return parse_phone(text, region)
    except BadPhone as bad:
        raise BadCell(
            Sentence(bad.sentence), Sentence("Write it like this: +44 7700 900123.")
        ) from None


def check_email(text: str) -> str:
    """Return the address in lower case; raise BadCell if nothing can be sent to it.

    Whether its domain exists is not asked: that would need the network, and the day may come
    without one.
    """
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise BadCell(
            Sentence("This is not an email address."),
            Sentence("Write it like this: name@city.example.org."),
        ) from None


def check_language(text: str) -> str:
    """Return the language as BCP 47 ("pt-BR"), "en" where `text` is empty; raise BadCell if it is
    none.
    """
    if not text:
        return DEFAULT_LANGUAGE
    match = _TAG.fullmatch(text.replace("_", "-").lower())
    if match and match["code"] in _names():
        script, place = (match["script"] or "").title(), (match["place"] or "").upper()
        return "-".join(part for part in (match["code"], script, place) if part)
    meant = _meant(text)
    raise BadCell(
        Sentence("“{text}” is not the code of a language.", text=text[:40]),
        Sentence("Did you mean “{meant}”?", meant=meant)
        if meant
        else Sentence("Write its code: “en” for English, “ar” for Arabic, “sk” for Slovak."),
    )


def _meant(text: str) -> str | None:
    codes = {name.casefold(): code for code, name in _names().items()}
    name = nearest(text.casefold(), codes)
    return codes[name] if name else None


@cache
def _names() -> dict[str, str]:
    """Languages by code, in English; a city's people may write either."""
    languages: dict[str, str] = dict(Locale("en").languages)
    return {code: name for code, name in languages.items() if "_" not in code}
