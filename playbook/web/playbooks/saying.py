"""What the city says: messages by language and channel, with what each costs as an SMS."""

from dataclasses import dataclass

from markupsafe import Markup

from notifications.encoding import Segmentation, segment
from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.parts import Message
from playbook.domain.preparedness.texts import placeholders_in
from playbook.services.preparedness.readings import ReadingState
from playbook.web.languages import direction
from playbook.web.playbooks import wording
from playbook.web.playbooks.cards import Link, decision_links, role_link, started_by
from playbook.web.playbooks.words import Shown, Words, with_blanks

#: Facts of a usual length, so that a count of SMS means something before the blanks are filled.
USUAL_FACTS = {
    "city": "Port Harmony",
    "level": "partial",
    "role": "Police liaison",
    "number": "27",
    "join": "0800555000",
    "callback": "+44 20 7946 0000",
    "link": "https://alerts.example.org/a/kX9wQ2Lm7t",
    "answered_by": "Sample Person",
    "list": "27 Mayor, full\n31 Mayor, watch",
    "time": "21:52",
    "place": "Harbour Street",
}
USUAL_OF_TYPE = {
    "text": "as agreed this morning",
    "phone": "+44 20 7946 0100",
    "time": "18:00",
    "date": "14 March",
    "number": "12",
    "link": "https://city.example.org/help",
    "place": "Harbour Street",
}


@dataclass(frozen=True)
class Body:
    """A message's text for some of its channels.

    `sms` is what it becomes as SMS once its blanks are filled with facts of a usual length; None if
    it does not go by SMS.
    """

    channels: list[str]
    html: Markup
    sms: Segmentation | None


@dataclass(frozen=True)
class Version:
    """A message in one language."""

    language: str
    dir: str
    subject: Markup
    bodies: list[Body]
    is_source: bool
    is_missing: bool
    reader: str | None

    @property
    def unread(self) -> bool:
        """Whether to show "not yet read by a native speaker"."""
        return not self.is_source and not self.is_missing and self.reader is None


@dataclass(frozen=True)
class MessageCard:
    """A message: what it is for, who may send it, and what it says in one language."""

    id: str
    name: Shown
    kind: str
    audience: str
    channels: list[str]
    approval: str
    approves: list[Link]
    blanks: list[str]
    decisions: list[Link]
    version: Version

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"message-{self.id}"


def message_cards(words: Words, readings: ReadingState) -> list[MessageCard]:
    """Return all messages in the language of `words`: what the city says first, what the service
    answers by itself last; then by name.
    """
    playbook = words.playbook
    starters = started_by(playbook, "messages")
    cards = [
        message_card(words, readings, message_id, message, starters.get(message_id, []))
        for message_id, message in playbook.messages.items()
    ]
    last = str(wording.KINDS["reply"])
    return sorted(cards, key=lambda card: (card.kind == last, str(card.name).casefold(), card.id))


def message_card(
    words: Words, readings: ReadingState, message_id: str, message: Message, starters: list[str]
) -> MessageCard:
    """Return one message in the language of `words`, or in the source language where it is not
    translated.
    """
    playbook = words.playbook
    version = message_version(playbook, readings, message_id, words.language)
    if version.is_missing:
        version = message_version(playbook, readings, message_id, playbook.languages.source)
    return MessageCard(
        message_id,
        words(f"messages.{message_id}.name"),
        wording.say(wording.KINDS, message.kind),
        wording.say(wording.AUDIENCES, message.audience),
        [wording.say(wording.CHANNELS, channel) for channel in message.channels],
        wording.say(wording.APPROVALS, message.approval),
        [role_link(words, role) for role in message.approves],
        [name.replace("_", " ") for name in message.placeholders],
        decision_links(words, starters),
        version,
    )


def message_version(
    playbook: Playbook, readings: ReadingState, message_id: str, language: str
) -> Version:
    """Return a message as it is in one language, without falling back to another."""
    words = playbook.words.get(language, {})
    message = playbook.messages[message_id]
    by_key: dict[str, list[str]] = {}
    for channel in message.channels:
        keys = (f"messages.{message_id}.{channel}", f"messages.{message_id}")
        key = next((key for key in keys if words.get(key)), None)
        if key is not None:
            by_key.setdefault(key, []).append(channel)
    bodies = [_body(message, words[key], channels) for key, channels in by_key.items()]
    return Version(
        language=language,
        dir=direction(language),
        subject=with_blanks(words.get(f"messages.{message_id}.subject", "")),
        bodies=bodies,
        is_source=language == playbook.languages.source,
        is_missing=not bodies,
        reader=readings.message_reader(playbook, message_id, language),
    )


def _body(message: Message, text: str, channels: list[str]) -> Body:
    return Body(
        [wording.say(wording.CHANNELS, channel) for channel in channels],
        with_blanks(text),
        segment(filled_as_usual(message, text)) if "sms" in channels else None,
    )


def filled_as_usual(message: Message, text: str) -> str:
    """Return a text with its blanks filled with facts of a usual length."""
    for name in placeholders_in(text):
        kind = message.placeholders.get(name)
        usual = USUAL_OF_TYPE[kind] if kind else USUAL_FACTS.get(name, USUAL_OF_TYPE["text"])
        text = text.replace(f"{{{name}}}", usual)
    return text
