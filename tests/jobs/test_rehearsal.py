"""An exercise is the real thing on a simulated clock: seeded, whole, and unable to reach anybody."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import select

import playbook
from playbook.cli import main
from playbook.cli.exercise import START
from playbook.errors import Conflict
from playbook.jobs.rehearsal import Rehearsal, throw_away_installation
from playbook.models import Delivery
from playbook.models.keyring import Keyring, use_keyring

STARTERS = Path(playbook.__file__).parent / "starters"
STARTER = STARTERS / "place-of-worship"


@pytest.fixture(autouse=True)
def own_keys(keyring: Keyring) -> Iterator[None]:
    """An exercise brings keys of its own; the suite's come back afterwards."""
    yield
    use_keyring(keyring)


def told(*options: str, starter: Path = STARTER) -> tuple[int, dict[str, Any]]:
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
def test_every_starter_shows_everything_that_can_happen_and_holds(starter: str, seed: str) -> None:
    code, night = told("--seed", seed, starter=STARTERS / starter)
    assert [c for c in night["invariants"] if c["findings"]] == []
    assert (code, night["unowned"]) == (0, [])
    assert all(c["holds"] and c["walked"] for c in night["invariants"])
    assert [h for h in night["happenings"] if h["skipped"] or h["refused"]] == []
    assert {h["kind"] for h in night["happenings"]} == {
        *("rota", "gap", "swap", "code", "number"),
        *("level", "correction", "sites", "paper", "end"),
    }
    roles = [role for tier in night["tiers"] for role in tier["roles"]]
    assert len(roles) > 40
    states = {person["state"] for role in roles for person in role["people"]}
    assert {"joining", "silent", "unable", "deputy", "waiting"} <= states
    assert any(person["late"] for role in roles for person in role["people"])


def test_the_same_seed_tells_the_same_night() -> None:
    assert told("--level", "watch", "--seed", "5") == told("--level", "watch", "--seed", "5")


def test_another_seed_tells_another_night() -> None:
    one, other = (told("--level", "watch", "--seed", seed)[1] for seed in ("5", "8"))
    assert one["happenings"] != other["happenings"]


def test_the_lowest_level_has_none_to_rise_from_and_says_so() -> None:
    code, night = told("--level", "watch", "--seed", "5")
    assert code == 0
    [level] = [h for h in night["happenings"] if h["kind"] == "level"]
    assert level["skipped"] == "no level below this one to begin at"
    [rule] = [c for c in night["invariants"] if not c["walked"]]
    assert rule["name"] == "a_higher_level_calls_only_who_was_not_called"


def test_what_a_playbook_lacks_is_left_out_and_said(tmp_path: Path) -> None:
    own = tmp_path / "own-city"
    shutil.copytree(STARTERS / "street-attack", own)
    structure = own / "playbook.yaml"
    without = "{levels: [watch, partial], messages: [site-warning]}"
    structure.write_text(
        structure.read_text()
        .replace("playbook: street-attack", "playbook: own-city")
        .replace("builds-on: city-base", f"builds-on: city-base\nwithout: {without}")
    )
    code, night = told("--seed", "3", starter=own)
    assert code == 0
    left_out = {h["kind"]: h["skipped"] for h in night["happenings"] if h["skipped"]}
    assert left_out == dict.fromkeys(("level", "sites"), "not part of this playbook")


def test_a_place_whose_contact_only_the_directory_knows_stands_in_the_tree_by_its_role() -> None:
    code, night = told("--level", "watch", "--seed", "2", starter=STARTERS / "minority-venue")
    assert code == 0
    [warned] = [tier for tier in night["tiers"] if tier["tier"] == ""]
    assert {role["name"] for role in warned["roles"]} == {"synagogue-council"}


def test_what_happened_and_what_was_checked_are_printed() -> None:
    options = ["exercise", str(STARTER), "--level", "watch", "--no-timeline"]
    shown = CliRunner().invoke(main, options).stdout
    happened, checked = shown.split("What happened")[1].split("What was checked")
    assert "Nobody is on the rota tonight" in happened
    assert "level: no level below this one to begin at" in happened
    assert checked.count("✓") == 14
    assert "– A higher level calls only who was not called yet. It did not come about." in checked
    assert "✗" not in checked
    assert "+4477" not in shown.replace(" ", "")


def test_a_level_that_the_playbook_does_not_have_is_refused() -> None:
    ran = CliRunner().invoke(main, ["exercise", str(STARTER), "--level", "enormous"])
    assert ran.exit_code == 3


def test_it_exits_with_its_own_code_when_a_role_has_no_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from playbook.cli import exercise

    monkeypatch.setattr(exercise, "LONGEST", timedelta(minutes=1))  # nobody has had time to answer
    code, night = told("--level", "watch")
    assert code == 7
    assert night["unowned"]


def test_it_exits_with_another_code_when_something_else_did_not_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from playbook.jobs.rehearsal import changing

    def refuse(_scene: object) -> str:
        raise Conflict("somebody's name, which nobody must read here")

    monkeypatch.setattr(changing, "warn_sites", refuse)
    code, night = told("--level", "watch")
    assert code == 9
    [broken] = [c for c in night["invariants"] if not c["holds"]]
    assert (broken["name"], broken["findings"]) == ("nothing_was_refused", ["sites: Conflict"])


def test_an_exercise_is_marked_and_stays_in_the_simulator() -> None:
    with throw_away_installation(START, Fernet.generate_key().decode()) as wiring:
        rehearsal = Rehearsal(wiring, 1)
        rehearsal.prepare(STARTER)
        rehearsal.activate("watch")
        assert wiring.clock.now() == START
        rehearsal.run(timedelta(minutes=30))
        with wiring.sessions() as session:
            rows = session.scalars(select(Delivery)).all()
            assert rows
            assert all(row.exercise for row in rows if row.activation_id)
            assert {row.provider for row in rows if row.provider} == {"simulator"}
