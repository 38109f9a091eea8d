"""The public methods that ours is compared with: statsforecast's, the textbook rule, and a plain global LightGBM.

Each peer takes a panel, a cutoff and the rows to forecast and returns quantiles (rows, windows, levels) of the
windows' sums. Missing (out-of-stock) buckets are filled with the mean of the four observed ones before, since
none of these methods takes gaps. What cannot draw sums of its own gets errors of the sum at 12 earlier cutoffs,
per series (`conf`) or pooled over the panel relative to the level (`pool`, an idea of ours lent to them).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.forecast_panels import PanelData
from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.types import LEVEL_ARRAY, Floats

PATHS = 400  # simulated futures per series
CUTOFFS = 12  # earlier origins of the conformal errors
_LEAST_ROWS = 50  # below which boosting has nothing to learn from
LGB_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8333, 0.9, 0.95, 0.98)

Predict = Callable[[PanelData, int, Ints], Floats]


@dataclass(frozen=True)
class Peer:
    name: str
    predict: Predict
    subset: int | None = None  # series per panel for slow methods; None = all


def filled(y: Floats) -> Floats:
    """Gaps as the mean of the four observed buckets before; leading gaps stay NaN."""
    out = y.copy()
    for row in out:
        seen = np.flatnonzero(np.isfinite(row))
        if len(seen) == 0:
            continue
        for t in range(seen[0] + 1, len(row)):
            if not np.isfinite(row[t]):
                row[t] = np.mean(row[max(seen[0], t - 4) : t])
    return out


def before(panel: PanelData, cutoff: int, rows: Ints) -> list[Floats]:
    """Each row's observed past, gaps filled; at least two buckets."""
    past = filled(panel.y[rows, :cutoff])
    series = []
    for row in past:
        own = row[np.isfinite(row)]
        series.append(own if len(own) >= 2 else np.concatenate([np.zeros(2), own]))
    return series


def window_quantiles(paths: Floats, panel: PanelData) -> Floats:
    """(paths, h) -> (windows, levels), nothing below zero."""
    sums = [np.maximum(paths, 0)[:, o : o + n].sum(axis=1) for o, n in panel.windows]
    return np.stack([np.quantile(s, LEVEL_ARRAY) for s in sums])


def simulated(make: Callable[[int], Any], season: bool) -> Predict:
    """A statsforecast model that can draw futures."""

    def predict(panel: PanelData, cutoff: int, rows: Ints) -> Floats:
        out = []
        for y in before(panel, cutoff, rows):
            length = panel.season if season and panel.season <= 12 and len(y) > 2 * panel.season + 2 else 1
            out.append(window_quantiles(_draw(make(length), y, panel.longest), panel))
        return np.array(out)

    return predict


