"""The back-test that each forecast carries: the same method at earlier dates of the same product."""

from __future__ import annotations

import numpy as np

from reposto.analysts.forecast.types import LEVELS, BackTest, Floats

MOST_ORIGINS = 8
_LEAST_BEFORE = 6  # buckets that must be left before the earliest origin
_LOW, _HIGH = LEVELS.index(0.1), LEVELS.index(0.9)


def trial_rows(y: Floats, length: int) -> tuple[Floats, Floats, Floats, list[int]] | None:
    """Truncated copies of a series; (T,) -> rows (B, T), actual sums (B,), naive sums (B,), ages (B,).

    Origins are `length` buckets apart (windows do not overlap), at most 8, right-aligned with NaN on the
    left; ages are in buckets before the end. Origins whose window, or the window before it, is not wholly
    observed are dropped. None if fewer than 3 stay.
    """
    buckets = len(y)
    rows, actual, naive, ages = [], [], [], []
    for k in range(1, MOST_ORIGINS + 1):
        cut = buckets - k * length
        if cut < max(_LEAST_BEFORE, length):
            break
        after, before = y[cut : cut + length], y[cut - length : cut]
        if not (np.isfinite(after).all() and np.isfinite(before).all()):
            continue
        rows.append(np.concatenate([np.full(buckets - cut, np.nan), y[:cut]]))
        actual.append(after.sum())
        naive.append(before.sum())
        ages.append(k * length)
    if len(rows) < 3:
        return None
    return np.array(rows), np.array(actual), np.array(naive), ages


def judge(means: Floats, quantiles: Floats, actual: Floats, naive: Floats, window_days: int) -> BackTest | None:
    """Errors of forecasts at past origins; (B,), (B, levels), (B,), (B,). None where nothing was sold."""
    scale = float(actual.mean())
    if scale <= 0:
        return None
    low, high = quantiles[:, _LOW], quantiles[:, _HIGH]
    inside = (actual > low) & (actual < high)
    edge = ((actual == low) | (actual == high)) & ~inside
    return BackTest(
        window_days=window_days,
        origins=len(actual),
        error=float(np.abs(means - actual).mean() / scale),
        naive_error=float(np.abs(naive - actual).mean() / scale),
        coverage80=float((inside + 0.5 * edge).mean()),
        bias=float((means.sum() - actual.sum()) / actual.sum()),
    )
