"""Somebody is added to a running call-out in seconds."""

import pytest
from sqlalchemy import select

from playbook.domain.response.changes import ChangeKind
from playbook.errors import BadInput
from playbook.models import (
    Person,
    RoleCallState,
    Task,
)
from tests.stories.changing import add, change
from tests.support.city import City, Phone


def test_anybody_is_added_to_a_running_call_out(city: City) -> None:
    city.activate("full")
    phone = Phone(city, "Ines", "+447700900199")
    role = add(city)
    assert add(city) == role  # an impatient finger
    phone.receives("المسؤول الصحفي", "أجب 1")
    phone.silent()
    phone.replies("1")
    phone.receives("أنت قادم")
    assert city.role(role).answered_by.name == "Ines Interpreter"
    city.fast_forward(minutes=10)
    city.mailbox("Nour").receives("المسؤول الصحفي")  # the holder is asked all the same
    change(city, ChangeKind.FALSE_ALARM)
    phone.receives("إنذار كاذب")


def test_an_added_person_who_is_silent_is_phoned_and_then_owned(city: City) -> None:
    city.activate("watch")
    role = add(city)
    city.fast_forward(minutes=5)
    with city.wiring.sessions() as session:
        task = session.scalars(select(Task).where(Task.kind == "phone-call")).one()
        assert task.role == role
    city.fast_forward(minutes=5)
    assert city.role(role).owner_name == "Cora Coordinator"


def test_a_known_phone_is_the_person_whom_the_directory_knows(city: City) -> None:
    city.activate("watch")
    add(city, name="Petra", phone="07700 900105", role="police-liaison", language="en")
    city.phone("Petra").receives("Police liaison")
    with city.wiring.sessions() as session:
        names = session.scalars(select(Person.name).where(Person.name.like("Petra%"))).all()
        assert names == ["Petra Police"]
    with pytest.raises(BadInput):
        add(city, name="No One", phone="12")
    with city.wiring.sessions() as session:
        assert session.scalar(select(Person).where(Person.name == "No One")) is None


def test_who_was_added_stays_when_the_level_falls(city: City) -> None:
    city.activate("full")
    role = add(city)
    change(city, ChangeKind.LEVEL, level="watch")
    assert city.role(role).state == RoleCallState.CALLING
    assert city.role("press-officer").state == RoleCallState.CLOSED
