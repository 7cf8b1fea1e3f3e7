"""Every sentence of the interface is said in every language that we offer, with its placeholders intact."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

import translations
from build_support.catalogues import LANGUAGES, collect

FOLDER = Path(translations.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


#: Sentences that no translator has come to yet; they are read in English meanwhile. It may only become shorter.
WAITING = {json.loads(line) for line in (FOLDER / "waiting.txt").read_text().splitlines()}


def named(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def messages(language: str) -> Iterator[Message]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        yield from (m for m in read_po(file, locale=language) if m.id)


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nothing_is_left_untranslated(language: str) -> None:
    missing = {named(m) for m in messages(language) if m.fuzzy or not all(forms(m))}
    assert missing - WAITING == set()


def test_nothing_waits_that_has_been_translated_or_is_not_said_any_more() -> None:
    missing = {
        named(m)
        for language in LANGUAGES
        if language != "en"
        for m in messages(language)
        if m.fuzzy or not all(forms(m))
    }
    assert WAITING - missing == set()


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
