"""No test sees what another one wrote."""

import pytest
from sqlalchemy import func, select

from playbook.models import ContactPoint, Organisation, Person


def organisations(session) -> int:
    return session.scalar(select(func.count()).select_from(Organisation))


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_session_committed_is_rolled_back(session, turn) -> None:
    session.add(Organisation(name="City police"))
    session.commit()
    assert organisations(session) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_service_rolled_back_inside_is_gone_and_the_rest_stays(session, turn) -> None:
    session.add(Organisation(name="City police"))
    session.commit()
    session.add(Organisation(name="Fire service"))
    session.rollback()
    assert organisations(session) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_what_was_really_committed_is_deleted_children_and_all(sessions, turn, now) -> None:
    with sessions.begin() as session:
        person = Person(key="ops", name="Alex Sample")
        person.contact_points.append(
            ContactPoint(kind="phone", value="+447700900123", value_index="x")
        )
        session.add_all([person, Organisation(name="City police")])
    with sessions() as session:
        assert organisations(session) == 1
        assert session.scalars(select(ContactPoint.value)).all() == ["+447700900123"]


def test_beside_committing_fixtures_a_session_commits_too(session, sessions) -> None:
    session.add(Organisation(name="City police"))
    session.commit()
    with sessions() as other:
        assert organisations(other) == 1
