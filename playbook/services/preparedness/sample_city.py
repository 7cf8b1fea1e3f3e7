"""Fills a directory with the people of Port Harmony, so that the service can be tried at once."""

from datetime import datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from playbook.services.preparedness import directory, role_lists, site_import, sites
from playbook.services.preparedness.directory_checks import checks_for
from playbook.services.preparedness.directory_import import ImportPlan, apply_import, read_people
from playbook.services.preparedness.sample_rotas import SWITCHBOARD, load_sample_rotas

REGION = "GB"
#: Roles that get the same message in an incident.
LISTS = {
    "Interpreters and messengers": ("interpreter-service", "messengers-coordinator"),
    "Faith and community leaders": (
        "faith-council-chair",
        "community-leader",
        "mosque-council",
        "synagogue-council",
        "church-council",
        "temple-council",
    ),
    "Assistance centre": (
        "assistance-centre-lead",
        "victim-services-lead",
        "psychosocial-lead",
        "volunteer-coordinator",
    ),
}
#: Has asked for a pause: shows what a held person looks like on a ladder.
HELD = "ph-023"


def load_sample_city(session: Session, now: datetime) -> ImportPlan:
    """Add the organisations and people of the sample city; doing it again changes nothing.

    Somebody is held, somebody has no address, one phone is a switchboard, four roles have a rota (one with a gap in
    the coming days), and one role of the fourth tier is empty, so that a preview has something to show.
    """
    data = files("playbook.sample").joinpath("people.csv").read_bytes()
    plan = apply_import(
        session, read_people(data, checks_for(REGION)), region=REGION, now=now, user=None
    )
    if any(row.key == HELD for row in plan.new):
        directory.hold_person(session, directory.person_by_key(session, HELD), now=now, user=None)
    load_sample_sites(session, now)
    if any(row.key == SWITCHBOARD for row in plan.new):
        load_sample_rotas(session, now)
    return plan


def load_sample_sites(session: Session, now: datetime) -> None:
    """Add the places of the sample city's register and its lists of roles; what is there stays as it is."""
    data = files("playbook.sample").joinpath("sites.csv").read_bytes()
    for facts in site_import.plan_import(session, data).new:
        sites.add_site(session, facts, now=now, user=None)
    known = {one.name for one in role_lists.all_lists(session)}
    for name, roles in LISTS.items():
        if name not in known:
            role_lists.add_list(session, name, roles, now=now, user=None)
