"""Every sentence of the interface is said in every language that we offer, with its placeholders intact."""

import re
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import translations
from build_support.catalogues import LANGUAGES, collect, translated

FOLDER = Path(translations.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def named(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def messages(language: str) -> Iterator[Message]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        yield from (m for m in read_po(file, locale=language) if m.id)


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nothing_is_left_untranslated(language: str) -> None:
    assert [named(m) for m in messages(language) if m.fuzzy or not all(forms(m))] == []


def test_arabic_counts_as_its_translators_do() -> None:
    """Zero, one, two, few (3-10), many (11-99) and other (100, 101, 102), in CLDR's order."""
    with (FOLDER / "ar" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalog = translated(read_po(file, locale="ar"))
    catalog.add(("%(num)d thing", "%(num)d things"), ("zero", "one", "two", "few", "many", "other"))
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    arabic = GNUTranslations(compiled)
    counted = {n: arabic.ngettext("%(num)d thing", "%(num)d things", n) for n in (0, 1, 2, 3, 10)}
    assert list(counted.values()) == ["zero", "one", "two", "few", "few"]
    more = [arabic.ngettext("%(num)d thing", "%(num)d things", n) for n in (11, 99, 100, 102, 103)]
    assert more == ["many", "many", "other", "other", "few"]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    wrong = []
    for message in messages(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        known = set().union(*(PLACEHOLDER.findall(i) for i in ids))
        for form in filter(None, forms(message)):
            if not set(PLACEHOLDER.findall(form)) <= known:
                wrong.append(form)
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_every_sentence_of_the_code(language: str) -> None:
    known = {m.id for m in messages(language)}
    assert {m.id for m in collect() if m.id} - known == set()
