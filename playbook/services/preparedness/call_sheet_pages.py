"""A call sheet as a page: the very same for the browser, the printer and the PDF, in any interface language.

Drawn without a web request, because sheets are also mailed and written by a command.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import translations
from notifications.phone import format_phone
from playbook.domain.preparedness.call_sheet import Duty, Gone, SheetRole, Standing
from playbook.domain.preparedness.durations import Duration
from playbook.domain.text import runs_right_to_left
from playbook.services.preparedness.call_sheets import Sheet
from playbook.services.preparedness.pdf import Drawn, draw
from playbook.settings import Settings

FOLDER = Path(__file__).parent / "call_sheet_files"
STYLE = FOLDER / "static" / "call-sheet.css"
#: The languages that the words around names and numbers can be in.
LANGUAGES = ("en", "ar", "fr", "sk")
#: Ruled lines at the end, and empty rows for people who are not in the tree.
NOTE_LINES, EMPTY_ROWS = 4, 3


@dataclass(frozen=True)
class Imprint:
    """When a sheet is printed, and by whom; `preview` says that this is not a printing."""

    at: datetime
    by: str
    preview: bool = False


@dataclass(frozen=True)
class TierOnPaper:
    """One tier: what it is called, after how many minutes it is called, its roles."""

    name: str
    minutes: int
    roles: tuple[SheetRole, ...]


def choose_language(asked: str) -> str:
    """Return the interface language for `asked` (BCP 47), English where there is none."""
    base = asked.split("-")[0].lower()
    return base if base in LANGUAGES else "en"


def page_of(
    sheet: Sheet,
    language: str,
    settings: Settings,
    imprint: Imprint,
    *,
    style_address: str = "",
    back_address: str = "",
) -> str:
    """Return the whole HTML page of a sheet in `language`; addresses are for a browser and left out of a PDF."""
    language = choose_language(language)
    words = _Words(sheet, language, settings, imprint.at)
    return (
        _environment(language)
        .get_template("call_sheet.html")
        .render(
            sheet=sheet,
            words=words,
            imprint=imprint,
            language=language,
            rtl=runs_right_to_left(language),
            city=settings.city_name,
            callback=settings.call_back_number,
            tiers=_tiers(sheet, words),
            style_address=style_address,
            back_address=back_address,
            gone=_gone_by_role(sheet),
            own_lines=_own_lines(sheet),
            note_lines=NOTE_LINES,
            empty_rows=EMPTY_ROWS,
        )
    )


def draw_sheets(sheets: list[Sheet], language: str, settings: Settings, imprint: Imprint) -> Drawn:
    """Return these sheets as one PDF. Raises NotConfigured where Pango is missing."""
    pages = [page_of(sheet, language, settings, imprint) for sheet in sheets]
    return draw(pages, STYLE.read_text(encoding="utf-8"))


def file_name(sheet: Sheet, language: str) -> str:
    """Return what a sheet's PDF is called: by playbook, level and language."""
    return f"call-sheet-{sheet.version.playbook.key}-{sheet.level}-{choose_language(language)}.pdf"


def _tiers(sheet: Sheet, words: "_Words") -> list[TierOnPaper]:
    by_tier: dict[str, list[SheetRole]] = {}
    for role in sheet.roles:
        by_tier.setdefault(role.tier, []).append(role)
    return [
        TierOnPaper(
            words(f"tiers.{tier}.name") if tier else "",
            _minutes(sheet.document.tiers[tier].starts) if tier else 0,
            tuple(roles),
        )
        for tier, roles in by_tier.items()
    ]


def _minutes(length: Duration) -> int:
    return int(length.rough_minutes)


def _own_lines(sheet: Sheet) -> dict[int, str]:
    """Return the first line of everybody who stands on the sheet for a role of their own."""
    found: dict[int, str] = {}
    for role in sheet.roles:
        for person in role.people:
            if person.standing is not Standing.DEPUTY_ROLE:
                found.setdefault(person.person_id, person.line)
    return found


def _gone_by_role(sheet: Sheet) -> Mapping[str, list[Gone]]:
    found: dict[str, list[Gone]] = {}
    for gone in sheet.changes.gone:
        found.setdefault(gone.role, []).append(gone)
    return found


