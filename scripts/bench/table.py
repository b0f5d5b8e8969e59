"""One table of figures, with the state of the machine."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

RUNS: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a figure, and beside it that of something simple."""

    what: str
    figure: str
    baseline: str
    of_baseline: str


def table(rows: Iterable[Row], *, before: str, after: str) -> str:
    """Return the table with the state of the machine."""
    lines = ["| what | figure | beside it | its figure |", "| --- | ---: | --- | ---: |"]
    lines += [f"| {row.what} | {row.figure} | {row.baseline} | {row.of_baseline} |" for row in rows]
    machine = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} processors; "
        f"load average before {before}, after {after}."
    )
    return "\n".join([machine, "", *lines])


def load() -> str:
    """Return the load of the machine over one, five and fifteen minutes."""
    return " ".join(f"{figure:.2f}" for figure in os.getloadavg())


def median(work: Callable[[], object], *, runs: int = RUNS) -> float:
    """Return the median of the seconds that something takes, after it was done once."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def ms(seconds: float) -> str:
    """Return a duration in milliseconds, or in seconds from one on."""
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def peak() -> int:
    """Return the greatest memory of this process so far, in kilobytes.

    Not by getrusage: a process that was started by a large one begins with the peak of that one.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
