"""N: a negative binomial forecast of one product from its own past alone."""

from __future__ import annotations

import numpy as np

from reposto.analysts.forecast.levels import ALPHAS, known_or_zero, smoothed_levels, window_sums
from reposto.analysts.forecast.types import Bools, Floats

HALF_LIFE = 40.0  # buckets after which a past error counts half
SHARPNESS = 8.0  # exponent of 1/MSE in the mix of levels (FORECASTING.md)
PRIOR_ERRORS = 1.5  # pseudo-windows of the prior variance
PRIOR_CV = 0.6  # coefficient of variation of one bucket's demand before anything is known of it
GROWTH = 1.3  # variance of a sum grows as length^1.3: between independent (1) and fully shared (2) errors
LEAST_WINDOWS = 6  # past windows needed to trust their own variance


def seasonal_index(y: Floats, season: int, ahead: int) -> Floats:
    """Yearly rhythm of each series by itself; (n, T) -> (n, T+ahead), mean about 1, 1 without enough history.

    Two harmonics of the year fitted by least squares to r = y / centred yearly level - 1 over the observed
    buckets, times keep = max(0, 1 - 6/F), F = (explained / 4) / (residual / (N - 5)): James-Stein, tripled
    because the errors of neighbouring weeks resemble each other, so that noise leaves no rhythm. Then to the
    power 0 below 1 1/3 years of figures, 0.4 below two and 0.7 beyond (FORECASTING.md, seasonal prior).
    """
    n, buckets = y.shape
    index = np.ones((n, buckets + ahead))
    if buckets < season + season // 3 or season < 5:
        return index
    seen = np.isfinite(y)
    count = seen.sum(axis=1)
    years = count / season
    power = np.where(years >= 1.9, 0.7, np.where(years >= 4 / 3, 0.4, 0.0))
    filled = np.where(seen, y, 0.0)
    base = centred_level(filled, seen, season)
    relative = np.where(seen, filled / np.maximum(base, 1e-12) - 1.0, 0.0) * (base > 1e-9)
    angle = 2 * np.pi * np.arange(buckets + ahead) / season
    waves = np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=1)
    past = waves[:buckets]
    gram = np.einsum("nt,ti,tj->nij", seen.astype(np.float64), past, past) + 1e-6 * np.eye(4)
    fit = np.linalg.solve(gram, (relative @ past)[:, :, None])[:, :, 0]
    explained = np.einsum("ni,nij,nj->n", fit, gram, fit) / 4
    residual = ((relative - np.where(seen, fit @ past.T, 0.0)) ** 2).sum(axis=1) / np.maximum(count - 5, 1)
    keep = np.maximum(0.0, 1.0 - 6.0 * residual / np.maximum(explained, 1e-12))
    result: Floats = np.clip(1.0 + keep[:, None] * (fit @ waves.T), 0.2, 5.0) ** power[:, None]
    return result


