"""A playbook's sentences on a screen: in the language asked for, each saying what it really is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.fields import PLACEHOLDER
from playbook.services.preparedness.readings import ReadingState
from playbook.web.languages import direction

_PLACEHOLDER = re.compile(rf"\{{({PLACEHOLDER})\}}")


@dataclass(frozen=True)
class Shown:
    """A sentence as a screen shows it.

    `lang` and `dir` are empty where the page already says so. `is_fallback`: there is none in the
    language asked for. `unread`: a translation that no native speaker has read.
    """

    text: str
    lang: str = ""
    dir: str = ""
    is_fallback: bool = False
    unread: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        """Return the text for a page, isolated if it is not in the page's language."""
        if not self.lang:
            return str(escape(self.text))
        # The document's schema admits only letters and hyphens as a language.
        return f'<span lang="{self.lang}" dir="{self.dir}">{escape(self.text)}</span>'


class Words:
    """A playbook read in one language, on a page in another or the same."""

    def __init__(
        self, playbook: Playbook, language: str, page_language: str, readings: ReadingState
    ) -> None:
        self.playbook = playbook
        self.language = language
        self._page = page_language
        self._readings = readings
        self._directions: dict[str, str] = {}

    def __call__(self, key: str) -> Shown:
        """Return the sentence with this words id."""
        text = self.playbook.text(key, self.language)
        unread = text.is_translation and not (
            text.read_by or self._readings.reader_of(text.language, key)
        )
        return self._shown(text.text, text.language, text.is_fallback, unread)

    def line(self, text: str) -> Shown:
        """Return something that the playbook says the same in every language: a name, a title."""
        return self._shown(text, self.playbook.languages.source, False, False)

    def _shown(self, text: str, language: str, is_fallback: bool, unread: bool) -> Shown:
        if language == self._page:
            return Shown(text, "", "", is_fallback, unread)
        if language not in self._directions:
            self._directions[language] = direction(language)
        return Shown(text, language, self._directions[language], is_fallback, unread)


@dataclass(frozen=True)
class Standing:
    """What has to be said once about a group of sentences."""

    unread: bool
    fallback: str

    @classmethod
    def of(cls, sentences: Iterable[Shown], source: str) -> "Standing":
        """Return the standing of `sentences`; `fallback` is `source` if any of them fell back."""
        shown = [sentence for sentence in sentences if sentence]
        return cls(
            unread=any(sentence.unread for sentence in shown),
            fallback=source if any(sentence.is_fallback for sentence in shown) else "",
        )


def with_blanks(text: str) -> Markup:
    """Return a message's text for a page, each placeholder set apart as a blank to be filled."""
    parts = _PLACEHOLDER.split(text)
    pieces = [
        Markup('<span class="pb-blank">{}</span>').format(part.replace("_", " "))
        if place % 2
        else escape(part)
        for place, part in enumerate(parts)
    ]
    return Markup("").join(pieces)


def choose_language(playbook: Playbook, asked: str | None, page_language: str) -> str:
    """Return the language to read a playbook in: the one asked for, else the page's own, else the
    source.
    """
    offered = [code for code in playbook.languages.all if playbook.words.get(code)]
    for code in (asked, page_language):
        if code in offered:
            return str(code)
        near = next((o for o in offered if code and o.split("-")[0] == code.split("-")[0]), None)
        if near:
            return near
    return playbook.languages.source
