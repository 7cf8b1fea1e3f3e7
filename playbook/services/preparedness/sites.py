"""The register of places that may be concerned when a similar one is attacked. Encrypted, need-to-know, logged.

About places, never about persons who are suspected of something. The log says who looked and what was changed, by the
place's id; it never names a place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.directory_cells import check_role
from playbook.domain.preparedness.site_kinds import COMMUNITIES, KINDS, same_name
from playbook.errors import BadInput, Conflict, NotAllowed, NotFound
from playbook.models import Site, User
from playbook.models.keyring import current_keyring
from playbook.services import log

#: Longest name or address, and longest text on what a place needs.
LONGEST_NAME = 200
LONGEST_NEEDS = 2000
#: A call's name holds the contact role and the place's number.
LONGEST_ROLE = 64


@dataclass(frozen=True)
class SiteFacts:
    """What the city knows about a place; `community` may stay empty, everything else it needs to be warned."""

    name: str
    kind: str
    community: str
    contact_role: str
    address: str = ""
    needs: str = ""


def check_may_see(user: User) -> None:
    """Raise NotAllowed unless `user` was given the right to read the register."""
    if not user.sees_sites:
        raise NotAllowed(
            "You may not read the register of places. An administrator can give you that right."
        )


def note_opening(session: Session, user: User, why: str, *, now: datetime) -> None:
    """Write down that `user` opens the register, and why. Raises NotAllowed, BadInput without a reason."""
    check_may_see(user)
    if not why.strip():
        raise BadInput("Say in a few words why you open the register.")
    log.record(session, "sites.opened", now=now, user=user, payload={"why": why.strip()[:300]})


def site_of(session: Session, site_id: int) -> Site:
    """Return a place that has not been removed, or raise NotFound."""
    site = session.get(Site, site_id)
    if site is None or site.removed_at is not None:
        raise NotFound("There is no such place in the register.")
    return site


def all_sites(session: Session) -> Sequence[Site]:
    """Return every place of the register."""
    return session.scalars(select(Site).where(Site.removed_at.is_(None)).order_by(Site.id)).all()


def sites_alike(
    session: Session, kinds: Iterable[str], communities: Iterable[str]
) -> Sequence[Site]:
    """Return the places of any of these kinds or communities, found without reading the others."""
    return session.scalars(
        select(Site)
        .where(
            Site.removed_at.is_(None),
            or_(
                Site.kind_index.in_([_index("kind", kind) for kind in kinds]),
                Site.community_index.in_([_index("community", c) for c in communities]),
            ),
        )
        .order_by(Site.id)
    ).all()


def site_named(session: Session, name: str) -> Site | None:
    """Return the place with this name, if the register has it."""
    return session.scalar(
        select(Site).where(Site.name_index == _name_index(name), Site.removed_at.is_(None))
    )


def add_site(session: Session, facts: SiteFacts, *, now: datetime, user: User | None) -> Site:
    """Add a place; it counts as looked through now. Raises BadInput, Conflict if the name is there already."""
    facts = checked(facts)
    _free(session, facts.name, None)
    site = Site(checked_at=now)
    _set(site, facts)
    session.add(site)
    session.flush()
    _note(session, "site.added", site, now, user)
    return site


def change_site(
    session: Session, site: Site, facts: SiteFacts, *, now: datetime, user: User | None
) -> None:
    """Change a place; it counts as looked through now. Raises as `add_site`."""
    facts = checked(facts)
    _free(session, facts.name, site.id)
    _set(site, facts)
    site.checked_at = now
    session.flush()
    _note(session, "site.changed", site, now, user)


def confirm_site(session: Session, site: Site, *, now: datetime, user: User) -> None:
    """Note that a person has looked a place through and found it right."""
    site.checked_at = now
    _note(session, "site.confirmed", site, now, user)


def remove_site(session: Session, site: Site, *, now: datetime, user: User) -> None:
    """Take a place out: it is warned no more, and what it was called and where it lies is forgotten.

    Calls that warned it stay in their incidents.
    """
    site.name = site.address = site.needs = ""
    site.name_index = ""
    site.removed_at = now
    session.flush()
    _note(session, "site.removed", site, now, user)


def facts_of(site: Site) -> SiteFacts:
    """Return a place as a form holds it."""
    return SiteFacts(
        site.name, site.kind, site.community, site.contact_role, site.address, site.needs
    )


def checked(facts: SiteFacts) -> SiteFacts:
    """Return `facts` as they are kept; raises BadInput, in words for whoever typed them."""
    name = " ".join(facts.name.split())
    if not same_name(name):
        raise BadInput("Give the place a name.")
    if len(name) > LONGEST_NAME or len(facts.address) > LONGEST_NAME:
        raise BadInput("Names and addresses have {most} characters at most.", most=LONGEST_NAME)
    if len(facts.needs) > LONGEST_NEEDS:
        raise BadInput("What a place needs has {most} characters at most.", most=LONGEST_NEEDS)
    if facts.kind not in KINDS:
        raise BadInput("Choose what kind of place it is.")
    if facts.community and facts.community not in COMMUNITIES:
        raise BadInput("Choose the community from the list, or none.")
    role = facts.contact_role.strip()
    if not role:
        raise BadInput("Choose the role whose people are told when this place is warned.")
    if len(check_role(role)) > LONGEST_ROLE:
        raise BadInput("The contact role has {most} characters at most.", most=LONGEST_ROLE)
    return SiteFacts(
        name, facts.kind, facts.community, role, facts.address.strip(), facts.needs.strip()
    )


def _set(site: Site, facts: SiteFacts) -> None:
    site.name, site.name_index = facts.name, _name_index(facts.name)
    site.kind, site.kind_index = facts.kind, _index("kind", facts.kind)
    site.community = facts.community
    site.community_index = _index("community", facts.community) if facts.community else ""
    site.address, site.needs, site.contact_role = facts.address, facts.needs, facts.contact_role


def _free(session: Session, name: str, but: int | None) -> None:
    known = site_named(session, name)
    if known is not None and known.id != but:
        raise Conflict("The register has a place with this name already. Change that one.")


def _name_index(name: str) -> str:
    return _index("name", same_name(name))


def _index(what: str, value: str) -> str:
    return current_keyring().blind_index(f"site-{what}:{value}")


def _note(session: Session, kind: str, site: Site, now: datetime, user: User | None) -> None:
    log.record(session, kind, now=now, user=user, subject=f"site:{site.id}")
