"""What the benchmarks of the running product share: percentiles, spreads, and what the kernel says of a process."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

TICKS_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of one repetition, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Latency:
        """From durations in seconds."""
        ordered = sorted(value * 1000 for value in seconds)
        if not ordered:
            return cls(0, math.nan, math.nan, math.nan, math.nan)
        return cls(len(ordered), rank(ordered, 0.50), rank(ordered, 0.95), rank(ordered, 0.99), ordered[-1])


def rank(ordered: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Median (least to most)."""
    if not values:
        return "-"
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def latency_row(runs: Sequence[Latency], digits: int = 1) -> list[str]:
    """A table's cells: p50, p95, p99, max, each as median and spread over the repetitions."""
    return [spread([getattr(run, name) for run in runs], digits) for name in ("p50", "p95", "p99", "worst")]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """How many times the alternative's median is ours."""
    return f"{statistics.median(theirs) / statistics.median(ours):.1f}x"


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """As Markdown, so that it can go into docs/ as it is."""
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    for row in (head, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    print(flush=True)


def print_conditions(title: str) -> None:
    """What a figure is worth without: when, on how many cores, and who else was at work."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    print(
        f"{title}\n{when}; Python {platform.python_version()}; {os.cpu_count()} cores; load average {load}\n",
        flush=True,
    )


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, in user and kernel mode."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_S


def memory_mib(pid: int) -> tuple[float, float]:
    """Resident memory of a process and its own share of it (what others map too is divided among them), in MiB."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name in ("Rss", "Pss"):
            found[name] = int(value.split()[0]) / 1024
    return found["Rss"], found["Pss"]


def commit_floor(folder: Path, count: int = 200, size: int = 2000) -> Latency:
    """One row and one durable commit with Python's sqlite3 (WAL, synchronous=FULL): what this disk asks for."""
    path = folder / "floor.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE floor (text TEXT)"):
        database.execute(statement)
    durations = []
    for _ in range(count):
        started = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO floor VALUES (?)", ("x" * size,))
        database.execute("COMMIT")
        durations.append(time.perf_counter() - started)
        time.sleep(0.005)  # as a server does it, now and then, not in a burst that the disk could join
    database.close()
    for file in folder.glob("floor.sqlite*"):
        file.unlink()
    return Latency.of(durations)
