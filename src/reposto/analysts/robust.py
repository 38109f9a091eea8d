"""Robust statistics of small samples: slope, spread, weighted quantiles."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_MOST_PAIRS = 400  # points kept for pairwise slopes: 80,000 pairs, about 1 ms


def theil_sen(x: Floats, y: Floats) -> float:
    """Median of the slopes between all pairs of points with different x; (n,), (n,) -> units of y per unit of x.

    Up to 29 % of the points may be outliers without effect. 0.0 with fewer than two distinct x.
    Theil (1950); Sen, J. Am. Stat. Assoc. 63 (1968) 1379-1389.
    """
    if len(x) > _MOST_PAIRS:
        keep = np.linspace(0, len(x) - 1, _MOST_PAIRS).round().astype(int)
        x, y = x[keep], y[keep]
    first, second = np.triu_indices(len(x), 1)
    run = x[second] - x[first]
    apart = run != 0
    if not apart.any():
        return 0.0
    return float(np.median((y[second] - y[first])[apart] / run[apart]))


def kendall_z(x: Floats, y: Floats) -> float:
    """Mann-Kendall statistic of a monotone trend, standard normal when there is none; (n,), (n,) -> z.

    z = (S - sign S) / sqrt(n (n-1) (2n+5) / 18 - ties), S = sum of sign((x_j - x_i)(y_j - y_i)); 0.0 with n < 4.
    Kendall, Rank Correlation Methods, 4th ed. 1975, with the correction for tied y.
    """
    n = len(x)
    if n < 4:
        return 0.0
    first, second = np.triu_indices(n, 1)
    s = float(np.sign((x[second] - x[first]) * (y[second] - y[first])).sum())
    _, ties = np.unique(y, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    return (s - math.copysign(1.0, s)) / math.sqrt(variance) if s and variance > 0 else 0.0


def spread(values: Floats) -> float:
    """1.4826 * median absolute deviation from the median: a standard deviation that outliers don't move; 0.0 if empty.

    Rousseeuw & Croux, J. Am. Stat. Assoc. 88 (1993) 1273-1283.
    """
    if len(values) == 0:
        return 0.0
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))


def weighted_quantile(values: Floats, weights: Floats, level: float) -> float:
    """Smallest value with P(X <= value) >= level; (n,), (n,), weights >= 0 and not all 0. ValueError if empty."""
    if len(values) == 0:
        raise ValueError("no values")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = int(np.searchsorted(reached, level * reached[-1] * (1 - 1e-12)))
    return float(values[order[min(at, len(values) - 1)]])
