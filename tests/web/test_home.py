"""The first page, when nothing happens and when something does."""

from datetime import datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from playbook.models import (
    Activation,
    ActivationKind,
    ContactPoint,
    Decision,
    Person,
    PlaybookVersion,
    PublishedPlaybook,
    RoleCall,
    RoleCallState,
    Task,
    TaskKind,
    User,
)
from playbook.queries.home import preparedness, running


def add_activation(
    session: Session, now: datetime, kind: ActivationKind = ActivationKind.REAL, **facts
) -> Activation:
    number = facts.pop("number", 11)
    version = session.get(PlaybookVersion, 1) or PlaybookVersion(
        id=1,
        playbook=PublishedPlaybook(key="place-of-worship"),
        number=1,
        content_hash="sha256:0",
        canonical=b"{}",
        title="Attack on a place of worship",
        activatable=True,
        published_at=now,
        published_by_name="Amina B.",
    )
    activation = Activation(
        number=number,
        request_key=str(number),
        version=version,
        content_hash="sha256:0",
        kind=kind,
        level="Full",
        name=facts.pop("name", "Old Town"),
        time_zero=now - timedelta(minutes=20),
        confirmed_at=now,
        confirmed_by_name="Amina B.",
        coordinator_name="Amina B.",
        **facts,
    )
    session.add(activation)
    session.flush()
    return activation


def test_nothing_happens(signed_in):
    page = signed_in("observer").get("/").text
    assert "No incident" in page
    assert "There has been no exercise yet." in page


def test_the_last_exercise_has_an_age(signed_in, session: Session, now: datetime):
    long_ago = now - timedelta(days=41)
    add_activation(session, long_ago, ActivationKind.EXERCISE, ended_at=long_ago)
    session.commit()
    assert "The last exercise was" in signed_in("observer").get("/").text
    assert "41 days ago" in signed_in("observer").get("/").text


def test_something_happens_and_real_comes_before_exercise(session: Session, now: datetime):
    exercise = add_activation(session, now, ActivationKind.EXERCISE, number=12)
    real = add_activation(session, now - timedelta(hours=1), number=13)
    add_activation(session, now, number=14, ended_at=now)
    for state in (RoleCallState.CALLING, RoleCallState.OWNED, RoleCallState.ANSWERED):
        session.add(
            RoleCall(activation_id=real.id, role=state, tier="first", starts_at=now, state=state)
        )
    soon, past = now + timedelta(minutes=5), now - timedelta(minutes=5)
    for decision, due_at in {"statement": soon, "vigil": past, "undated": None}.items():
        session.add(
            Decision(
                activation_id=real.id,
                decision=decision,
                opened_at=now,
                due_at=due_at,
                adopted=due_at == past,
            )
        )
    for cause, adopted in (("task:promised", True), ("task:reminder", False)):
        session.add(
            Task(
                activation_id=real.id,
                kind=TaskKind.CHECKLIST,
                cause=cause,
                opened_at=past,
                due_at=past,
                adopted=adopted,
            )
        )
    session.flush()
    lines = running(session, 1, now)
    assert [line.activation.id for line in lines] == [real.id, exercise.id]
    assert (lines[0].not_answered, lines[0].owned, lines[0].mine) == (2, 1, 0)
    assert (lines[0].decisions_due, lines[0].decisions_late) == (2, 1)
    assert lines[0].tasks_late == 1, "a reminder is never late"


def test_whoever_owns_a_silence_reads_it_first(signed_in, session: Session, now: datetime):
    client = signed_in("coordinator")
    owner = session.scalars(select(User)).one()
    real = add_activation(session, now)
    session.add(
        RoleCall(
            activation_id=real.id,
            role="police-liaison",
            tier="first",
            starts_at=now,
            state=RoleCallState.OWNED,
            owner_id=owner.id,
        )
    )
    session.commit()
    assert "Mine now: 1 role that nobody answered for." in client.get("/").text


def test_the_number_of_what_was_never_proven_leads_to_whom_it_concerns(
    signed_in, session: Session, now: datetime
):
    for name, worked in (("Proven", now), ("Unheard", None)):
        point = ContactPoint(
            kind="email", value=f"{name}@example.org", value_index=name, last_worked_at=worked
        )
        session.add(Person(key=name, name=f"{name} Person", contact_points=[point]))
    session.commit()
    client = signed_in("coordinator")
    assert 'href="/directory/?unproven=1"' in client.get("/").text
    page = client.get("/directory/?unproven=1").text
    assert "Unheard Person" in page
    assert "Proven Person" not in page


def test_an_exercise_is_named_on_the_page(signed_in, session: Session, now: datetime):
    add_activation(session, now, ActivationKind.EXERCISE, name="<Harbour>")
    session.commit()
    page = signed_in("coordinator").get("/").text
    assert "EXERCISE" in page
    assert "&lt;Harbour&gt;" in page
    assert "1 exercise is running" in page
    assert "incident is running" not in page


def test_a_live_part_is_only_the_part(signed_in, session: Session, now: datetime):
    add_activation(session, now)
    session.commit()
    part = signed_in("observer").get("/", headers={"HX-Request": "true"}).text
    assert "Old Town" in part
    assert "<html" not in part


def test_an_empty_installation_is_counted_as_empty(session: Session):
    ready = preparedness(session)
    assert (ready.playbooks, ready.people, ready.never_proven) == (0, 0, 0)
    assert ready.last_exercise is None


def test_health_needs_nobody(client: FlaskClient):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json["database"] == "reachable"


def test_appearance_is_kept_and_leads_back_but_never_away(client: FlaskClient):
    back = client.post("/appearance", data={"theme": "dark", "next": "/sign-in?lang=fr"})
    assert back.headers["Location"] == "/sign-in?lang=fr"
    assert 'data-bs-theme="dark"' in client.get("/sign-in").text
    for away in ("https://elsewhere.example.org", "//elsewhere.example.org", "/\\elsewhere"):
        response = client.post("/appearance", data={"theme": "dark", "next": away})
        assert response.headers["Location"] == "/"


def test_an_appearance_that_we_do_not_have_is_refused(client: FlaskClient):
    assert client.post("/appearance", data={"theme": "pink"}).status_code == 422
