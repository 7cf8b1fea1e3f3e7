"""Starting a proof or a drill: in numbers first, then with one button."""

import secrets
from collections import Counter
from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from playbook.domain.preparedness.document import Playbook
from playbook.domain.preparedness.standing import Said, say
from playbook.domain.preparedness.standing.readiness import TEXTS
from playbook.errors import BadInput, Conflict
from playbook.models import RoundKind
from playbook.services.preparedness.documents import document_of, latest_versions
from playbook.services.preparedness.readiness import foresee, open_round, start_round
from playbook.services.preparedness.readiness_days import days_of, real_incident_runs
from playbook.services.preparedness.readiness_schedule import DRILL_WEEKS, schedule_of
from playbook.web.database import session, transaction, wiring
from playbook.web.directory.blueprint import RoleNames
from playbook.web.errors import sentence
from playbook.web.guards import COORDINATOR, allow, signed_in_user
from playbook.web.languages import page_language
from playbook.web.presentation import now
from playbook.web.readiness.blueprint import blueprint

#: The tier of a playbook that a drill asks unless somebody chooses otherwise; else its first one.
CELL = "city-cell"


@blueprint.get("/readiness/proof/new")
@allow(COORDINATOR)
def new_proof() -> str:
    """Show whom a proof would ask, when, and what they would read."""
    return proof_form()


@blueprint.post("/readiness/proof/new")
@allow(COORDINATOR)
def start_proof() -> ResponseReturnValue:
    """Start it."""
    return _start(RoundKind.PROOF, [])


@blueprint.get("/readiness/drill/new")
@allow(COORDINATOR)
def choose_roles() -> str:
    """Choose the roles of a drill; the cell of a playbook is chosen already."""
    return roles_form()


@blueprint.get("/readiness/drill/preview")
@allow(COORDINATOR)
def preview_drill() -> ResponseReturnValue:
    """Show whom a drill of the chosen roles would ask now."""
    roles = chosen_roles(request.args.getlist("role"))
    if not roles:
        return roles_form(_("Choose at least one role for the drill.")), BadInput.status
    return drill_form(roles)


@blueprint.post("/readiness/drill/new")
@allow(COORDINATOR)
def start_drill() -> ResponseReturnValue:
    """Start it."""
    return _start(RoundKind.DRILL, chosen_roles(request.form.getlist("role")))


def chosen_roles(named: Sequence[str]) -> list[str]:
    """Return those of `named` that a published playbook knows, each once."""
    known = RoleNames().uses
    return sorted({role for role in named if role in known})


def _start(kind: RoundKind, roles: list[str]) -> ResponseReturnValue:
    try:
        with transaction() as current:
            made = start_round(
                current,
                kind,
                wiring().settings,
                now=now(),
                user=signed_in_user(),
                request_key=request.form.get("key", "")[:64] or secrets.token_hex(16),
                roles=roles,
            )
            round_id = made.id
    except (BadInput, Conflict) as error:
        page = proof_form if kind is RoundKind.PROOF else lambda say: drill_form(roles, say)
        return page(sentence(error)), error.status
    if kind is RoundKind.PROOF:
        flash(_("The proof has begun. You need not stay here."), "success")
    else:
        asked = ngettext("The drill has begun: %(num)d role.", "The drill has begun: %(num)d roles.",
                         len(roles))  # fmt: skip
        flash(asked, "success")
    return redirect(url_for("readiness.show", round_id=round_id))


def proof_form(error: str | None = None) -> str:
    """Render what a proof would do, in numbers."""
    foreseen = foresee(session(), RoundKind.PROOF, wiring().settings, now())
    days = days_of(session(), wiring().settings, now())
    return render_template(
        "readiness/proof_new.html",
        error=error,
        foreseen=foreseen,
        obstacles=Counter(q.obstacle for q in foreseen.questions if q.obstacle),
        at_once=days.is_daytime(now(), None),
        opening=days.opening(now(), 0 if days.opening(now(), 0) > now() else 1),
        texts=_texts("proof-sms", "proof-mail"),
        key=secrets.token_hex(16),
        **_in_the_way(RoundKind.PROOF),
    )


def roles_form(error: str | None = None) -> str:
    """Render the choice of roles, those of a playbook's cell chosen already."""
    versions = [version for version in latest_versions(session()) if version.activatable]
    by_key = {version.playbook.key: version for version in versions}
    wanted = request.args.get("playbook", "")
    version = by_key.get(wanted) or next(iter(by_key.values()), None)
    document = document_of(version) if version else None
    schedule = schedule_of(session(), RoundKind.DRILL)
    asked = request.args.getlist("role") or (
        schedule.roles if schedule and schedule.on and not wanted else []
    )
    chosen = set(asked) or _cell(document)
    return render_template(
        "readiness/drill_new.html",
        error=error,
        playbooks=[(key, each.title) for key, each in by_key.items()],
        playbook=version.playbook.key if version else "",
        tiers=_tiers(document),
        chosen=chosen,
    )


def drill_form(roles: list[str], error: str | None = None) -> str:
    """Render what a drill of `roles` would do, in numbers, now or again and again."""
    foreseen = foresee(session(), RoundKind.DRILL, wiring().settings, now(), roles)
    return render_template(
        "readiness/drill_preview.html",
        error=error,
        foreseen=foreseen,
        roles=roles,
        role_name=RoleNames(),
        schedule=schedule_of(session(), RoundKind.DRILL),
        weeks=DRILL_WEEKS,
        texts=_texts("drill-sms"),
        key=secrets.token_hex(16),
        values=request.form,
        **_in_the_way(RoundKind.DRILL),
    )


def _in_the_way(kind: RoundKind) -> dict[str, object]:
    return {"incident": real_incident_runs(session()), "open": open_round(session(), kind)}


def _texts(*messages: str) -> list[Said]:
    """Return what people would read, in the reader's language, with a sign where each person's own link stands."""
    facts = {"city": wiring().settings.city_name, "link": "https://…", "confirm": "https://…"}
    return [
        say(TEXTS, message, page_language(), "email" if "mail" in message else "sms", facts)
        for message in messages
    ]


def _cell(document: Playbook | None) -> set[str]:
    if document is None:
        return set()
    tiers = list(document.tiers_in_order())
    tier = CELL if CELL in tiers else next(iter(tiers), "")
    return {role for role, entry in document.roles.items() if entry.tier == tier}


def _tiers(document: Playbook | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (name of the tier, its roles as (id, name)) in the order of the call-out."""
    if document is None:
        return []
    language = page_language()
    found = []
    for tier in document.tiers_in_order():
        roles = [
            (role, document.text(f"roles.{role}.name", language).text)
            for role, entry in document.roles.items()
            if entry.tier == tier
        ]
        name = document.text(f"tiers.{tier}.name", language).text
        found.append((name, sorted(roles, key=lambda r: r[1].casefold())))
    return [(name, roles) for name, roles in found if roles]
