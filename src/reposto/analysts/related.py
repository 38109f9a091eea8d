"""M: expected demand learnt from a product's own sales and those of its relatives, for catalogues with a hierarchy.

The same article in other shops, or the other articles of a department, sell more in the same weeks: a promotion, a
season, the weather. One boosted regression for all products and periods sees both; its mean then draws the quantiles
of another forecast. Fitted by LightGBM, read by numpy (see forecast/trees).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reposto.analysts.forecast.dist import mean_of
from reposto.analysts.forecast.features import Ints, Panel
from reposto.analysts.forecast.tables import centre_of
from reposto.analysts.forecast.trees import DEPTH, Forest, read_forest
from reposto.analysts.forecast.types import Bools, Floats

RECENT = (1, 2, 4, 8)  # periods over which relatives are compared with what was to be expected of them
BASE_YEAR = 13  # periods before the same time last year that last year's season is measured against
FIRST = 8  # periods before the earliest row: less says nothing
HALF_LIFE = 52.0  # periods after which a row counts half
WEIGHT = 0.7  # of M's mean beside the other forecast's, on the logarithm
MOST_CHANGE = 2.5  # factor by which M may move a forecast, up or down
_SMALL = 0.02  # units per period: below it a ratio of means is noise
_ROUNDS = 250
_PARAMETERS: dict[str, Any] = {
    "objective": "tweedie",
    "tweedie_variance_power": 1.2,  # variance ~ mean^1.2, near Poisson with some lumpiness
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
    """A fitted M: its trees predict the logarithm of (demand of one period / base)."""

    trees: Forest
    season: int
    ahead: int  # periods predicted


def fit_related(y: Floats, groupings: Sequence[Ints], season: int, ahead: int) -> Related:
    """Fit on every past period of a panel; y (n, T), NaN = not observed, ends now.

    `groupings`: one array (n,) of group numbers from 0 on for each way of being related; the first one also gives the
    yearly ratio of features.Panel. Minimises the Tweedie deviance of demand / base, rows weighted by base and age.
    ImportError without LightGBM; ValueError where the panel has no usable row.
    """
    import lightgbm as lgb

    panel = Panel(y, groupings[0], season)
    parts = []
    for offset in range(ahead):
        cutoffs: Ints = np.arange(FIRST, panel.buckets - offset, dtype=np.int64)
        x, base, usable = _inputs(panel, groupings, offset, cutoffs)
        demand = y[:, cutoffs + offset] if len(cutoffs) else np.zeros((panel.n, 0))
        kept = usable & np.isfinite(demand)
        age = np.broadcast_to(0.5 ** ((panel.buckets - cutoffs) / HALF_LIFE), demand.shape)
        parts.append((x[kept], demand[kept] / base[kept], (age * base)[kept]))
    x, target, weight = (np.concatenate(p) for p in zip(*parts, strict=True))
    if len(target) == 0 or not target.any():
        raise ValueError("no product has been observed long enough to learn from")
    target = np.minimum(target, np.quantile(target, 0.999))
    data = lgb.Dataset(x, target, weight=weight, params=_PARAMETERS, free_raw_data=True)
    return Related(read_forest([lgb.train(_PARAMETERS, data, _ROUNDS).model_to_string()]), season, ahead)


def predict_related(fitted: Related, y: Floats, groupings: Sequence[Ints]) -> Floats:
    """Expected demand of each of the next periods, units; (n, T) -> (n, ahead), 0 where nothing was ever sold."""
    panel = Panel(y, groupings[0], fitted.season)
    now: Ints = np.array([panel.buckets], dtype=np.int64)
    means = []
    for offset in range(fitted.ahead):
        x, base, _ = _inputs(panel, groupings, offset, now)
        means.append(np.exp(np.clip(fitted.trees.predict(x[:, 0])[:, 0], -20, 20)) * base[:, 0])
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


def _inputs(panel: Panel, groupings: Sequence[Ints], offset: int, cutoffs: Ints) -> tuple[Floats, Floats, Bools]:
    """Inputs of the trees (n, C, k), the base (n, C) in units per period, and which rows say anything (n, C)."""
    known = panel.known(offset, 1, cutoffs)
    centre = centre_of(known) + 0.05
    base = centre * known.scale
    year = np.isfinite(known.last_year)
    of_year = 2 * np.pi * ((cutoffs + offset) % panel.season) / panel.season
    flat = [
        np.where(year, known.last_year / centre, -1.0),
        np.where(year, known.last_year_wide / centre, -1.0),
        known.last_year_level / centre,
        known.group_season,
        known.group_momentum,
        np.log(known.scale),
        known.count,
        known.share26,
        known.share8,
        known.cv26,
        known.max26 / centre,
        known.since,
        centre,
        np.full_like(centre, float(offset)),
        *(np.broadcast_to(v, centre.shape) for v in (np.sin(of_year), np.cos(of_year), of_year)),
    ]
    for codes in groupings:
        flat += _of_relatives(panel, codes, offset, cutoffs, base)
    x = np.concatenate(
        [known.levels / centre[..., None], known.means / centre[..., None], np.stack(flat, axis=2)], axis=2
    )
    return x, base, (known.count >= 4) & (known.sold >= 1)


def _of_relatives(panel: Panel, codes: Ints, offset: int, cutoffs: Ints, base: Floats) -> list[Floats]:
    """What a group did, each (n, C): lately against its bases, and a year ago around the same time.

    (sum of demand + 1) / (sum of base over the observed periods + 1) for the last 1, 2, 4, 8 periods; (sum of the mean
    demand of the period a year ago + .5) / (sum of that of the 13 periods before the cutoff of a year ago + .5) for the
    period itself, with its two neighbours, and for the three before it.
    """
    member = np.zeros((int(codes.max(initial=0)) + 1, panel.n))
    member[codes, np.arange(panel.n)] = 1.0
    seen = np.isfinite(panel.y).astype(np.float64)
    total, count = _upto(np.where(seen > 0, panel.y, 0.0)), _upto(seen)

    def between(running: Floats, low: Ints, high: Ints) -> Floats:
        low, high = np.clip(low, 0, panel.buckets), np.clip(high, 0, panel.buckets)
        part: Floats = running[:, np.maximum(high, low)] - running[:, low]
        return part

    out = []
    for span in RECENT:
        got = member @ between(total, cutoffs - span, cutoffs)
        expected = member @ (between(count, cutoffs - span, cutoffs) * base)
        out.append(((got + 1) / (expected + 1))[codes])
    back = cutoffs - panel.season
    low = np.maximum(back - BASE_YEAR, 0)
    base_count = between(count, low, np.maximum(back, 0))
    usual = between(total, low, np.maximum(back, 0)) / np.maximum(base_count, 1)
    for first, last in ((offset, offset + 1), (offset - 1, offset + 2), (offset - 3, offset)):
        high = np.minimum(back + last, cutoffs)
        there = between(count, back + first, high)
        both = ((there > 0) & (base_count > 0) & (back >= FIRST)[None, :]).astype(np.float64)
        then = between(total, back + first, high) / np.maximum(there, 1)
        out.append(((member @ (then * both) + 0.5) / (member @ (usual * both) + 0.5))[codes])
    return out


def _upto(values: Floats) -> Floats:
    """Running sums; (n, T) -> (n, T + 1)."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
