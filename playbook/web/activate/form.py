"""What a person says when they activate, as the form holds it and as the service reads it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from playbook.domain.preparedness.document import Playbook
from playbook.errors import BadInput
from playbook.models import ActivationKind
from playbook.services.response.activation import Request
from playbook.web.errors import sentence
from playbook.web.incidents.moments import read_moment, write_moment

#: As many characters as the table holds.
NAME_AT_MOST = 200


@dataclass(frozen=True)
class Typed:
    """The fields as they were typed. `key` was made when the form was first shown: one form, one activation."""

    key: str
    level: str = ""
    kind: str = ""
    name: str = ""
    when: str = ""
    place: str = ""
    known: str = ""
    #: "yes": people have already been called from paper.
    paper: str = ""

    @classmethod
    def fresh(cls, now: datetime, zone: ZoneInfo, name: str) -> "Typed":
        """Return a new form with its defaults; whether it is real, and how large, is never guessed."""
        return cls(key=secrets.token_urlsafe(24), name=name, when=write_moment(now, zone))

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> "Typed":
        """Return what a form sent."""
        key = form.get("key", "")
        return cls(
            key=key if 16 <= len(key) <= 64 else secrets.token_urlsafe(24),
            level=form.get("level", ""),
            kind=form.get("kind", ""),
            name=form.get("name", "")[:NAME_AT_MOST],
            when=form.get("when", ""),
            place=form.get("place", ""),
            known=form.get("known", ""),
            paper="yes" if form.get("paper") else "",
        )

    def fields(self) -> dict[str, str]:
        """Return every field by name, to be carried to the next step."""
        return dict(vars(self))


def read(
    typed: Typed, version_id: int, document: Playbook, now: datetime, zone: ZoneInfo
) -> tuple[Request | None, dict[str, str]]:
    """Return the request that `typed` makes, or None and what is wrong with which field."""
    errors: dict[str, str] = {}
    if typed.kind not in tuple(ActivationKind):
        errors["kind"] = _("Say whether this is real or an exercise.")
    if typed.level not in document.levels:
        errors["level"] = _("Choose how many to call.")
    time_zero = now
    try:
        time_zero = read_moment(typed.when, zone) or now
    except BadInput as error:
        errors["when"] = sentence(error)
    if errors:
        return None, errors
    return (
        Request(
            key=typed.key,
            version_id=version_id,
            level=typed.level,
            kind=ActivationKind(typed.kind),
            name=typed.name,
            time_zero=time_zero,
            place=typed.place,
            known=typed.known,
        ),
        errors,
    )
