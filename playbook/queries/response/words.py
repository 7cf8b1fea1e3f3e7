"""A pinned playbook's words on the screens of an incident: in the reader's language where they exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.changes import role_in_playbook
from playbook.domain.response.site_calls import site_of


@dataclass(frozen=True, slots=True)
class Word:
    """A text, the language that it really is in, and whether it is a translation that nobody has read."""

    text: str
    language: str
    unread: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Places:
    """What warned places are called on a screen: `word` for whoever may not know, else by `names` (id → name)."""

    word: str
    language: str
    names: Mapping[int, str] = field(default_factory=dict)


class Words:
    """A document read in one language; each text is looked up once."""

    def __init__(self, document: Playbook, language: str, places: Places | None = None) -> None:
        self.document = document
        self.language = language
        self.places = places or Places("", language)
        self._found: dict[str, Word] = {}

    def __call__(self, key: str) -> Word:
        """Return the text with this words id; raises UnknownText for an id that the playbook cannot have."""
        if key not in self._found:
            text = self.document.text(key, self.language)
            self._found[key] = Word(text.text, text.language, text.needs_reader)
        return self._found[key]

    def role(self, role: str) -> Word:
        """Return what a role is called; an id that the playbook does not know, as it is.

        A call that warns a place is called by the place's name where the reader may know it.
        """
        site_id = site_of(role)
        if site_id is not None:
            name = self.places.names.get(site_id)
            return self.plain(name) if name else Word(self.places.word, self.places.language)
        known = role_in_playbook(role)
        return self(f"roles.{known}.name") if known in self.document.roles else self.plain(role)

    def tier(self, tier: str) -> Word:
        """Return what a tier is called; empty for none."""
        return self(f"tiers.{tier}.name") if tier in self.document.tiers else self.plain(tier)

    def plain(self, text: str) -> Word:
        """Return something that reads the same in every language."""
        return Word(text, self.document.languages.source)
