"""Each command does what it says, and says what it did."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from playbook.cli import exits
from playbook.domain.preparedness.schema import json_schema
from playbook.models import Person, User
from playbook.services.log import record, seal_entries

SMALL_CITY = Path(__file__).parents[1] / "fixtures" / "playbooks" / "small-city"
PEOPLE = """key,name,organisation,language,roles,phone,email
alex,Alex Sample,City police,en,police-liaison,+44 7700 900123,alex@example.org
noor,Noor Sample,Mosque council,ar,,+44 7700 900124,noor@example.org
"""


def test_migrating_says_from_where_to_where(run) -> None:
    assert run("migrate", "--check").exit_code == exits.NOT_READY
    first = json.loads(run("migrate", "--json").stdout)
    assert first["before"] is None
    assert first["after"] is not None
    assert "Nothing to do" in run("migrate").stdout
    assert run("migrate", "--check").exit_code == 0


def test_a_user_is_added_with_a_link_that_the_pages_know(run_on_database, app) -> None:
    result = run_on_database("user", "add", "robin@example.org", "--name", "Robin Sample", "--json")
    assert result.exit_code == 0, result.output
    link = json.loads(result.stdout)["link"]
    public_url = app.extensions["playbook"].settings.public_url
    adapter = app.url_map.bind("localhost")
    endpoint, arguments = adapter.match(link.removeprefix(public_url))
    assert endpoint == "account.link"
    assert len(arguments["token"]) > 30


def test_users_are_listed_with_what_they_may_do(run_on_database) -> None:
    run_on_database("user", "add", "robin@example.org", "--name", "Robin", "--role", "observer")
    listed = json.loads(run_on_database("user", "list", "--json").stdout)
    assert listed == [
        {"email": "robin@example.org", "name": "Robin", "roles": ["observer"], "active": True}
    ]
    assert "robin@example.org" in run_on_database("user", "list").stdout


def test_a_new_link_is_made_for_whoever_writes_the_address_differently(run_on_database) -> None:
    run_on_database("user", "add", "robin@example.org", "--name", "Robin")
    result = run_on_database("user", "link", " Robin@Example.org")
    assert result.exit_code == 0
    assert "/sign-in/" in result.stdout


def test_nobody_gets_a_link_who_is_not_there(run_on_database) -> None:
    result = run_on_database("user", "link", "nobody@example.org")
    assert result.exit_code == exits.REFUSED
    assert result.stdout == ""


def test_a_second_user_with_the_same_address_is_refused(run_on_database, sessions) -> None:
    for _ in range(2):
        result = run_on_database("user", "add", "robin@example.org", "--name", "Robin")
    assert result.exit_code == exits.REFUSED
    with sessions() as session:
        assert session.query(User).count() == 1


def test_a_folder_that_is_no_playbook_is_refused_with_reasons(run, tmp_path) -> None:
    result = run("check", str(tmp_path), "--json")
    assert result.exit_code == exits.REFUSED
    findings = json.loads(result.stdout)
    assert findings[0]["severity"] == "error"
    assert "playbook.yaml" in findings[0]["problem"]


def test_publishing_what_has_errors_writes_nothing(run_on_database, tmp_path, sessions) -> None:
    result = run_on_database("publish", str(tmp_path))
    assert result.exit_code == exits.REFUSED
    assert "error" in result.stdout
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM playbook_version")) == 0


def test_what_was_never_published_cannot_be_exported(run_on_database, tmp_path) -> None:
    result = run_on_database("export", "nothing", str(tmp_path / "there"))
    assert result.exit_code == exits.REFUSED
    assert not (tmp_path / "there").exists()


def test_the_schema_is_the_one_for_files_as_they_are_written(run) -> None:
    assert json.loads(run("schema").stdout) == json_schema()


def test_seeding_says_what_there_is_and_twice_adds_nothing(run_on_database) -> None:
    first = json.loads(run_on_database("seed", "--json").stdout)
    assert first == {"complete": True, "users": 1, "people": 167, "playbooks": 6}
    again = run_on_database("seed")
    assert again.exit_code == 0
    assert "1 users, 167 people and 6 playbooks" in again.stdout


def test_an_export_says_where_it_is_and_can_be_checked(run_on_database, tmp_path) -> None:
    run_on_database("publish", str(SMALL_CITY))
    told = json.loads(run_on_database("export", "small-city", str(tmp_path), "--json").stdout)
    assert told == {"key": "small-city", "number": 1, "folder": str(tmp_path / "small-city")}
    assert run_on_database("check", told["folder"]).exit_code == 0


@pytest.fixture
def people_file(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    run_on_database, people_file, sessions
) -> None:
    result = run_on_database("people", "import", str(people_file), "--dry-run", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["new"] == ["alex", "noor"]
    assert told["written"] is False
    with sessions() as session:
        assert session.query(Person).count() == 0


def test_importing_twice_changes_nothing_the_second_time(run_on_database, people_file) -> None:
    assert "2 new" in run_on_database("people", "import", str(people_file)).stdout
    again = run_on_database("people", "import", str(people_file)).stdout
    assert "0 new, 0 changed, 2 unchanged, 0 bad" in again


def test_bad_rows_are_refused_unless_they_are_skipped(
    run_on_database, people_file, sessions
) -> None:
    people_file.write_text(PEOPLE + "sam,Sam Sample,,en,,not-a-number,\n")
    refused = run_on_database("people", "import", str(people_file), "--json")
    assert refused.exit_code == exits.REFUSED
    assert json.loads(refused.stdout)["bad_rows"] == [3]
    with sessions() as session:
        assert session.query(Person).count() == 0
    skipped = run_on_database("people", "import", str(people_file), "--skip-bad")
    assert skipped.exit_code == 0
    assert "2 new" in skipped.stdout
    assert "1 bad" in skipped.stdout


def test_where_every_row_is_bad_nothing_is_said_to_be_written(run_on_database, people_file) -> None:
    people_file.write_text("key,name,phone\nsam,Sam Sample,not-a-number\n")
    told = run_on_database("people", "import", str(people_file), "--skip-bad", "--json")
    assert json.loads(told.stdout)["written"] is False


def test_an_honest_log_holds_and_a_changed_one_breaks(run_on_database, sessions, now) -> None:
    with sessions.begin() as session:
        for number in range(3):
            record(session, "answer.noted", now=now, subject=f"rung:{number}")
        session.flush()
        seal_entries(session, 500)
    assert json.loads(run_on_database("log", "verify", "--json").stdout) == {
        "sealed": 3,
        "broken_at": None,
    }
    with sessions.begin() as session:
        session.execute(text("UPDATE log_entry SET subject = 'rung:9' WHERE position = 2"))
    result = run_on_database("log", "verify")
    assert result.exit_code == exits.LOG_BROKEN
    assert "breaks at entry 2 of 3" in result.stdout
