"""The weekly pattern: shifts added, changed and taken out, each with the gaps that it makes."""

from datetime import time

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from playbook.domain.preparedness.rota import HOLIDAY, Shift
from playbook.errors import BadInput, NotFound, PlaybookError
from playbook.models import Rota, RotaShift
from playbook.queries.preparedness import directory as directory_queries
from playbook.services.preparedness import rotas
from playbook.services.preparedness.duty import people_on
from playbook.web.database import session, transaction
from playbook.web.directory.blueprint import RoleNames
from playbook.web.duty import wording
from playbook.web.duty.blueprint import (
    NAMED,
    SOON_DAYS,
    blueprint,
    horizon,
    known_id,
    new_gaps,
    open_rota,
    tell_gaps,
    zone_for,
)
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.presentation import now

Typed = MultiDict[str, str]


@blueprint.get("/directory/roles/<role>/rota/pattern")
@allow(OBSERVER)
def pattern(role: str) -> str:
    """Show the weekly pattern, and to coordinators a form for one more shift."""
    return _page(open_rota(role), _empty())


@blueprint.post("/directory/roles/<role>/rota/shifts")
@allow(COORDINATOR)
def add_shifts(role: str) -> ResponseReturnValue:
    """Add a shift on every day that was chosen; what was typed is kept where it cannot be."""
    try:
        with transaction() as current:
            rota = open_rota(role)
            wanted = [*_shifts(rota), *_read(request.form)]
            rotas.set_shifts(current, rota, wanted, now=now(), user=signed_in_user())
    except PlaybookError as error:
        return _page(open_rota(role), request.form, sentence(error)), error.status
    return _saved(role)


@blueprint.get("/directory/roles/<role>/rota/shifts/<int:shift_id>")
@allow(COORDINATOR)
def edit_shift(role: str, shift_id: int) -> str:
    """Show one shift's form."""
    row = _row(open_rota(role), shift_id)
    typed: Typed = MultiDict(
        {
            "person": str(row.person_id),
            "position": str(row.position),
            "week": str(row.week),
            "weekday": str(row.weekday),
            "starts": row.starts,
            "ends": row.ends,
        }
    )
    return _shift_page(role, row, typed)


@blueprint.post("/directory/roles/<role>/rota/shifts/<int:shift_id>")
@allow(COORDINATOR)
def change_shift(role: str, shift_id: int) -> ResponseReturnValue:
    """Put what was typed in the place of one shift."""
    try:
        with transaction() as current:
            rota = open_rota(role)
            row = _row(rota, shift_id)
            wanted = [*_shifts(rota, without=row), *_read(request.form)]
            rotas.set_shifts(current, rota, wanted, now=now(), user=signed_in_user())
    except BadInput as error:
        row = _row(open_rota(role), shift_id)
        return _shift_page(role, row, request.form, sentence(error)), error.status
    return _saved(role)


@blueprint.get("/directory/roles/<role>/rota/shifts/<int:shift_id>/remove")
@allow(COORDINATOR)
def prepare_shift_removal(role: str, shift_id: int) -> str:
    """Show the gaps that taking one shift out makes."""
    rota = open_rota(role)
    row = _row(rota, shift_id)
    made = new_gaps(rota, shifts=tuple(_shifts(rota, without=row)))
    return render_template(
        "duty/remove_shift.html",
        rota=rota,
        shift=row,
        role_name=RoleNames()(role),
        gaps=made,
        named=NAMED,
        days=horizon(rota).days,
        zone=zone_for(rota),
    )


@blueprint.post("/directory/roles/<role>/rota/shifts/<int:shift_id>/remove")
@allow(COORDINATOR)
def remove_shift(role: str, shift_id: int) -> ResponseReturnValue:
    """Take one shift out of the pattern."""
    with transaction() as current:
        rota = open_rota(role)
        wanted = _shifts(rota, without=_row(rota, shift_id))
        rotas.set_shifts(current, rota, wanted, now=now(), user=signed_in_user())
    return _saved(role)


def _saved(role: str) -> ResponseReturnValue:
    flash(_("The weekly pattern is saved."), "success")
    tell_gaps(open_rota(role))
    return redirect(url_for("duty.pattern", role=role), 303)


def _row(rota: Rota, shift_id: int) -> RotaShift:
    """Return a shift of this rota. Every change gives shifts new ids, so an old page finds none."""
    found = next((row for row in rota.shifts if row.id == shift_id), None)
    if found is None:
        raise NotFound("The pattern has changed since this page was opened. Look at it again.")
    return found


def _shifts(rota: Rota, without: RotaShift | None = None) -> list[Shift]:
    return [
        Shift(
            row.person_id,
            row.position,
            row.week,
            row.weekday,
            time.fromisoformat(row.starts),
            time.fromisoformat(row.ends),
        )
        for row in rota.shifts
        if row is not without
    ]


def _read(form: Typed) -> list[Shift]:
    """Return the shifts that a form asks for, one per chosen day; raises BadInput."""
    person_id = known_id(form.get("person"))
    days = sorted({known_id(day) for day in form.getlist("weekday")})
    if not person_id:
        raise BadInput("Choose a person. Nothing was saved.")
    if not days:
        raise BadInput("Choose one day or more. Nothing was saved.")
    return [
        Shift(
            person_id,
            known_id(form.get("position")),
            known_id(form.get("week")),
            day,
            _time(form.get("starts", "")),
            _time(form.get("ends", "")),
        )
        for day in days
    ]


def _time(text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise BadInput("Write both times like this: 07:30. Nothing was saved.") from None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _empty() -> Typed:
    return MultiDict({"starts": "19:00", "ends": "07:00"})


def _options(rota: Rota) -> dict[str, object]:
    """Return what a shift's form offers: the rota's own people first, then everybody."""
    near = [(person.id, person.name) for person in people_on(session(), rota)]
    known = {person_id for person_id, _name in near}
    everybody = directory_queries.read_directory(session()).people
    others = [(person.id, person.name) for person in everybody if person.id not in known]
    return {
        "near": near,
        "others": others,
        "places": wording.places(),
        "weeks": [(str(n), wording.week(n)) for n in range(rota.cycle_weeks)],
        "weekdays": [(str(n), wording.weekday(n)) for n in range(HOLIDAY + 1)],
        "zone": zone_for(rota),
    }


def _page(rota: Rota, typed: Typed, problem: str = "") -> str:
    by_day: dict[tuple[int, int], list[RotaShift]] = {}
    for row in rota.shifts:
        by_day.setdefault((row.week, row.weekday), []).append(row)
    return render_template(
        "duty/pattern.html",
        rota=rota,
        role_name=RoleNames()(rota.role),
        by_day=by_day,
        typed=typed,
        problem=problem,
        soon=SOON_DAYS,
        **_options(rota),
    )


def _shift_page(role: str, row: RotaShift, typed: Typed, problem: str = "") -> str:
    return render_template(
        "duty/shift.html",
        rota=row.rota,
        shift=row,
        role_name=RoleNames()(role),
        typed=typed,
        problem=problem,
        **_options(row.rota),
    )
