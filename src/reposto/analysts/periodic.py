"""Orders of many products at fixed dates, decided on drawn demand: a game week by week, or a trial of past decisions.

The same question that `paths` answers for one product day by day, for a whole catalogue and whole periods at once.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

from reposto.analysts.forecast.types import LEVEL_ARRAY, Floats

DRAWS = 256  # futures per product; their points fill the space evenly, so that more of them change nothing
SHARED = 0.2  # part of the periods' errors that is one and the same: the level itself is uncertain


@lru_cache(maxsize=8)
def _uniform(periods: int, shared: float) -> Floats:
    """Probabilities (DRAWS, periods) of a Gaussian copula whose correlation between any two periods is `shared`.

    Points i * (g^-1, g^-2, ...) mod 1 with g the root of g^(d+1) = g + 1: a lattice that fills the unit cube evenly,
    the generalisation of the golden section; ranks make each period's probabilities exactly even. No random numbers,
    so that an answer repeats itself.
    """
    dimensions = periods + 1
    g = 2.0
    for _ in range(80):
        g = (1 + g) ** (1 / (dimensions + 1))
    steps = np.array([(1 / g) ** (i + 1) % 1 for i in range(dimensions)])
    points = (0.5 + np.arange(1, DRAWS + 1)[:, None] * steps) % 1
    normal = NormalDist()
    scores = np.vectorize(normal.inv_cdf)(np.clip(points, 1e-9, 1 - 1e-9))
    mixed = np.sqrt(shared) * scores[:, :1] + np.sqrt(1 - shared) * scores[:, 1:]
    result: Floats = (mixed.argsort(axis=0).argsort(axis=0) + 0.5) / DRAWS
    return result


def draw_demand(quantiles: Floats, shared: float = SHARED) -> Floats:
    """Futures of single periods; (n, periods, levels) at LEVELS -> (n, DRAWS, periods), units.

    `shared` is the correlation of the normal scores of any two periods, 0 <= shared < 1; tails beyond the outermost
    levels are cut there.
    """
    u = _uniform(quantiles.shape[1], shared)
    right = np.clip(np.searchsorted(LEVEL_ARRAY, u), 1, len(LEVEL_ARRAY) - 1)
    low, high = LEVEL_ARRAY[right - 1], LEVEL_ARRAY[right]
    share = np.clip((u - low) / (high - low), 0.0, 1.0)
    column = np.arange(quantiles.shape[1])
    result: Floats = (1 - share) * quantiles[:, column, right - 1] + share * quantiles[:, column, right]
    return result


def still_needed(demand: Floats, stock: Floats, coming: Floats, *, lost_sales: bool = True) -> Floats:
    """Units lacking, future by future, that an order of today would have to bring; (n, D, periods) -> (n, D) >= 0.

    stock (n,) now; coming (n, lead) arrives at the start of periods 0..lead-1; the order arrives at the start of
    period `lead`, the next one after the last period drawn. With lost sales what is not there when asked for is
    forgotten, with backorders it is still owed.
    """
    lead = coming.shape[1]
    left: Floats = np.repeat(stock[:, None].astype(np.float64), demand.shape[1], axis=1)
    for k in range(lead):
        left = left + coming[:, k : k + 1] - demand[:, :, k]
        if lost_sales:
            left = np.maximum(left, 0.0)
    result: Floats = np.maximum(demand[:, :, lead:].sum(axis=2) - left, 0.0)
    return result


def smallest_order(needed: Floats, level: Floats | float, integer: bool = True) -> Floats:
    """Smallest q with P(needed <= q) >= level; (n, D), one level or (n,) -> (n,) units.

    With shortage cost s and holding cost h per unit and period, level = s / (s + h) minimises the expected cost of
    the period covered (newsvendor; Snyder & Shen, 2nd ed., 4.3).
    """
    count = needed.shape[1]
    at = np.ceil(np.broadcast_to(level, len(needed)) * count - 1e-9).astype(np.int64) - 1
    found = np.take_along_axis(np.sort(needed, axis=1), np.clip(at, 0, count - 1)[:, None], axis=1)[:, 0]
    result: Floats = np.ceil(found - 1e-9) if integer else found
    return result


def whole(demand: Floats) -> Floats:
    """Draws of unit goods: whole units, halves up."""
    result: Floats = np.floor(demand + 0.5)
    return result
