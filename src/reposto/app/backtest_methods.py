"""What forecasts are compared with: repeating what happened, the textbook rule, and statsforecast where installed."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast import LEVELS

Floats = NDArray[np.float64]

NAMES = {
    "reposto": "previsão do reposto",
    "repeat": "repetir o que aconteceu",
    "textbook": "média de 13 períodos + z·sigma",
}
_SCORES = np.array([NormalDist().inv_cdf(p) for p in LEVELS])
_PATHS = 300  # simulated futures per series
_RECENT = 13  # periods of the textbook's mean


def repeat(y: Floats, horizon: int) -> Floats:
    """The last window once more, with the scatter of its past changes; (T,) NaN = not known -> (levels,)."""
    sums = [float(np.nansum(y[max(len(y) - (k + 1) * horizon, 0) : len(y) - k * horizon])) for k in range(12)]
    sums = sums[: max(len(y) // horizon, 1)]
    changes = np.diff(sums)
    spread = float(np.sqrt(np.mean(changes**2))) if len(changes) >= 2 else max(sums[0], 1.0) ** 0.5
    return np.maximum(sums[0] + spread * _SCORES, 0.0)


def textbook(y: Floats, horizon: int) -> Floats:
    """Mean of the last 13 known periods times the horizon, sigma times its root; (T,) -> (levels,)."""
    known = y[np.isfinite(y)][-max(_RECENT, horizon) :]
    if len(known) == 0:
        return np.zeros(len(LEVELS))
    sigma = float(known.std(ddof=1)) if len(known) > 1 else float(known[0]) ** 0.5
    return np.maximum(float(known.mean()) * horizon + _SCORES * sigma * float(np.sqrt(horizon)), 0.0)


def available() -> bool:
    """Is statsforecast installed?"""
    return find_spec("statsforecast") is not None


def libraries(y: Floats, horizon: int, days: int) -> dict[str, Floats]:
    """statsforecast's methods that can draw futures, on one series; by name, (levels,) each."""
    import statsforecast.models as sf

    season = {1: 7, 30: 12}.get(days, 1)
    known = _filled(y)
    if season > 1 and len(known) < 2 * season + 2:
        season = 1
    models = {
        "AutoETS (statsforecast)": sf.AutoETS(season_length=season),
        "AutoTheta (statsforecast)": sf.AutoTheta(season_length=season),
        "SES otimizado (statsforecast)": sf.SimpleExponentialSmoothingOptimized(),
    }
    return {name: _drawn(model, known, horizon) for name, model in models.items()}


def _filled(y: Floats) -> Floats:
    """From the first known period on, gaps as the mean of the four before: none of these methods takes gaps."""
    out = y[np.argmax(np.isfinite(y)) :].copy()
    for t in np.flatnonzero(~np.isfinite(out)):
        out[t] = out[max(t - 4, 0) : t].mean() if t else 0.0
    return out


def _drawn(model: Any, y: Floats, horizon: int) -> Floats:
    """Quantiles of the sum over simulated futures; where a model fails (constant, too short), of the past itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paths = None
        try:
            if len(y) > 3 and np.ptp(y) > 0:
                model.fit(y)
                paths = np.asarray(model.simulate(h=horizon, n_paths=_PATHS, seed=1), dtype=np.float64)
        except Exception:
            paths = None  # the libraries raise all sorts of errors on series that they can't fit
        if paths is None or not np.isfinite(paths).all():
            paths = np.random.default_rng(1).choice(y, size=(_PATHS, horizon))
        drawn = np.clip(paths, 0, 20 * max(float(y.max()), 1.0)).sum(axis=1)
    quantiles: Floats = np.quantile(drawn, LEVELS)
    return np.round(quantiles) if np.all(y % 1 == 0) else quantiles
