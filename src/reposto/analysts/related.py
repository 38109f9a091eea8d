"""M: expected demand learnt from a product's own sales and those of its relatives, for catalogues with a hierarchy.

The same article in other shops, or the other articles of a department, sell more in the same weeks: a promotion, a
season, the weather. Boosted regressions for all products and periods see both (related_inputs); their mean then draws
the quantiles of another forecast. Fitted by LightGBM, read by numpy (see forecast/trees).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reposto.analysts.forecast.dist import mean_of
from reposto.analysts.forecast.features import Ints, Panel
from reposto.analysts.forecast.trees import DEPTH, Forest, read_forest
from reposto.analysts.forecast.types import Bools, Floats
from reposto.analysts.related_inputs import Kin, inputs

FIRST = 8  # periods before the earliest row: less says nothing
HALF_LIFE = 52.0  # periods after which a row counts half
WEIGHT = 0.7  # of M's mean beside the other forecast's, on the logarithm
MOST_CHANGE = 2.5  # factor by which M may move a forecast, up or down
_SMALL = 0.02  # units per period: below it a ratio of means is noise
_ROUNDS = 250
# Forests that draw differently and weigh large demands differently, averaged, each with its exponent of variance ~
# mean^p: 1 is Poisson, 2 is lumpy. One alone moves VN2's cost by half a per cent up or down.
POWERS = (1.2, 1.5, 1.2, 1.5)
_PARAMETERS: dict[str, Any] = {
    "objective": "tweedie",
    "num_leaves": 15,
    "max_depth": DEPTH,
    "learning_rate": 0.05,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "max_bin": 127,
    "num_threads": 1,
    "verbose": -1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
}


@dataclass(frozen=True)
class Related:
    """A fitted M: each forest predicts the logarithm of (demand of one period / base)."""

    trees: Forest
    season: int
    ahead: int  # periods predicted


def fit_related(y: Floats, kin: Kin, season: int, ahead: int) -> Related:
    """Fit on every past period of a panel; y (n, T), NaN = not observed, ends now.

    The closest relatives also give the yearly ratio of features.Panel. Minimises the Tweedie deviance of demand / base,
    rows weighted by base and age.
    ImportError without LightGBM; ValueError where the panel has no usable row.
    """
    import lightgbm as lgb

    panel = Panel(y, kin.near[0], season)
    parts = []
    for offset in range(ahead):
        cutoffs: Ints = np.arange(FIRST, panel.buckets - offset, dtype=np.int64)
        x, base, usable = inputs(panel, kin, offset, cutoffs)
        demand = y[:, cutoffs + offset] if len(cutoffs) else np.zeros((panel.n, 0))
        kept = usable & np.isfinite(demand)
        age = np.broadcast_to(0.5 ** ((panel.buckets - cutoffs) / HALF_LIFE), demand.shape)
        parts.append((x[kept].astype(np.float32), demand[kept] / base[kept], (age * base)[kept]))
    x, target, weight = (np.concatenate(p) for p in zip(*parts, strict=True))
    if len(target) == 0 or not target.any():
        raise ValueError("no product has been observed long enough to learn from")
    target = np.minimum(target, np.quantile(target, 0.999))
    texts = []
    data = lgb.Dataset(x, target, weight=weight, params=_PARAMETERS, free_raw_data=False)
    for number, power in enumerate(POWERS):
        seeds = {"bagging_seed": 3 + number, "feature_fraction_seed": 2 + number}
        parameters = {**_PARAMETERS, **seeds, "tweedie_variance_power": power}
        texts.append(lgb.train(parameters, data, _ROUNDS).model_to_string())
    return Related(read_forest(texts), season, ahead)


def predict_related(fitted: Related, y: Floats, kin: Kin) -> Floats:
    """Expected demand of each of the next periods, units; (n, T) -> (n, ahead), 0 where nothing was ever sold."""
    panel = Panel(y, kin.near[0], fitted.season)
    now: Ints = np.array([panel.buckets], dtype=np.int64)
    means = []
    for offset in range(fitted.ahead):
        x, base, _ = inputs(panel, kin, offset, now)
        means.append(np.exp(np.clip(fitted.trees.predict(x[:, 0]), -20, 20)).mean(axis=1) * base[:, 0])
    sold: Bools = np.asarray((np.nan_to_num(y) > 0).any(axis=1))
    result: Floats = np.where(sold[:, None], np.stack(means, axis=1), 0.0)
    return result


def drawn(quantiles: Floats, means: Floats, weight: float = WEIGHT) -> Floats:
    """Quantiles moved towards other means in proportion; (n, periods, levels), (n, periods) -> the same shape.

    q * ((m + .02) / (mean of q + .02))^weight, the ratio within 1 / 2.5 .. 2.5: the shape stays, the scale moves.
    """
    ratio = (means + _SMALL) / (mean_of(quantiles) + _SMALL)
    result: Floats = quantiles * np.clip(ratio, 1 / MOST_CHANGE, MOST_CHANGE)[..., None] ** weight
    return result
