"""Catalogues are collected and compiled so that a missing translation is English, not a hole."""

import gettext
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from build_support.catalogues import LANGUAGES, collect, po_path, translated

ROOT = Path(__file__).parents[2]


def test_every_language_has_a_catalogue():
    assert all(po_path(ROOT, language).exists() for language in LANGUAGES)


def test_sentences_of_pages_errors_and_the_sign_in_library_are_collected():
    found = {m.id if isinstance(m.id, str) else m.id[0] for m in collect(ROOT)}
    assert "Skip to the content" in found  # a template
    assert "This sign-in link has expired. Ask an administrator for a new one." in found  # an error
    assert "Please enter your password." in found  # a sentence that the library says


def test_what_is_not_translated_is_read_in_english_with_english_plurals(tmp_path: Path):
    catalog = Catalog(locale="ar", charset="utf-8")
    catalog.add("Home", "الرئيسية")
    catalog.add("Later", "")
    catalog.add(("%(num)d task", "%(num)d tasks"), ("", "", "", "", "", ""))
    with (tmp_path / "made.mo").open("wb") as file:
        write_mo(file, translated(catalog))
    with (tmp_path / "made.mo").open("rb") as file:
        made = gettext.GNUTranslations(file)
    assert made.gettext("Home") == "الرئيسية"
    assert made.gettext("Later") == "Later"
    assert made.ngettext("%(num)d task", "%(num)d tasks", 0) == "%(num)d tasks"
