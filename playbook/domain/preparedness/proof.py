"""What shows a partner that a message is no hoax: who speaks, where to call back, and the code that can be checked."""

from collections.abc import Iterator, Mapping

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.raw import warning
from playbook.domain.preparedness.shape import Shaped
from playbook.domain.preparedness.texts import placeholders_in
from playbook.domain.preparedness.words_ids import bodies_of

_ALL = ("city", "callback", "code")

#: Message → the facts that its texts must carry on every channel. Whoever forges a message can call people out, and can
#: just as well send them home; hence also what calls off.
PROOF: Mapping[str, tuple[str, ...]] = {
    "call-out": _ALL,
    "false-alarm": _ALL,
    "level-changed": _ALL,
    "correction": _ALL,
    "stand-down-all": _ALL,
    "stand-down": ("city", "code"),
    "site-warning": _ALL,
    "list-message": _ALL,
}


def missing_proof(message: str, body: str) -> tuple[str, ...]:
    """Return the facts that `message` must carry and that `body` lacks."""
    present = placeholders_in(body)
    return tuple(fact for fact in PROOF.get(message, ()) if fact not in present)


def check_proof(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a warning for each text to which the service will have to add a line.

    The source language is enough: that the others have the same placeholders is checked elsewhere.
    """
    words = shaped.resolved.words.get(structure.languages.source, {})
    for message_id in PROOF:
        message = structure.messages.get(message_id)
        if message is None:
            continue
        keys = (
            next((key for key in tried if key in words), None)
            for tried in bodies_of(message_id, message).values()
        )
        for key in dict.fromkeys(key for key in keys if key is not None):
            missing = missing_proof(message_id, words[key].text)
            if missing:
                yield warning(
                    words[key].file.at(("words", key)),
                    (key,),
                    Sentence(
                        "“{key}” lacks {missing}, by which people know that it is no hoax.",
                        key=key,
                        missing=", ".join(f"{{{name}}}" for name in missing),
                    ),
                    Sentence("Write it in; until then the service adds a line of its own."),
                )
