"""Will every gap in every text be filled, and with the same facts in every language?"""

from collections.abc import Iterator, Mapping, Set

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.engine_messages import COMMON_FACTS, facts_for
from playbook.domain.preparedness.findings import Finding, Sentence, suggestion
from playbook.domain.preparedness.parts import Message
from playbook.domain.preparedness.raw import error, warning
from playbook.domain.preparedness.resolving import Word
from playbook.domain.preparedness.shape import Shaped
from playbook.domain.preparedness.texts import has_stray_braces, placeholders_in
from playbook.domain.preparedness.words_ids import bodies_of

WordsByKey = Mapping[str, Word]


def check_placeholders(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a finding for every gap that stays open, differs between languages, or is never used."""
    source = shaped.resolved.words.get(structure.languages.source, {})
    keys_of = {message_id: _keys(message_id, m) for message_id, m in structure.messages.items()}
    of_messages = set().union(*keys_of.values()) if keys_of else set()
    for language in structure.languages.all:
        words = shaped.resolved.words.get(language, {})
        yield from _elsewhere({key: w for key, w in words.items() if key not in of_messages})
        for message_id, message in structure.messages.items():
            fillable = facts_for(message_id, message) | set(message.placeholders)
            present = {key: words[key] for key in sorted(keys_of[message_id]) if key in words}
            yield from _open_gaps(present, fillable)
            if language != structure.languages.source:
                yield from _differences(message_id, message, words, source, fillable)
    for message_id, message in structure.messages.items():
        yield from _unused(shaped, message_id, message, source, keys_of[message_id])


def _keys(message_id: str, message: Message) -> set[str]:
    bodies = {key for keys in bodies_of(message_id, message).values() for key in keys}
    return {*bodies, f"messages.{message_id}.subject"}


def _elsewhere(words: WordsByKey) -> Iterator[Finding]:
    for key, word in words.items():
        if "{" in word.text or "}" in word.text:
            yield error(
                word.file.at(("words", key)),
                (key,),
                Sentence("“{key}” has braces, but nothing is filled into it.", key=key),
                Sentence("Only texts of messages have placeholders; write the words themselves."),
            )


def _open_gaps(words: WordsByKey, fillable: Set[str]) -> Iterator[Finding]:
    for key, word in words.items():
        where = word.file.at(("words", key))
        if has_stray_braces(word.text):
            yield error(
                where,
                (key,),
                Sentence("“{key}” has a brace that belongs to no placeholder.", key=key),
                Sentence(
                    "A placeholder is a name in small letters between two braces, such as {example}.",
                    example="{help_number}",
                ),
            )
        for name in placeholders_in(word.text):
            if name not in fillable:
                yield error(
                    where,
                    (key,),
                    Sentence(
                        "Nothing fills {placeholder} in “{key}”.",
                        placeholder=f"{{{name}}}",
                        key=key,
                    ),
                    suggestion(name, fillable)
                    if fillable
                    else Sentence("Take it out; this message has no placeholders."),
                )


def _differences(
    message_id: str,
    message: Message,
    words: WordsByKey,
    source: WordsByKey,
    fillable: Set[str],
) -> Iterator[Finding]:
    subject = f"messages.{message_id}.subject"
    compared: set[str] = set()
    for keys in (*bodies_of(message_id, message).values(), (subject,)):
        here = next((key for key in keys if key in words), None)
        there = next((key for key in keys if key in source), None)
        if here is None or there is None or here in compared:
            continue
        compared.add(here)
        ours = set(placeholders_in(words[here].text))
        theirs = set(placeholders_in(source[there].text))
        # A misspelt placeholder is told as such, not once more as a difference.
        if ours != theirs and ours | theirs <= fillable:
            yield error(
                words[here].file.at(("words", here)),
                (here,),
                Sentence(
                    "“{key}” has {ours}; the text that it translates has {theirs}.",
                    key=here,
                    ours=_listed(ours),
                    theirs=_listed(theirs),
                ),
                Sentence("Use the same placeholders in both."),
            )


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "–"


def _unused(
    shaped: Shaped, message_id: str, message: Message, source: WordsByKey, keys: set[str]
) -> Iterator[Finding]:
    texts = [source[key].text for key in keys if key in source]
    used = {name for text in texts for name in placeholders_in(text)}
    is_misspelt = not used <= facts_for(message_id, message) | set(message.placeholders)
    for name in message.placeholders:
        path = ("messages", message_id, "placeholders", name)
        if name in COMMON_FACTS:
            yield warning(
                shaped.at(path),
                path,
                Sentence("The service fills in “{name}” by itself.", name=name),
                Sentence("Take it out of “placeholders”, so that nobody is asked for it."),
            )
        elif texts and name not in used and not is_misspelt:
            yield warning(
                shaped.at(path),
                path,
                Sentence("“{name}” is asked for, but no text of the message uses it.", name=name),
                Sentence(
                    "Take it out, or use {placeholder} in the text.", placeholder=f"{{{name}}}"
                ),
            )
