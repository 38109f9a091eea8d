"""From a history to equal buckets (weeks or months) and from bucket means back to days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from reposto.analysts.forecast.types import MOST_PER_PERIOD, Bools, Floats, History

DAYS_PER_MONTH = 30.4375
LONGEST_HORIZON = 730  # days; beyond two years nothing here means anything
_LEAST_OBSERVED = 0.6  # share of a week that must be observed, else the week counts as missing
_PROFILE_DAYS = 182  # days of the weekday profile: half a year, so that a changed rhythm is followed
_AROUND = 5  # weeks before and after a promotion that it is compared with
_LEAST_WITHIN = 5  # days inside promotions, without their first and last ones, from which on those alone count
_PROMOTION_SHRINK = 4.0  # pseudo-periods of "a promotion sells as much more as elsewhere"
PROMOTION_PRIOR = 1.5  # until a catalogue says otherwise


@dataclass(frozen=True, slots=True)
class Buckets:
    """A history cut into equal buckets that end where it ends; NaN = not observed."""

    y: Floats  # (T,) units per bucket at full opening
    days: float  # days per bucket
    season: int  # buckets per year
    offset: int  # whole buckets between the end of the history and `start`
    start: date  # first day of the horizon
    weekday: Floats  # (7,) weight of Monday..Sunday, mean 1
    uplift: float  # what a promotion multiplies demand by
    notes: tuple[str, ...]


def check(history: History, horizon_days: int) -> None:
    """ValueError for what no engine can use: see Engine.forecast."""
    q = np.asarray(history.quantity)
    if q.ndim != 1:
        raise ValueError("quantity must have one dimension")
    if np.any(q < 0):
        raise ValueError("negative quantity: returns must be netted out before forecasting")
    if history.period_days < 1:
        raise ValueError(f"period_days must be at least 1, not {history.period_days}")
    if not 1 <= horizon_days <= LONGEST_HORIZON:
        raise ValueError(f"horizon_days must lie in 1..{LONGEST_HORIZON}, not {horizon_days}")
    for name in ("censored", "excluded", "promotion"):
        mask = getattr(history, name)
        if mask is not None and len(mask) != len(q):
            raise ValueError(f"{name} has {len(mask)} entries for {len(q)} periods")


def cut(history: History, today: date, closed: frozenset[date], promotion: float = PROMOTION_PRIOR) -> Buckets:
    """Buckets of a checked history, seen from `today`; sales of `today` itself are not yet complete.

    `promotion`: what a promotion multiplies demand by elsewhere in the catalogue.
    """
    notes: list[str] = []
    step = period_length(history)
    whole = int(max((today - history.start).days, 0) / step + 0.1)  # a month may be 3 days short of 30.4
    q = np.asarray(history.quantity, dtype=np.float64)[:whole].copy()
    q[~np.isfinite(q)] = np.nan
    if np.any(q > MOST_PER_PERIOD):
        notes.append("quantity_capped")
        q = np.minimum(q, MOST_PER_PERIOD)
    for name in ("censored", "excluded"):
        mask: Bools | None = getattr(history, name)
        if mask is not None:
            hidden = np.asarray(mask, dtype=bool)[: len(q)]
            q[hidden] = np.nan
            if hidden.any():
                notes.append(f"{name}_periods_left_out")
    q, uplift = _without_promotions(q, history, promotion)
    end = _plus(history.start, len(q) * step)
    start = max(today, end) if len(q) else today
    gap = (start - end).days if len(q) else 0
    if gap > 28:
        notes.append("stale_history")
    if history.period_days == 1:
        y, weekday, bucket = _weeks(q, history.start, closed)
    else:
        y, weekday, bucket = q, _open_weekdays(closed), step
    y = _trim_launch(y, notes)
    season = max(round(365.25 / bucket), 1)
    offset = min(int(gap / bucket + 0.1), 2 * season)
    return Buckets(y, bucket, season, offset, start, weekday, uplift, tuple(notes))


def period_length(history: History) -> float:
    """Days per period; 28..31 means calendar months."""
    return DAYS_PER_MONTH if 28 <= history.period_days <= 31 else float(history.period_days)


def end_of(history: History) -> date:
    """The first day after the history."""
    return _plus(history.start, len(history.quantity) * period_length(history))


def _plus(day: date, days: float) -> date:
    try:
        return day + timedelta(days=round(days))
    except OverflowError:
        return date.max


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


def _without_promotions(q: Floats, history: History, prior: float) -> tuple[Floats, float]:
    """Quantities brought down to what would have sold without promotion, and the factor found.

    factor = (ratio of promotion_ratio * n + 4 prior) / (n + 4), n periods in promotion, 1..20.
    """
    ratio, n = promotion_ratio(q, history.promotion, history.period_days)
    if n == 0 or history.promotion is None:
        return q, prior
    factor = float(np.clip((ratio * n + prior * _PROMOTION_SHRINK) / (n + _PROMOTION_SHRINK), 1, 20))
    q = q.copy()
    q[np.asarray(history.promotion, dtype=bool)[: len(q)]] /= factor
    return q, factor


def _weeks(q: Floats, start: date, closed: frozenset[date]) -> tuple[Floats, Floats, float]:
    """Daily quantities as 7-day buckets that end with the last day, scaled up for closed or missing days."""
    days = len(q)
    opened = np.ones(days, dtype=bool)
    for day in closed:
        at = (day - start).days
        if 0 <= at < days and not q[at] > 0:
            opened[at] = False
    of_week = (start.weekday() + np.arange(days)) % 7
    weekday = weekday_profile(np.where(opened, q, np.nan), of_week)
    weight = weekday[of_week] * (opened & np.isfinite(q)) / 7.0
    count = days // 7
    if count == 0:
        if weight.sum() <= 0:
            return np.zeros(0), weekday, 7.0
        return np.array([np.nansum(q) / weight.sum()]), weekday, 7.0
    tail = days - 7 * count
    sums = np.nansum(q[tail:].reshape(count, 7), axis=1)
    weights = weight[tail:].reshape(count, 7).sum(axis=1)
    y = np.where(weights >= _LEAST_OBSERVED, sums / np.maximum(weights, 1e-9), np.nan)
    return y, weekday, 7.0


def weekday_profile(q: Floats, of_week: np.ndarray) -> Floats:
    """Weight of each weekday, mean 1; (days,), (days,) -> (7,).

    weight_d = 1 + B (mean on d / mean of all - 1), B = max(0, 1 - sum of the squared standard errors of the
    seven means / sum of their squared deviations): James-Stein, so that noise leaves a flat profile. A weekday
    that never sold in the last half-year is closed (weight 0) when that would happen by chance less than
    once in 100 times: (6/7)^N < 0.01, N = (sum q)^2 / sum q^2, the effective number of sales (Kish).
    """
    recent = slice(max(len(q) - _PROFILE_DAYS, 0), None)
    q, of_week = q[recent], of_week[recent]
    seen = np.isfinite(q)
    top = np.bincount(of_week[seen], weights=q[seen], minlength=7)
    n = np.bincount(of_week[seen], minlength=7)
    means = top / np.maximum(n, 1)
    biggest = float(q[seen].max()) if seen.any() else 0.0
    if biggest <= 0 or means.sum() <= 0:
        return np.ones(7)
    unit = np.where(seen, q, 0.0) / biggest
    effective = float(unit.sum() ** 2 / max((unit**2).sum(), 1e-300))
    flat = np.where(n > 0, means, means[n > 0].mean()) / biggest
    shut = (n >= 4) & (top == 0) if (6 / 7) ** effective < 0.01 else np.zeros(7, dtype=bool)
    within = np.bincount(of_week[seen], weights=(unit[seen] - flat[of_week[seen]]) ** 2, minlength=7)
    errors = within / np.maximum(n - 1, 1) / np.maximum(n, 1)
    centre = flat[~shut].mean()
    deviations = float(((flat[~shut] - centre) ** 2).sum())
    keep = max(0.0, 1.0 - float(errors[~shut].sum()) / deviations) if deviations > 0 and n.min() > 1 else 0.0
    share = np.where(shut, 0.0, centre + keep * (flat - centre))
    profile: Floats = share / share.sum() * 7.0
    return profile


def _open_weekdays(closed: frozenset[date]) -> Floats:
    """Equal weights for the weekdays that are not always closed, mean 1; (7,)."""
    if not closed:
        return np.ones(7)
    counts = np.bincount([d.weekday() for d in closed], minlength=7)
    span = (max(closed) - min(closed)).days + 1
    weekday = np.where((counts >= 3) & (counts >= 0.8 * (span // 7)), 0.0, 1.0)
    return weekday * 7.0 / weekday.sum() if weekday.any() else np.ones(7)


def _trim_launch(y: Floats, notes: list[str]) -> Floats:
    """Without a run of leading zeros that is over 3 times the later longest gap (and 8 buckets): not sold yet."""
    sold = np.flatnonzero(np.nan_to_num(y) > 0)
    if len(sold) < 3:
        return y
    longest = int(np.max(np.diff(sold)))
    if sold[0] > max(8, 3 * longest):
        notes.append("launch_assumed")
        return y[sold[0] :]
    return y


def day_weights(buckets: Buckets, days: int, closed: frozenset[date], promoted: frozenset[date]) -> Floats:
    """Weight of each of the next `days` days (1 = an average day); closed days 0, promotions uplifted."""
    of_week = (buckets.start.weekday() + np.arange(days)) % 7
    weight = buckets.weekday[of_week].copy()
    for group, factor in ((closed, 0.0), (promoted, buckets.uplift)):
        for day in group:
            at = (day - buckets.start).days
            if 0 <= at < days:
                weight[at] *= factor
    return weight
