"""reposto's own forecasts of a panel at a cutoff: fitted on what lies before it, by the product's code."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import numpy as np

from benchmarks.forecast_panels import PanelData
from reposto.analysts.forecast import History, PooledEngine, fit_tables
from reposto.analysts.forecast.batch import local_windows, pooled_windows
from reposto.analysts.forecast.pooled import LEARNED_SHARE, FittedPanel, fit_panel
from reposto.analysts.forecast.types import Floats

NAMES = ("P+L+N", "P+L", "P+N", "P", "L", "N")


def fit(panel: PanelData, cutoff: int, learn: bool) -> FittedPanel:
    """As fit_tables does, for the panel's windows; the panel has no categories, so there is one group."""
    days = 30.4375 if panel.season == 12 else 7.0
    return fit_panel(
        panel.y[:, :cutoff],
        [""] * len(panel.ids),
        season=panel.season,
        end=panel.first + timedelta(days=round(cutoff * days)),
        bucket_days=days,
        windows=panel.windows,
        learn=learn,
    )


def forecast(panel: PanelData, cutoff: int, learn: bool = True) -> dict[str, Floats]:
    """Quantiles by name. P+L+N is what the product answers with; without a forest it is P+N."""
    fitted = fit(panel, cutoff, learn)
    y = panel.y[:, :cutoff]
    names = [""] * len(y)
    bare = replace(fitted, forest=None)
    both = pooled_windows(fitted, y, names)[1]
    alone = pooled_windows(bare, y, names)[1]
    whole = whole_units(panel)
    own = local_windows(fitted, y, whole)[1]
    out: dict[str, Floats] = {
        "P+L+N": fitted.mix(both, own),
        "P+N": bare.mix(alone, own),
        "P": alone,
        "N": own,
    }
    out["L"] = (both - (1 - LEARNED_SHARE) * alone) / LEARNED_SHARE if fitted.forest is not None else alone
    out["P+L"] = (alone + out["L"]) / 2
    return {name: np.rint(np.maximum(q, 0.0)) if whole else np.maximum(q, 0.0) for name, q in out.items()}


def whole_units(panel: PanelData) -> bool:
    """Whether everything is sold in whole units, so that quantiles are rounded."""
    return bool(np.all(panel.y[np.isfinite(panel.y)] % 1 == 0))


def question_times(panel: PanelData, learn: bool, products: int = 200, count: int = 60) -> str:
    """How long one question takes through the engine, history to Forecast with its back-test, in one sentence."""
    days = 30 if panel.season == 12 else 7
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
