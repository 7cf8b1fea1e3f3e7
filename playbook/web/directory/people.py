"""Lists: people, searched and filtered, and what is wrong before the day comes."""

from collections.abc import Callable

from flask import render_template, request
from flask.typing import ResponseReturnValue

from playbook.domain.preparedness.directory_cells import BadCell
from playbook.queries.home import never_proven
from playbook.queries.preparedness import directory as queries
from playbook.queries.preparedness.rotas import gaps_ahead
from playbook.services.preparedness.directory_checks import check_email, check_phone
from playbook.web.database import session, wiring
from playbook.web.directory.blueprint import RoleNames, blueprint, page_of, read_only, region
from playbook.web.guards import COORDINATOR, OBSERVER, allow, may
from playbook.web.presentation import now

PAGE = 100


@blueprint.get("/")
@allow(OBSERVER)
def index() -> ResponseReturnValue:
    """Show everybody, or those of one role or organisation."""
    return _people_page("")


@blueprint.post("/")
@allow(OBSERVER)
def search() -> ResponseReturnValue:
    """Show whom a search finds. It is posted, because a name or a number belongs into no address."""
    read_only()
    return _people_page(request.form.get("q", "").strip())


@blueprint.get("/problems")
@allow(OBSERVER)
def problems() -> str:
    """Show what is wrong, the worst first."""
    everybody = queries.read_directory(session())
    names = RoleNames()
    found = queries.list_problems(
        everybody, names.uses, gaps_ahead(session(), wiring().settings, now())
    )
    by_trouble = {
        trouble: [p for p in found if p.trouble == trouble] for trouble in queries.Trouble
    }
    return render_template(
        "directory/problems.html",
        groups=[(trouble, listed) for trouble, listed in by_trouble.items() if listed],
        total=len(found),
        role_name=names,
    )


def _people_page(text: str) -> str:
    everybody = queries.read_directory(session())
    names = RoleNames()
    role = request.args.get("role", "")
    organisation_id = request.args.get("organisation", type=int)
    found = queries.find_people(
        everybody,
        text,
        role=role,
        organisation_id=organisation_id,
        with_number=queries.people_at(session(), _numbers(text)),
    )
    unproven = request.args.get("unproven") == "1"
    if unproven:
        ids = never_proven(session())
        found = [person for person in found if person.id in ids]
    organisations = queries.list_organisations(session())
    shown, number, pages = page_of(found, request.args.get("page", 1, type=int), PAGE)
    return render_template(
        "directory/people.html",
        unproven=unproven,
        people=shown,
        found=len(found),
        page=number,
        pages=1 if text else pages,
        text=text,
        role=role,
        organisation=next((o for o in organisations if o.id == organisation_id), None),
        counts=queries.Counts(
            people=len(everybody.people),
            organisations=len(organisations),
            roles=len(queries.role_table(everybody, names.uses)),
            problems=len(
                queries.list_problems(
                    everybody, names.uses, gaps_ahead(session(), wiring().settings, now())
                )
            ),
        ),
        removed=queries.read_removed(session()) if may(COORDINATOR) and not text else [],
        role_name=names,
    )


def _numbers(text: str) -> list[str]:
    """Return what `text` is as a phone or an address; only those who may see numbers search by one."""
    if not text or not may(COORDINATOR):
        return []
    found = []
    checks: tuple[Callable[[str], str], ...] = (
        lambda number: check_phone(number, region()),
        check_email,
    )
    for check in checks:
        try:
            found.append(check(text))
        except BadCell:
            continue
    return found
