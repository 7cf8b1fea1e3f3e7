"""Public holidays: the region's calendar, days that the city adds, days that it sets aside."""

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.errors import BadInput, NotFound
from playbook.services.preparedness import city_holidays as service
from playbook.web.database import session, transaction
from playbook.web.duty import wording
from playbook.web.duty.blueprint import blueprint, settings
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.languages import time_zone
from playbook.web.presentation import now


@blueprint.get("/directory/holidays")
@allow(OBSERVER)
def holidays() -> ResponseReturnValue:
    """Show the public holidays of a year, this one without a choice."""
    return _page(_year(request.args.get("year")), {})


@blueprint.post("/directory/holidays")
@allow(COORDINATOR)
def keep_holiday() -> ResponseReturnValue:
    """Keep a day: one of the city's own, or one that was set aside."""
    try:
        on = _date(request.form.get("on", ""))
        with transaction() as current:
            service.keep_day(
                current,
                on,
                request.form.get("name", ""),
                settings=settings(),
                now=now(),
                user=signed_in_user(),
            )
    except BadInput as error:
        return _page(_this_year(), request.form, sentence(error)), error.status
    flash(_("%(day)s is a public holiday.", day=wording.day(on)), "success")
    return redirect(url_for("duty.holidays", year=on.year), 303)


@blueprint.post("/directory/holidays/set-aside")
@allow(COORDINATOR)
def drop_holiday() -> ResponseReturnValue:
    """Work on a day: the usual weekday's shifts stand on it."""
    on = _date(request.form.get("on", ""))
    with transaction() as current:
        service.drop_day(current, on, settings=settings(), now=now(), user=signed_in_user())
    flash(
        _("%(day)s is a working day: the weekday's shifts apply.", day=wording.day(on)), "success"
    )
    return redirect(url_for("duty.holidays", year=on.year), 303)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("Choose a day. Nothing was saved.") from None


def _this_year() -> int:
    return now().astimezone(time_zone()).year


def _year(text: str | None) -> int:
    """Return the year that an address asks for; raises NotFound for one that nobody plans."""
    if text is None:
        return _this_year()
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise NotFound("There is no such year here.")
    if abs(int(text) - now().year) > service.FURTHEST_YEARS:
        raise NotFound("There is no such year here.")
    return int(text)


def _page(year: int, typed: Mapping[str, str], problem: str = "") -> str:
    return render_template(
        "duty/holidays.html",
        year=year,
        listed=service.list_holidays(session(), settings(), year),
        this_year=_this_year(),
        furthest=service.FURTHEST_YEARS,
        region=settings().city_region,
        subdivision=settings().city_subdivision,
        typed=typed,
        problem=problem,
        longest=service.LONGEST_NAME,
    )
