"""What known causes (promotions, prices) multiply demand by: learnt per series, drawn towards the panel's.

Everything else forecasts demand without them: history is divided by the multiplier of each bucket, and the forecast
multiplied by that of the buckets to come. Where nothing is found, every multiplier is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reposto.analysts.forecast.levels import known_or_zero
from reposto.analysts.forecast.types import Bools, Floats

_AROUND = 6  # buckets before and after one that it is compared with
_ROUNDS = 4  # of finding the level without the effects and the effects without the level
_DOUBT = 4.0  # common effects lose 4 / t^2 of themselves: below t = 2 there is none
_MOST = 3.0  # of a log multiplier: a factor of 20
_REMEMBERED = 26  # buckets over which a price is compared with its median
_STEEPEST = 1.5  # of a log price relative to its median
_LEAST_ROWS = 24  # buckets with a cause, over the whole panel, below which nothing is learnt


@dataclass(frozen=True)
class Effects:
    """Coefficients of the log multiplier, and how the causes are to be read."""

    common: Floats  # (k,) the panel's
    own: Floats  # (n, k) each series'


def relative_price(price: Floats) -> Floats:
    """Log of each price over the median of the 26 known ones before it; (n, T), NaN = not known -> (n, T), 0 = usual.

    A price that is not known is the usual one. Cut at +-1.5.
    """
    out = np.zeros_like(price)
    usable = np.where(np.isfinite(price) & (price > 0), price, np.nan)
    for t in range(1, price.shape[1]):
        past = usable[:, max(t - _REMEMBERED, 0) : t]
        seen = np.isfinite(past).any(axis=1) & np.isfinite(usable[:, t])
        if seen.any():
            out[seen, t] = np.log(usable[seen, t] / np.nanmedian(past[seen], axis=1))
    return np.clip(out, -_STEEPEST, _STEEPEST)


def with_last(causes: Floats) -> Floats:
    """The causes and those of the bucket before: what was bought in a promotion is not bought after it. (n, T, k)."""
    before = np.concatenate([np.zeros_like(causes[:, :1]), causes[:, :-1]], axis=1)
    return np.concatenate([causes, before], axis=2)


def fit_effects(y: Floats, causes: Floats) -> Effects:
    """Log-linear effects of causes (n, T, k), 0 = nothing special, on y (n, T), NaN = not observed.

    E y_t = level_t exp(x_t b_i), level_t = mean of y / exp(x b_i) over the six buckets before and after; variance
    m + c m^2. Common b by Fisher scoring, times max(0, 1 - 4 / t^2), t clustered by bucket, since a week's shock is
    common to all; b_i ~ N(b, tau^2), tau^2 by DerSimonian and Laird (1986). Four rounds.
    """
    n, _, k = causes.shape
    x = np.where(np.isfinite(causes), causes, 0.0)
    seen = np.isfinite(y)
    own, common = np.zeros((n, k)), np.zeros(k)
    told = (np.abs(x).max(axis=2, initial=0.0) > 0) & seen
    if told.sum() < _LEAST_ROWS:
        return Effects(common, own)
    for _ in range(_ROUNDS):
        common, own = _round(known_or_zero(y), seen, x, own)
    return Effects(common, own)


def _round(y: Floats, seen: Bools, x: Floats, own: Floats) -> tuple[Floats, Floats]:
    """One round: the level without the effects, then the effects beside that level."""
    lift = np.exp(_bounded(x, own))
    level = around(np.where(seen, y / lift, 0.0), seen)
    usable = seen & (level > 0)
    mean = level * lift
    error = np.where(usable, y - mean, 0.0)
    square = np.where(usable, mean, 0.0) ** 2
    extra = np.maximum((error**2 - np.where(usable, mean, 0.0)).sum(axis=1), 0.0) / np.maximum(square.sum(axis=1), 1e-9)
    extra = np.clip(extra, 0.02, 5.0)[:, None]
    # d log-likelihood / d (x b) and its expected curvature, for a variance of m + c m^2 (m in units, c = `extra`).
    push = np.where(usable, error / (1 + extra * mean), 0.0)
    curve = np.where(usable, mean / (1 + extra * mean), 0.0)
    gradient = np.einsum("nt,ntk->nk", push, x)
    information = np.einsum("nt,nti,ntj->nij", curve, x, x)
    k = x.shape[2]
    tiny = 1e-6 * np.eye(k)
    total = information.sum(axis=0) + tiny * max(float(information.sum()), 1.0)
    pull = gradient + np.einsum("nij,nj->ni", information, own)
    common = np.linalg.solve(total, pull.sum(axis=0))
    residual = gradient + np.einsum("nij,nj->ni", information, own - common)
    by_bucket = np.einsum("nt,ntk->tk", push - curve * np.einsum("ntk,nk->nt", x, common - own), x)
    inverse = np.linalg.inv(total)
    variance = np.maximum(np.diag(inverse @ (by_bucket.T @ by_bucket) @ inverse), 1e-12)
    common = common * np.maximum(0.0, 1 - _DOUBT * variance / np.maximum(common**2, 1e-12))
    residual = pull - np.einsum("nij,j->ni", information, common)
    precision = 1 / apart(residual, np.einsum("nii->ni", information))
    change = np.linalg.solve(information + np.eye(k) * precision[None, None, :], residual[:, :, None])[:, :, 0]
    return common, np.clip(common + change, -10.0, 10.0)


def apart(residual: Floats, curvature: Floats) -> Floats:
    """Variance of the series' own effects about the common ones; (n, k), (n, k) -> (k,), at least 1e-4."""
    known = curvature > 0.5
    weight = np.where(known, curvature, 0.0)
    guess = np.where(known, residual / np.maximum(curvature, 1e-9), 0.0)
    total = np.maximum(weight.sum(axis=0), 1e-9)
    spread = (weight * guess**2).sum(axis=0) - np.maximum(known.sum(axis=0) - 1, 0)
    scale = total - (weight**2).sum(axis=0) / total
    result: Floats = np.clip(spread / np.maximum(scale, 1e-9), 1e-4, 1.0)
    return result


def around(y: Floats, seen: Bools) -> Floats:
    """Mean of the observed buckets within six before and after, without the bucket itself; (n, T) -> (n, T)."""
    buckets = y.shape[1]
    total = np.concatenate([np.zeros((len(y), 1)), np.cumsum(y, axis=1)], axis=1)
    count = np.concatenate([np.zeros((len(y), 1)), np.cumsum(seen, axis=1)], axis=1)
    low = np.maximum(np.arange(buckets) - _AROUND, 0)
    high = np.minimum(np.arange(buckets) + _AROUND + 1, buckets)
    number = count[:, high] - count[:, low] - seen
    result: Floats = np.where(number > 0, (total[:, high] - total[:, low] - y) / np.maximum(number, 1), 0.0)
    return result


def _bounded(x: Floats, own: Floats) -> Floats:
    result: Floats = np.clip(np.einsum("ntk,nk->nt", x, own), -_MOST, _MOST)
    return result


def multipliers(effects: Effects, causes: Floats) -> Floats:
    """What demand is multiplied by in each bucket; (n, T, k) -> (n, T), 1 = nothing special."""
    result: Floats = np.exp(_bounded(np.where(np.isfinite(causes), causes, 0.0), effects.own))
    return result
