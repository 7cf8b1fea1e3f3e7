"""What somebody can read who has the database, or a dump of it, but not the keys."""

import pytest
from sqlalchemy import select

from playbook.models import (
    Activation,
    ActivationKind,
    Base,
    Inbound,
    Organisation,
    Person,
    SimulatedMessage,
    Task,
    User,
)
from playbook.services.response import decisions, reading, tasks
from playbook.services.response.activation import Request, activate
from tests.support import harbour
from tests.support.city import City
from tests.support.sites import SITES, add_sites, warn

#: Said by people or about people in the story below; none of it may lie open.
SECRETS = {
    "place": "Lantern Street 4",
    "known": "Two people were led away",
    "inbound": "my sister is in there",
    "outcome": "phoned back and found well",
    "rationale": "the neighbours asked for it",
    "decided by": "Maya herself",
    "task note": "asked the night watch",
    "notes": "deaf on the left ear",
    "link": "http://localhost:8000/a/",
}


def everything_stored(city: City) -> str:
    """Every value of every table as the database itself holds it."""
    with city.wiring.sessions() as session:
        connection = session.connection()
        rows = [
            row
            for table in Base.metadata.sorted_tables
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"')
        ]
    assert len(rows) > 50
    return "\n".join(
        value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in (bytes(v) if isinstance(v, memoryview) else v for v in row)
    )


@pytest.fixture
def after_a_night(city: City) -> City:
    """An incident in which people have said and written what is theirs."""
    wiring, now = city.wiring, city.now
    request = Request(
        key="a-night",
        version_id=city.version_id,
        level="full",
        kind=ActivationKind.REAL,
        name="Night",
        time_zero=now,
        place=SECRETS["place"],
        known=SECRETS["known"],
    )
    with wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        city.activation_id = activate(session, request, wiring.settings, user, now).id
        session.scalars(select(Person)).all()[0].notes = SECRETS["notes"]
        session.scalars(select(Organisation)).all()[0].notes = SECRETS["notes"]
    city.run_ticks()
    city.phone("Paul").replies(SECRETS["inbound"])
    with wiring.transaction() as session:
        user = session.get_one(User, city.user_id)
        letter = session.scalars(select(Inbound)).one()
        reading.finish(session, letter.id, user, now, SECRETS["outcome"])
        activation = session.get_one(Activation, city.activation_id)
        point, decision = next(iter(harbour.harbour_document().decisions.items()))
        decisions.take(
            session,
            activation.id,
            point,
            option=next(iter(decision.options)),
            rationale=SECRETS["rationale"],
            authority="mayor",
            decided_by=SECRETS["decided by"],
            user=user,
            settings=wiring.settings,
            now=now,
        )
        task = session.scalars(select(Task)).first()
        assert task is not None
        tasks.finish(session, task.id, user, now, note=SECRETS["task note"])
    return city


def test_the_register_of_places_lies_closed_even_when_places_were_warned(after_a_night: City):
    add_sites(after_a_night)
    warn(after_a_night, texts={"en": "Keep the side gate shut."})
    stored = everything_stored(after_a_night)
    written = {text for facts in SITES for text in (facts.name, facts.address, facts.needs) if text}
    written |= {"Keep the side gate shut."}
    assert {text for text in written if text in stored} == set()
    with after_a_night.wiring.sessions() as session:
        table = " ".join(map(str, session.connection().exec_driver_sql("SELECT * FROM site")))
    for word in ("mosque", "muslim", "synagogue", "jewish"):
        assert word not in table  # not even which kinds of place a city lists


def test_without_the_keys_nobody_reads_numbers_addresses_or_what_people_wrote(after_a_night: City):
    with after_a_night.wiring.sessions() as session:
        texts = [message.body for message in session.scalars(select(SimulatedMessage))]
    assert any(SECRETS["link"] in text for text in texts)
    stored = everything_stored(after_a_night)
    contacts = {str(value) for row in harbour.PEOPLE for value in (row[2], row[3])}
    open_to_read = {text for text in (contacts | set(SECRETS.values())) if text in stored}
    assert open_to_read == set()
    assert "Paul Police" in stored  # names lie open, as docs/security.md says
