"""The call plan: who will be called, in which order, on which channel, in which language, and what is wrong with it.

The same plan is shown before a person confirms and is frozen when they do; nothing is computed twice in two ways.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.parts import Role


class Hole(StrEnum):
    """What is wrong with a plan, as far as it can be known before calling."""

    NOBODY = "nobody"  # nobody holds the role
    UNREACHABLE = "unreachable"  # no channel of this person can arrive
    NO_CONTACT = "no-contact"  # no phone or address for this channel
    NO_SMS = "no-sms"  # the number cannot get SMS
    OPTED_OUT = "opted-out"  # said STOP
    HELD = "held"  # everything to this person is held
    NO_TRANSLATION = "no-translation"  # will be called in another language
    NOT_YET_READ = "not-yet-read"  # no native speaker has read the translation
    ROTA_GAP = "rota-gap"  # the role has a rota and nobody is on it: the next in line is called


#: Holes that leave a person or a role uncalled; the others are worth knowing.
SERIOUS = frozenset({Hole.NOBODY, Hole.UNREACHABLE})


@dataclass(frozen=True)
class Contact:
    """A way to reach a person, without its value."""

    kind: str
    gets_sms: bool = True
    opted_out: bool = False
    #: Somebody else answers there and fetches the person: called by a human, never texted.
    switchboard: bool = False

    @property
    def texts(self) -> bool:
        """Whether it is a phone on which the person reads texts."""
        return self.kind == "phone" and self.gets_sms and not self.switchboard


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a role today."""

    person_id: int
    name: str
    organisation: str
    language: str
    contacts: tuple[Contact, ...] = ()
    held: bool = False


@dataclass(frozen=True)
class Duty:
    """What a role's rota says of one moment: who is on duty, by position, each until when.

    Nobody in a gap; it ends at `gap_ends_at`, None if the rota knows of nobody any more.
    """

    on: tuple[tuple[Holder, datetime], ...]
    gap_ends_at: datetime | None = None


@dataclass(frozen=True)
class PlannedRung:
    """One person on a role's ladder."""

    holder: Holder
    channels: tuple[str, ...]
    acknowledge_within: timedelta
    #: The language of the text that will be sent; differs from the holder's own where none exists.
    language: str
    holes: tuple[tuple[Hole, str], ...] = ()
    #: Stands here because the rota says so, until then; None for the standing line.
    duty_until: datetime | None = None

    @property
    def reachable(self) -> bool:
        """Whether any channel can arrive."""
        return not any(hole is Hole.UNREACHABLE for hole, _ in self.holes)


@dataclass(frozen=True)
class PlannedRole:
    """One role's ladder, and when its first person is called."""

    role: str
    tier: str
    starts_at: datetime
    rungs: tuple[PlannedRung, ...]
    #: The message that asks, and the similar place that it warns.
    message: str = "call-out"
    site_id: int | None = None
    #: The role has a rota, and nobody is on it when the role is called; and when somebody will be.
    rota_gap: bool = False
    gap_ends_at: datetime | None = None

    def starting_at(self, instant: datetime) -> "PlannedRole":
        """Return the same role, called from `instant` on."""
        return replace(self, starts_at=instant)

    @property
    def holes(self) -> tuple[tuple[Hole, str, PlannedRung | None], ...]:
        """What is wrong: (hole, channel, rung), the role's own hole first."""
        first = self.rungs[0] if self.rungs else None
        return (
            *(() if first else ((Hole.NOBODY, "", None),)),
            *(((Hole.ROTA_GAP, "", first),) if self.rota_gap else ()),
            *((hole, channel, rung) for rung in self.rungs for hole, channel in rung.holes),
        )


@dataclass(frozen=True)
class CallPlan:
    """Everything that confirming will set going."""

    roles: tuple[PlannedRole, ...]

    @property
    def people(self) -> frozenset[int]:
        """Everybody on any ladder."""
        return frozenset(rung.holder.person_id for role in self.roles for rung in role.rungs)

    def called_first(self) -> frozenset[int]:
        """The people who are called without anybody having been silent first."""
        return frozenset(
            next(rung.holder.person_id for rung in role.rungs) for role in self.roles if role.rungs
        )

    @property
    def languages(self) -> dict[str, int]:
        """How many people are called in each language, most first."""
        by_person = {r.holder.person_id: r.language for role in self.roles for r in role.rungs}
        counts: dict[str, int] = {}
        for language in by_person.values():
            counts[language] = counts.get(language, 0) + 1
        return dict(sorted(counts.items(), key=lambda e: (-e[1], e[0])))

    def holes(self) -> list[tuple[PlannedRole, Hole, str, PlannedRung | None]]:
        """Everything that is wrong, serious things first."""
        found = [(role, *hole) for role in self.roles for hole in role.holes]
        return sorted(found, key=lambda f: (f[1] not in SERIOUS, f[0].tier, f[0].role))


