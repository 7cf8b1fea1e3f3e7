"""The texts of a call-out: frozen at activation with everything known, completed per person when they are queued."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.engine_messages import ENGINE_MESSAGES
from playbook.domain.preparedness.texts import fill, placeholders_in
from playbook.domain.response.proof import with_proof

#: The messages that the call-out itself sends, and the channels that each can take.
CALL_OUT_MESSAGES: Mapping[str, tuple[str, ...]] = {
    message: needed.channels
    for message, needed in ENGINE_MESSAGES.items()
    if message != "exercise-mark"
}


@dataclass(frozen=True)
class FrozenText:
    """A message in one language for one channel; placeholders of a single person are still open."""

    message: str
    language: str
    channel: str
    subject: str | None
    body: str

    @property
    def open(self) -> tuple[str, ...]:
        """The names of the placeholders that are still to be filled."""
        return placeholders_in(f"{self.subject or ''} {self.body}")

    def complete(self, facts: Mapping[str, str]) -> tuple[str | None, str]:
        """Return subject and body with the last placeholders filled; raises MissingFact.

        Where a fact is empty, the text closes up.
        """
        gaps = any(name in facts and not facts[name] for name in placeholders_in(self.body))
        body = fill(self.body, facts)
        subject = fill(self.subject, facts) if self.subject else None
        return subject, _closed_up(body) if gaps else body


def freeze(
    playbook: Playbook,
    message: str,
    channel: str,
    language: str,
    facts: Mapping[str, str],
    *,
    exercise: bool,
) -> FrozenText:
    """Return `message` with `facts` filled in and everything else left open.

    In an exercise every subject and body begins with the playbook's exercise mark. What a text of the call-out does not
    say by itself about who speaks and how to check it is added.
    """
    text = playbook.message_text(message, channel, language)
    mark = ""
    if exercise:
        mark = playbook.message_text("exercise-mark", channel, language).body.strip() + " "
    has_subject = channel == "email" and text.subject
    subject = fill_known(text.subject or "", facts) if has_subject else None
    return FrozenText(
        message=message,
        language=language,
        channel=channel,
        subject=mark + subject if subject else None,
        body=mark + fill_known(with_proof(message, channel, language, text.body), facts).strip(),
    )


def fill_known(text: str, facts: Mapping[str, str]) -> str:
    """Fill what is known; a value cannot smuggle in a placeholder of its own."""
    known = {name: "{" + name + "}" for name in placeholders_in(text)}
    known |= {n: v.replace("{", "(").replace("}", ")") for n, v in facts.items() if n in known}
    return fill(text, known)


def _closed_up(text: str) -> str:
    """Return `text` without what an empty fact leaves behind: two blanks, three line ends."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" {2,}", " ", text)).strip()
