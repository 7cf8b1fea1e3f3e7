"""Warning similar places in one step: seen in numbers first, then one call for each place, climbed like any other.

Who may not read the register can warn all the same: a city may act. They see numbers, never a name, and every look at
the numbers is written down.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from notifications.encoding import segment
from playbook.domain.preparedness.durations import Duration
from playbook.domain.preparedness.parts import Role
from playbook.domain.preparedness.site_kinds import COMMUNITIES, KINDS, is_named
from playbook.domain.response.built_in_words import language_of
from playbook.domain.response.call_plan import SERIOUS, Hole, PlannedRole, PlannedRung
from playbook.domain.response.changes import ChangeKind, text_for
from playbook.domain.response.proof import SAMPLE_CODE
from playbook.domain.response.site_calls import SITE_WARNING, site_role
from playbook.errors import BadInput
from playbook.models import Announcement, RoleCall, Site, User
from playbook.services import log
from playbook.services.preparedness import sites as register
from playbook.services.response.activation import freeze_languages
from playbook.services.response.calling import begin_calls, plan_for
from playbook.services.response.context import CallOut, load_running, take_turn
from playbook.services.response.foreseeing import LONGEST, Notice
from playbook.services.response.preview import SAMPLE_TOKEN
from playbook.settings import Settings

#: What a warned place may be sent in the end.
MESSAGES = (SITE_WARNING, "site-thanks", "site-deputy", "site-call-you")
#: How a contact is asked whose role only the directory knows.
_UNKNOWN_ROLE = Role(
    partner="directory",
    acknowledge_within=Duration.parse("10 min"),
    channels=("sms", "voice"),
)


@dataclass(frozen=True)
class Wish:
    """Whom to warn, as a person chose it; `key` was made by the page that asked.

    Places of any of `kinds` or of any of `communities`. `attacked` is the place where it happened, as typed; it is left
    out, as are the places `but` (ids). `texts` are the person's own words, language → text; they may stay empty.
    """

    key: str
    kinds: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    attacked: str = ""
    but: tuple[int, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Warned:
    """What warning would do.

    `sites` are warned now; `spared` are left out because phones may ring where it happened; `already` were warned
    before. `holes` counts places by what leaves them without a call, so that a human can see to them.
    """

    sites: tuple[Site, ...]
    spared: tuple[Site, ...]
    already: int
    planned: tuple[PlannedRole, ...]
    notices: tuple[Notice, ...]
    holes: Mapping[Hole, int]

    @property
    def places(self) -> int:
        """How many places are warned."""
        return len(self.sites)

    @property
    def contacts(self) -> int:
        """How many people are told first."""
        return len({role.rungs[0].holder.person_id for role in self.planned if role.rungs})

    @property
    def languages(self) -> int:
        """In how many languages."""
        return len({role.rungs[0].language for role in self.planned if role.rungs})


def check(call_out: CallOut, wish: Wish) -> None:
    """Raise BadInput if `wish` says nothing that can be done."""
    unknown = set(wish.kinds) - set(KINDS) | set(wish.communities) - set(COMMUNITIES)
    if unknown or not (wish.kinds or wish.communities):
        raise BadInput("Choose at least one kind of place or one community.")
    if any(len(text) > LONGEST for text in wish.texts.values()):
        raise BadInput("Your own words have {most} characters at most.", most=LONGEST)
    own = {language for language, text in wish.texts.items() if text.strip()}
    if own and call_out.document.languages.source not in own:
        raise BadInput(
            "Write your own words in the playbook's own language first; the others may stay empty."
        )


def foresee_warning(call_out: CallOut, wish: Wish, settings: Settings) -> Warned:
    """Return what warning would do now; writes nothing. Raises BadInput."""
    check(call_out, wish)
    return _foreseen(call_out, wish, settings, keep=False)


def note_look(call_out: CallOut, wish: Wish, user: User) -> None:
    """Write down that `user` has asked how many places there are: numbers tell something, too."""
    log.record(
        call_out.session,
        "sites.counted",
        now=call_out.now,
        user=user,
        activation_id=call_out.activation.id,
        payload={"kinds": wish.kinds, "communities": wish.communities},
    )


def warn(
    session: Session, activation_id: int, wish: Wish, settings: Settings, user: User, now: datetime
) -> Announcement:
    """Warn the places of `wish` that were not warned yet.

    The same key again returns what it has done already. Raises NotFound, Conflict if the incident has ended, BadInput,
    also if no place is left to warn.
    """
    take_turn(session, activation_id)
    again = session.scalar(select(Announcement).where(Announcement.request_key == wish.key))
    if again is not None:
        return again
    call_out = load_running(session, activation_id, now, settings.public_url)
    activation = call_out.activation
    check(call_out, wish)
    seen = _foreseen(call_out, wish, settings, keep=True)
    if not seen.sites:
        raise BadInput("No place is left to warn. Choose other kinds or communities.")
    act = Announcement(
        activation_id=activation.id,
        request_key=wish.key,
        kind=str(ChangeKind.SITE_WARNING),
        level_before=activation.level,
        level_after=activation.level,
        texts=json.dumps(dict(wish.texts), ensure_ascii=False),
        made_at=call_out.now,
        made_by_id=user.id,
        made_by_name=user.shown_name,
    )
    session.add(act)
    session.flush()
    call_out.__dict__.pop("warnings", None)
    begin_calls(call_out, seen.planned)
    call_out.touch()
    log.record(
        session,
        "sites.warned",
        now=call_out.now,
        user=user,
        activation_id=activation.id,
        subject=f"announcement:{act.id}",
        payload={"places": seen.places, "kinds": wish.kinds, "communities": wish.communities},
    )
    return act


def _foreseen(call_out: CallOut, wish: Wish, settings: Settings, *, keep: bool) -> Warned:
    session, activation = call_out.session, call_out.activation
    known = set(
        session.scalars(
            select(RoleCall.site_id).where(
                RoleCall.activation_id == activation.id, RoleCall.site_id.is_not(None)
            )
        )
    )
    found = register.sites_alike(session, wish.kinds, wish.communities)
    spared = [s for s in found if s.id in wish.but or is_named(wish.attacked, s.name, s.address)]
    fresh = [s for s in found if s.id not in known and s not in spared]
    planned = tuple(_planned(call_out, fresh, settings))
    languages = {rung.language for role in planned for rung in role.rungs}
    source = call_out.document.languages.source
    freeze_languages(call_out, settings, MESSAGES, {*languages, source}, keep=keep)
    return Warned(
        sites=tuple(fresh),
        spared=tuple(s for s in spared if s.id not in known),
        already=sum(s.id in known for s in found),
        planned=planned,
        notices=_notices(call_out, wish, planned),
        holes=_holes(planned),
    )


def _planned(call_out: CallOut, sites: Sequence[Site], settings: Settings) -> Iterable[PlannedRole]:
    """Yield one call for each place, through the people who hold its contact role now."""
    document = call_out.document
    roles = {
        site.contact_role: document.roles.get(site.contact_role, _UNKNOWN_ROLE) for site in sites
    }
    plan = plan_for(call_out.session, document, roles, call_out.now, settings, at_once=True)
    by_role = {planned.role: planned for planned in plan.roles}
    for site in sites:
        found = by_role[site.contact_role]
        yield replace(
            found,
            role=site_role(site.contact_role, site.id),
            tier="",
            starts_at=call_out.now,
            rungs=tuple(_spoken(call_out, rung) for rung in found.rungs),
            message=SITE_WARNING,
            site_id=site.id,
        )


def _spoken(call_out: CallOut, rung: PlannedRung) -> PlannedRung:
    """Return `rung` in the language in which its person can be warned."""
    document, own = call_out.document, rung.holder.language
    language = language_of(own)
    if SITE_WARNING in document.messages:
        language = document.message_text(SITE_WARNING, "sms", own).language
    return replace(rung, language=language)


def _holes(planned: Iterable[PlannedRole]) -> dict[Hole, int]:
    """Count the places that nobody can be told of: nobody holds the contact role, or nothing reaches its first one."""
    counts: Counter[Hole] = Counter()
    for role in planned:
        wrong = {hole for hole, _channel, rung in role.holes if rung in (None, *role.rungs[:1])}
        counts.update(wrong & SERIOUS)
    return dict(counts)


def _notices(call_out: CallOut, wish: Wish, planned: Iterable[PlannedRole]) -> tuple[Notice, ...]:
    """Return the first texts as they will be read, the most read first."""
    people: dict[tuple[str, str], set[int]] = {}
    for role in planned:
        for rung in role.rungs[:1]:
            stuck = {channel for _hole, channel in rung.holes}
            able = [channel for channel in rung.channels if channel not in stuck]
            if able:
                people.setdefault((rung.language, able[0]), set()).add(rung.holder.person_id)
    source = call_out.document.languages.source
    found = []
    for (language, channel), whom in people.items():
        own, own_language = text_for(wish.texts, language, source)
        subject, body = call_out.text(SITE_WARNING, language, channel).complete(
            {
                **call_out.shared_facts(language),
                "code": SAMPLE_CODE,
                "link": call_out.link(SAMPLE_TOKEN),
                "text": own,
            }
        )
        found.append(
            Notice(
                SITE_WARNING,
                language,
                channel,
                subject if channel == "email" else None,
                body,
                len(whom),
                segment(body).segments if channel == "sms" else 0,
                own_language if own and own_language != language else "",
            )
        )
    return tuple(sorted(found, key=lambda n: (-n.people, n.language, n.channel)))
