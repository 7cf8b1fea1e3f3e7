"""Is there a sentence for everything that a person reads, in every language, and for nothing else?"""

import re
from collections.abc import Iterable, Iterator, Mapping

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.findings import Finding, Sentence, suggestion
from playbook.domain.preparedness.raw import Position, RawFile, error, warning
from playbook.domain.preparedness.resolving import Resolved, Word, belongs_to
from playbook.domain.preparedness.shape import Shaped
from playbook.domain.preparedness.words_ids import bodies_of, optional_words, required_words
from playbook.domain.text import nearest

_CHANNEL_OF_KEY = re.compile(r"messages\.([a-z0-9-]+)\.(sms|email|voice|web|press|letter|subject)")


def drop_outlived_words(resolved: Resolved, known: set[str]) -> None:
    """Take out inherited words for which a later generation has left no place.

    A parent's words of an option that the child no longer has, or of a need that nothing needs any
    more, are no mistake of anybody.
    """
    for language, words in resolved.words.items():
        resolved.words[language] = {
            key: word
            for key, word in words.items()
            if key in known or not _is_outlived(resolved, key, word)
        }


def _is_outlived(resolved: Resolved, key: str, word: Word) -> bool:
    if word.generation == resolved.newest:
        return False
    if key.startswith("needs."):
        return True
    return any(
        belongs_to(key, section, entry) and generation > word.generation
        for (section, entry), generation in resolved.touched.items()
    )


def check_sentences(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a finding for every sentence that is missing, or that belongs to nothing."""
    required = required_words(structure)
    known = required | optional_words(structure)
    resolved = shaped.resolved
    drop_outlived_words(resolved, known)
    for language in structure.languages.complete:
        if not _has_file(resolved, language):
            yield _no_file(shaped, language)
    in_source = _lacking(resolved, structure, structure.languages.source, required)
    for language, words in resolved.words.items():
        if language not in structure.languages.all:
            yield _unlisted(resolved, language)
            continue
        missing: set[str] = set()
        if language in structure.languages.complete:
            missing = _lacking(resolved, structure, language, required)
            if language != structure.languages.source:
                missing -= in_source  # what is not written yet cannot have been translated
        unknown = [key for key in words if key not in known and not _is_damaged(shaped, key)]
        yield from _unknown(structure, words, unknown, known, missing)
        if missing and language not in resolved.families[-1]:
            yield _no_own_file(resolved, language)
        else:
            yield from _missing(resolved, language, missing)


def _has_file(resolved: Resolved, language: str) -> bool:
    return any(language in family for family in resolved.families)


def _no_file(shaped: Shaped, language: str) -> Finding:
    path = ("languages", "required")
    return error(
        shaped.at(path),
        path,
        Sentence(
            "“{language}” is required, but there is no “words/{language}.yaml”.", language=language
        ),
        Sentence("Add the file, or move the language to “offered”."),
    )


def _no_own_file(resolved: Resolved, language: str) -> Finding:
    """A child that writes something of its own and leaves a language to its parent."""
    return error(
        resolved.top.at(("languages",)),
        ("languages", "required"),
        Sentence(
            "What is written here has to be said in “{language}” too, but there is no "
            "“words/{language}.yaml” here.",
            language=language,
        ),
        Sentence("Add the file with the sentences of this playbook's own entries."),
    )


def _unlisted(resolved: Resolved, language: str) -> Finding:
    return warning(
        _newest_file(resolved, language).at(("language",)),
        ("language",),
        Sentence(
            "The playbook does not offer “{language}”, so this file is not used.", language=language
        ),
        Sentence("Add it to “offered” or to “required” under “languages”."),
    )


def _lacking(
    resolved: Resolved, structure: Structure, language: str, required: set[str]
) -> set[str]:
    """Return the words ids that a language lacks; none if one of its files could not be read."""
    files = [family[language] for family in resolved.families if language in family]
    if not all(isinstance(words.file.tree, dict) for words in files):
        return set()
    written = set(resolved.words.get(language, {})).union(*(words.empty for words in files))
    lacking = required - written
    for message_id, message in structure.messages.items():
        bodies = bodies_of(message_id, message).values()
        mute = [keys for keys in bodies if not written.intersection(keys)]
        if mute:
            lacking |= {own for own, _ in mute} if len(mute) < len(bodies) else {mute[0][1]}
    return lacking


def _is_damaged(shaped: Shaped, key: str) -> bool:
    """Whether a words id may belong to something that could not be read."""
    if key.startswith("needs."):
        return any(section == "decisions" for section, _ in shaped.damaged)
    return any(belongs_to(key, section, entry) for section, entry in shaped.damaged)


def _unknown(
    structure: Structure,
    words: Mapping[str, Word],
    unknown: list[str],
    known: set[str],
    missing: set[str],
) -> Iterator[Finding]:
    """Yield a finding per unknown id; what it was probably meant for is then no longer missing."""
    for key in unknown:
        position = words[key].file.at(("words", key))
        elsewhere = _of_other_channel(structure, key)
        if elsewhere is not None:
            yield error(position, (key,), *elsewhere)
            continue
        meant = nearest(key, missing)
        if meant is not None:
            missing.remove(meant)
            mend = Sentence("Did you mean “{meant}”?", meant=meant)
        else:
            mend = suggestion(key, known)
        yield error(
            position, (key,), Sentence("“{key}” belongs to nothing in the playbook.", key=key), mend
        )


def _of_other_channel(structure: Structure, key: str) -> tuple[Sentence, Sentence] | None:
    found = _CHANNEL_OF_KEY.fullmatch(key)
    message = structure.messages.get(found.group(1)) if found else None
    if found is None or message is None:
        return None
    if found.group(2) == "subject":
        return (
            Sentence("“{id}” goes out on no channel that has a subject.", id=found.group(1)),
            Sentence("Take the line out, or add “email” to the channels of the message."),
        )
    return (
        Sentence(
            "“{id}” is not sent by {channel}, but has a text for it.",
            id=found.group(1),
            channel=found.group(2),
        ),
        Sentence("Take the line out, or add the channel to the message."),
    )


def _missing(resolved: Resolved, language: str, missing: Iterable[str]) -> Iterator[Finding]:
    for key in sorted(missing):
        problem = Sentence("“{key}” is missing in “{language}”.", key=key, language=language)
        if key.endswith(".subject"):
            problem = Sentence(
                "“{id}” goes out by email, but has no subject in “{language}”.",
                id=key.split(".")[1],
                language=language,
            )
        mend = Sentence("Add “{key}: …”.", key=key)
        yield error(_beside(resolved, language, key), (key,), problem, mend)


def _beside(resolved: Resolved, language: str, key: str) -> Position:
    """Return where a missing sentence would stand: by its nearest sibling in the newest file."""
    file = _newest_file(resolved, language)
    around = key.rpartition(".")[0]
    while around:
        lines = [
            line
            for path, line in file.lines.items()
            if len(path) == 2 and f"{path[1]}.".startswith(f"{around}.")
        ]
        if lines:
            return Position(file.name, max(lines))
        around = around.rpartition(".")[0]
    return file.at(("words",))


def _newest_file(resolved: Resolved, language: str) -> RawFile:
    return next(f[language].file for f in reversed(resolved.families) if language in f)
