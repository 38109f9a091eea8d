"""Marked promotions without prices: how much more sells in them, and on which days they were."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from reposto.analysts.forecast.types import Bools, Floats

_AROUND = 5  # weeks before and after a promotion that it is compared with
_LEAST_WITHIN = 5  # days inside promotions, without their first and last ones, from which on those alone count


def promotion_ratio(q: Floats, promotion: Bools | None, period_days: int = 1) -> tuple[float, int]:
    """Sold in promotion / sold in the same weekdays of the five weeks before and after, and the periods in promotion.

    (ratio of sums; periods of other lengths: the five periods before and after.) The rest of the history is no measure,
    since promotions fall on Black Friday and Mother's Day. (1, 0) where unknown.
    """
    if promotion is None or not np.any(promotion):
        return 1.0, 0
    marked = whole_promotions(q, promotion, period_days)
    step = 7 if period_days == 1 else 1
    shifts = step * np.array([k for k in range(-_AROUND, _AROUND + 1) if k])
    ends = np.diff(marked, prepend=False) | np.diff(marked, append=False)  # sold for sure, else they had no mark
    within = marked & ~ends & np.isfinite(q)
    at = np.flatnonzero(within if period_days == 1 and within.sum() >= _LEAST_WITHIN else marked & np.isfinite(q))
    near = at[:, None] + shifts[None, :]
    inside = (near >= 0) & (near < len(q))
    near = np.clip(near, 0, len(q) - 1)
    usable = inside & ~marked[near] & np.isfinite(q[near])
    count = usable.sum(axis=1)
    base = np.where(usable, np.where(np.isfinite(q[near]), q[near], 0.0), 0.0).sum(axis=1) / np.maximum(count, 1)
    known = count > 0
    if not known.any() or base[known].sum() <= 0:
        return 1.0, 0
    return float(q[at][known].sum() / base[known].sum()), int(known.sum())


def whole_promotions(q: Floats, promotion: Bools, period_days: int = 1) -> Bools:
    """Marks with the days without a sale between two marked days less than a week apart; (T,) -> (T,).

    A mark comes with a sale: without those days a promotion would seem to have sold every day.
    """
    marked = np.asarray(promotion, dtype=bool)[: len(q)].copy()
    at = np.flatnonzero(marked)
    if period_days == 1:
        for first, after in pairwise(at):
            if 1 < after - first <= 7:
                between = np.arange(first + 1, after)
                marked[between[~(q[between] > 0)]] = True
    return marked