def pooled_index(y: Floats, season: int, ahead: int) -> Floats:
    """Yearly rhythm common to many series; (n, T) -> (T+ahead,), 1 without a year and a third of figures.

    The mean of the series relative to their own means (at most 10 each) divided by its centred yearly level,
    averaged over the years with a neighbour's half weight on both sides for weeks; to the power 0.7 from
    two years on, 0.4 before.
    """
    buckets = y.shape[1]
    if buckets < season + season // 3 or season < 5 or not np.isfinite(y).any():
        return np.ones(buckets + ahead)
    seen = np.isfinite(y)
    mean = np.where(seen, y, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    relative = np.where(seen, np.minimum(np.where(seen, y, 0.0) / np.maximum(mean, 1e-3)[:, None], 10.0), 0.0)
    number = seen.sum(axis=0)
    total = (relative.sum(axis=0) / np.maximum(number, 1))[None, :]
    known = (number > 0)[None, :]
    base = centred_level(total, known, season)
    of_year = np.arange(buckets) % season
    top, bottom = np.zeros(season), np.zeros(season)
    for shift, weight in ((-1, 0.5), (0, 1.0), (1, 0.5)) if season > 20 else ((0, 1.0),):
        place = (of_year + shift) % season
        top += weight * np.bincount(place, weights=total[0], minlength=season)
        bottom += weight * np.bincount(place, weights=base[0] * known[0], minlength=season)
    ratio = np.clip((top + 0.1) / (bottom + 0.1), 0.1, 10.0)
    power = 0.7 if buckets >= 1.9 * season else 0.4
    shape: Floats = (ratio / ratio.mean()) ** power
    spread: Floats = shape[np.arange(buckets + ahead) % season]
    return spread


def centred_level(filled: Floats, seen: Bools, season: int) -> Floats:
    """Mean of the observed buckets within half a season on both sides; (n, T) -> (n, T)."""
    buckets = filled.shape[1]
    total = np.concatenate([np.zeros((len(filled), 1)), np.cumsum(filled, axis=1)], axis=1)
    known = np.concatenate([np.zeros((len(filled), 1)), np.cumsum(seen, axis=1)], axis=1)
    at = np.arange(buckets)
    low = np.clip(at - season // 2, 0, max(buckets - season, 0))
    high = np.minimum(low + season, buckets)
    level: Floats = (total[:, high] - total[:, low]) / np.maximum(known[:, high] - known[:, low], 1)
    return level


def local_moments(
    y: Floats, windows: list[tuple[int, int]], season: int, index: Floats | None = None, counted: bool = True
) -> tuple[Floats, Floats]:
    """Mean and variance of the sum over each window after the last bucket; (n, T) -> two (n, windows).

    The level is a mix of simple exponential smoothings of the de-seasonalised series with weights
    (1/MSE)^8, MSE over the past windows of the same shape, half-life 40 buckets; the variance is the
    weighted squared error of the mix, never below the Poisson variance, drawn by 1.5 pseudo-windows towards
    mean + (0.6 mean)^2 for one bucket and towards the variance of one bucket times length^1.3 for longer
    windows; with under 6 separate past windows the latter alone. What is weighed or measured (not `counted`) has
    no Poisson variance, which would depend on the unit.
    """
    ahead = max((o + length for o, length in windows), default=1)
    if index is None:
        index = seasonal_index(y, season, ahead)
    buckets = y.shape[1]
    levels, counts = smoothed_levels(y / index[:, :buckets])
    single = _one_window(y, index, levels, counts, offset=0, length=1, counted=counted)
    means, variances = [], []
    for offset, length in windows:
        if (offset, length) == (0, 1):
            mean, variance, known = single
        else:
            prior = single[1] * length**GROWTH
            mean, variance, known = _one_window(y, index, levels, counts, offset=offset, length=length, prior=prior)
            variance = np.where(known < LEAST_WINDOWS, prior, variance)
        means.append(mean)
        variances.append(np.maximum(variance, mean) if counted else variance)
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
    counted: bool = True,
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
    error = np.where(usable[:, :, None], np.swapaxes(guess, 0, 1) - known_or_zero(sums)[:, :, None], 0.0)
    total = weight.sum(axis=1)
    mse = np.einsum("nt,nta->na", weight, error**2) / np.maximum(total, 1e-12)[:, None]
    mix = mix_of_levels(mse, guess[buckets], length)
    mean = np.maximum((mix * guess[buckets]).sum(axis=1), 0.0)
    if prior is None:
        prior = counted * mean + (PRIOR_CV * mean) ** 2
    data = (weight * np.einsum("nta,na->nt", error, mix) ** 2).sum(axis=1)
    # Overlapping windows repeat each other: `length` of them count as one observation.
    variance = (data / length + PRIOR_ERRORS * prior) / (total / length + PRIOR_ERRORS)
    return mean, variance, usable.sum(axis=1) / length


def mix_of_levels(mse: Floats, guess: Floats, length: int) -> Floats:
    """Weights of the levels, summing to 1; equal while there is no error to compare. (n, alphas)."""
    floor = mse + 1e-9 + 0.01 * guess.mean(axis=1, keepdims=True) / max(length, 1)
    ratio = floor.min(axis=1, keepdims=True) / floor
    weight = ratio**SHARPNESS
    result: Floats = weight / weight.sum(axis=1, keepdims=True)
    return result


__all__ = ["ALPHAS", "local_moments", "pooled_index", "seasonal_index"]
