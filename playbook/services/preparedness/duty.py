"""What swaps, calendars and screens ask of one rota: its pattern, its zone, its people, what its role is called."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.domain.preparedness.rota import Entry, EntryKind, Pattern
from playbook.domain.text import in_order
from playbook.errors import NotFound
from playbook.models import Person, RoleHolder, Rota, RotaEntry, RotaShift
from playbook.services.preparedness.documents import document_of, latest_versions
from playbook.services.preparedness.rotas import patterns_of
from playbook.settings import Settings


class Dated(Protocol):
    """A stretch of duty in one person's hands: a row, or one that is planned."""

    @property
    def person_id(self) -> int | None:
        """Whose it is."""

    @property
    def position(self) -> int:
        """0 is on duty, 1 stands behind."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it ends."""


def rota_of(session: Session, role: str) -> Rota | None:
    """Return the rota of `role`, or None where it is held by the same people at every hour."""
    return session.scalar(select(Rota).where(Rota.role == role))


def rota_by_id(session: Session, rota_id: int) -> Rota:
    """Return a rota, or raise NotFound."""
    rota = session.get(Rota, rota_id)
    if rota is None:
        raise NotFound("There is no such rota.")
    return rota


def lock_rota(session: Session, rota_id: int) -> None:
    """Let whoever else changes this rota wait, on PostgreSQL; on SQLite writers take turns anyway."""
    session.execute(select(Rota.id).where(Rota.id == rota_id).with_for_update())


def zone_of(rota: Rota, settings: Settings) -> ZoneInfo:
    """Return the zone that the rota's wall-clock times are in."""
    return ZoneInfo(rota.time_zone or settings.city_time_zone)


def pattern_of(
    session: Session, rota: Rota, settings: Settings, start: datetime, end: datetime
) -> Pattern:
    """Return the rota as the rule sees it, with every entry that touches [start, end)."""
    return patterns(session, [rota.role], settings, start, end)[rota.role]


def patterns(
    session: Session, roles: Iterable[str], settings: Settings, start: datetime, end: datetime
) -> dict[str, Pattern]:
    """Return the rotas of those of `roles` that have one, in a handful of queries."""
    return patterns_of(
        session,
        list(roles),
        settings.city_time_zone,
        settings.city_region,
        settings.city_subdivision,
        start,
        end,
    )


def as_entry(row: Dated, kind: EntryKind, made_at: datetime) -> Entry:
    """Return a dated stretch as the rule sees it."""
    return Entry(row.person_id, row.position, row.starts_at, row.ends_at, kind, made_at)


def people_on(session: Session, rota: Rota) -> list[Person]:
    """Return who has a shift or an entry in the rota, or stands in the role's standing line, by name."""
    ids = (
        select(RotaShift.person_id)
        .where(RotaShift.rota_id == rota.id)
        .union(
            select(RotaEntry.person_id).where(RotaEntry.rota_id == rota.id),
            select(RoleHolder.person_id).where(RoleHolder.role == rota.role),
        )
    )
    people = session.scalars(
        select(Person).where(Person.id.in_(ids), Person.removed_at.is_(None))
    ).all()
    return sorted(people, key=lambda p: (p.name.casefold(), p.id))


def role_name(session: Session, role: str, language: str) -> str:
    """Return what published playbooks call `role` in `language`, else in English, else its id."""
    for code in dict.fromkeys((language, language.split("-")[0], "en")):
        for version in latest_versions(session):
            name = document_of(version).words.get(code, {}).get(f"roles.{role}.name")
            if name:
                return name
    return role


def stretch_in_words(start: datetime, end: datetime, zone: ZoneInfo, language: str) -> str:
    """Return "Sun 29 Mar, 22:00 GMT - Mon 30 Mar, 07:00 BST" in `language`, each end with its zone.

    The hyphen costs an SMS no second part, a dash would.
    """
    return f"{_moment(start, zone, language)} - {_moment(end, zone, language)}"


def _moment(instant: datetime, zone: ZoneInfo, language: str) -> str:
    local = instant.astimezone(zone)
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        locale = Locale("en", "GB")
    if locale.language == "en":
        locale = Locale("en", "GB")
    day = format_skeleton("MMMEd", local, tzinfo=zone, locale=locale)
    return f"{day} {in_order(f'{local:%H:%M} {local.tzname()}', language)}"
