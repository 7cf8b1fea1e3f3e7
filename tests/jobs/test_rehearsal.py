"""An exercise is the real thing on a simulated clock: seeded, whole, and unable to reach anybody."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import select

import playbook
from playbook.cli import main
from playbook.domain.response.rehearsal import Manner, behaviour
from playbook.models import Delivery
from playbook.models.keyring import Keyring, use_keyring

STARTERS = Path(playbook.__file__).parent / "starters"
STARTER = STARTERS / "place-of-worship"


@pytest.fixture(autouse=True)
def own_keys(keyring: Keyring) -> Iterator[None]:
    """An exercise brings keys of its own; the suite's come back afterwards."""
    yield
    use_keyring(keyring)


def told(*options: str, starter: Path = STARTER) -> tuple[int, dict[str, object]]:
    ran = CliRunner().invoke(main, ["exercise", str(starter), "--json", *options])
    return ran.exit_code, json.loads(ran.stdout)


@pytest.mark.parametrize(
    ("starter", "seed"),
    [
        ("minority-venue", "1"),
        ("place-of-worship", "3"),
        ("school-attack", "4"),
        ("street-attack", "5"),
        ("threat-or-hate-wave", "6"),
    ],
)
def test_every_role_of_a_starter_ends_answered_or_owned_by_a_named_human(
    starter: str, seed: str
) -> None:
    code, night = told("--seed", seed, starter=STARTERS / starter)
    assert code == 0
    assert night["unowned"] == []
    tiers = night["tiers"]
    assert isinstance(tiers, list)
    roles = [role for tier in tiers for role in tier["roles"]]
    assert len(roles) > 40
    states = {person["state"] for role in roles for person in role["people"]}
    assert {"joining", "silent", "unable", "deputy", "waiting"} <= states
    assert any(person["late"] for role in roles for person in role["people"])


def test_the_same_seed_tells_the_same_night() -> None:
    assert told("--level", "watch", "--seed", "5") == told("--level", "watch", "--seed", "5")


def test_it_exits_with_its_own_code_when_a_role_has_no_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from datetime import timedelta

    from playbook.cli import exercise

    monkeypatch.setattr(exercise, "LONGEST", timedelta(minutes=1))  # nobody has had time to answer
    code, night = told("--level", "watch")
    assert code == 7
    assert night["unowned"]


def test_an_exercise_is_marked_and_stays_in_the_simulator() -> None:
    from datetime import timedelta

    from playbook.cli.exercise import _start
    from playbook.jobs.rehearsal import Rehearsal, throw_away_installation

    with throw_away_installation(_start(), Fernet.generate_key().decode()) as wiring:
        rehearsal = Rehearsal(wiring, 1)
        rehearsal.prepare(STARTER)
        rehearsal.activate("watch")
        rehearsal.run(timedelta(minutes=30))
        with wiring.sessions() as session:
            rows = session.scalars(select(Delivery)).all()
            assert rows
            assert all(row.exercise for row in rows)
            assert {row.provider for row in rows if row.provider} == {"simulator"}


def test_people_behave_as_their_seed_says() -> None:
    from datetime import timedelta

    within = timedelta(minutes=10)
    crowd = [behaviour(7, person, within) for person in range(400)]
    assert crowd == [behaviour(7, person, within) for person in range(400)]
    assert {b.manner for b in crowd} == set(Manner)
    assert all(b.after > within for b in crowd if b.manner is Manner.LATE)
