"""The blueprint that the screens of duty hang on, and what all of them need."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.domain.preparedness.rota import Gap, Pattern, gaps, instant_of
from playbook.errors import BadInput, NotFound
from playbook.models import Person, Rota
from playbook.queries.preparedness.duty import gaps_soon
from playbook.services.preparedness.duty import pattern_of, rota_of, zone_of
from playbook.settings import Settings
from playbook.web.addresses import LARGEST_ID
from playbook.web.database import session, wiring
from playbook.web.duty import wording
from playbook.web.presentation import now

blueprint = Blueprint(
    "duty",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/rota-files",
)

#: How far ahead saving looks for gaps.
SOON_DAYS = 14
#: Gaps that are named one by one; the others are counted.
NAMED = 5


@blueprint.context_processor
def _words() -> dict[str, Any]:
    return {"words": wording}


def settings() -> Settings:
    """Return this installation's settings."""
    return wiring().settings


def open_rota(role: str) -> Rota:
    """Return the rota of `role`, or raise NotFound."""
    rota = rota_of(session(), role)
    if rota is None:
        raise NotFound("This role has no rota: the same people hold it at every hour.")
    return rota


def zone_for(rota: Rota) -> ZoneInfo:
    """Return the zone in which a rota's times are written and shown."""
    return zone_of(rota, settings())


def pattern_ahead(rota: Rota) -> Pattern:
    """Return the rota as the rule sees it over the coming weeks: one cycle, two weeks at least."""
    return pattern_of(session(), rota, settings(), now(), now() + horizon(rota))


def horizon(rota: Rota) -> timedelta:
    """Return how far ahead the effect of a change is shown."""
    return timedelta(days=max(SOON_DAYS, 7 * (rota.cycle_weeks + 1)))


def new_gaps(rota: Rota, **change: Any) -> list[Gap]:
    """Return the gaps that `change` (fields of the pattern) would make, over the coming weeks."""
    before = pattern_ahead(rota)
    end = now() + horizon(rota)
    known = gaps(before, now(), end)
    after = gaps(replace(before, **change), now(), end)
    return [gap for gap in after if not any(_within(gap, other) for other in known)]


def _within(gap: Gap, other: Gap) -> bool:
    return other.starts_at <= gap.starts_at and gap.ends_at <= other.ends_at


def tell_gaps(rota: Rota) -> None:
    """Say at once, after saving, when nobody will be on duty in the coming two weeks."""
    found = gaps_soon(pattern_ahead(rota), now(), SOON_DAYS)
    if not found:
        flash(_("In the coming 14 days somebody is on duty at every hour."), "success")
        return
    zone = zone_for(rota)
    flash(
        ngettext(
            "In the coming 14 days nobody is on duty at %(num)d time: %(times)s.",
            "In the coming 14 days nobody is on duty at %(num)d times, first: %(times)s.",
            len(found),
            times="; ".join(wording.plain_span(g.starts_at, g.ends_at, zone) for g in found[:3]),
        ),
        "warning",
    )


def row_id(text: str | None) -> int:
    """Return an id that a form carries; 0, which no row has, for anything else."""
    plain = text or ""
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 11 else 0


def known_id(text: str | None) -> int:
    """Return an id that fits a row; 0 for anything else."""
    found = row_id(text)
    return found if found <= LARGEST_ID else 0


def local_instant(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant of a local date and time as a form sends it ("2026-03-14T19:00"); raises BadInput."""
    try:
        local = datetime.fromisoformat(text)
        if local.tzinfo is not None or not 2000 <= local.year <= 2200:
            raise ValueError
    except ValueError:
        raise BadInput("Give a date and a time for the beginning and for the end.") from None
    return instant_of(zone, local.date(), local.time())


def local_text(instant: datetime, zone: ZoneInfo) -> str:
    """Return `instant` as a form's date and time field holds it."""
    return f"{instant.astimezone(zone):%Y-%m-%dT%H:%M}"


def from_stamp(text: str | None) -> datetime:
    """Return the instant that an address carries as seconds; raises NotFound for what is none."""
    plain = text or ""
    if not (plain.isascii() and plain.isdigit() and len(plain) < 11):
        raise NotFound("This turn is not in the rota any more. Open the page again.")
    return datetime.fromtimestamp(int(plain), UTC)


def choices_of(people: Iterable[Person], first: str) -> Sequence[tuple[str, str]]:
    """Return people as the options of a form, after `first`, the option that is none."""
    return [("", first), *((str(person.id), person.name) for person in people)]
