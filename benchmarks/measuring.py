"""Medians, a table, and what machine they were taken on."""

import os
import platform
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Result:
    """One thing measured: milliseconds of each run, and the target if there is one."""

    what: str
    database: str
    runs: tuple[float, ...]
    target_ms: float | None = None

    @property
    def median(self) -> float:
        """The middle run, in milliseconds."""
        return statistics.median(self.runs)

    @property
    def met(self) -> bool:
        """Whether the median is under the target."""
        return self.target_ms is None or self.median < self.target_ms


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds `work` took."""
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def machine() -> str:
    """Return what the figures were taken on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x for x in cpuinfo.read_text().splitlines() if x.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return (
        f"{os.cpu_count()} × {model}; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; load before {load}"
    )


def show(results: list[Result], about: str) -> None:
    """Print the table."""
    table = Table(title="Benchmarks", caption=about)
    for heading in ("What", "Database", "Median ms", "Best–worst", "Target", ""):
        table.add_column(
            heading, justify="left" if heading in ("What", "Database", "") else "right"
        )
    for result in results:
        target = "–" if result.target_ms is None else f"< {result.target_ms:.0f}"
        verdict = "" if result.target_ms is None else ("met" if result.met else "MISSED")
        table.add_row(
            result.what,
            result.database,
            f"{result.median:.1f}",
            f"{min(result.runs):.1f}–{max(result.runs):.1f}",
            target,
            verdict,
        )
    Console(width=120).print(table)
