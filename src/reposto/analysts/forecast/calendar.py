"""From a history to equal buckets (weeks or months) and from bucket means back to days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from reposto.analysts.forecast.causes import PROMOTION, coming_causes, read_causes
from reposto.analysts.forecast.price_effects import (
    Prior,
    Weeks,
    fit_prior,
    lifts,
    ordinary_lift,
    own_effects,
    weeks_of,
)
from reposto.analysts.forecast.promotions import promotion_ratio
from reposto.analysts.forecast.types import MOST_PER_PERIOD, Bools, Floats, History

DAYS_PER_MONTH = 30.4375
LONGEST_HORIZON = 730  # days; beyond two years nothing here means anything
_MOST_AHEAD = 400  # days between the end of a history and the first day of a plan that is looked at
_LEAST_OBSERVED = 0.6  # share of a week that must be observed, else the week counts as missing
_PROFILE_DAYS = 182  # days of the weekday profile: half a year, so that a changed rhythm is followed
_PROMOTION_SHRINK = 4.0  # pseudo-periods of "a promotion sells as much more as elsewhere"
_RARE = 0.3  # share of days without a sale, Sundays among them, from which a mark says that there was one
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
    ahead: Floats | None = None  # what prices and promotions multiply each day from `start` on by; None = by `uplift`


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
    if history.price is not None and len(history.price) != len(q):
        raise ValueError(f"price has {len(history.price)} entries for {len(q)} periods")


def cut(
    history: History,
    today: date,
    closed: frozenset[date],
    promotion: float = PROMOTION_PRIOR,
    *,
    effects: Prior | None = None,
    planned: frozenset[date] = frozenset(),
) -> Buckets:
    """Buckets of a checked history, seen from `today`; sales of `today` itself are not yet complete.

    `promotion`: what a promotion multiplies demand by elsewhere in the catalogue; `effects`: what prices and promotions
    do there, used where this history tells of them; `planned`: days of promotions to come.
    """
    notes: list[str] = []
    step = period_length(history)
    q = _usable(history, today, notes)
    known = _without_causes(q, history, closed, effects, planned)
    q, uplift = _without_promotions(q, history, promotion) if known is None else (known[0], 1.0)
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
    ahead = None if known is None else known[1][gap:]
    return Buckets(y, bucket, season, offset, start, weekday, uplift, tuple(notes), ahead)


def _usable(history: History, today: date, notes: list[str]) -> Floats:
    """Quantities of the whole periods before `today`, NaN where they say nothing of demand; (n,)."""
    whole = int(max((today - history.start).days, 0) / period_length(history) + 0.1)  # a month may lack 3 of 30.4 days
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
    return q


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


def price_weeks(history: History, today: date, closed: frozenset[date]) -> Weeks | None:
    """A product's weeks from which the effects of prices and promotions are learnt; None where it tells of no price."""
    return None if history.price is None else _weeks_with_causes(_usable(history, today, []), history, closed)


def _weeks_with_causes(q: Floats, history: History, closed: frozenset[date]) -> Weeks | None:
    causes = read_causes(history, q)
    if causes is None:
        return None
    seen = np.where(_opened(q, history.start, closed), q, np.nan)
    of_week = (history.start.weekday() + np.arange(len(q))) % 7
    _hide_ends(seen, causes.head, causes.marked)
    ordinary = seen.copy()
    ordinary[causes.head :][causes.marked] = np.nan
    last = (history.start.toordinal() + len(q) - 1) // 7
    return weeks_of(seen, causes, weekday_profile(ordinary, of_week), of_week, last)


def _hide_ends(q: Floats, head: int, marked: Bools) -> None:
    """Leave out the first and last marked days of products that don't sell daily: they bear a mark since they sold."""
    open_days = q[np.isfinite(q)]
    if len(open_days) and (open_days == 0).mean() > _RARE:
        q[head:][marked & (np.diff(marked, prepend=False) | np.diff(marked, append=False))] = np.nan


def _without_causes(
    q: Floats, history: History, closed: frozenset[date], prior: Prior | None, planned: frozenset[date]
) -> tuple[Floats, Floats] | None:
    """Quantities at the usual price without promotions, and the multipliers of the days after them.

    None where the history doesn't tell of prices or nothing is known of what they do. Days without a plan have the
    present price, times what prices that nobody plans do on average.
    """
    weeks = _weeks_with_causes(q, history, closed) if history.told and history.price is not None else None
    if weeks is None:
        return None
    prior = prior or fit_prior([weeks])
    if prior is None or not prior.common[: PROMOTION + 1].any():
        return None
    effects = own_effects(weeks, prior)
    past = lifts(weeks.causes.past, effects).ravel()
    days = _MOST_AHEAD + LONGEST_HORIZON
    coming, told = coming_causes(weeks.causes, history, len(q), planned, days, prior.depth, prior.deepest)
    ahead = lifts(coming, effects) * np.where(told, 1.0, ordinary_lift(weeks.causes, effects))
    return q / np.concatenate([np.ones(weeks.causes.head), past]), ahead


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
    opened = _opened(q, start, closed)
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


def _opened(q: Floats, start: date, closed: frozenset[date]) -> Bools:
    """Days that are not closed, or on which something was sold all the same; (days,)."""
    opened = np.ones(len(q), dtype=bool)
    for day in closed:
        at = (day - start).days
        if 0 <= at < len(q) and not q[at] > 0:
            opened[at] = False
    return opened


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
    if buckets.ahead is not None and len(buckets.ahead):
        weight *= np.pad(buckets.ahead, (0, max(days - len(buckets.ahead), 0)), mode="edge")[:days]
        promoted = frozenset()
    for group, factor in ((closed, 0.0), (promoted, buckets.uplift)):
        for day in group:
            at = (day - buckets.start).days
            if 0 <= at < days:
                weight[at] *= factor
    return weight
