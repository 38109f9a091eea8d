"""Boosted trees as plain arrays: fitted by LightGBM, read by numpy alone.

LightGBM is needed only to fit. Its threads are never started here (num_threads = 1), because a process forked
after a multi-threaded call hangs in its first prediction (FORECASTING.md, dependencies).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast.types import Floats

ROUNDS = 160  # trees per quantile level
DEPTH = 7  # at most; bounds the time of one prediction
_PARAMETERS: dict[str, Any] = {
    "objective": "quantile",
    "num_leaves": 15,
    "max_depth": DEPTH,
    "learning_rate": 0.06,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.3,
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
class Forest:
    """Regression trees of several models side by side; model i predicts the sum of its trees."""

    feature: NDArray[np.int32]  # (trees, nodes)
    threshold: Floats  # (trees, nodes): left where value <= threshold
    left: NDArray[np.int32]  # (trees, nodes): node, or ~leaf
    right: NDArray[np.int32]
    leaf: Floats  # (trees, leaves)
    model: NDArray[np.int32]  # (trees,)
    models: int

    def predict(self, x: Floats) -> Floats:
        """(rows, features) without NaN -> (rows, models)."""
        trees = np.arange(len(self.model))
        node = np.zeros((len(x), len(trees)), dtype=np.int64)
        rows = np.arange(len(x))[:, None]
        for _ in range(DEPTH + 1):
            inside = np.maximum(node, 0)
            goes_left = x[rows, self.feature[trees, inside]] <= self.threshold[trees, inside]
            after = np.where(goes_left, self.left[trees, inside], self.right[trees, inside])
            node = np.where(node >= 0, after, node)
            if (node < 0).all():
                break
        values = self.leaf[trees, ~np.minimum(node, -1)]
        hit = np.equal.outer(self.model, np.arange(self.models)).astype(np.float64)
        result: Floats = values @ hit
        return result


def available() -> bool:
    """Is LightGBM installed?"""
    from importlib.util import find_spec

    return find_spec("lightgbm") is not None


def fit_forest(x: Floats, target: Floats, weight: Floats, levels: tuple[float, ...]) -> Forest:
    """One quantile model per level; (rows, features), (rows,), (rows,). ImportError without LightGBM."""
    import lightgbm as lgb

    data = lgb.Dataset(x, target, weight=weight, params=_PARAMETERS, free_raw_data=False).construct()
    texts = [lgb.train({**_PARAMETERS, "alpha": p}, data, ROUNDS).model_to_string() for p in levels]
    return read_forest(texts)


def read_forest(texts: list[str]) -> Forest:
    """LightGBM's own text format, one text per model, as arrays."""
    blocks = [(i, _fields(block)) for i, text in enumerate(texts) for block in text.split("\nTree=")[1:]]
    nodes = max(len(b["threshold"]) for _, b in blocks) or 1
    leaves = max(len(b["leaf_value"]) for _, b in blocks)
    count = len(blocks)
    feature, threshold = np.zeros((count, nodes), dtype=np.int32), np.zeros((count, nodes))
    left, right = np.full((count, nodes), -1, dtype=np.int32), np.full((count, nodes), -1, dtype=np.int32)
    leaf = np.zeros((count, leaves))
    for row, (_, b) in enumerate(blocks):
        k = len(b["threshold"])
        feature[row, :k], threshold[row, :k] = b["split_feature"], b["threshold"]
        left[row, :k], right[row, :k] = b["left_child"], b["right_child"]
        leaf[row, : len(b["leaf_value"])] = b["leaf_value"]
    model = np.array([i for i, _ in blocks], dtype=np.int32)
    return Forest(feature, threshold, left, right, leaf, model, len(texts))


def _fields(block: str) -> dict[str, list[float]]:
    """The number lists of one tree; a stump without a split has empty ones (its only leaf is leaf 0)."""
    wanted = ("split_feature", "threshold", "left_child", "right_child", "leaf_value")
    out: dict[str, list[float]] = {name: [] for name in wanted}
    for line in block.splitlines():
        name, _, values = line.partition("=")
        if name in out and values:
            out[name] = [float(v) for v in values.split()]
    if len(out["leaf_value"]) <= 1:
        out.update({name: [] for name in wanted[:4]})
    return out
