"""How often a fault is repeated: a few times in `make test`, as often as RELIABILITY says in `make soak`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "TEST_SOAK"  # names the file that takes the figures
SHARE = "TEST_SOAK_SHARE"  # of the full counts, 0 to 1


def soaking() -> bool:
    """Whether the full counts are wanted."""
    return bool(os.environ.get(VARIABLE))


def times(short: int, full: int) -> int:
    """How often; a whole number also where it is seconds."""
    return max(short, round(full * float(os.environ.get(SHARE, "1")))) if soaking() else short


def note(row: str, **figures: Any) -> None:
    """Keep what was measured for docs/topics/reliability.md; nothing in `make test`."""
    if soaking():
        with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"row": row, **figures}) + "\n")


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
