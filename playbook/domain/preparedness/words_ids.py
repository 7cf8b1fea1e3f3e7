"""Which sentences a playbook needs: the words ids that follow from its structure."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playbook.domain.preparedness.document import Structure
    from playbook.domain.preparedness.parts import Message

#: Channels on which a message has a headline or a subject line.
WITH_SUBJECT = ("email", "letter", "web", "press")
#: Put before other messages, so that it needs no subject of its own.
EXERCISE_MARK = "exercise-mark"


def required_words(structure: "Structure") -> set[str]:
    """Return the words ids that must exist in every required language, but for the bodies of
    messages.

    A message's body may be one default or one text per channel: see `bodies_of`.
    """
    return set(_required(structure))


def optional_words(structure: "Structure") -> set[str]:
    """Return the words ids that may exist."""
    return set(_optional(structure))


def bodies_of(message_id: str, message: "Message") -> dict[str, tuple[str, str]]:
    """Return, per channel of a message, the words ids that can hold its text, the preferred one
    first.
    """
    return {
        channel: (f"messages.{message_id}.{channel}", f"messages.{message_id}")
        for channel in message.channels
    }


def _required(structure: "Structure") -> Iterator[str]:
    yield from ("playbook.title", "playbook.summary")
    for section, fields in _REQUIRED_OF_ENTRIES.items():
        for entry_id in getattr(structure, section.replace("-", "_")):
            yield from (f"{section}.{entry_id}.{field}" for field in fields)
    yield from (f"lessons.{lesson}.text" for lesson in structure.lessons)
    for decision_id, decision in structure.decisions.items():
        yield from (f"decisions.{decision_id}.options.{option}" for option in decision.options)
        yield from (f"needs.{need}" for need in decision.needs)
    for check_in_id, check_in in structure.check_ins.items():
        yield from (f"check-ins.{check_in_id}.answers.{answer}" for answer in check_in.answers)
    for message_id, message in structure.messages.items():
        if "email" in message.channels and message_id != EXERCISE_MARK:
            yield f"messages.{message_id}.subject"


_REQUIRED_OF_ENTRIES = {
    "tiers": ("name",),
    "phases": ("name",),
    "levels": ("name", "meaning"),
    "partners": ("name", "needs", "gives"),
    "roles": ("name",),
    "decisions": ("title", "question", "pitfalls"),
    "tasks": ("title",),
    "challenges": ("what", "control"),
    "check-ins": ("question",),
    "care": ("name",),
    "messages": ("name",),
}


def _optional(structure: "Structure") -> Iterator[str]:
    yield from (f"phases.{phase}.gate" for phase in structure.phases)
    yield from (f"tasks.{task}.how" for task in structure.tasks)
    for message_id, message in structure.messages.items():
        for keys in bodies_of(message_id, message).values():
            yield from keys
        if set(WITH_SUBJECT) & set(message.channels):
            yield f"messages.{message_id}.subject"
