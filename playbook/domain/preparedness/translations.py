"""What each language was made from, whether that still holds, and who has read it."""

from collections.abc import Iterator

from playbook.domain.preparedness.canonical import words_digest
from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.parts import Translation
from playbook.domain.preparedness.raw import warning
from playbook.domain.preparedness.resolving import Resolved
from playbook.domain.preparedness.words_files import Words


def check_translations(resolved: Resolved, structure: Structure) -> Iterator[Finding]:
    """Yield a warning for every translation whose source has moved on since."""
    source = structure.languages.source
    for family in resolved.families:
        for language, words in family.items():
            if language not in structure.languages.all or source not in family:
                continue
            if language != source and not _is_fresh(words, family[source]):
                yield _outdated(words, family[source])
    for language in structure.languages.all:
        if language != source:
            yield from _overtaken(resolved, source, language)


def translations_of(resolved: Resolved, structure: Structure) -> dict[str, Translation]:
    """Return, per language, what the words of a resolved playbook were made from and who read them.

    A named reader counts only if one has read every file that the language comes from, and if none
    of them is outdated: a half-read translation is not read.
    """
    source = structure.languages.source
    texts = {key: word.text for key, word in resolved.words.get(source, {}).items()}
    digest = words_digest(texts)
    made: dict[str, Translation] = {}
    for language in structure.languages.all:
        files = [f[language] for f in resolved.families if language in f and f[language].texts]
        if not files:
            continue
        readers = [words.head.read_by for words in files]
        reader = readers[-1] if all(readers) else None
        if language == source:
            made[language] = Translation(read_by=reader)
        elif _holds(resolved, source, language):
            made[language] = Translation(made_from=digest, read_by=reader)
        else:
            quoted = files[-1].head.made_from
            made[language] = Translation(made_from=quoted if quoted != digest else None)
    return made


def _holds(resolved: Resolved, source: str, language: str) -> bool:
    fresh = all(
        _is_fresh(family[language], family[source])
        for family in resolved.families
        if language in family and source in family
    )
    return fresh and not any(_overtaken(resolved, source, language))


def _is_fresh(words: Words, source: Words) -> bool:
    return not words.texts or words.head.made_from == source.digest


def _outdated(words: Words, source: Words) -> Finding:
    facts = {"digest": source.digest, "file": source.file.name}
    if words.head.made_from is None:
        return warning(
            words.file.at(("language",)),
            ("made-from",),
            Sentence("This does not say which text of “{file}” it was made from.", **facts),
            Sentence("Once it has been compared with it, write “made-from: {digest}”.", **facts),
        )
    return warning(
        words.file.at(("made-from",)),
        ("made-from",),
        Sentence("“{file}” has changed since this was translated.", **facts),
        Sentence("Compare the two; then write “made-from: {digest}”.", **facts),
    )


def _overtaken(resolved: Resolved, source: str, language: str) -> Iterator[Finding]:
    """Yield a warning for each sentence that was rewritten while its translation is inherited."""
    translated = resolved.words.get(language, {})
    for key, word in resolved.words.get(source, {}).items():
        theirs = translated.get(key)
        if theirs is None or theirs.generation >= word.generation:
            continue
        earlier = [
            f[source].texts.get(key) for f in resolved.families[: word.generation] if source in f
        ]
        written = [text for text in earlier if text is not None]
        if written and written[-1] != word.text:
            yield warning(
                word.file.at(("words", key)),
                (key,),
                Sentence(
                    "“{key}” is rewritten here, but “{language}” still says what it said before.",
                    key=key,
                    language=language,
                ),
                Sentence("Translate it in “words/{language}.yaml” too.", language=language),
            )
