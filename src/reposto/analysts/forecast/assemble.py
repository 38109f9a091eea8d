"""From quantiles of bucket windows to the Forecast that the other analysts read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from reposto.analysts.forecast.calendar import Buckets, day_weights
from reposto.analysts.forecast.types import BackTest, Confidence, Floats, Forecast, History

_LENGTHS = (1, 2, 3, 4, 6, 8, 13, 18, 26, 39, 52, 78, 105)  # buckets of the windows that are fitted
_MOST = 1e15  # no demand is larger; keeps every sum finite


def window_lengths(days: int, bucket_days: float) -> list[int]:
    """Lengths in buckets of the windows that cover `days`."""
    last = max(int(np.ceil(days / bucket_days - 1e-9)), 1)
    return [n for n in _LENGTHS if n < last] + [last]


def assemble(
    history: History,
    buckets: Buckets,
    means: Floats,
    quantiles: Floats,
    *,
    horizon_days: int,
    closed: frozenset[date],
    promoted: frozenset[date],
    method: str,
    version: str,
    notes: Sequence[str] = (),
    back_test: BackTest | None = None,
) -> Forecast:
    """Spread window means over days and carry their quantiles along; (windows,), (windows, levels).

    Windows are those of window_lengths. A closed day or a promotion changes the days' weights, hence the
    mean of a window; its quantiles are scaled by the same ratio.
    """
    lengths = window_lengths(horizon_days, buckets.days)
    ends = np.round(np.array(lengths) * buckets.days).astype(np.int64)
    means = np.minimum(np.maximum.accumulate(np.nan_to_num(means, posinf=_MOST)), _MOST)
    quantiles = np.clip(np.nan_to_num(quantiles, posinf=_MOST), 0.0, _MOST)
    rate = np.diff(means, prepend=0.0) / np.diff(ends, prepend=0)
    per_day = np.repeat(rate, np.diff(ends, prepend=0))
    weights = day_weights(buckets, int(ends[-1]), closed, promoted)
    per_day = per_day * weights
    upto = np.concatenate([[0.0], np.cumsum(per_day)])
    ratio = np.where(means > 0, upto[ends] / np.maximum(means, 1e-300), 1.0)
    table = np.concatenate([np.zeros((1, quantiles.shape[1])), quantiles * ratio[:, None]])
    table = np.maximum.accumulate(np.maximum.accumulate(table, axis=0), axis=1)
    knots = np.concatenate([[0], ends]).astype(np.float64)
    observed = int(np.isfinite(buckets.y).sum())
    whole = Forecast(buckets.start, per_day, knots, table, history.integer, method, version, observed, "low")
    at_end = whole.sum_quantiles(horizon_days)
    keep = knots < horizon_days
    sold = int((np.nan_to_num(buckets.y) > 0).sum())
    return Forecast(
        start=buckets.start,
        mean_per_day=per_day[:horizon_days],
        knots=np.concatenate([knots[keep], [float(horizon_days)]]),
        knot_quantiles=np.concatenate([table[keep], at_end[None, :]]),
        integer=history.integer,
        method=method,
        version=version,
        observed=observed,
        confidence=_confidence(observed, sold, back_test, (*buckets.notes, *notes)),
        notes=(*buckets.notes, *notes),
        back_test=back_test,
    )


def _confidence(observed: int, sold: int, back_test: BackTest | None, notes: tuple[str, ...]) -> Confidence:
    """How far the numbers may be trusted: by length of history, number of sales, and measured past error."""
    if observed < 6 or sold < 3 or "stale_history" in notes:
        return "low"
    if back_test is None or back_test.origins < 4 or observed < 26:
        return "medium"
    if back_test.error > 1.0:
        return "low"
    return "high" if back_test.error <= 0.4 and back_test.coverage80 >= 0.65 else "medium"
