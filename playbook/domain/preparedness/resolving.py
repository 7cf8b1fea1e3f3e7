"""Inheritance: a playbook and what it builds on, made into one.

A child adds or replaces whole entries by id; its words replace the parent's words of the same id;
`without` takes inherited entries out, and their words with them. `licence` and `languages` are
inherited unless given; `activatable` never is, so that a base that says "no" does not silence
whatever builds on it. Every entry remembers the file it came from.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from playbook.domain.preparedness.document import SECTIONS
from playbook.domain.preparedness.findings import Finding, Sentence, suggestion
from playbook.domain.preparedness.raw import Path, Position, Raw, RawFile, RawPlaybook, error
from playbook.domain.preparedness.words_files import Words, read_words

#: Keys that speak about inheritance and are gone once it is resolved.
INHERITANCE = ("builds-on", "without")
#: More generations than any city needs; fewer than a mistake can make.
MOST_GENERATIONS = 10


class Parents(Protocol):
    """Where the playbooks are that others build on."""

    def find(self, playbook_id: str) -> RawPlaybook | None:
        """Return the playbook of that id as written, its files named "<id>/…", or None."""
        ...

    def ids(self) -> Iterable[str]:
        """Return the ids of all playbooks that can be built on."""
        ...


@dataclass(frozen=True)
class Word:
    """One text in one language, the file that wrote it, and its generation (0 is the root)."""

    text: str
    file: RawFile
    generation: int


@dataclass
class Resolved:
    """A playbook with all that it inherits, still as written.

    `owners` says which file wrote each entry ((section, id)) and each other key ((key,)).
    `touched` holds the last generation that wrote or removed an entry. `families` holds each
    generation's words files by language, the root first. `is_whole` is False if something that it
    builds on could not be read, so that what is missing cannot be blamed on the author.
    """

    top: RawFile
    folder: str | None
    tree: dict[str, Raw] = field(default_factory=dict)
    owners: dict[Path, RawFile] = field(default_factory=dict)
    touched: dict[tuple[str, str], int] = field(default_factory=dict)
    words: dict[str, dict[str, Word]] = field(default_factory=dict)
    families: list[Mapping[str, Words]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_whole: bool = True

    def at(self, path: Path) -> Position:
        """Return where a path of the resolved tree was written."""
        owner = self.owners.get(path[:2]) or self.owners.get(path[:1]) or self.top
        return owner.at(path)

    @property
    def newest(self) -> int:
        """The generation of the playbook itself."""
        return len(self.families) - 1


def resolve(playbook: RawPlaybook, parents: Parents) -> Resolved:
    """Return `playbook` merged with everything that it builds on, and what is wrong with that."""
    resolved = Resolved(playbook.structure, playbook.folder)
    for generation, layer in enumerate(_generations(playbook, parents, resolved)):
        resolved.findings.extend(layer.findings)
        _inherit_structure(resolved, layer.structure, generation)
        _inherit_words(resolved, layer.words, generation)
    return resolved


def _generations(playbook: RawPlaybook, parents: Parents, resolved: Resolved) -> list[RawPlaybook]:
    """Return the playbook and its ancestors, the root first."""
    lineage = [playbook]
    seen = {_own_id(playbook)}
    while True:
        tree = lineage[0].structure.tree
        if tree is None:
            resolved.is_whole = False
            return lineage
        parent_id = tree.get("builds-on") if isinstance(tree, dict) else None
        if parent_id is None:
            return lineage
        parent = _parent(lineage[0].structure, parent_id, parents, seen, resolved)
        if parent is None:
            return lineage
        lineage.insert(0, parent)


def _own_id(playbook: RawPlaybook) -> str | None:
    tree = playbook.structure.tree
    own = tree.get("playbook") if isinstance(tree, dict) else None
    return own if isinstance(own, str) else playbook.folder


def _parent(
    child: RawFile, parent_id: Raw, parents: Parents, seen: set[str | None], resolved: Resolved
) -> RawPlaybook | None:
    where = child.at(("builds-on",))
    parent = parents.find(parent_id) if isinstance(parent_id, str) else None
    if isinstance(parent_id, str) and (parent_id in seen or len(seen) >= MOST_GENERATIONS):
        problem = Sentence("This builds on “{id}”, which in the end builds on this.", id=parent_id)
        mend = Sentence("Let only one of them build on the other.")
    elif parent is None:
        problem = Sentence("This builds on “{id}”, which does not exist.", id=parent_id)
        mend = suggestion(str(parent_id), set(parents.ids()) - seen)
    else:
        seen.add(parent_id if isinstance(parent_id, str) else None)
        return parent
    resolved.findings.append(error(where, ("builds-on",), problem, mend))
    resolved.is_whole = False
    return None


def _inherit_structure(resolved: Resolved, file: RawFile, generation: int) -> None:
    if not isinstance(file.tree, dict):
        return
    _take_out(resolved, file, file.tree, generation)
    resolved.tree.pop("activatable", None)
    resolved.owners.pop(("activatable",), None)
    for key, value in file.tree.items():
        inherited = resolved.tree.get(key)
        if key in INHERITANCE:
            continue
        if key in SECTIONS and isinstance(value, dict):
            merged = dict(inherited) if isinstance(inherited, dict) else {}
            merged.update(value)
            resolved.tree[key] = merged
            resolved.owners.update({(key, entry): file for entry in value})
            resolved.touched.update({(key, entry): generation for entry in value})
        else:
            resolved.tree[key] = value
        resolved.owners[(key,)] = file


def _take_out(resolved: Resolved, file: RawFile, tree: dict[str, Raw], generation: int) -> None:
    without = tree.get("without", {})
    if not isinstance(without, dict):
        _refuse(resolved, file, ("without",), Sentence("“without” should name sections."))
        return
    if without and "builds-on" not in tree:
        _refuse(
            resolved,
            file,
            ("without",),
            Sentence("This builds on nothing, so it inherits nothing."),
        )
        return
    for section, ids in without.items():
        if section not in SECTIONS:
            problem = Sentence("There is no section “{section}”.", section=section)
            path: Path = ("without", section)
            resolved.findings.append(
                error(file.at(path), path, problem, suggestion(section, SECTIONS))
            )
        elif not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            _refuse(
                resolved,
                file,
                ("without", section),
                Sentence(
                    "“without” should list the ids to take out of “{section}”.", section=section
                ),
            )
        else:
            for place, entry in enumerate(ids):
                _take_out_entry(resolved, file, ("without", section, place), str(entry), generation)


def _take_out_entry(
    resolved: Resolved, file: RawFile, path: Path, entry: str, generation: int
) -> None:
    section = str(path[1])
    inherited = resolved.tree.get(section)
    own = file.tree.get(section) if isinstance(file.tree, dict) else None
    if isinstance(own, dict) and entry in own:
        problem = Sentence(
            "“{entry}” of {section} is taken out and written again.", entry=entry, section=section
        )
        mend = Sentence("Writing it again is enough: it replaces what is inherited.")
        resolved.findings.append(error(file.at(path), path, problem, mend))
        return
    if not isinstance(inherited, dict) or entry not in inherited:
        if resolved.is_whole:
            problem = Sentence(
                "“{entry}” cannot be taken out of {section}: nothing inherited is called so.",
                entry=entry,
                section=section,
            )
            known = inherited if isinstance(inherited, dict) else ()
            resolved.findings.append(error(file.at(path), path, problem, suggestion(entry, known)))
        return
    resolved.tree[section] = {key: value for key, value in inherited.items() if key != entry}
    resolved.owners.pop((section, entry), None)
    resolved.touched[section, entry] = generation
    _drop_words(resolved, lambda key: belongs_to(key, section, entry))


def belongs_to(key: str, section: str, entry: str) -> bool:
    """Whether a words id speaks of an entry."""
    return key == f"{section}.{entry}" or key.startswith(f"{section}.{entry}.")


def _drop_words(resolved: Resolved, unwanted: Callable[[str], bool]) -> None:
    for language, words in resolved.words.items():
        resolved.words[language] = {key: word for key, word in words.items() if not unwanted(key)}


def _refuse(resolved: Resolved, file: RawFile, path: Path, problem: Sentence) -> None:
    mend = Sentence("Write for example “{example}”.", example="without: {decisions: [vigil]}")
    resolved.findings.append(error(file.at(path), path, problem, mend))


def _inherit_words(resolved: Resolved, files: Mapping[str, RawFile], generation: int) -> None:
    family = {language: read_words(language, file) for language, file in files.items()}
    resolved.families.append(family)
    for language, words in family.items():
        resolved.findings.extend(words.findings)
        known = resolved.words.setdefault(language, {})
        known.update({key: Word(text, words.file, generation) for key, text in words.texts.items()})
