"""reposto's own forecasts of a panel at a cutoff: fitted on what lies before it, by the product's code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from benchmarks.forecast_panels import PanelData
from reposto.analysts.forecast.batch import local_windows, pooled_windows
from reposto.analysts.forecast.pooled import FittedPanel, fit_panel
from reposto.analysts.forecast.types import Floats

NAMES = ("P+L+N", "P+L", "P+N", "P", "L", "N")


@dataclass(frozen=True)
class Ours:
    """Quantiles (series, windows, levels) of the whole and of its parts."""

    quantiles: dict[str, Floats]


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
    own = local_windows(fitted, y)[1]
    share = 0.6
    out = {
        "P+L+N": (1 - fitted.local_weight) * both + fitted.local_weight * own,
        "P+N": (1 - bare.local_weight) * alone + bare.local_weight * own,
        "P": alone,
        "N": own,
    }
    out["L"] = (both - (1 - share) * alone) / share if fitted.forest is not None else alone
    out["P+L"] = (alone + out["L"]) / 2
    return {name: np.round(np.maximum(q, 0.0)) for name, q in out.items()}