def make_plan(
    playbook: Playbook,
    roles: Mapping[str, Role],
    holders: Mapping[str, Sequence[Holder]],
    starts: Mapping[str, datetime],
    duties: Mapping[tuple[str, datetime], Duty] | None = None,
) -> CallPlan:
    """Return the plan that calls `roles` of `playbook` (id → role), each from its moment in `starts` on.

    `holders` is role id → the standing line in order; `duties` is what the rotas say, by role id and moment; a role
    without a rota is absent. A role's ladder is whoever is on duty for it, then its standing line, then the same of its
    deputy roles; each person stands on it once.
    """
    planned = []
    for role_id, role in roles.items():
        starts_at = starts[role_id]
        people: dict[int, tuple[Holder, datetime | None]] = {}
        for named in (role_id, *playbook.deputy_roles(role_id)):
            duty = (duties or {}).get((named, starts_at))
            for holder, until in duty.on if duty else ():
                people.setdefault(holder.person_id, (holder, until))
            for holder in holders.get(named, ()):
                people.setdefault(holder.person_id, (holder, None))
        own = (duties or {}).get((role_id, starts_at))
        planned.append(
            PlannedRole(
                role_id,
                role.tier or "",
                starts_at,
                tuple(plan_rung(playbook, role, *entry) for entry in people.values()),
                rota_gap=own is not None and not own.on,
                gap_ends_at=own.gap_ends_at if own else None,
            )
        )
    return CallPlan(tuple(sorted(planned, key=lambda p: p.starts_at)))


def starts_of(
    playbook: Playbook, roles: Mapping[str, Role], confirmed_at: datetime, zone: tzinfo
) -> dict[str, datetime]:
    """Return when each of `roles` is called: its tier's offset from `confirmed_at`; without a tier at once."""
    return {
        role_id: playbook.tiers[role.tier].starts.add_to(confirmed_at, zone)
        if role.tier
        else confirmed_at
        for role_id, role in roles.items()
    }


def channels_for(channels: Sequence[str], holder: Holder) -> tuple[str, ...]:
    """Return the channels on which `holder` is asked, in order: a human calls where a switchboard would get texts."""
    phones = [c for c in holder.contacts if c.kind == "phone"]
    if any(c.switchboard for c in phones) and not any(c.texts for c in phones):
        return tuple(dict.fromkeys("voice" if c == "sms" else c for c in channels))
    return tuple(channels)


def plan_rung(
    playbook: Playbook, role: Role, holder: Holder, duty_until: datetime | None = None
) -> PlannedRung:
    """Return how `holder` will be asked for `role`, and what stands in the way."""
    channels = channels_for(role.channels, holder)
    holes: list[tuple[Hole, str]] = [
        (hole, channel) for channel in channels if (hole := obstacle(holder, channel))
    ]
    if len(holes) == len(channels):
        holes.insert(0, (Hole.UNREACHABLE, ""))
    channel = next((c for c in channels if c != "voice"), "sms")
    text = playbook.message_text("call-out", channel, holder.language)
    if text.is_fallback:
        holes.append((Hole.NO_TRANSLATION, ""))
    elif text.needs_reader:
        holes.append((Hole.NOT_YET_READ, ""))
    return PlannedRung(
        holder=holder,
        channels=channels,
        acknowledge_within=role.acknowledge_within.as_timedelta(),
        language=text.language,
        holes=tuple(holes),
        duty_until=duty_until,
    )


def obstacle(holder: Holder, channel: str) -> Hole | None:
    """Return why `channel` cannot arrive at `holder`, or None if it can.

    A phone call is made by a human, so it only needs a number; STOP speaks of texts, not of calls.
    """
    if holder.held:
        return Hole.HELD
    if channel == "email":
        emails = [c for c in holder.contacts if c.kind == "email"]
        if not emails:
            return Hole.NO_CONTACT
        return None if any(not c.opted_out for c in emails) else Hole.OPTED_OUT
    phones = [c for c in holder.contacts if c.kind == "phone"]
    if not phones:
        return Hole.NO_CONTACT
    if channel == "voice":
        return None
    able = [c for c in phones if c.texts]
    if not able:
        return Hole.NO_SMS
    return None if any(not c.opted_out for c in able) else Hole.OPTED_OUT
