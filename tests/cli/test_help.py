"""Help reads well and comes at once."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from playbook.cli import main


def commands(group: click.Group, prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in sorted(group.commands.items()):
        found.append((*prefix, name))
        if isinstance(command, click.Group):
            found += commands(command, (*prefix, name))
    return found


DOCUMENT = Path(__file__).parents[2] / "docs" / "commands.md"
EXPECTED = {
    "check", "engine", "exercise", "export", "log", "migrate", "people", "print", "publish", "schema",
    "seed", "standby", "up", "user", "web",
}  # fmt: skip


def test_every_command_is_there() -> None:
    assert set(main.commands) >= EXPECTED


@pytest.mark.parametrize("command", commands(main), ids=" ".join)
def test_every_command_explains_itself(run, command) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    first = result.output.split("\n\n")[1].strip()
    assert first.endswith("."), f"the first paragraph is no sentence: {first}"


def test_no_line_of_the_list_is_cut_off(run, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for group in ((), ("user",), ("people",), ("log",), ("standby",)):
        listed = run(*group, "--help").stdout.partition("Commands:")[2]
        assert listed
        assert "..." not in listed, group


def test_every_command_is_documented() -> None:
    documented = set(
        re.findall(r"^\| `playbook ([a-z -]+[a-z])", DOCUMENT.read_text(), re.MULTILINE)
    )
    groups = {" ".join(c[:-1]) for c in commands(main)} - {""}
    assert documented == {" ".join(c) for c in commands(main)} - groups


def test_help_loads_neither_the_database_nor_the_web() -> None:
    heavy = ["apscheduler", "flask", "granian", "pydantic", "sqlalchemy", "twilio"]
    code = f"""
import sys
from playbook.cli import main
main(["--help"], standalone_mode=False)
sys.exit(" ".join(sorted(set({heavy}) & set(sys.modules))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == ""
    assert "playbook up" in done.stdout


def test_an_unknown_command_is_not_understood(run) -> None:
    assert run("dance").exit_code == 2
