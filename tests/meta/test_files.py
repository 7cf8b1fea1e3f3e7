"""What must hold for every file."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 400


def sources(*folders: str) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "versions" not in path.parts
    ]


def test_there_are_sources_to_look_at() -> None:
    assert len(sources("playbook", "notifications")) > 50


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources("playbook", "notifications", "benchmarks")
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


#: Every way of asking the machine what time it is; `monotonic` and `perf_counter` measure, they do not tell.
CLOCK = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime|ctime|strftime))\(|func\.now\(|CURRENT_TIMESTAMP"
)


@pytest.mark.parametrize("path", sources("playbook"), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_one_file_reads_the_clock(path) -> None:
    asks = CLOCK.search(path.read_text())
    if path == ROOT / "playbook" / "clock.py":
        assert asks, "clock.py no longer reads the clock: this test looks for the wrong thing"
    else:
        assert asks is None, f"{asks and asks.group()}: take `now` as a parameter"


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_rules_need_nothing_but_python_and_pydantic() -> None:
    allowed = {*sys.stdlib_module_names, "playbook", "pydantic", "pydantic_core"}
    used = {path.name: imported(path) for path in sources("playbook/domain")}
    assert any("pydantic" in names for names in used.values())
    assert {name: names - allowed for name, names in used.items() if names - allowed} == {}


@pytest.mark.parametrize("marker", ["TODO", "FIXME", "XXX", "HACK"])
def test_nothing_is_left_for_later(marker) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources("playbook", "notifications")
        if re.search(rf"\b{marker}\b", path.read_text())
    ]
    assert found == []
