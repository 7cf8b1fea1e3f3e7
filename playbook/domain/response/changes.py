"""When it changes or is over: who is told, how, and which calls begin or stop. Pure.

Everybody who was called, on any ladder, is told exactly once per change: on the written channels that reached them
and still can; else on their first written channel that can; else a human phones them. STOP and landlines are obeyed.
Whoever is held hears nothing. Of a change of level, who was called for nothing but roles that are let go is told that
they are not needed; who had been let go and is called again hears it from the call itself.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from playbook.domain.preparedness.document import Playbook
from playbook.domain.response.call_plan import Holder, obstacle

#: Channels on which the service writes by itself, in the order in which they are fallen back to.
WRITTEN = ("sms", "email")
#: Stands between a role and the person who was added for it: "interpreter~12".
ADDED = "~"
#: How somebody who was added to a running call-out is asked: a text at once, a human's call at half time.
ADDED_CHANNELS = ("sms", "voice")
ADDED_MINUTES = 10


class ChangeKind(StrEnum):
    """What changed; the value is the playbook's message that says so."""

    FALSE_ALARM = "false-alarm"
    LEVEL = "level-changed"
    CORRECTION = "correction"
    STAND_DOWN = "stand-down-all"
    #: In the coordinator's own words to chosen roles and lists, called or not.
    LIST_MESSAGE = "list-message"
    #: Similar places are warned; each through a call of its own, not through `tellings`.
    SITE_WARNING = "site-warning"

    @property
    def ends(self) -> bool:
        """Whether the incident is over with it."""
        return self in (ChangeKind.FALSE_ALARM, ChangeKind.STAND_DOWN)


@dataclass(frozen=True)
class Asking:
    """One role for which somebody has been asked; `reached` are the channels that got through, "voice" by a human."""

    role: str
    language: str
    reached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Called:
    """Somebody on the ladders and every role that they were asked for, the first one first; none: not called yet."""

    holder: Holder
    askings: tuple[Asking, ...]


@dataclass(frozen=True)
class Telling:
    """What one person is told: which message, in which language, on which channels.

    ("voice",) means that a human must phone; no channel means that nothing reaches them.
    """

    person_id: int
    message: str
    language: str
    channels: tuple[str, ...]
    roles: tuple[str, ...]


def tellings(
    kind: ChangeKind,
    called: Iterable[Called],
    let_go: Set[str] = frozenset(),
    called_again: Set[str] = frozenset(),
) -> tuple[Telling, ...]:
    """Return what each person is told of a change of `kind`.

    After it, the roles `let_go` are not needed; the roles `called_again` had not been, and now are.
    """
    told: dict[int, Telling] = {}
    for person in called:
        if not person.askings or person.holder.held:
            continue
        roles = tuple(dict.fromkeys(asking.role for asking in person.askings))
        kept = [role for role in roles if role not in let_go]
        if kept and all(role in called_again for role in kept):
            continue
        not_needed = kind is ChangeKind.LEVEL and not kept
        told.setdefault(
            person.holder.person_id,
            Telling(
                person.holder.person_id,
                str(ChangeKind.STAND_DOWN if not_needed else kind),
                person.askings[0].language,
                ways(person),
                roles,
            ),
        )
    return tuple(told.values())


def ways(person: Called) -> tuple[str, ...]:
    """Return the channels on which `person` is told."""
    able = [channel for channel in WRITTEN if obstacle(person.holder, channel) is None]
    reached = {channel for asking in person.askings for channel in asking.reached}
    if again := tuple(channel for channel in able if channel in reached):
        return again
    if able:
        return (able[0],)
    return ("voice",) if obstacle(person.holder, "voice") is None else ()


def let_go_roles(playbook: Playbook, before: str, after: str) -> frozenset[str]:
    """Return the roles that level `before` calls and level `after` does not.

    A role that a decision called, or a person who was added, belongs to no level and stays.
    """
    return frozenset(playbook.roles_of_level(before)) - frozenset(playbook.roles_of_level(after))


def text_for(texts: Mapping[str, str], language: str, source: str) -> tuple[str, str]:
    """Return the coordinator's own words for readers of `language`, and the language that they are in.

    A language left empty gets that of its base ("fr" for "fr-CA"), then the source.
    """
    for tried in (language, language.split("-")[0], source):
        if text := texts.get(tried, "").strip():
            return text, tried
    return "", source


def role_in_playbook(role: str) -> str:
    """Return the playbook's role that a role call stands for: "interpreter" for "interpreter~12"."""
    return role.split(ADDED)[0]


def added_role(role: str, person_id: int) -> str:
    """Return the name of the call of its own that an added person gets."""
    return f"{role}{ADDED}{person_id}"
