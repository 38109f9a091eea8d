"""reposto's own forecasts of a panel at a cutoff: fitted on what lies before it, by the product's code."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from benchmarks.forecast_panels import PanelData
from reposto.analysts.forecast import History, PooledEngine, fit_tables
from reposto.analysts.forecast.batch import local_windows, pooled_windows
from reposto.analysts.forecast.dist import widened
from reposto.analysts.forecast.effects import fit_effects, multipliers, with_last
from reposto.analysts.forecast.engine import local_quantiles
from reposto.analysts.forecast.local import local_moments
from reposto.analysts.forecast.pooled import LEARNED_SHARE, LEAST_SERIES, FittedPanel, fit_panel
from reposto.analysts.forecast.types import Floats

NAMES = ("P+L+N", "P+L", "P+N", "P", "L", "N")


def fit(panel: PanelData, cutoff: int, learn: bool, y: Floats) -> FittedPanel:
    """As fit_tables does, for the panel's windows; the panel has no categories, so there is one group."""
    return fit_panel(
        y,
        [""] * len(panel.ids),
        season=panel.season,
        end=panel.first + timedelta(days=round(cutoff * panel.days)),
        bucket_days=panel.days,
        windows=panel.windows,
        learn=learn,
    )


def forecast(panel: PanelData, cutoff: int, learn: bool = True) -> dict[str, Floats]:
    """Quantiles by name. P+L+N is what the product answers with; without a forest it is P+N, for few series N."""
    y = panel.y[:, :cutoff]
    lift = np.ones_like(panel.y)
    if panel.causes is not None:
        told = with_last(panel.causes)
        lift = multipliers(fit_effects(y, told[:, :cutoff]), told)
    y = y / lift[:, :cutoff]
    out = _parts(panel, cutoff, learn, y)
    ahead = [lift[:, cutoff + o : cutoff + o + n].mean(axis=1) for o, n in panel.windows]
    factor = np.stack(ahead, axis=1)[:, :, None]
    whole = whole_units(panel)
    return {name: _units(np.maximum(q * factor, 0.0), whole) for name, q in out.items()}


def _parts(panel: PanelData, cutoff: int, learn: bool, y: Floats) -> dict[str, Floats]:
    """The parts of the answer and their mixes, before what is known of the windows."""
    whole = whole_units(panel)
    fitted = None
    if np.count_nonzero(np.nansum(y, axis=1) > 0) >= LEAST_SERIES:
        fitted = fit(panel, cutoff, learn, y)
    if fitted is None or len(fitted.tables) < len(panel.windows):
        alone = widened(local_alone(y, panel.windows, panel.season, whole))
        return dict.fromkeys(NAMES, alone)
    names = [""] * len(y)
    bare = replace(fitted, forest=None)
    both = pooled_windows(fitted, y, names)[1]
    alone = pooled_windows(bare, y, names)[1]
    own = local_windows(fitted, y, whole)[1]
    learned = (both - (1 - LEARNED_SHARE) * alone) / LEARNED_SHARE if fitted.forest is not None else alone
    return {
        "P+L+N": fitted.mix(both, own),
        "P+L": (alone + learned) / 2,
        "P+N": bare.mix(alone, own),
        "P": alone,
        "L": learned,
        "N": own,
    }


def local_alone(y: Floats, windows: Sequence[tuple[int, int]], season: int, whole: bool) -> Floats:
    """N with each series' own rhythm: what LocalEngine answers with; (n, T) -> (n, windows, levels)."""
    mean, variance = local_moments(y, list(windows), season, counted=whole)
    flat = local_quantiles(mean.ravel(), variance.ravel(), whole)
    return flat.reshape(*mean.shape, flat.shape[1])


def _units(quantiles: Floats, whole: bool) -> Floats:
    return np.rint(quantiles) if whole else quantiles


def whole_units(panel: PanelData) -> bool:
    """Whether everything is sold in whole units, so that quantiles are rounded."""
    return bool(np.all(panel.y[np.isfinite(panel.y)] % 1 == 0))


def question_times(panel: PanelData, learn: bool, products: int = 200, count: int = 60) -> str:
    """How long one question takes through the engine, history to Forecast with its back-test, in one sentence."""
    days = 30 if panel.season == 12 else round(panel.days)
    end = panel.first + timedelta(days=days * panel.y.shape[1])
    histories = []
    for row in panel.y[:products]:
        seen = np.flatnonzero(np.isfinite(row))
        if len(seen):
            start = panel.first + timedelta(days=days * int(seen[0]))
            histories.append(History(start, row[seen[0] :], days, integer=whole_units(panel)))
    begin = time.perf_counter()
    tables = fit_tables(histories, today=end, learn=learn)
    fitting = time.perf_counter() - begin
    engine, spent = PooledEngine(tables), []
    for history in histories[:count]:
        begin = time.perf_counter()
        engine.forecast(history, today=end, horizon_days=4 * days)
        spent.append(1000 * (time.perf_counter() - begin))
    middle, high = np.quantile(spent, [0.5, 0.95])
    return (
        f"One question on {panel.name} with its back-test: median {middle:.1f} ms, 95 % {high:.1f} ms "
        f"(horizon {4 * days} days); fit of {len(histories)} products {fitting:.1f} s."
    )
