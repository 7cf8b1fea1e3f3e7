"""Fills a directory with the people of Port Harmony, so that the service can be tried at once."""

from datetime import datetime
from importlib.resources import files

from sqlalchemy.orm import Session

from playbook.services.preparedness import directory
from playbook.services.preparedness.directory_checks import checks_for
from playbook.services.preparedness.directory_import import ImportPlan, apply_import, read_people
from playbook.services.preparedness.sample_rotas import SWITCHBOARD, load_sample_rotas

REGION = "GB"
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
    if any(row.key == SWITCHBOARD for row in plan.new):
        load_sample_rotas(session, now)
    return plan
