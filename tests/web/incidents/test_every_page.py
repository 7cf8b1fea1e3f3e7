"""Every page of the service as it is with an incident under way: what it may hold, change and reach."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import Rule

from playbook.models import (
    AnnouncementPerson,
    Base,
    CheckCode,
    Delivery,
    Inbound,
    Organisation,
    Person,
    ReadinessRound,
    RoleList,
    Rota,
    RotaEntry,
    RotaEntryKind,
    RotaShift,
    RoundKind,
    Rung,
    SimulatedMessage,
    Site,
    Task,
    User,
)
from playbook.services.response.changes import correct
from tests.support.city import City
from tests.support.people import add_user, client_of
from tests.support.sites import add_sites

#: Pages that cannot be walked with what the story holds: links of people, which other tests open.
NOT_WALKED = {"account.link", "directory.left", "phones.file", "readiness.preview_drill"}
#: Partners and providers bring no token of ours: the link or the signature is the secret.
WITHOUT_FORM_TOKEN = {"answers.take", "checking.check", "webhooks.inbound", "webhooks.status"}
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|<style|javascript:|\shx-on")


def _is_a_persons_own(rule: Rule) -> bool:
    """Whether a secret of somebody's own opens it, other than the answer link that the story holds."""
    return "token" in rule.arguments and not rule.endpoint.startswith("answers.")


def rules(app: Flask, method: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        ours = not rule.endpoint.startswith("security.") and not rule.endpoint.endswith("static")
        if ours and method in (rule.methods or ()):
            yield rule


def address_of(app: Flask, rule: Rule, facts: dict[str, Any]) -> str:
    with app.test_request_context("/"):
        return str(rule.build({n: facts[n] for n in rule.arguments}, append_unknown=False)[1])


def _keep_a_rota_and_a_drill(city: City) -> None:
    soon, over = city.now + timedelta(days=1), city.now + timedelta(days=2)
    with city.wiring.transaction() as session:
        person = session.scalars(select(Person).order_by(Person.id)).first()
        assert person is not None
        rota = Rota(role="police-liaison", anchor=date(2026, 1, 5))
        rota.shifts.append(RotaShift(person_id=person.id, weekday=0, starts="08:00", ends="20:00"))
        rota.entries.append(
            RotaEntry(
                person_id=person.id,
                starts_at=soon,
                ends_at=over,
                kind=RotaEntryKind.EXCEPTION,
                made_at=city.now,
            )
        )
        session.add(rota)
        session.add(
            ReadinessRound(
                kind=RoundKind.DRILL, request_key="a-drill", started_at=city.now, closes_at=soon
            )
        )


@pytest.fixture
def facts(city: City) -> dict[str, Any]:
    """Something that exists for every name that stands in an address; of the first of two incidents."""
    city.activate("full")
    city.phone("Paul").replies("on my way")
    city.fast_forward(minutes=11)  # a voice task appears
    with city.wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        texts = {"en": "Use the north gate."}
        settings = city.wiring.settings
        correct(session, city.activation_id, "a-correction", texts, settings, user, city.now)
    add_sites(city)
    _keep_a_rota_and_a_drill(city)
    link = re.search(r"/a/(\S+)", city.phone("Paul").texts()[0])
    assert link
    with city.wiring.sessions() as session:

        def first(column: Any) -> Any:
            return session.scalars(select(column).order_by(column).limit(1)).one()

        found = {
            "activation_id": city.activation_id,
            "rung_id": first(Rung.id),
            "task_id": first(Task.id),
            "code_id": first(CheckCode.id),
            "delivery_id": first(Delivery.id),
            "told_id": first(AnnouncementPerson.id),
            "person_id": first(Person.id),
            "organisation_id": first(Organisation.id),
            "user_id": first(User.id),
            "message_id": first(SimulatedMessage.id),
            "inbound_id": first(Inbound.id),
            "site_id": first(Site.id),
            "list_id": first(RoleList.id),
            "shift_id": first(RotaShift.id),
            "entry_id": first(RotaEntry.id),
            "round_id": first(ReadinessRound.id),
            # of pages that only their own person's secret opens
            "swap_id": 1,
            "point_id": 1,
            "wish_id": 1,
        }
    return found | {
        "version_id": city.version_id,
        "key": "harbour",
        "number": 1,
        "other": 1,
        "role": "police-liaison",
        "kind": "false-alarm",
        "decision_id": "similar-sites",
        "language": "ar",
        "token": link[1],
    }


@pytest.fixture
def administrator(signed_in) -> FlaskClient:
    client: FlaskClient = signed_in("administrator")
    return client


def count_rows(city: City) -> dict[str, int]:
    with city.wiring.sessions() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_looking_changes_nothing_and_no_page_holds_what_the_policy_forbids(
    app: Flask, city: City, facts: dict[str, Any], administrator: FlaskClient
):
    before = count_rows(city)
    walked = 0
    for rule in rules(app, "GET"):
        if rule.endpoint in NOT_WALKED or _is_a_persons_own(rule):
            continue
        message = "call-out" if rule.endpoint == "playbooks.message" else facts["message_id"]
        page = administrator.get(address_of(app, rule, facts | {"message_id": message}))
        # The register of places stays shut to whoever has not been given it.
        shut = {403} if rule.endpoint.startswith("sites.") else set()
        assert page.status_code in {200, 302} | shut, rule
        if page.mimetype == "text/html":
            assert INLINE.search(page.text) is None, rule
        walked += 1
    assert walked > 30
    assert count_rows(city) == before


def test_an_object_of_one_incident_is_out_of_reach_below_another(
    app: Flask, city: City, facts: dict[str, Any], administrator: FlaskClient
):
    city.activate("full")
    elsewhere = facts | {"activation_id": city.activation_id}
    parts = {"rung_id", "task_id", "delivery_id", "told_id"}
    tried = [rule for rule in rules(app, "POST") if "activation_id" in rule.arguments]
    tried = [rule for rule in tried if parts & rule.arguments]
    assert {part for rule in tried for part in parts & rule.arguments} == parts
    app.config["ERROR_PAGES"] = True
    before = count_rows(city)
    for rule in tried:
        form = {"answer": "joining", "arrived": "yes", "outcome": "done"}
        answer = administrator.post(address_of(app, rule, elsewhere), data=form)
        assert answer.status_code == 404, rule
    assert count_rows(city) == before


def test_every_form_needs_the_token_of_its_page(
    app: Flask, city: City, facts: dict[str, Any], administrator: FlaskClient
):
    app.config["WTF_CSRF_ENABLED"] = True
    app.config["WTF_CSRF_CHECK_DEFAULT"] = True
    open_doors = set()
    before = count_rows(city)
    for rule in rules(app, "POST"):
        refused = administrator.post(
            address_of(app, rule, facts), headers={"Sec-Fetch-Site": "cross-site"}
        )
        if refused.status_code != 400 and not _is_a_persons_own(rule):
            open_doors.add(rule.endpoint)
    assert open_doors == WITHOUT_FORM_TOKEN
    assert count_rows(city) == before


def test_whoever_is_signed_in_without_a_role_sees_nothing(
    app: Flask, city: City, facts: dict[str, Any]
):
    app.config["ERROR_PAGES"] = True
    with city.wiring.transaction() as session:
        visitor = client_of(app, add_user(session, "visitor"))
    for method in ("GET", "POST"):
        for rule in rules(app, method):
            if getattr(app.view_functions[rule.endpoint], "guard", None) == "public":
                continue
            answer = visitor.open(address_of(app, rule, facts), method=method)
            assert answer.status_code == 403, (method, rule)
            assert "Paul Police" not in answer.text
