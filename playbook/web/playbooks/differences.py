"""A difference between two versions in a reader's words: by section, by entry, before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from playbook.domain.preparedness.difference import Change, ChangeKind, difference
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.durations import Duration, NotADuration, Offset
from playbook.web.languages import direction
from playbook.web.playbooks import wording
from playbook.web.playbooks.fields import FIELDS, IDS, SECTIONS
from playbook.web.playbooks.words import Words


@dataclass(frozen=True)
class FieldChange:
    """One thing that is said differently; `lang` and `dir` are of a text, else empty."""

    label: str
    before: str | None
    after: str | None
    lang: str = ""
    dir: str = ""


@dataclass(frozen=True)
class EntryChange:
    """An entry that is new, gone, or says something differently."""

    id: str
    name: str
    kind: ChangeKind
    fields: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class SectionChange:
    """What changed in one section."""

    id: str
    label: str
    entries: list[EntryChange]

    def count(self, kind: str) -> int:
        """How many entries are "added", "removed" or "changed"."""
        return sum(entry.kind == kind for entry in self.entries)


@dataclass(frozen=True)
class Difference:
    """Everything that differs: what people do and read in the source language, by section; and, per
    language, how many translated texts differ, with the texts.
    """

    sections: list[SectionChange]
    translations: Mapping[str, list[FieldChange]]

    def __bool__(self) -> bool:
        return bool(self.sections or self.translations)

    def count(self, section: str) -> int:
        """How many entries of a section differ."""
        return sum(len(found.entries) for found in self.sections if found.id == section)


def differences(old: Words, new: Words) -> Difference:
    """Return what `new` says differently from `old`, in the reader's words."""
    source = new.playbook.languages.source
    sections: dict[str, dict[str, list[Change]]] = {}
    translations: dict[str, list[FieldChange]] = {}
    for change in difference(old.playbook, new.playbook):
        if change.language and change.language != source:
            told = _translation(change, old, new)
            translations.setdefault(change.language, []).append(told)
        else:
            sections.setdefault(change.section, {}).setdefault(change.id, []).append(change)
    return Difference(
        [_section(name, entries, old, new) for name, entries in sections.items()], translations
    )


def _section(
    section: str, entries: Mapping[str, list[Change]], old: Words, new: Words
) -> SectionChange:
    told = [_entry(section, entry, changes, old, new) for entry, changes in entries.items()]
    return SectionChange(section, wording.say(SECTIONS, section), told)


def _entry(section: str, entry: str, changes: list[Change], old: Words, new: Words) -> EntryChange:
    whole = next((change for change in changes if change.field is None), None)
    if whole is not None:
        words = old if whole.kind is ChangeKind.REMOVED else new
        return EntryChange(entry, _name(words, section, entry), whole.kind)
    fields = [_field(change, old, new) for change in changes]
    return EntryChange(entry, _name(new, section, entry), ChangeKind.CHANGED, fields)


def _name(words: Words, section: str, entry: str) -> str:
    """Return what an entry is called; its id where it has no name."""
    if section == "sources":
        return words.playbook.sources[entry].title
    if section in ("playbook", ""):
        return str(words("playbook.title"))
    if section == "needs":
        return str(words(f"needs.{entry}"))
    keys = {
        "decisions": "title",
        "tasks": "title",
        "check-ins": "question",
        "challenges": "what",
    }
    if section == "lessons":
        lesson = words.playbook.lessons[entry]
        return f"{lesson.city}, {lesson.year}"
    if section not in SECTIONS or section == "translations":
        return entry
    return str(words(f"{section}.{entry}.{keys.get(section, 'name')}"))


def _field(change: Change, old: Words, new: Words) -> FieldChange:
    name = change.field or ""
    label = _label(change.section, change.id, name, old, new)
    if change.language:
        return FieldChange(
            label, change.before, change.after, change.language, direction(change.language)
        )
    before = _nothing(name) if change.before is None else _value(name, change.before, old)
    after = _nothing(name) if change.after is None else _value(name, change.after, new)
    return FieldChange(label, before, after)


def _nothing(name: str) -> str | None:
    return str(_("nobody: it is a reminder")) if name == "adopted.by" else None


def _label(section: str, entry: str, name: str, old: Words, new: Words) -> str:
    """Return what a field is called: "Who decides", or with its option: "Option “Close”: tasks"."""
    if section == "decisions" and name.startswith("options."):
        option, _dot, rest = name.removeprefix("options.").partition(".")
        words = new if option in new.playbook.decisions[entry].options else old
        said = words(f"decisions.{entry}.options.{option}").text
        if not rest:
            return str(_("Option “%(option)s”", option=said))
        return str(_("Option “%(option)s”: %(field)s", option=said, field=_plain(rest)))
    if section == "care" and name.startswith("contacts."):
        contact, _dot, rest = name.removeprefix("contacts.").partition(".")
        return str(_("Contact “%(contact)s”: %(field)s", contact=contact, field=_plain(rest)))
    return _plain(name)


def _plain(name: str) -> str:
    return wording.say(FIELDS, name)


def _value(name: str, value: str, words: Words) -> str:
    """Return a value as the page would say it: names for ids, sentences for deadlines."""
    last = name.rpartition(".")[2]
    if last == "due":
        return _deadline(value, words)
    if last == "mark":
        return str(wording.EVIDENCE_NAMES.get(value, value))
    if last == "on" and value[:4].isdigit():
        return wording.full_day(date.fromisoformat(value))
    if last in IDS:
        return ", ".join(_named(words, IDS[last], one) for one in value.split(", "))
    return _term(last, value)


def _term(name: str, value: str) -> str:
    tables: dict[str, Mapping[str, Any]] = {
        "channels": wording.CHANNELS,
        "kind": wording.KINDS,
        "audience": wording.AUDIENCES,
        "approval": wording.APPROVALS,
        "activatable": _YES_NO,
        "quiet-hours": _YES_NO,
    }
    if name in tables:
        return ", ".join(str(tables[name].get(one, one)) for one in value.split(", "))
    try:
        return wording.duration(Duration.parse(value))
    except NotADuration:
        return value


_YES_NO = {"yes": _l("yes"), "no": _l("no")}


def _deadline(value: str, words: Words) -> str:
    due = Offset.parse(value)
    title = _named(words, ("decisions",), due.anchor) if due.counts_from_a_decision else ""
    return wording.due(due, title)


def _named(words: Words, sections: Iterable[str], entry: str) -> str:
    """Return the name of an id that may be in any of `sections`; the id if it is in none."""
    for section in sections:
        known: Mapping[str, Any] = (
            {} if section == "needs" else getattr(words.playbook, section.replace("-", "_"))
        )
        if section == "needs" or entry in known:
            return _name(words, section, entry)
    return entry


def _translation(change: Change, old: Words, new: Words) -> FieldChange:
    name = _entry_name(change, old, new)
    label = _("%(entry)s: %(field)s", entry=name, field=_plain(change.field or ""))
    language = change.language or ""
    return FieldChange(str(label), change.before, change.after, language, direction(language))


def _entry_name(change: Change, old: Words, new: Words) -> str:
    words = new if _has(new.playbook, change) else old
    return _name(words, change.section, change.id)


def _has(playbook: Playbook, change: Change) -> bool:
    if change.section in ("playbook", "needs", "translations"):
        return True
    return change.id in getattr(playbook, change.section.replace("-", "_"), {})