@lru_cache(maxsize=len(LANGUAGES))
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = Translations.load(str(Path(translations.__file__).parent), [language])
    environment.install_gettext_translations(  # type: ignore[attr-defined]  # the extension adds it
        catalogue, newstyle=True
    )
    environment.filters["isolate"] = isolate
    environment.filters["phone"] = phone
    return environment


def isolate(text: object) -> Markup:
    """Keep a name of either direction from mixing up the sentence around it.

    The direction is said, because what draws the PDF does not find it by itself: that of the first letter that has one.
    """
    strong = (unicodedata.bidirectional(letter) for letter in str(text))
    first = next((kind for kind in strong if kind in ("L", "R", "AL")), "L")
    direction = "ltr" if first == "L" else "rtl"
    return Markup('<bdi dir="{}">{}</bdi>').format(direction, text)


def phone(value: str) -> Markup:
    """Show a number in its usual groups, always left to right."""
    return Markup('<bdi dir="ltr" class="phone">{}</bdi>').format(format_phone(value))


class _Words:
    """The playbook's own words, names of languages, and times, for one sheet in one language."""

    def __init__(self, sheet: Sheet, language: str, settings: Settings, now: datetime) -> None:
        self._sheet = sheet
        self._language = language
        self._zone = ZoneInfo(settings.city_time_zone)
        self._locale = _locale(language, settings.city_region)
        self._now = now

    def __call__(self, key: str) -> str:
        """Return the playbook's text `key`, in this language or in the playbook's source."""
        return self._sheet.document.text(key, self._language).text

    def role(self, role: str) -> str:
        """Return what a role is called; one that the playbook no longer has, by its id."""
        known = role in self._sheet.document.roles
        return self(f"roles.{role}.name") if known else role.replace("-", " ")

    def language(self, code: str) -> str:
        """Return the name of a language; an unknown code as it is."""
        try:
            return Locale.parse(code, sep="-").get_display_name(self._locale) or code
        except (UnknownLocaleError, ValueError):
            return code

    def code(self, language: str) -> Markup:
        """Return a language's code in capitals, where there is no room for its name: "EN"."""
        return Markup('<bdi dir="ltr">{}</bdi>').format(language.split("-")[0].upper())

    def direction(self, code: str) -> str:
        """Return "rtl" or "ltr"."""
        return "rtl" if runs_right_to_left(code) else "ltr"

    def moment(self, instant: datetime) -> Markup:
        """Return "Sat, 14 Mar 2026, 02:10 GMT", in the city's zone."""
        local = instant.astimezone(self._zone)
        day = self._day(local, "yMMMEd")
        return Markup('{}, <bdi dir="ltr">{:%H:%M} {}</bdi>').format(day, local, local.tzname())

    def turn(self, duty: Duty) -> Markup:
        """Return "Sat, 14 Mar 19:00–07:00": with the day of the end if that is more than a day away.

        The zone stands beside the times where it changes within the turn.
        """
        starts, ends = (i.astimezone(self._zone) for i in (duty.starts_at, duty.ends_at))
        changes = starts.tzname() != ends.tzname()
        if duty.ends_at - duty.starts_at > timedelta(days=1):
            return Markup("{} – {}").format(self._edge(starts, changes), self._edge(ends, changes))
        return Markup('{} <bdi dir="ltr">{}–{}</bdi>').format(
            self._day(starts, "MMMEd"), _clock(starts, changes), _clock(ends, changes)
        )

    def zone(self) -> str:
        """Return the short name of the city's zone now: "GMT"."""
        return self._now.astimezone(self._zone).tzname() or ""

    def _edge(self, local: datetime, with_zone: bool) -> Markup:
        day = self._day(local, "MMMEd")
        return Markup('{} <bdi dir="ltr">{}</bdi>').format(day, _clock(local, with_zone))

    def _day(self, local: datetime, skeleton: str) -> str:
        pattern: Any = self._locale.datetime_skeletons[skeleton]
        return str(format_date(local, str(pattern.pattern), locale=self._locale))


def _clock(local: datetime, with_zone: bool) -> str:
    return f"{local:%H:%M} {local.tzname()}" if with_zone else f"{local:%H:%M}"


def _locale(language: str, region: str) -> Locale:
    if language != "en":
        return Locale.parse(language)
    try:
        return Locale("en", region)
    except UnknownLocaleError:
        return Locale("en", "GB")
