"""Invariants of what people were told: changes, the end, similar places, and who must confirm."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from playbook.domain.preparedness.site_kinds import is_named
from playbook.domain.response.changes import WRITTEN, ChangeKind
from playbook.domain.response.site_calls import CALL_ME, SITE_WARNING
from playbook.jobs.rehearsal.changing import ending
from playbook.jobs.rehearsal.invariants.looked import Looked
from playbook.models import (
    Announcement,
    AnnouncementPerson,
    ContactKind,
    Delivery,
    RoleCall,
    RoleCallState,
    SimulatedMessage,
    Task,
)
from playbook.services.preparedness.sites import sites_alike

#: Who was only warned hears neither of levels nor of corrections.
_NOT_TO_WARNED = (ChangeKind.LEVEL, ChangeKind.CORRECTION)
_TO_ALL_CALLED = (*_NOT_TO_WARNED, ChangeKind.FALSE_ALARM, ChangeKind.STAND_DOWN)


def everybody_called_is_told_once(looked: Looked) -> list[str]:
    """Name everybody who was called and not told of a change, or told without having been called, or twice."""
    found = []
    arrived = _arrived(looked)
    for made in looked.announcements:
        if made.kind not in _TO_ALL_CALLED:
            continue
        told = {row.person_id: row for row in made.told}
        expected = _called_before(looked, made)
        found += [
            f"{looked.role_of(p)}: not told of {made.kind}" for p in sorted(expected - told.keys())
        ]
        found += [
            f"{looked.role_of(p)}: told of {made.kind} without having been called"
            for p in sorted(told.keys() - expected)
        ]
        for row in made.told:
            written = {channel for channel in row.channels if channel in WRITTEN}
            got = {c: n for (a, p, c), n in arrived.items() if (a, p) == (made.id, row.person_id)}
            if got != dict.fromkeys(written, 1):
                found.append(f"{looked.role_of(row.person_id)}: not told once of {made.kind}")
    return found


def _called_before(looked: Looked, made: Announcement) -> set[int]:
    return {
        rung.person_id
        for call in looked.calls
        for rung in call.rungs
        if rung.opened_at is not None
        and rung.opened_at < made.made_at
        and rung.person.held_at is None
        and rung.person.removed_at is None
        and not (made.kind in _NOT_TO_WARNED and call.message == SITE_WARNING)
    }


def _arrived(looked: Looked) -> Counter[tuple[int, int, str]]:
    """Count what arrived of each announcement, for each person, on each channel."""
    rows = looked.session.execute(
        select(Delivery.key, Delivery.channel)
        .join(SimulatedMessage, SimulatedMessage.attempt_token == Delivery.attempt_token)
        .where(
            Delivery.activation_id == looked.activation.id,
            Delivery.key.startswith("announcement:", autoescape=True),
        )
    )
    counted: Counter[tuple[int, int, str]] = Counter()
    for key, channel in rows.tuples():
        _, made, person, *_ = key.split(":")
        counted[int(made), int(person), channel] += 1
    return counted


def whoever_must_confirm_is_not_left_silent(looked: Looked) -> list[str]:
    """Name everybody who had to confirm the end, has not, and whom no human was given to phone."""
    made = ending(looked.session, looked.activation.id)
    if made is None:
        return []
    return [
        f"{looked.role_of(row.person_id)}: silent about {made.kind}, and nobody was to phone"
        for row in made.told
        if row.asks and row.acknowledged_at is None and not row.by_phone and _has_phone(row)
    ]


def _has_phone(row: AnnouncementPerson) -> bool:
    return any(point.kind == ContactKind.PHONE for point in row.person.contact_points)


def nothing_follows_the_end(looked: Looked) -> list[str]:
    """Name what still left, was asked or waited after the end, but for its announcement and replies to who writes."""
    made = ending(looked.session, looked.activation.id)
    ended_at = looked.activation.ended_at
    if made is None or ended_at is None:
        return []
    found = [
        f"{call.role}: still being called after the end"
        for call in looked.calls
        if call.state in (RoleCallState.WAITING, RoleCallState.CALLING)
    ]
    found += [
        f"{call.role}: somebody was asked after the end"
        for call in looked.calls
        for rung in call.rungs
        if rung.opened_at is not None and rung.opened_at > ended_at
    ]
    rows = looked.session.scalars(
        select(Delivery).where(
            Delivery.activation_id == looked.activation.id, Delivery.state != "cancelled"
        )
    )
    for row in rows:
        waits = row.state in ("queued", "sending")
        late = row.queued_at >= ended_at or (row.settled_at or row.queued_at) > ended_at
        own = row.key.startswith(f"announcement:{made.id}:") or row.purpose == "reply"
        if waits or (late and not own):
            found.append(f"{looked.role_of(row.person_id or 0)}: {row.message} after the end")
    return found + _open_calls(looked, made)


def _open_calls(looked: Looked, made: Announcement) -> list[str]:
    """Return the phone calls that somebody would still have to make, but for those that tell of the end."""
    telling = {f"told:{row.id}:voice" for row in made.told}
    tasks = looked.session.scalars(
        select(Task).where(
            Task.activation_id == looked.activation.id,
            Task.kind == "phone-call",
            Task.done_at.is_(None),
        )
    )
    return [
        f"{task.role}: somebody is still to be phoned after the end"
        for task in tasks
        if task.cause not in telling and not task.cause.endswith(CALL_ME)
    ]


def similar_sites_are_warned_once_in_their_language(looked: Looked) -> list[str]:
    """Name every place that was not warned though alike, twice, in another language than its contact's, or attacked."""
    wish = looked.record.sites
    if wish is None:
        return []
    alike = sites_alike(looked.session, wish.kinds, wish.communities)
    wanted = {s.id: s for s in alike if not is_named(wish.attacked, s.name, s.address)}
    warned = Counter(call.site_id for call in looked.calls if call.message == SITE_WARNING)
    found = [
        f"{site.contact_role}: a similar place was not warned once"
        for site in wanted.values()
        if warned[site.id] != 1
    ]
    calls = [call for call in looked.calls if call.message == SITE_WARNING]
    found += [
        f"{call.role}: warned without being alike" for call in calls if call.site_id not in wanted
    ]
    return [*found, *_said_wrongly(looked, calls)]


def _said_wrongly(looked: Looked, calls: Iterable[RoleCall]) -> list[str]:
    found = []
    rows: dict[int | None, list[Delivery]] = {}
    for row in looked.session.scalars(
        select(Delivery).where(
            Delivery.activation_id == looked.activation.id, Delivery.message == SITE_WARNING
        )
    ):
        rows.setdefault(row.rung_id, []).append(row)
    for call in calls:
        for rung in call.rungs:
            text = looked.document.message_text(SITE_WARNING, "sms", rung.person.language)
            mine = rows.get(rung.id, [])
            if any(language != text.language for language in (rung.language, *_languages(mine))):
                found.append(f"{call.role}: not warned in the language of its contact")
            if len({row.channel for row in mine}) != len(mine):
                found.append(f"{call.role}: warned twice on one channel")
    return found


def _languages(rows: Iterable[Delivery]) -> list[str]:
    return [row.language for row in rows]
