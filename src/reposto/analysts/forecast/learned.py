"""L: boosted quantiles of one global model, kept near P."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from reposto.analysts.forecast.features import Ints, Known, Panel
from reposto.analysts.forecast.tables import Table, centre_of, predict_table, training_cutoffs
from reposto.analysts.forecast.trees import Forest, fit_forest
from reposto.analysts.forecast.types import LEVEL_ARRAY, Floats

TREE_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8333, 0.9, 0.95, 0.98)
LEAST_SERIES = 30  # products, and
LEAST_YEARS = 0.75  # of figures, below which a global model has too little to learn (FORECASTING.md: a year)
_MOST_ROWS = 200_000  # over all windows: a third of them cost 1 % of the loss, on each panel that has as many
_LEAST_ROWS = 12_000  # per window, where there are many
_HALF_LIFE = 52.0  # buckets after which a training row counts half
_UNKNOWN = -1.0  # stands for "no last year": every true value is at least 0


def tree_features(
    known: Known, phase: Ints, season: int, table: Table, pooled: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Inputs of the trees (n, C, 33) and the base (n, C) that the target is divided by, units of the window.

    `phase`: bucket of each cutoff, counted as in the fit (only its place in the year matters); (C,) or (n, C).
    `pooled`: P's mean and variance, each (n, C).

    Everything that has the unit of demand is divided by the base; what P says goes in as well.
    """
    centre = centre_of(known) + 0.05
    mean, variance = pooled
    length = table.length
    of_year = 2 * np.pi * (phase + table.offset + length / 2) / season
    calendar = [np.sin(of_year), np.cos(of_year), np.sin(2 * of_year), np.cos(2 * of_year)]
    with_year = np.isfinite(known.last_year)
    flat = [
        np.where(with_year, known.last_year / centre, _UNKNOWN),
        np.where(with_year, known.last_year_wide / centre, _UNKNOWN),
        known.last_year_level / centre,
        known.group_season,
        known.group_momentum,
        np.log(known.scale),
        np.log(known.scale * length),
        known.count,
        known.share26,
        known.share8,
        known.cv26,
        known.max26 / centre,
        known.since,
        centre,
        mean / (centre * known.scale * length),
        np.sqrt(variance) / np.maximum(mean, 1e-9),
        np.full_like(centre, float(length)),
        *(np.broadcast_to(c, centre.shape) for c in calendar),
    ]
    parts = [known.levels / centre[..., None], known.means / centre[..., None], np.stack(flat, axis=2)]
    return np.concatenate(parts, axis=2), centre * known.scale * length


def fit_learned(panel: Panel, tables: Sequence[Table]) -> Forest | None:
    """One forest for all windows; None where too few products or too short a past."""
    if panel.n < LEAST_SERIES or panel.buckets < LEAST_YEARS * panel.season:
        return None
    xs, targets, weights = [], [], []
    most = max(_MOST_ROWS // max(len(tables), 1), _LEAST_ROWS)
    for table in tables:
        cutoffs = training_cutoffs(panel, table.offset, table.length, most)
        known = panel.known(table.offset, table.length, cutoffs)
        x, base = tree_features(known, cutoffs, panel.season, table, predict_table(table, known)[:2])
        target = panel.targets(table.offset, table.length, cutoffs) / base
        usable = np.isfinite(target) & (known.count >= 4) & (known.sold >= 1)
        age = np.broadcast_to(0.5 ** ((panel.buckets - cutoffs) / _HALF_LIFE), target.shape)
        xs.append(x[usable])
        targets.append(target[usable])
        # Times the base relative to the scale: the loss that counts is per unit of the product's mean.
        weights.append((age * base / (known.scale * table.length))[usable])
    target = np.concatenate(targets) if targets else np.zeros(0)
    if len(target) < 500:
        return None
    return fit_forest(np.concatenate(xs), target, np.concatenate(weights), TREE_LEVELS)


def predict_learned(forest: Forest, x: Floats, base: Floats, pooled: Floats) -> Floats:
    """Quantiles of windows; (rows, features), (rows,), P's quantiles (rows, levels) -> (rows, levels).

    Kept between P/2 - 1 and 2 P + 1: trees know nothing outside what they have seen.
    """
    raw = np.maximum(forest.predict(x), 0.0) * base[:, None]
    result: Floats = np.clip(all_levels(raw), pooled / 2 - 1, 2 * pooled + 1)
    return np.maximum(result, 0.0)


_HAVE = np.array([NormalDist().inv_cdf(p) for p in TREE_LEVELS])
_WANT = np.array([NormalDist().inv_cdf(p) for p in LEVEL_ARRAY])
_RIGHT = np.clip(np.searchsorted(_HAVE, _WANT), 1, len(_HAVE) - 1)
_SHARE = (_WANT - _HAVE[_RIGHT - 1]) / (_HAVE[_RIGHT] - _HAVE[_RIGHT - 1])


def all_levels(values: Floats) -> Floats:
    """From quantiles at TREE_LEVELS to LEVELS: linear in the normal score, also beyond the outer ones."""
    values = np.sort(values, axis=1)
    out = values[:, _RIGHT - 1] * (1 - _SHARE) + values[:, _RIGHT] * _SHARE
    result: Floats = np.maximum.accumulate(np.maximum(out, 0.0), axis=1)
    return result
