"""One role's rota: the coming four weeks, how it returns, its swaps, links to the people's own pages, its end."""

import re
import secrets
from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.errors import BadInput, NotFound
from playbook.models import Rota
from playbook.queries.preparedness import directory as directory_queries
from playbook.queries.preparedness.duty import (
    CITY_WEEKS,
    coming_days,
    gaps_soon,
    names_of,
    swaps_on,
)
from playbook.services.preparedness import rotas, swaps
from playbook.services.preparedness.duty import people_on, rota_of
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames
from playbook.web.duty.blueprint import (
    blueprint,
    open_rota,
    pattern_ahead,
    settings,
    tell_gaps,
    zone_for,
)
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now

#: What names one sending of links.
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@blueprint.get("/directory/roles/<role>/rota")
@allow(OBSERVER)
def show(role: str) -> ResponseReturnValue:
    """Show who is on duty in the coming four weeks; where there is no rota yet, what one would do."""
    names = RoleNames()
    rota = rota_of(session(), role)
    if rota is None:
        _check_known(role, names)
        return render_template("duty/no_rota.html", role=role, role_name=names(role))
    days, hands = coming_days(session(), rota, settings(), now())
    return render_template(
        "duty/rota.html",
        rota=rota,
        role_name=names(role),
        zone=zone_for(rota),
        weeks=[days[first : first + 7] for first in range(0, CITY_WEEKS * 7, 7)],
        hands=hands,
        names=names_of(session(), hands),
        gaps=gaps_soon(pattern_ahead(rota), now()),
        entries=[entry for entry in rota.entries if entry.ends_at > now()],
        swaps=swaps_on(session(), rota),
        people=len(people_on(session(), rota)),
    )


@blueprint.get("/directory/roles/<role>/rota/settings")
@allow(COORDINATOR)
def prepare(role: str) -> ResponseReturnValue:
    """Ask after how many weeks the rota returns."""
    names = RoleNames()
    rota = rota_of(session(), role)
    if rota is None:
        _check_known(role, names)
    return _settings_page(role, rota, _typed(rota))


@blueprint.post("/directory/roles/<role>/rota/settings")
@allow(COORDINATOR)
def save(role: str) -> ResponseReturnValue:
    """Begin a rota, or change how it returns; what was typed is kept where it cannot be."""
    known = rota_of(session(), role)
    if known is None:
        _check_known(role, RoleNames())
    try:
        facts = rotas.RotaFacts(
            request.form.get("cycle_weeks", 0, type=int),
            _day(request.form.get("anchor", "")),
            request.form.get("time_zone", ""),
        )
        with transaction() as current:
            rotas.save_rota(current, role, facts, now=now(), user=signed_in_user())
    except BadInput as error:
        return _settings_page(role, known, request.form, sentence(error)), error.status
    if known is None:
        return redirect(url_for("duty.pattern", role=role), 303)
    flash(_("How the rota returns is saved."), "success")
    tell_gaps(open_rota(role))
    return redirect(url_for("duty.show", role=role), 303)


@blueprint.get("/directory/roles/<role>/rota/links")
@allow(COORDINATOR)
def prepare_links(role: str) -> str:
    """Show how many people get the link to their own duty page, and how."""
    rota = open_rota(role)
    people = people_on(session(), rota)
    by_channel: dict[str | None, list[str]] = {"sms": [], "email": [], None: []}
    for person in people:
        by_channel[swaps.channel_to(person)].append(person.name)
    return render_template(
        "duty/links.html",
        rota=rota,
        role_name=RoleNames()(role),
        reached=len(by_channel["sms"]) + len(by_channel["email"]),
        by_channel=by_channel,
        key=secrets.token_urlsafe(24),
    )


@blueprint.post("/directory/roles/<role>/rota/links")
@allow(COORDINATOR)
def send_links(role: str) -> ResponseReturnValue:
    """Send them; the same page sent twice sends once."""
    open_rota(role)
    key = request.form.get("key", "")
    if not KEY.fullmatch(key):
        raise BadInput("Open the page again, then send the links. Nothing was sent.")
    with transaction() as current:
        sent = swaps.send_links(
            current,
            open_rota(role),
            key=key,
            settings=settings(),
            now=now(),
            user=signed_in_user(),
        )
    flash(
        ngettext("%(num)d link is on its way.", "%(num)d links are on their way.", sent), "success"
    )
    return redirect(url_for("duty.show", role=role), 303)


@blueprint.get("/directory/roles/<role>/rota/remove")
@allow(COORDINATOR)
def prepare_removal(role: str) -> str:
    """Show who holds the role once the rota is gone."""
    rota = open_rota(role)
    everybody = directory_queries.read_directory(session())
    names = RoleNames()
    table = directory_queries.role_table(everybody, names.uses)
    line = next((entry.holders for entry in table if entry.role == role), ())
    return render_template("duty/remove_rota.html", rota=rota, role_name=names(role), line=line)


@blueprint.post("/directory/roles/<role>/rota/remove")
@allow(COORDINATOR)
def remove(role: str) -> ResponseReturnValue:
    """Remove the rota: the standing line holds the role at every hour again."""
    open_rota(role)
    with transaction() as current:
        rotas.remove_rota(current, open_rota(role), now=now(), user=signed_in_user())
    flash(_("The rota is removed. The people of the role hold it at every hour."), "success")
    if role not in RoleNames().uses:
        return redirect(url_for("directory.roles"), 303)
    return redirect(url_for("directory.role", role=role), 303)


def _check_known(role: str, names: RoleNames) -> None:
    everybody = directory_queries.read_directory(session())
    held = {place.role for person in everybody.people for place in person.places}
    if role not in names.uses and role not in held:
        raise NotFound("No playbook uses this role, and nobody holds it.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("Choose a day of the week that is week 1. Nothing was saved.") from None


def _typed(rota: Rota | None) -> Mapping[str, str]:
    if rota is None:
        return {"cycle_weeks": "1", "anchor": now().date().isoformat(), "time_zone": ""}
    return {
        "cycle_weeks": str(rota.cycle_weeks),
        "anchor": rota.anchor.isoformat(),
        "time_zone": rota.time_zone,
    }


def _settings_page(
    role: str, rota: Rota | None, typed: Mapping[str, str], problem: str = ""
) -> str:
    return render_template(
        "duty/settings.html",
        role=role,
        rota=rota,
        role_name=RoleNames()(role),
        typed=typed,
        problem=problem,
        city_zone=settings().city_time_zone,
    )
