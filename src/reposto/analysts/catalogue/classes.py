"""ABC by money, XYZ by steadiness."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

A_SHARE, B_SHARE = 0.80, 0.95  # of the year's value: the usual cuts (Silver, Pyke & Thomas, section 2.2.1)
STEADY, CHANGING = 0.5, 1.0  # coefficient of variation of the months


def abc_classes(values: Mapping[str, float]) -> dict[str, str]:
    """A, B or C by key, from the year's value (R$, >= 0).

    Sorted by value, an item is A while the items *before* it hold less than 80 % of the whole, B while they hold less
    than 95 %, else C: so the item that crosses a cut still counts above it, and the largest is always A. An item
    without value is C.
    """
    order = sorted(values, key=lambda key: (-values[key], key))
    total = sum(max(value, 0.0) for value in values.values())
    classes, before = {}, 0.0
    for key in order:
        share = before / total if total > 0 else 1.0
        worth = max(values[key], 0.0)
        classes[key] = "C" if worth <= 0 or share >= B_SHARE - 1e-12 else ("B" if share >= A_SHARE - 1e-12 else "A")
        before += worth
    return classes


def xyz_class(months: NDArray[np.float64]) -> str:
    """X, Y or Z from the units sold in each of some months, (m,): cv = standard deviation / mean.

    X up to 0.5, Y up to 1.0, Z beyond; Z too where nothing was sold or there are fewer than three months.
    """
    if len(months) < 3 or months.sum() <= 0:
        return "Z"
    cv = float(months.std() / months.mean())
    return "X" if cv <= STEADY else ("Y" if cv <= CHANGING else "Z")
