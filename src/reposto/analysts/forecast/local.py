"""N: a negative binomial forecast of one product from its own past alone."""

from __future__ import annotations

import numpy as np

from reposto.analysts.forecast.levels import ALPHAS, smoothed_levels, window_sums
from reposto.analysts.forecast.types import Bools, Floats

HALF_LIFE = 40.0  # buckets after which a past error counts half
SHARPNESS = 8.0  # exponent of 1/MSE in the mix of levels (FORECASTING.md)
_PRIOR_ERRORS = 1.5  # pseudo-windows of the prior variance
_PRIOR_CV = 0.6  # coefficient of variation of one bucket's demand before anything is known of it
_GROWTH = 1.3  # variance of a sum grows as length^1.3: between independent (1) and fully shared (2) errors
_LEAST_WINDOWS = 6  # past windows needed to trust their own variance


def seasonal_index(y: Floats, season: int, ahead: int) -> Floats:
    """Yearly rhythm of each series; (n, T) -> (n, T+ahead), mean about 1, exactly 1 without enough history.

    For each bucket of the year: (sum of y over the bucket and its 2 neighbours on both sides, all years +
    k*base) / (sum of the centred yearly level there + k*base), k = 4 buckets, damped by an exponent that is 0
    below one year and a third, 0.4 below two years and 0.7 beyond (the weak prior of FORECASTING.md).
    """
    n, buckets = y.shape
    index = np.ones((n, buckets + ahead))
    if buckets < season + season // 3:
        return index
    seen = np.isfinite(y)
    years = seen.sum(axis=1) / season
    power = np.where(years >= 2, 0.7, np.where(years >= 4 / 3, 0.4, 0.0))
    filled = np.where(seen, y, 0.0)
    base = _centred_level(filled, seen, season)
    reach = max(season // 26, 0)  # two weeks on both sides of a week, none around a month
    of_year = np.arange(buckets) % season
    top, bottom = np.zeros((n, season)), np.zeros((n, season))
    for shift in range(-reach, reach + 1):
        hit = np.equal.outer((of_year + shift) % season, np.arange(season)).astype(np.float64)  # (T, season)
        top += filled @ hit
        bottom += np.where(seen, base, 0.0) @ hit
    floor = 4.0 * np.maximum(base.mean(axis=1, keepdims=True), 1e-9)
    ratio = np.clip((top + floor) / (bottom + floor), 0.2, 5.0)
    ratio /= ratio.mean(axis=1, keepdims=True)
    shape: Floats = ratio ** power[:, None]
    return shape[:, np.arange(buckets + ahead) % season]


def _centred_level(filled: Floats, seen: Bools, season: int) -> Floats:
    """Mean of the observed buckets within half a season on both sides; (n, T) -> (n, T)."""
    buckets = filled.shape[1]
    total = np.concatenate([np.zeros((len(filled), 1)), np.cumsum(filled, axis=1)], axis=1)
    known = np.concatenate([np.zeros((len(filled), 1)), np.cumsum(seen, axis=1)], axis=1)
    at = np.arange(buckets)
    low = np.clip(at - season // 2, 0, max(buckets - season, 0))
    high = np.minimum(low + season, buckets)
    level: Floats = (total[:, high] - total[:, low]) / np.maximum(known[:, high] - known[:, low], 1)
    return level


def local_moments(y: Floats, windows: list[tuple[int, int]], season: int) -> tuple[Floats, Floats]:
    """Mean and variance of the sum over each window after the last bucket; (n, T) -> two (n, windows).

    The level is a mix of simple exponential smoothings of the de-seasonalised series with weights
    (1/MSE)^8, MSE over the past windows of the same shape, half-life 40 buckets; the variance is the
    weighted squared error of the mix, never below the Poisson variance, drawn by 1.5 pseudo-windows towards
    mean + (0.6 mean)^2 for one bucket and towards the variance of one bucket times length^1.3 for longer
    windows; with under 6 separate past windows the latter alone.
    """
    ahead = max((o + length for o, length in windows), default=1)
    index = seasonal_index(y, season, ahead)
    buckets = y.shape[1]
    levels, counts = smoothed_levels(y / index[:, :buckets])
    single = _one_window(y, index, levels, counts, offset=0, length=1)
    means, variances = [], []
    for offset, length in windows:
        if (offset, length) == (0, 1):
            mean, variance, known = single
        else:
            prior = single[1] * length**_GROWTH
            mean, variance, known = _one_window(y, index, levels, counts, offset=offset, length=length, prior=prior)
            variance = np.where(known < _LEAST_WINDOWS, prior, variance)
        means.append(mean)
        variances.append(np.maximum(variance, mean))
    return np.stack(means, axis=1), np.stack(variances, axis=1)


def _one_window(
    y: Floats,
    index: Floats,
    levels: Floats,
    counts: Floats,
    *,
    offset: int,
    length: int,
    prior: Floats | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and number of usable past windows for one window; each (n,)."""
    n, buckets = y.shape
    sums = window_sums(y, offset, length)
    upto = np.concatenate([np.zeros((n, 1)), np.cumsum(index, axis=1)], axis=1)
    first = np.minimum(np.arange(buckets + 1) + offset, upto.shape[1] - 1)
    after = np.minimum(first + length, upto.shape[1] - 1)
    guess = levels * (upto[:, after] - upto[:, first]).T[:, :, None]  # (T+1, n, alphas)
    usable = np.isfinite(sums) & (counts.T >= 3)
    weight = np.where(usable, 0.5 ** ((buckets - np.arange(buckets + 1)) / HALF_LIFE), 0.0)
    error = np.where(usable[:, :, None], np.swapaxes(guess, 0, 1) - np.nan_to_num(sums)[:, :, None], 0.0)
    total = weight.sum(axis=1)
    mse = np.einsum("nt,nta->na", weight, error**2) / np.maximum(total, 1e-12)[:, None]
    mix = _mix(mse, guess[buckets], length)
    mean = np.maximum((mix * guess[buckets]).sum(axis=1), 0.0)
    if prior is None:
        prior = mean + (_PRIOR_CV * mean) ** 2
    data = (weight * np.einsum("nta,na->nt", error, mix) ** 2).sum(axis=1)
    # Overlapping windows repeat each other: `length` of them count as one observation.
    variance = (data / length + _PRIOR_ERRORS * prior) / (total / length + _PRIOR_ERRORS)
    return mean, variance, usable.sum(axis=1) / length


def _mix(mse: Floats, guess: Floats, length: int) -> Floats:
    """Weights of the levels, summing to 1; equal while there is no error to compare. (n, alphas)."""
    floor = mse + 1e-9 + 0.01 * guess.mean(axis=1, keepdims=True) / max(length, 1)
    ratio = floor.min(axis=1, keepdims=True) / floor
    weight = ratio**SHARPNESS
    result: Floats = weight / weight.sum(axis=1, keepdims=True)
    return result


__all__ = ["ALPHAS", "local_moments", "seasonal_index"]
