"""LocalEngine: one product, its own history, no fitted tables."""

from __future__ import annotations

from datetime import date
from statistics import NormalDist

import numpy as np

from reposto.analysts.forecast.assemble import assemble, window_lengths
from reposto.analysts.forecast.calendar import Buckets, check, cut
from reposto.analysts.forecast.dist import gamma_quantiles, negative_binomial_quantiles
from reposto.analysts.forecast.local import local_moments
from reposto.analysts.forecast.trial import judge, trial_rows
from reposto.analysts.forecast.types import LEVELS, BackTest, Floats, Forecast, History

_GUESS_BUCKETS = 4.0  # buckets of sales that weigh as much as the buyer's expected level
_GUESS_CV = 0.8  # how wrong a buyer's guess of the level is taken to be
_WIDER = 1.15  # of the variance, for its being estimated
_NORMAL = 0.4  # share of the normal shape
_SCORES = np.array([NormalDist().inv_cdf(p) for p in LEVELS])


class LocalEngine:
    """Forecasts from the product's own past: needs no other product and nothing fitted beforehand."""

    method = "local"
    version = "local-1"

    def forecast(
        self,
        history: History,
        *,
        today: date,
        horizon_days: int,
        closed: frozenset[date] = frozenset(),
        expected_level: float | None = None,
        planned_promotion: frozenset[date] = frozenset(),
        tried: bool = True,
    ) -> Forecast:
        """See Engine.forecast."""
        check(history, horizon_days)
        buckets = cut(history, today, closed, planned=planned_promotion)
        lengths = window_lengths(horizon_days, buckets.days)
        windows = [(buckets.offset, length) for length in lengths]
        y = shifted(buckets)
        means, variances = local_moments(y, windows, buckets.season, counted=history.integer)
        notes: list[str] = []
        mean, variance = with_guess(
            buckets, means[0], variances[0], lengths=lengths, expected_level=expected_level, notes=notes
        )
        return assemble(
            history,
            buckets,
            mean,
            local_quantiles(mean, variance, history.integer),
            horizon_days=horizon_days,
            closed=closed,
            promoted=planned_promotion,
            method=self.method,
            version=self.version,
            notes=notes,
            back_test=local_back_test(buckets, history.integer, lengths) if tried else None,
        )


def shifted(buckets: Buckets) -> Floats:
    """The one series as a matrix (1, T), at least one bucket long."""
    y = buckets.y if len(buckets.y) else np.array([np.nan])
    return y[None, :]


def local_quantiles(mean: Floats, variance: Floats, integer: bool) -> Floats:
    """N's distribution; (n,), (n,) -> (n, levels), not rounded.

    0.6 negative binomial + 0.4 normal cut at 0, both with 1.15 times the variance beyond Poisson: the level's
    own error is symmetric, so that the negative binomial of the same moments is too skewed (its median covered
    43-47 % of weeks), and the variance is an estimate. Chosen on earlier origins of four panels.
    """
    wide = mean + _WIDER * np.maximum(variance - mean, 0.0) if integer else _WIDER * variance
    normal = np.maximum(mean[:, None] + np.sqrt(wide)[:, None] * _SCORES, 0.0)
    result: Floats = (1 - _NORMAL) * moment_quantiles(mean, wide, integer) + _NORMAL * normal
    return result


def moment_quantiles(mean: Floats, variance: Floats, integer: bool) -> Floats:
    """Negative binomial for unit goods, gamma for what is weighed or measured."""
    return negative_binomial_quantiles(mean, variance) if integer else gamma_quantiles(mean, variance)


def with_guess(
    buckets: Buckets,
    mean: Floats,
    variance: Floats,
    *,
    lengths: list[int],
    expected_level: float | None,
    notes: list[str],
) -> tuple[Floats, Floats]:
    """Mean and variance drawn towards the buyer's expected level (units per day) while history is short.

    weight of the guess = 4 / (4 + observed buckets), none from 13 buckets on; its variance is Poisson plus
    (0.8 * guess)^2.
    """
    observed = int(np.isfinite(buckets.y).sum())
    if expected_level is not None and np.isfinite(expected_level) and expected_level >= 0 and observed < 13:
        guess = min(expected_level, 1e12) * buckets.days * np.array(lengths, dtype=np.float64)
        weight = _GUESS_BUCKETS / (_GUESS_BUCKETS + observed)
        spread = guess + (_GUESS_CV * guess) ** 2
        apart = weight * (1 - weight) * (guess - mean) ** 2
        variance = weight * spread + (1 - weight) * variance + apart
        mean = weight * guess + (1 - weight) * mean
        notes.append("expected_level_used")
    elif observed == 0:
        notes.append("no_history")
    if 0 < observed < 13:
        notes.append("short_history")
    if buckets.season > 1 and observed < buckets.season + buckets.season // 3:
        notes.append("no_yearly_rhythm")
    return mean, variance


def local_back_test(buckets: Buckets, integer: bool, lengths: list[int]) -> BackTest | None:
    length = trial_length(len(buckets.y), lengths)
    trial = trial_rows(buckets.y, length)
    if trial is None:
        return None
    rows, actual, naive, _ = trial
    mean, variance = local_moments(rows, [(0, length)], buckets.season, counted=integer)
    quantiles = local_quantiles(mean[:, 0], variance[:, 0], integer)
    if integer:
        quantiles = np.round(quantiles)
    return judge(mean[:, 0], quantiles, actual, naive, round(length * buckets.days))


def trial_length(count: int, lengths: list[int]) -> int:
    """The longest fitted window (buckets) that leaves room for six origins in two thirds of the history."""
    fitting = [n for n in lengths if 6 * n <= 2 * count / 3]
    return max(fitting, default=1)