def _draw(model: Any, y: Floats, horizon: int) -> Floats:
    """Futures of a model; where it fails (too short, constant), draws from the past itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if np.ptp(y) > 0:
                model.fit(y)
                paths = np.asarray(model.simulate(h=horizon, n_paths=PATHS, seed=1), dtype=np.float64)
                if np.isfinite(paths).all():
                    return np.clip(paths, 0, 20 * max(float(y.max()), 1.0))
        except Exception as problem:
            print(f"  {type(model).__name__} fell back on one series: {problem}")
    return np.random.default_rng(1).choice(y, size=(PATHS, horizon))


def conformal(point: Callable[[Floats, int, int], Floats], pooled: bool) -> Predict:
    """Quantiles = point forecast of the sum + errors of the same forecast at 12 earlier cutoffs."""

    def predict(panel: PanelData, cutoff: int, rows: Ints) -> Floats:
        h, series = panel.longest, before(panel, cutoff, rows)
        now = np.array([_sums(point(y, h, panel.season), panel) for y in series])
        errors = np.full((len(series), CUTOFFS, len(panel.windows)), np.nan)
        level = np.array([max(float(y.mean()), 1e-3) for y in series])
        for i, y in enumerate(series):
            for k in range(CUTOFFS):
                cut = len(y) - h - k
                if cut >= 4:
                    guess = _sums(point(y[:cut], h, panel.season), panel)
                    errors[i, k] = _sums(y[cut : cut + h], panel) - guess
        out = np.empty((len(series), len(panel.windows), len(LEVEL_ARRAY)))
        for w in range(len(panel.windows)):
            relative = (errors[:, :, w] / level[:, None]).ravel()
            relative = relative[np.isfinite(relative)]
            for i in range(len(series)):
                own = errors[i, :, w][np.isfinite(errors[i, :, w])]
                use = relative * level[i] if pooled or len(own) < 4 else own
                spread = np.quantile(use, LEVEL_ARRAY) if len(use) else np.zeros(len(LEVEL_ARRAY))
                out[i, w] = np.maximum(now[i, w] + spread, 0)
        return out

    return predict


def _sums(path: Floats, panel: PanelData) -> Floats:
    return np.array([path[o : o + n].sum() for o, n in panel.windows])


def _of(make: Callable[[], Any]) -> Callable[[Floats, int, int], Floats]:
    def point(y: Floats, h: int, season: int) -> Floats:
        del season
        return np.nan_to_num(np.asarray(make().forecast(y=y, h=h)["mean"], dtype=np.float64))

    return point


def seasonal_naive(y: Floats, h: int, season: int) -> Floats:
    """The same buckets a year ago; without a year, the last bucket."""
    if len(y) >= season:
        return y[len(y) - season : len(y) - season + h] if h <= season else np.resize(y[-season:], h)
    return np.full(h, y[-1])


def textbook(panel: PanelData, cutoff: int, rows: Ints) -> Floats:
    """Mean of the last 13 buckets, normal errors with their standard deviation times sqrt(length)."""
    from statistics import NormalDist

    z = np.array([NormalDist().inv_cdf(p) for p in LEVEL_ARRAY])
    recent = [y[-13:] for y in before(panel, cutoff, rows)]
    out = [[y.mean() * n + z * y.std(ddof=1) * np.sqrt(n) for _, n in panel.windows] for y in recent]
    return np.maximum(np.array(out), 0)


def lightgbm_on_lags(objective: str, told: bool = False) -> Predict:
    """One model for all series and each level: 13 raw lags, last year's, bucket of the year, series id.

    `told`: with the promotions and prices of the window as well, where the panel has them.
    """

    def predict(panel: PanelData, cutoff: int, rows: Ints) -> Floats:
        y = panel.y[:, :cutoff]
        known = np.concatenate([np.zeros((len(y), 1)), np.cumsum(np.isfinite(y), axis=1)], axis=1)
        total = np.concatenate([np.zeros((len(y), 1)), np.cumsum(np.nan_to_num(y), axis=1)], axis=1)
        out = []
        for offset, length in panel.windows:
            last = cutoff - offset - length
            cuts = np.arange(last, min(12, last - 1), -1)
            cuts = cuts[:: max(int(np.ceil(len(y) * len(cuts) / 60_000)), 1)]
            first, after = cuts + offset, cuts + offset + length
            target = np.where(known[:, after] - known[:, first] == length, total[:, after] - total[:, first], np.nan)
            x, usable = _lags(panel, y, cuts), np.isfinite(target)
            now = _lags(panel, y, np.array([cutoff]))[rows, 0]
            if told:
                x = np.concatenate([_coming(panel, cuts, offset, length), x], axis=2)
                now = np.concatenate([_coming(panel, np.array([cutoff]), offset, length)[rows, 0], now], axis=1)
            if usable.sum() < _LEAST_ROWS:
                return textbook(panel, cutoff, rows)
            out.append(_boosted(objective, x[usable], target[usable], now))
        return np.stack(out, axis=1)

    return predict


def _lags(panel: PanelData, y: Floats, cuts: Ints) -> Floats:
    lags = [*range(1, 14), panel.season, 2 * panel.season]
    columns = [np.where(cuts >= k, y[:, np.maximum(cuts - k, 0)], np.nan) for k in lags]
    columns.append(np.broadcast_to(cuts % panel.season, columns[0].shape).astype(np.float64))
    columns.append(np.broadcast_to(np.arange(len(y))[:, None], columns[0].shape).astype(np.float64))
    return np.stack(columns, axis=2)


def _coming(panel: PanelData, cuts: Ints, offset: int, length: int) -> Floats:
    """Mean of each known cause over the window and of the bucket before the cutoff; (series, cuts, 2 k)."""
    if panel.causes is None:
        return np.zeros((len(panel.ids), len(cuts), 0))
    upto = np.concatenate([np.zeros_like(panel.causes[:, :1]), np.cumsum(panel.causes, axis=1)], axis=1)
    ahead = (upto[:, cuts + offset + length] - upto[:, cuts + offset]) / length
    return np.concatenate([ahead, panel.causes[:, cuts - 1]], axis=2)


def _boosted(objective: str, x: Floats, target: Floats, now: Floats) -> Floats:
    import lightgbm as lgb

    common = {"num_threads": 1, "verbose": -1, "num_leaves": 31, "learning_rate": 0.05, "seed": 1}
    data = lgb.Dataset(x, target, categorical_feature=[x.shape[1] - 1], params=common, free_raw_data=False)
    if objective == "tweedie":
        # Its mean, with the panel's relative errors of the mean on the newest fifth of the rows.
        model = lgb.train({**common, "objective": "tweedie", "tweedie_variance_power": 1.3}, data, 200)
        mean = np.asarray(model.predict(now, num_threads=1), dtype=np.float64)
        fitted = np.maximum(np.asarray(model.predict(x, num_threads=1), dtype=np.float64), 1e-3)
        spread = np.quantile((target - fitted) / np.sqrt(fitted), LEVEL_ARRAY)
        return np.maximum(mean[:, None] + np.sqrt(np.maximum(mean, 1e-3))[:, None] * spread, 0)
    columns = []
    for level in LGB_LEVELS:
        model = lgb.train({**common, "objective": "quantile", "alpha": level}, data, 200)
        columns.append(model.predict(now, num_threads=1))
    return spread_levels(np.array(LGB_LEVELS), np.maximum(np.stack(columns, axis=1), 0))


def spread_levels(levels: Floats, values: Floats) -> Floats:
    """From quantiles at a few levels to all: linear in the normal score, also beyond the outer ones."""
    from statistics import NormalDist

    have = np.array([NormalDist().inv_cdf(p) for p in levels])
    want = np.array([NormalDist().inv_cdf(p) for p in LEVEL_ARRAY])
    values = np.sort(values, axis=1)
    right = np.clip(np.searchsorted(have, want), 1, len(have) - 1)
    share = (want - have[right - 1]) / (have[right] - have[right - 1])
    out = values[:, right - 1] * (1 - share) + values[:, right] * share
    return np.maximum.accumulate(np.maximum(out, 0), axis=1)


def peers(quick: int | None, slow: int, arima: int) -> list[Peer]:
    """All of them: `quick` series for the simple ones (None = all), `slow` for the automatic ones, and AutoARIMA."""
    import statsforecast.models as sf

    croston = {
        "CrostonSBA": _of(sf.CrostonSBA),
        "TSB": _of(lambda: sf.TSB(alpha_d=0.1, alpha_p=0.1)),
        "ADIDA": _of(sf.ADIDA),
        "IMAPA": _of(sf.IMAPA),
        "WindowAverage13": lambda y, h, season: np.full(h, y[-13:].mean()),
        "SeasonalNaive": seasonal_naive,
    }
    out = [Peer("textbook mean + z sigma", textbook)]
    for name, point in croston.items():
        out.append(Peer(f"{name} conf", conformal(point, False), quick))
        out.append(Peer(f"{name} pool", conformal(point, True), quick))
    out += [
        Peer("SES optimised", simulated(lambda m: sf.SimpleExponentialSmoothingOptimized(), False)),
        Peer("LightGBM quantile", lightgbm_on_lags("quantile")),
        Peer("LightGBM tweedie", lightgbm_on_lags("tweedie")),
        Peer("AutoCES", simulated(lambda m: sf.AutoCES(season_length=m), True), slow),
        Peer("AutoTheta", simulated(lambda m: sf.AutoTheta(season_length=m), True), slow),
        Peer("AutoETS", simulated(lambda m: sf.AutoETS(season_length=m), True), slow),
        Peer("AutoARIMA", simulated(lambda m: sf.AutoARIMA(season_length=m), True), arima),
    ]
    return out
