"""What must hold for every file."""

import re
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


@pytest.mark.parametrize("marker", ["TODO", "FIXME", "XXX", "HACK"])
def test_nothing_is_left_for_later(marker) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources("playbook", "notifications")
        if re.search(rf"\b{marker}\b", path.read_text())
    ]
    assert found == []
