"""Every error that the service raises on purpose.

`say` is the sentence for a person: what happened, what was kept, what to do next. It is written in English here and is
translated at the edge, where the reader's language is known; `facts` fills its placeholders.
"""

from typing import Any


class PlaybookError(Exception):
    """The root of everything that we refuse on purpose."""

    status = 400

    def __init__(self, say: str, **facts: Any) -> None:
        super().__init__(say.format(**facts) if facts else say)
        self.say = say
        self.facts = facts


class NotFound(PlaybookError):
    """What was asked for does not exist, or is not this person's to see."""

    status = 404


class NotAllowed(PlaybookError):
    """The person may not do this."""

    status = 403


class Conflict(PlaybookError):
    """Someone else was faster, or the thing has moved on since the page was opened."""

    status = 409


class BadInput(PlaybookError):
    """What was given cannot be used; nothing was written."""

    status = 422


class NotConfigured(PlaybookError):
    """A setting that this needs is missing; `say` names it."""

    status = 500


class KeyMissing(PlaybookError):
    """An encrypted value cannot be read with the keys at hand."""

    status = 500
