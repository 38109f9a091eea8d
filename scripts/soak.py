"""Runs the fault tests with the full counts of docs/topics/reliability.md, and prints what was measured as a table.

    soak.py [--figures FILE] [--share 0.2] [PYTEST ARGUMENTS…]
    soak.py --random MINUTES [--seed N]    # only random faults, for so long in each of the two ways to run

Without arguments: every fault test. A part of it: `soak.py tests/faults/scaled -k hop`; a share of the counts where
there is less time, never less than in `make test`. The figures are appended to
FILE as they come, one JSON object per line, so that a run in parts adds up and one that is broken off is not lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "tests" / ".artifacts" / "soak.jsonl"
EVERYTHING = ("tests/faults", "tests/migration/test_killed.py")
RANDOM = ("tests/faults/test_random.py", "tests/faults/scaled/test_scaled_random.py")


def main() -> int:
    """The exit code is pytest's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", type=Path, default=FIGURES, help="where they are collected")
    parser.add_argument("--share", type=float, default=1.0, help="of the full counts, 0 to 1")
    parser.add_argument("--random", type=float, metavar="MINUTES", help="random faults instead, for so long each")
    parser.add_argument("--seed", type=int, default=20261122, help="of the random faults")
    given, arguments = parser.parse_known_args()
    figures = given.figures.resolve()
    figures.parent.mkdir(parents=True, exist_ok=True)
    env = os.environ | {"TEST_SOAK": str(figures), "TEST_SOAK_SHARE": str(given.share), "OMP_NUM_THREADS": "1"}
    env["TEST_RANDOM_SEED"] = str(given.seed)
    if given.random is not None:
        env["TEST_RANDOM_MINUTES"] = str(given.random)
    which = EVERYTHING if given.random is None else RANDOM
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-n", "0", "--durations=15", *(arguments or which)]
    code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode  # noqa: S603 - of the person who runs it
    print(f"\n{(time.monotonic() - began) / 60:.0f} minutes; figures in {figures}\n")
    if figures.exists():
        print(table([json.loads(line) for line in figures.read_text("utf-8").splitlines()]))
    return code


def table(notes: list[dict[str, Any]]) -> str:
    """As Markdown, rows in the order in which they came."""
    lines = ["| row | measured |", "| --- | --- |"]
    for figures in notes:
        row = figures.pop("row")
        lines.append(f"| {row} | {', '.join(f'{name} {show(value)}' for name, value in figures.items())} |")
    return "\n".join(lines)


def show(value: Any) -> str:
    """A number as a person reads it."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
