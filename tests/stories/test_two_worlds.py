"""Where real texts leave, simulated phones belong to exercises only, and real phones to real incidents."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from notifications.messages import Inbound as WireInbound
from playbook.app import create_app, make_wiring
from playbook.clock import SimulatedClock
from playbook.domain.response.escalation import RungState
from playbook.models import ActivationKind, ContactPoint, Inbound, RoleCallState
from playbook.models.keyring import current_keyring
from playbook.services.response import inbound
from playbook.settings import Settings
from playbook.web.database import db
from playbook.wiring import Wiring
from tests.support.city import City
from tests.support.people import add_user, client_of

EXERCISE, REAL = ActivationKind.EXERCISE, ActivationKind.REAL


@pytest.fixture
def wiring(settings: Settings, clock: SimulatedClock, sessions) -> Wiring:
    """Real texts and mails go to providers (which here carry them nowhere), exercises to the simulator."""
    leaving = settings.model_copy(update={"sms_provider": "null", "email_provider": "null"})
    return make_wiring(leaving, clock, sessions)


@pytest.fixture
def city(wiring: Wiring, clock: SimulatedClock) -> Iterator[City]:
    made = City(wiring, clock)
    yield made
    wiring.sender.close()  # type: ignore[attr-defined]  # the real sender has a thread to end


@pytest.fixture
def coordinator(city: City) -> Iterator[FlaskClient]:
    app = create_app(
        city.wiring.settings,
        city.clock,
        TESTING=True,
        WTF_CSRF_ENABLED=False,
        RATELIMIT_ENABLED=False,
    )
    with city.wiring.transaction() as session:
        user = add_user(session, "coordinator")
    yield client_of(app, user)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def texts_for_real(city: City) -> Callable[[str, str], None]:
    """`texts_for_real("Paul", "1")`: that person's own phone writes to the city's number."""

    def write(name: str, body: str) -> None:
        value = city.phone(name).value
        message = WireInbound("twilio", f"SM-{name}-{body}", value, "+447700900000", body)
        with city.wiring.transaction() as session:
            inbound.receive(session, message, city.now, city.wiring.settings)
        city.run_ticks()

    return write


def write_on_the_wall(client: FlaskClient, name: str, body: str) -> None:
    """Write `body` on the simulated phone of `name`, as a coordinator can."""
    reply = re.search(r"/phones/\d+/reply", client.get(f"/phones/?find={name}").text)
    assert reply
    client.post(reply.group(), data={"body": body})


@pytest.mark.parametrize("with_number", [False, True])
def test_nobody_can_answer_for_a_real_person_from_a_simulated_phone(
    city: City, coordinator: FlaskClient, with_number: bool
):
    city.activate(kind=EXERCISE)
    number = city.activate(kind=REAL)
    write_on_the_wall(coordinator, "Paul", f"1 {number}" if with_number else "1")
    assert city.role("police-liaison").state == RoleCallState.CALLING
    assert city.rung("police-liaison", "Paul").state == RungState.ASKED


def test_words_on_a_simulated_phone_cannot_be_taken_for_a_real_answer(
    city: City, coordinator: FlaskClient
):
    city.activate(kind=EXERCISE)
    city.activate(kind=REAL)
    write_on_the_wall(coordinator, "Paul", "on my way")
    letter = re.search(r"/inbox/\d+/answer", coordinator.get("/inbox/").text)
    assert letter
    coordinator.post(letter.group(), data={"answer": "joining"})
    assert city.role("police-liaison").state == RoleCallState.CALLING


@pytest.mark.parametrize(("before", "wish"), [(False, "STOP"), (True, "START")])
def test_a_simulated_phone_cannot_opt_a_real_one_in_or_out(
    city: City, coordinator: FlaskClient, before: bool, wish: str
):
    city.activate(kind=EXERCISE)
    index = current_keyring().blind_index(city.phone("Paul").value)
    with city.wiring.transaction() as session:
        contact = session.scalars(
            select(ContactPoint).where(ContactPoint.value_index == index)
        ).one()
        contact.opted_out_at = city.now if before else None
    write_on_the_wall(coordinator, "Paul", wish)
    with city.wiring.sessions() as session:
        contact = session.scalars(
            select(ContactPoint).where(ContactPoint.value_index == index)
        ).one()
        assert (contact.opted_out_at is not None) is before


def test_an_exercise_never_makes_a_real_answer_ambiguous(
    city: City, texts_for_real: Callable[[str, str], None]
):
    city.activate(kind=REAL)
    real_id = city.activation_id
    city.activate(kind=EXERCISE)
    city.phone("Paul").receives("Police liaison")
    texts_for_real("Paul", "1")
    assert city.role("police-liaison").state == RoleCallState.CALLING
    city.activation_id = real_id
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
    with city.wiring.sessions() as session:
        assert session.scalars(select(Inbound)).one().activation_id == real_id
    city.phone("Paul").silent()


def test_an_exercise_still_hears_its_own_phones(city: City, coordinator: FlaskClient):
    city.activate(kind=EXERCISE)
    write_on_the_wall(coordinator, "Paul", "1")
    assert city.role("police-liaison").state == RoleCallState.ANSWERED
