"""Letting proofs and drills begin by themselves, or no more."""

from datetime import UTC, date, datetime, time, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.domain.preparedness.daytime import OPENS, weekly
from playbook.errors import BadInput
from playbook.models import RoundKind
from playbook.services.preparedness.readiness_days import days_of
from playbook.services.preparedness.readiness_schedule import set_schedule, switch_off
from playbook.web.database import session, transaction, wiring
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.presentation import now, plain_moment
from playbook.web.readiness.blueprint import blueprint, kind_of
from playbook.web.readiness.starting import chosen_roles, drill_form, roles_form
from playbook.web.readiness.views import overview


@blueprint.post("/readiness/proof/schedule")
@allow(COORDINATOR)
def plan_proofs() -> ResponseReturnValue:
    """Let a proof begin by itself on a day at 10:00 in the city, then every three or six months."""
    try:
        first_at = _opening_on(request.form.get("first", ""))
        every = request.form.get("every", "")
        _save(RoundKind.PROOF, int(every) if every.isdecimal() else 0, first_at, [])
    except BadInput as error:
        return overview(sentence(error)), error.status
    flash(_("The next proof begins on %(moment)s.", moment=plain_moment(first_at)), "success")
    return redirect(url_for("readiness.index"))


@blueprint.post("/readiness/drill/schedule")
@allow(COORDINATOR)
def plan_drills() -> ResponseReturnValue:
    """Let a drill of the chosen roles begin by itself every so many weeks."""
    roles = chosen_roles(request.form.getlist("role"))
    if not roles:
        return roles_form(_("Choose at least one role for the drill.")), BadInput.status
    try:
        first_at = _next_weekly(request.form.get("weekday", ""), request.form.get("at", ""))
        weeks = request.form.get("weeks", "")
        _save(RoundKind.DRILL, 7 * int(weeks) if weeks.isdecimal() else 0, first_at, roles)
    except BadInput as error:
        return drill_form(roles, sentence(error)), error.status
    flash(_("The next drill begins on %(moment)s.", moment=plain_moment(first_at)), "success")
    return redirect(url_for("readiness.index"))


@blueprint.post("/readiness/<kind>/off")
@allow(COORDINATOR)
def stop(kind: str) -> ResponseReturnValue:
    """Let no more of them begin by themselves."""
    which = kind_of(kind)
    with transaction() as current:
        switch_off(current, which, now=now(), user=signed_in_user())
    flash(_("Nothing begins by itself any more."), "success")
    return redirect(url_for("readiness.index"))


def _save(kind: RoundKind, every_days: int, first_at: datetime, roles: list[str]) -> None:
    with transaction() as current:
        set_schedule(
            current,
            kind,
            every_days=every_days,
            first_at=first_at,
            now=now(),
            user=signed_in_user(),
            roles=roles,
        )


def _opening_on(text: str) -> datetime:
    """Return 10:00 in the city on the day that was typed, or on the next working day. Raises BadInput."""
    days = days_of(session(), wiring().settings, now())
    try:
        day = date.fromisoformat(text.strip())
        typed = datetime.combine(day, OPENS, days.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("The day could not be read. Write it like 2026-03-14.") from None
    if not now() < typed < now() + timedelta(days=731):
        raise BadInput("Choose a day that lies ahead, within two years.")
    return days.opening(typed, 0)


def _next_weekly(weekday: str, at: str) -> datetime:
    days = days_of(session(), wiring().settings, now())
    try:
        hour = time.fromisoformat(at.strip()).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        raise BadInput("The time could not be read. Write it like 10:30.") from None
    if weekday not in set("0123456"):
        raise BadInput("Choose a day of the week.")
    return weekly(int(weekday), hour, now(), days.zone)
