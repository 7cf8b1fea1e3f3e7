"""Sentences of a playbook, and the placeholders in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playbook.domain.preparedness.fields import PLACEHOLDER
from playbook.errors import BadInput, NotFound

_PLACEHOLDER = re.compile(rf"\{{({PLACEHOLDER})\}}")
_BRACES = re.compile(rf"\{{{PLACEHOLDER}\}}|[^{{}}]+")


class MissingFact(BadInput):
    """A text has placeholders for which no fact was given; nothing was filled."""


class UnknownText(NotFound):
    """The playbook has no such text, in no language."""


@dataclass(frozen=True)
class Text:
    """A text as it will be read.

    `language` is the one it is in; `read_by` the native speaker who has read it there;
    `is_fallback` says that it is not in the language that was asked for; `is_translation` that it
    was made from another language's text.
    """

    text: str
    language: str
    read_by: str | None
    is_fallback: bool
    is_translation: bool

    @property
    def needs_reader(self) -> bool:
        """Whether to show "not yet read by a native speaker"."""
        return self.is_translation and self.read_by is None


@dataclass(frozen=True)
class MessageText:
    """A message as it will be sent on one channel; the other fields as in `Text`."""

    subject: str | None
    body: str
    language: str
    read_by: str | None
    is_fallback: bool
    is_translation: bool

    @property
    def needs_reader(self) -> bool:
        """Whether to show "not yet read by a native speaker"."""
        return self.is_translation and self.read_by is None


def placeholders_in(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders in `text`, in order of first use, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def has_stray_braces(text: str) -> bool:
    """Whether `text` has a brace that belongs to no well-formed placeholder, as in "{Help number}"."""
    return "".join(_BRACES.findall(text)) != text


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Return `text` with every placeholder replaced by its fact.

    Facts are put in as they are and never searched for placeholders themselves. Raises MissingFact,
    naming all that are missing.
    """
    missing = [name for name in placeholders_in(text) if name not in facts]
    if missing:
        raise MissingFact(
            "The text still needs: {missing}. Nothing was sent.",
            missing=", ".join(missing),
        )
    return _PLACEHOLDER.sub(lambda found: facts[found.group(1)], text)


def languages_to_try(asked: str, source: str) -> tuple[str, ...]:
    """Return the languages in which to look for a text: the one asked for, its base ("fr" for
    "fr-CA"), the source.
    """
    return tuple(dict.fromkeys((asked, asked.split("-")[0], source)))
