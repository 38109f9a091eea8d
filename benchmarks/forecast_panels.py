"""Panels of sales, rolling origins, and the scores by which forecasts are compared."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from reposto.analysts.forecast.dist import mean_of
from reposto.analysts.forecast.types import LEVEL_ARRAY, LEVELS, Floats

SCORED = (0.1, 0.25, 0.5, 0.75, 0.8333, 0.9, 0.95, 0.98)  # levels of the pinball loss
INTERVALS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}  # central intervals whose coverage is checked


@dataclass(frozen=True)
class PanelData:
    """A `unique_id, ds, y[, in_stock]` file as a matrix; NaN before a series begins and while out of stock."""

    name: str
    ids: tuple[str, ...]
    first: date
    y: Floats  # (series, buckets); daily panels: buckets of 7 days that end with the last day
    daily: Floats | None  # (series, days) of a daily panel, as many days as 7 x buckets
    season: int  # buckets per year
    windows: tuple[tuple[int, int], ...]  # (starts so many buckets ahead, length in buckets)
    step: int  # buckets between origins

    @property
    def longest(self) -> int:
        return max(o + length for o, length in self.windows)

    def origins(self, count: int, skip: int = 0) -> list[int]:
        """The last `count` cutoffs, `step` apart, after leaving out the newest `skip`; newest first."""
        last = self.y.shape[1] - self.longest
        return [t for k in range(skip, skip + count) if (t := last - k * self.step) >= 10]


def read_rows(path: Path) -> dict[str, list[Any]]:
    """Columns of a CSV or Parquet file."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        return {name: table.column(name).to_pylist() for name in table.column_names}
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in rows[0]}
    columns["ds"] = [date.fromisoformat(str(d)[:10]) for d in columns["ds"]]
    columns["y"] = [float(v) for v in columns["y"]]
    if "in_stock" in columns:
        columns["in_stock"] = [str(v).lower() in {"true", "1"} for v in columns["in_stock"]]
    return columns


def load_panel(path: Path) -> PanelData:
    """Read a panel and choose its windows by its rhythm, as FORECASTING.md does."""
    columns = read_rows(path)
    days = sorted(set(columns["ds"]))
    gap = min((b - a).days for a, b in pairwise(days))
    monthly = gap >= 28
    index = {d: i for i, d in enumerate(days)} if monthly else {d: (d - days[0]).days // gap for d in days}
    ids = tuple(sorted({str(i) for i in columns["unique_id"]}))
    row = {u: i for i, u in enumerate(ids)}
    y = np.full((len(ids), max(index.values()) + 1), np.nan)
    for u, d, v in zip(columns["unique_id"], columns["ds"], columns["y"], strict=True):
        y[row[str(u)], index[d]] = v
    censored = "in_stock" in columns
    if censored:
        for u, d, there in zip(columns["unique_id"], columns["ds"], columns["in_stock"], strict=True):
            if not there:
                y[row[str(u)], index[d]] = np.nan
    daily = None
    if gap == 1:
        weeks = y.shape[1] // 7
        daily = y[:, y.shape[1] - 7 * weeks :]
        y = daily.reshape(len(ids), weeks, 7).sum(axis=2)
        windows: tuple[tuple[int, int], ...] = ((0, 1), (0, 2), (0, 4))
    elif monthly:
        windows = ((0, 2),)
    else:
        windows = ((2, 1), (0, 3)) if censored else ((0, 2), (0, 4))
    longest = max(o + length for o, length in windows)
    step = max(longest, y.shape[1] // 20)
    return PanelData(path.stem, ids, days[0], y, daily, 12 if monthly else 52, windows, step)


@dataclass(frozen=True)
class Truth:
    """What happened in each window of each origin, and what the scores are divided by."""

    actual: Floats  # (origins, series, windows), NaN = not scored
    scale: Floats  # (origins, series, windows): window length x mean demand before the origin


def truth(panel: PanelData, origins: list[int]) -> Truth:
    actual, scale = [], []
    for t in origins:
        sums = [panel.y[:, t + o : t + o + n].sum(axis=1) for o, n in panel.windows]  # NaN if any is unknown
        before = panel.y[:, :t]
        known = np.isfinite(before).sum(axis=1)
        mean = np.nansum(before, axis=1) / np.maximum(known, 1)
        usable = mean > 0
        actual.append(np.where(usable[:, None], np.stack(sums, axis=1), np.nan))
        scale.append(np.where(usable, mean, 1.0)[:, None] * np.array([n for _, n in panel.windows]))
    return Truth(np.array(actual), np.array(scale))


@dataclass(frozen=True)
class Score:
    spl: float  # scaled pinball loss, mean over series, origins, windows
    wpl: float  # the same as a ratio of sums
    bias: float  # (sum of means - sum of actuals) / sum of actuals
    coverage: dict[int, float]  # central interval -> share inside, randomised PIT
    below: dict[float, float]  # level -> share below, randomised PIT
    count: int

    @property
    def worst_coverage(self) -> float:
        """Largest miss of the central 50, 80 and 95 % intervals, in points."""
        return max(abs(self.coverage[k] * 100 - k) for k in self.coverage)

    @property
    def worst_level(self) -> float:
        """Largest miss of the levels .5, .8 and .95, in points."""
        return max(abs(100 * (self.below[p] - p)) for p in (0.5, 0.8, 0.95))


def score(what: Truth, quantiles: Floats, means: Floats | None = None) -> Score:
    """Scores of quantiles (origins, series, windows, levels); windows without an actual are left out."""
    usable = np.isfinite(what.actual)
    y, s, q = what.actual[usable], what.scale[usable], quantiles[usable]
    picks = [LEVELS.index(p) for p in SCORED]
    levels, error = LEVEL_ARRAY[picks], y[:, None] - q[:, picks]
    pinball = np.maximum(levels * error, (levels - 1) * error).mean(axis=1)
    expected = mean_of(q) if means is None else means[usable]
    shares = {p: below(y, q, LEVELS.index(p)) for p in (0.025, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.975)}
    return Score(
        spl=float((pinball / s).mean()),
        wpl=float(pinball.sum() / y.sum()),
        bias=float((expected.sum() - y.sum()) / y.sum()),
        coverage={k: shares[high] - shares[low] for k, (low, high) in INTERVALS.items()},
        below=shares,
        count=len(y),
    )


def below(y: Floats, q: Floats, level: int) -> float:
    """Expected share of randomised PIT values <= LEVELS[level]; 0.8 of them should be below 0.8.

    Randomised PIT: u uniform on (F(y-), F(y)). Where the quantile equals y, the part of that interval below
    the level counts; the interval's ends are taken half-way between the levels that enclose them. A lumpy
    item can fail this: a forecast of zero with certainty gives u uniform only where nothing is ever sold.
    """
    p, at = LEVEL_ARRAY[level], q[:, level]
    edges = np.concatenate([[0.0], (LEVEL_ARRAY[1:] + LEVEL_ARRAY[:-1]) / 2, [1.0]])
    tied = np.abs(at - y) <= 1e-9
    low = edges[(q < (y - 1e-9)[:, None]).sum(axis=1)]
    high = edges[(q <= (y + 1e-9)[:, None]).sum(axis=1)]
    part = np.clip((p - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    return float(np.where(tied, part, at > y).mean())
