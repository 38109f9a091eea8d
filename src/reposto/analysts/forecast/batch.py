"""All products of a rhythm at once: what PooledEngine does one by one, for lists and measurements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reposto.analysts.forecast.engine import local_quantiles
from reposto.analysts.forecast.features import Ints, Panel
from reposto.analysts.forecast.local import local_moments
from reposto.analysts.forecast.pooled import FittedPanel, blend
from reposto.analysts.forecast.types import Floats


def forecast_windows(
    fitted: FittedPanel, y: Floats, names: Sequence[str], integer: bool = True
) -> tuple[Floats, Floats]:
    """Mean (n, windows) and quantiles (n, windows, levels) of the fitted windows after the last bucket.

    y: (n, T), the last column being the last bucket before `fitted.end`; names: the products' groups. A series
    without a sale gets zeros: PooledEngine says what to expect of a product that is new.
    """
    pooled_mean, pooled = pooled_windows(fitted, y, names)
    own_mean, own = local_windows(fitted, y, integer)
    w = fitted.local_weight
    mean, quantiles = (1 - w) * pooled_mean + w * own_mean, fitted.mix(pooled, own)
    unsold = ~(np.nan_to_num(y) > 0).any(axis=1)
    mean[unsold], quantiles[unsold] = 0.0, 0.0
    return mean, np.round(quantiles) if integer else quantiles


def pooled_windows(fitted: FittedPanel, y: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
    """P and L alone; as forecast_windows, not rounded."""
    codes: Ints = np.array([fitted.group(n) for n in names], dtype=np.int64)
    panel = Panel(y, codes, fitted.season)
    at: Ints = np.array([y.shape[1]], dtype=np.int64)
    momentum = fitted.momentum[codes, fitted.behind][:, None]
    known = []
    for i, table in enumerate(fitted.tables):
        ratio = fitted.ratio[codes, i, fitted.behind][:, None]
        known.append(panel.known(table.offset, table.length, at, ratio, momentum))
    phase: Ints = np.array([fitted.width], dtype=np.int64)
    return blend(fitted, range(len(fitted.tables)), known, phase)


def local_windows(fitted: FittedPanel, y: Floats, integer: bool = True) -> tuple[Floats, Floats]:
    """N alone, with the catalogue's yearly rhythm; as forecast_windows."""
    windows = [(t.offset, t.length) for t in fitted.tables]
    ahead = max(o + length for o, length in windows)
    rhythm = np.repeat(fitted.rhythm_of([fitted.end], y.shape[1], ahead), len(y), axis=0)
    mean, variance = local_moments(y, windows, fitted.season, rhythm, integer)
    flat = local_quantiles(mean.ravel(), variance.ravel(), integer)
    return mean, flat.reshape(*mean.shape, flat.shape[1])
