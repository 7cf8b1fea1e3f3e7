"""What the service says between incidents, outside any playbook: duty, proof of numbers, drills, call sheets.

One module per area holds `TEXTS`: message → language → words. Nothing here may ever look like an alarm. Not read by
native speakers yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from playbook.domain.preparedness.texts import fill


@dataclass(frozen=True)
class Words:
    """One message in one language: an SMS or a mail's body, and the mail's subject line."""

    body: str
    subject: str = ""


#: Message → language (BCP 47) → words; every message has English.
Texts = Mapping[str, Mapping[str, Words]]


@dataclass(frozen=True)
class Said:
    """A message as one person gets it."""

    subject: str | None
    body: str
    #: The language that it is in; English where there is none in the person's own.
    language: str


def say(texts: Texts, message: str, language: str, channel: str, facts: Mapping[str, str]) -> Said:
    """Return `message` in `language`, its base language or English, with `facts` filled in.

    Only mail has a subject. Raises KeyError for a message that `texts` does not have, MissingFact for an open gap.
    """
    known = texts[message]
    found = next(tried for tried in (language, language.split("-")[0], "en") if tried in known)
    words = known[found]
    subject = fill(words.subject, facts) if channel == "email" and words.subject else None
    return Said(subject, fill(words.body, facts), found)
