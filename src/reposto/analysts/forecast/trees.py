"""Boosted trees as plain arrays: fitted by LightGBM, read by numpy alone.

LightGBM is needed only to fit. Its threads are never started here (num_threads = 1), because a process forked
after a multi-threaded call hangs in its first prediction (FORECASTING.md, dependencies).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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
    model: NDArray[np.int32]  # (trees,) ascending
    models: int

    @cached_property
    def _walk(self) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp], Floats, NDArray[np.intp]]:
        """All nodes and leaves in one numbering: feature, threshold, two children, value; and each tree's root.

        Leaves lead to themselves, so that every tree can be walked the same number of steps.
        """
        trees, nodes = self.feature.shape
        leaves = self.leaf.shape[1]
        size = nodes + leaves
        base = np.arange(trees)[:, None] * size
        feature, threshold = np.zeros((trees, size), dtype=np.intp), np.full((trees, size), np.inf)
        feature[:, :nodes], threshold[:, :nodes] = self.feature, self.threshold
        child = np.empty((trees, size, 2), dtype=np.intp)
        child[:, nodes:, :] = (base + np.arange(nodes, size)[None, :])[:, :, None]
        for side, links in ((0, self.left), (1, self.right)):
            child[:, :nodes, side] = base + np.where(links >= 0, links, nodes + ~links)
        value = np.zeros((trees, size))
        value[:, nodes:] = self.leaf
        return feature.ravel(), threshold.ravel(), child.ravel(), value.ravel(), base[:, 0].astype(np.intp)

    def predict(self, x: Floats) -> Floats:
        """(rows, features) without NaN -> (rows, models)."""
        feature, threshold, child, value, roots = self._walk
        flat = np.ascontiguousarray(x).ravel()
        first = (np.arange(len(x)) * x.shape[1])[:, None]
        at = np.broadcast_to(roots, (len(x), len(roots)))
        for _ in range(DEPTH):
            goes_right = flat.take(first + feature.take(at)) > threshold.take(at)
            at = child.take(2 * at + goes_right)
        values = value.take(at)
        starts = np.flatnonzero(np.diff(self.model, prepend=-1))
        result: Floats = np.add.reduceat(values, starts, axis=1)
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
