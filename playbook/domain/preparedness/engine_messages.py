"""What the service says by itself: facts that it fills in, and messages that it cannot do without."""

from collections.abc import Iterator
from dataclasses import dataclass

from playbook.domain.preparedness.document import Structure
from playbook.domain.preparedness.findings import Finding, Sentence
from playbook.domain.preparedness.parts import Message
from playbook.domain.preparedness.raw import Position, error
from playbook.domain.preparedness.shape import Shaped

#: What the service can fill into any message.
COMMON_FACTS = frozenset({"city", "place", "callback"})
#: What it can fill into a message to one partner.
PARTNER_FACTS = COMMON_FACTS | {
    "level", "role", "number", "join", "link", "answered_by", "list", "time", "code", "check",
}  # fmt: skip
#: Kinds that go to one partner.
PARTNER_KINDS = ("call-out", "reply")


@dataclass(frozen=True)
class EngineMessage:
    """A message that the call-out sends without anybody writing it; without an `optional` one, plain words stand in."""

    kind: str
    channels: tuple[str, ...]
    facts: frozenset[str]
    optional: bool = False


def _engine(kind: str, channels: str, facts: str, *, optional: bool = False) -> EngineMessage:
    return EngineMessage(kind, tuple(channels.split()), frozenset(facts.split()), optional)


#: What everything that is said to all who were called can hold.
_CHANGE = "city role number callback link code check"

#: By message id: what an activatable playbook must have, or may have.
ENGINE_MESSAGES = {
    "call-out": _engine(
        "call-out",
        "sms email voice",
        "city level role number join callback link code check",
    ),
    "stand-down": _engine(
        "call-out", "sms email", "city role number answered_by callback code check"
    ),
    "deputy-answered": _engine("reply", "sms email", "city role number answered_by"),
    "answer-joining": _engine("reply", "sms", "city role number join callback code"),
    "answer-deputy": _engine("reply", "sms", "city role number join callback"),
    "answer-unable": _engine("reply", "sms", "city role number join callback"),
    "answer-again": _engine("reply", "sms", "city role number answered_by"),
    "answer-late": _engine("reply", "sms", "city role number answered_by join"),
    "answer-which": _engine("reply", "sms", "city list"),
    "answer-unknown": _engine("reply", "sms", "city callback number"),
    "false-alarm": _engine("call-out", "sms email", _CHANGE),
    "level-changed": _engine("call-out", "sms email", f"{_CHANGE} level"),
    "correction": _engine("call-out", "sms email", f"{_CHANGE} text"),
    "stand-down-all": _engine("call-out", "sms email", _CHANGE),
    "site-warning": _engine(
        "call-out", "sms email voice", "city number callback link text code check", optional=True
    ),
    "site-thanks": _engine("reply", "sms", "city number callback", optional=True),
    "site-deputy": _engine("reply", "sms", "city number callback", optional=True),
    "site-call-you": _engine("reply", "sms", "city number callback", optional=True),
    "list-message": _engine(
        "call-out", "sms email", "city number callback link text code check", optional=True
    ),
    "exercise-mark": _engine("reply", "sms email voice", ""),
}


def facts_for(message_id: str, message: Message) -> frozenset[str]:
    """Return the names of the placeholders that the service fills in a message by itself."""
    if message_id in ENGINE_MESSAGES:
        return ENGINE_MESSAGES[message_id].facts
    return PARTNER_FACTS if message.kind in PARTNER_KINDS else COMMON_FACTS


def check_engine_messages(shaped: Shaped, structure: Structure) -> Iterator[Finding]:
    """Yield a finding for each message that a call-out needs and that is missing or cannot serve."""
    for message_id, needed in ENGINE_MESSAGES.items():
        message = structure.messages.get(message_id)
        if message is not None:
            yield from _serves(shaped, message_id, message, needed)
        elif needed.optional:
            continue
        elif structure.activatable and message_id not in shaped.ids("messages"):
            yield error(
                Position(shaped.resolved.top.name, shaped.resolved.top.at(("messages",)).line),
                ("messages", message_id),
                Sentence("The message “{id}” is missing; the call-out sends it.", id=message_id),
                Sentence(
                    "Add it under “messages” (kind {kind}; {channels}), or build on a playbook that "
                    "has it.",
                    kind=needed.kind,
                    channels=", ".join(needed.channels),
                ),
            )


def _serves(
    shaped: Shaped, message_id: str, message: Message, needed: EngineMessage
) -> Iterator[Finding]:
    path = ("messages", message_id)
    if message.kind != needed.kind:
        yield error(
            shaped.at((*path, "kind")),
            (*path, "kind"),
            Sentence("The call-out sends “{id}”, so its kind is fixed.", id=message_id),
            Sentence("Write “kind: {kind}”.", kind=needed.kind),
        )
    missing = [channel for channel in needed.channels if channel not in message.channels]
    if missing:
        yield error(
            shaped.at((*path, "channels")),
            (*path, "channels"),
            Sentence(
                "The call-out sends “{id}” by {channels} too.",
                id=message_id,
                channels=", ".join(missing),
            ),
            Sentence("Write “channels: [{channels}]”.", channels=", ".join(needed.channels)),
        )
    for name in message.placeholders:
        yield error(
            shaped.at((*path, "placeholders", name)),
            (*path, "placeholders", name),
            Sentence(
                "“{id}” is sent by itself; nobody is there to fill in “{name}”.",
                id=message_id,
                name=name,
            ),
            Sentence("Take it out of “placeholders” and of the texts."),
        )
