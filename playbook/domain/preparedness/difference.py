"""What is different between two versions, told as a difference in what people will do and read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from playbook.domain.preparedness.document import SECTIONS, Playbook
from playbook.domain.preparedness.findings import Sentence


class ChangeKind(StrEnum):
    """What happened to an entry, or to one thing that is said about it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """One difference.

    An entry that is new or gone is one change, without `field`; `after` or `before` is then what it
    is called in the source language. Otherwise `field` is what differs ("due",
    "options.close.starts.tasks", or the part of a text's id after the entry's), and `before` and
    `after` are None where nothing was said. `language` is given for texts.
    """

    kind: ChangeKind
    section: str
    id: str
    field: str | None
    before: str | None
    after: str | None
    language: str | None = None

    @property
    def sentence(self) -> Sentence:
        """The change as one sentence."""
        return Sentence(_SENTENCES[_form(self)], **_facts(self))


#: The order in which changes are told: what people decide and do, then who, then the background.
_ORDER = (
    "playbook",
    "levels",
    "tiers",
    "phases",
    "decisions",
    "needs",
    "tasks",
    "messages",
    "roles",
    "partners",
    "check-ins",
    "care",
    "challenges",
    "lessons",
    "sources",
    "translations",
)
#: Under these an entry that says nothing still is an entry.
_ENTRIES_WITHIN = ("options", "contacts")
_TITLES = ("title", "name", "question", "what", "text")
_FRAME = ("playbook", "activatable", "licence", "languages")


def difference(old: Playbook, new: Playbook) -> list[Change]:
    """Return what is different in `new`, in a fixed order; nothing if both say the same."""
    before, after = _parts(old), _parts(new)
    if _source_words(old) != _source_words(new):
        # That translations were compared with the new source then goes without saying.
        for said in (*before.values(), *after.values()):
            said.pop(("made-from", ""), None)
    changes: list[Change] = []
    for section, entry in sorted({*before, *after}, key=lambda e: (_ORDER.index(e[0]), e[1])):
        mine, theirs = before.get((section, entry)), after.get((section, entry))
        if mine is None:
            title = _title(new, section, entry)
            changes.append(Change(ChangeKind.ADDED, section, entry, None, None, title))
        elif theirs is None:
            title = _title(old, section, entry)
            changes.append(Change(ChangeKind.REMOVED, section, entry, None, title, None))
        else:
            changes.extend(_fields(section, entry, mine, theirs))
    return changes


#: What is said about one entry: (field, language or "") → text.
_Said = dict[tuple[str, str], str]


def _parts(playbook: Playbook) -> dict[tuple[str, str], _Said]:
    """Return everything a playbook says, by section and entry."""
    document = playbook.model_dump(mode="json", by_alias=True)
    frame = {key: document[key] for key in _FRAME}
    parts: dict[tuple[str, str], _Said] = {("playbook", ""): _flat(frame)}
    for section in (*SECTIONS, "translations"):
        for entry, said in document[section].items():
            parts[section, entry] = _flat(said)
    for language, words in playbook.words.items():
        parts.setdefault(("translations", language), {})
        for key, text in words.items():
            section, entry, field = _place(key)
            parts.setdefault((section, entry), {})[field, language] = text
    return parts


def _source_words(playbook: Playbook) -> Mapping[str, str]:
    return playbook.words.get(playbook.languages.source, {})


def _place(key: str) -> tuple[str, str, str]:
    """Return section, entry and field of a words id."""
    section, _, rest = key.partition(".")
    if section == "playbook":
        return section, "", rest
    entry, _, field = rest.partition(".")
    return section, entry, field or "text"


def _flat(said: Mapping[str, Any]) -> _Said:
    return {(field, ""): text for field, text in _leaves("", said)}


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        within = path.rpartition(".")[0] or path
        leaves = [
            leaf
            for key, inner in value.items()
            for leaf in _leaves(f"{path}.{key}" if path else key, inner)
        ]
        if not leaves and within.endswith(_ENTRIES_WITHIN) and "." in path:
            leaves = [(path, "")]
        yield from leaves
    elif isinstance(value, list):
        if value:
            yield path, ", ".join(value)
    elif value is not None:
        yield path, value


def _fields(section: str, entry: str, mine: _Said, theirs: _Said) -> Iterable[Change]:
    for field, language in sorted({*mine, *theirs}):
        before, after = mine.get((field, language)), theirs.get((field, language))
        if before != after:
            yield Change(ChangeKind.CHANGED, section, entry, field, before, after, language or None)


def _title(playbook: Playbook, section: str, entry: str) -> str:
    if section == "sources" and entry in playbook.sources:
        return playbook.sources[entry].title
    words = _source_words(playbook)
    keys = (f"{section}.{entry}.{field}" for field in _TITLES)
    return next(
        (words[key] for key in keys if key in words), words.get(f"{section}.{entry}", entry)
    )


_SENTENCES = {
    "added": Sentence("{section}: “{title}” ({id}) is new."),
    "removed": Sentence("{section}: “{title}” ({id}) is gone."),
    "now": Sentence("{place}: {field} is now “{after}”."),
    "no more": Sentence("{place}: {field} is no longer “{before}”."),
    "other": Sentence("{place}: {field} was “{before}” and is now “{after}”."),
    "now in": Sentence("{place}: {field} ({language}) is now “{after}”."),
    "no more in": Sentence("{place}: {field} ({language}) is no longer “{before}”."),
    "other in": Sentence("{place}: {field} ({language}) was “{before}” and is now “{after}”."),
}


def _form(change: Change) -> str:
    if change.kind is not ChangeKind.CHANGED:
        return str(change.kind)
    form = "now" if change.before is None else "no more" if change.after is None else "other"
    return f"{form} in" if change.language else form


def _facts(change: Change) -> dict[str, str | None]:
    return {
        "section": change.section,
        "id": change.id,
        "title": change.after or change.before,
        "place": f"{change.section} {change.id}".strip(),
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "language": change.language,
    }
