"""What this machine offers: a build server has everything, elsewhere we say what was left out."""

import os
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

#: The folder that all workers of this run share.
HOME = pytest.StashKey[Path]()
_MARK = " tests skipped: "


def on_build_server() -> bool:
    """Return whether `CI=true`: nothing may be left out then."""
    return os.environ.get("CI", "").lower() == "true"


def leave_out(what: str, reason: str) -> NoReturn:
    """Skip the running `what` test ("browser"), or fail it on a build server."""
    if on_build_server():
        pytest.fail(
            f"A {what} test cannot run: {reason}. CI=true: nothing is left out.", pytrace=False
        )
    pytest.skip(f"{what}{_MARK}{reason}")


def count(report: pytest.TestReport, counts: Counter[str]) -> None:
    """Note in `counts` that `report` tells of a test that was left out, if it does."""
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if _MARK in reason:
            counts[reason] += 1


def lines(counts: Counter[str]) -> list[str]:
    """Return what the summary says aloud: "12 browser tests skipped: no Chromium"."""
    return [f"{number} {what}" for what, number in sorted(counts.items())]
