"""To whom a message to lists and roles goes: whoever answered for a role, else whoever is on duty or holds it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playbook.domain.preparedness.durations import Duration
from playbook.domain.preparedness.parts import Role
from playbook.domain.response.built_in_words import language_of
from playbook.domain.response.call_plan import PlannedRole, PlannedRung
from playbook.domain.response.changes import Asking, Called, ChangeKind, role_in_playbook
from playbook.domain.response.site_calls import SITE_WARNING
from playbook.errors import BadInput
from playbook.models import RoleCallState, Rung
from playbook.services.preparedness.role_lists import all_lists
from playbook.services.response.calling import plan_for
from playbook.services.response.callout import asking_rung
from playbook.services.response.context import CallOut
from playbook.services.response.people import holder_from
from playbook.settings import Settings

#: How a target is written: "list:3", "role:mayor", and every place that was warned in this incident.
LIST = "list:"
ROLE = "role:"
WARNED_SITES = "warned-sites"
_BY_TEXT = Role(
    partner="directory",
    acknowledge_within=Duration.parse("10 min"),
    channels=("sms", "email", "voice"),
)


@dataclass(frozen=True)
class Recipients:
    """Who gets a message, and the roles for which there is nobody."""

    called: tuple[Called, ...]
    nobody: tuple[str, ...]


def recipients(
    call_out: CallOut, to: Sequence[str], rungs: Iterable[Rung], settings: Settings
) -> Recipients:
    """Return who gets a message to `to`; `rungs` are all that were opened in this incident. Raises BadInput."""
    roles = roles_of(call_out, to)
    found: list[tuple[PlannedRung | Rung, str]] = []
    missing: list[str] = []
    opened = list(rungs)
    for role in roles:
        mine = [r for r in opened if role_in_playbook(r.role_call.role) == role]
        found += [(r, role) for r in mine if _answers(r) and r.role_call.message != SITE_WARNING]
    answered = {role for _, role in found}
    for planned in _on_duty(call_out, [r for r in roles if r not in answered], settings):
        if planned.rungs:
            found.append((_first(planned), planned.role))
        else:
            missing.append(planned.role)
    if WARNED_SITES in to:
        found += [(r, r.role_call.role) for r in _of_warned_sites(opened)]
    return Recipients(tuple(_together(call_out, found)), tuple(missing))


def roles_of(call_out: CallOut, to: Iterable[str]) -> list[str]:
    """Return the roles that `to` names, each once. Raises BadInput for a target that does not exist."""
    lists = {f"{LIST}{one.id}": one.roles for one in all_lists(call_out.session)}
    roles: dict[str, None] = {}
    for target in to:
        if target in lists:
            roles.update(dict.fromkeys(lists[target]))
        elif target.startswith(ROLE) and target[len(ROLE) :] in call_out.document.roles:
            roles[target[len(ROLE) :]] = None
        elif target != WARNED_SITES:
            raise BadInput("One of the lists is gone. Choose again to whom the message goes.")
    return list(roles)


def _answers(rung: Rung) -> bool:
    call = rung.role_call
    return call.state == RoleCallState.ANSWERED and call.answered_by_id == rung.person_id


def _of_warned_sites(opened: Iterable[Rung]) -> list[Rung]:
    """Return who confirmed the warning of a place, and everybody who was asked where nobody did."""
    return [
        r
        for r in opened
        if r.role_call.message == SITE_WARNING
        and (r.role_call.answered_by_id is None or _answers(r))
    ]


def _on_duty(call_out: CallOut, roles: Sequence[str], settings: Settings) -> Sequence[PlannedRole]:
    document = call_out.document
    known = {role: document.roles.get(role, _BY_TEXT) for role in roles}
    plan = plan_for(call_out.session, document, known, call_out.now, settings, at_once=True)
    return plan.roles


def _first(planned: PlannedRole) -> PlannedRung:
    return next((rung for rung in planned.rungs if rung.reachable), planned.rungs[0])


def _together(
    call_out: CallOut, found: Iterable[tuple[PlannedRung | Rung, str]]
) -> Iterable[Called]:
    """Yield each person once, with every role for which they get the message."""
    people: dict[int, Called] = {}
    for one, role in found:
        if isinstance(one, Rung):
            if one.person.removed_at is not None:
                continue
            attempts = asking_rung(one).all_attempts
            reached = dict.fromkeys(a.channel for a in attempts if a.settled_at and not a.failed)
            holder = holder_from(one.person)
            asking = Asking(one.role_call.role, one.language, tuple(reached))
        else:
            holder = one.holder
            asking = Asking(role, language_for(call_out, holder.language))
        known = people.get(holder.person_id)
        people[holder.person_id] = Called(holder, (*(known.askings if known else ()), asking))
    yield from people.values()


def language_for(call_out: CallOut, language: str) -> str:
    """Return the language in which a reader of `language` gets a message to a list."""
    document, message = call_out.document, str(ChangeKind.LIST_MESSAGE)
    if message in document.messages:
        return document.message_text(message, "sms", language).language
    return language_of(language)
