"""Looking: how ready we are, and one proof or drill."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playbook.models import ReadinessRound, RoundKind
from playbook.queries.preparedness.readiness import (
    drill_report,
    find_round,
    list_rounds,
    proof_report,
)
from playbook.services.preparedness.readiness_closing import close_now
from playbook.services.preparedness.readiness_days import days_of, real_incident_runs
from playbook.services.preparedness.readiness_schedule import PROOF_DAYS, schedule_of
from playbook.web.database import session, transaction, wiring
from playbook.web.directory.blueprint import RoleNames
from playbook.web.guards import COORDINATOR, OBSERVER, allow, signed_in_user
from playbook.web.languages import time_zone
from playbook.web.presentation import now
from playbook.web.readiness.blueprint import blueprint
from playbook.web.readiness.picture import draw


@blueprint.get("/readiness/")
@allow(OBSERVER)
def index() -> str:
    """Show the last proof and drill, what comes next, and what was before."""
    return overview()


def overview(error: str | None = None) -> str:
    """Render the page, with what is wrong with a schedule that was sent."""
    rounds = list_rounds(session())
    opening = days_of(session(), wiring().settings, now()).opening(now(), 1)
    return render_template(
        "readiness/index.html",
        error=error,
        rounds=rounds,
        open={line.round.kind: line for line in rounds if line.round.closed_at is None},
        last={
            kind: next(
                (x for x in rounds if x.round.kind == kind and x.round.closed_at is not None), None
            )
            for kind in RoundKind
        },
        schedules={kind: schedule_of(session(), kind) for kind in RoundKind},
        incident=real_incident_runs(session()),
        first_day=opening.astimezone(time_zone()).date(),
        choices=PROOF_DAYS,
        role_name=RoleNames(),
    )


@blueprint.get("/readiness/rounds/<int:round_id>")
@allow(OBSERVER)
def show(round_id: int) -> str:
    """Show one proof by organisation, or one drill by role."""
    made = find_round(session(), round_id)
    return _drill_page(made) if made.kind == RoundKind.DRILL else _proof_page(made)


@blueprint.post("/readiness/rounds/<int:round_id>/close")
@allow(COORDINATOR)
def close(round_id: int) -> ResponseReturnValue:
    """Close a round now; what has not left does not leave."""
    with transaction() as current:
        close_now(current, round_id, now=now(), user=signed_in_user(), settings=wiring().settings)
    flash(_("It is closed. Nobody is asked any more."), "success")
    return redirect(url_for("readiness.show", round_id=round_id))


def _proof_page(made: ReadinessRound) -> str:
    return render_template("readiness/proof.html", report=proof_report(session(), made))


def _drill_page(made: ReadinessRound) -> str:
    report = drill_report(session(), made)
    return render_template(
        "readiness/drill.html", report=report, picture=draw(report), role_name=RoleNames()
    )
