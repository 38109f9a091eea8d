"""Panels of sales, rolling origins, and the scores by which forecasts are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from reposto.analysts.forecast.dist import mean_of
from reposto.analysts.forecast.effects import relative_price
from reposto.analysts.forecast.features import Ints
from reposto.analysts.forecast.types import LEVEL_ARRAY, LEVELS, Bools, Floats
from reposto.app.backtest_columns import causes, read_columns, rhythm, stocked, to_date, to_number

SCORED = (0.1, 0.25, 0.5, 0.75, 0.8333, 0.9, 0.95, 0.98)  # levels of the pinball loss
LEAST_BEFORE = 10  # buckets before the earliest origin
INTERVALS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}  # central intervals whose coverage is checked


@dataclass(frozen=True)
class PanelData:
    """A `unique_id, ds, y` file as a matrix; NaN before a series begins, where a row is missing and while out of stock.

    `causes`: what the file tells of promotions and prices, before and after any origin: a calendar is known ahead.
    """

    name: str
    ids: tuple[str, ...]
    first: date
    y: Floats  # (series, buckets); daily panels: buckets of 7 days that end with the last day
    daily: Floats | None  # (series, days) of a daily panel, as many days as 7 x buckets
    season: int  # buckets per year
    windows: tuple[tuple[int, int], ...]  # (starts so many buckets ahead, length in buckets)
    step: int  # buckets between origins
    days: float = 7.0  # per bucket
    causes: Floats | None = None  # (series, buckets, k), 0 = nothing special
    cause_names: tuple[str, ...] = ()

    @property
    def longest(self) -> int:
        return max(o + length for o, length in self.windows)

    def origins(self, count: int, skip: int = 0) -> list[int]:
        """The last `count` cutoffs, `step` apart, after leaving out the newest `skip`; newest first."""
        last = self.y.shape[1] - self.longest
        return [t for k in range(skip, skip + count) if (t := last - k * self.step) >= LEAST_BEFORE]


def load_panel(path: Path) -> PanelData:
    """Read a panel and choose its windows by its rhythm, as FORECASTING.md does. ValueError for what is none."""
    columns = read_columns(path)
    names, when = [str(i) for i in columns["unique_id"]], [to_date(d) for d in columns["ds"]]
    amounts = np.array([to_number(v) for v in columns["y"]])
    amounts = np.where(np.isfinite(amounts), np.maximum(amounts, 0.0), np.nan)  # returns are no demand
    in_stock = stocked(columns)
    if in_stock is not None:
        amounts[~np.array(in_stock)] = np.nan
    gap = rhythm(names, when)
    ids = tuple(sorted(set(names)))
    row = {u: i for i, u in enumerate(ids)}
    at = np.array([row[u] for u in names]), _places(when, gap)
    y = _matrix(at, amounts, len(ids))
    grids = {n: (kind, _matrix(at, v, len(ids))) for n, (kind, v) in causes(columns).items()}
    daily = None
    if gap == 1:
        weeks = y.shape[1] // 7
        daily = _shut(y)[:, y.shape[1] - 7 * weeks :]
        y = _weekly(daily)
        grids = {n: (kind, _weekly_mean(g)) for n, (kind, g) in grids.items()}
    season, days, windows = _shape(gap, in_stock is not None)
    longest = max(o + length for o, length in windows)
    step = max(longest, y.shape[1] // 20)
    spare = y.shape[1] - longest - LEAST_BEFORE
    if spare < 5 * step:  # six origins, even if their windows overlap
        step = max(spare // 5, 1)
    told = (
        np.stack([relative_price(g) if kind == "price" else np.nan_to_num(g) for kind, g in grids.values()], axis=2)
        if grids
        else None
    )
    return PanelData(path.stem, ids, min(when), y, daily, season, windows, step, days, told, tuple(grids))


def _places(when: list[date], gap: int) -> Ints:
    """Each row's period, counted from the earliest."""
    if gap == 30:
        numbers = np.array([12 * d.year + d.month for d in when], dtype=np.int64)
    elif 89 <= gap <= 92:
        numbers = np.array([4 * d.year + (d.month - 1) // 3 for d in when], dtype=np.int64)
    elif 365 <= gap <= 366:
        numbers = np.array([d.year for d in when], dtype=np.int64)
    else:
        days = np.array([d.toordinal() for d in when], dtype=np.int64)
        numbers = (days - days.min()) // gap
    found: Ints = numbers - numbers.min()
    return found


def _shape(gap: int, censored: bool) -> tuple[int, float, tuple[tuple[int, int], ...]]:
    """Buckets per year, days per bucket and the windows that are scored."""
    if gap == 1:
        return 52, 7.0, ((0, 1), (0, 2), (0, 4))
    if gap == 7:
        return 52, 7.0, ((2, 1), (0, 3)) if censored else ((0, 2), (0, 4))
    if gap == 30:
        return 12, 30.4375, ((0, 2),)
    if gap > 300:
        return 1, 365.25, ((0, 1),)
    days = 91.3125 if 89 <= gap <= 92 else float(gap)
    return max(round(365.25 / days), 1), days, ((0, 1), (0, 2))


def _matrix(at: tuple[Ints, Ints], values: Floats, rows: int) -> Floats:
    """(rows, periods), NaN where there is no row; two rows of one period are added up."""
    shape = (rows, int(at[1].max()) + 1)
    total, known = np.zeros(shape), np.zeros(shape, dtype=bool)
    seen = np.isfinite(values)
    np.add.at(total, (at[0][seen], at[1][seen]), values[seen])
    known[at[0][seen], at[1][seen]] = True
    return np.where(known, total, np.nan)


def _shut(y: Floats) -> Floats:
    """Weekdays without a row in the whole panel are closed: zeros between the first and last row of a series."""
    out = y.copy()
    of_week = np.arange(y.shape[1]) % 7
    seen, inside = np.isfinite(y), _inside(y)
    for day in range(7):
        if not seen[:, of_week == day].any():
            out[:, of_week == day] = np.where(inside[:, of_week == day], 0.0, np.nan)
    return out


def _weekly(daily: Floats) -> Floats:
    """Sums of seven days, the last one ending with the panel; a week with one or two days missing is scaled up.

    Not the weeks in which a series begins or ends.
    """
    weeks, inside = daily.reshape(len(daily), -1, 7), _inside(daily).reshape(len(daily), -1, 7)
    known = np.isfinite(weeks).sum(axis=2)
    usable = (known >= 5) & inside.all(axis=2)
    total: Floats = np.where(usable, np.nansum(weeks, axis=2) * 7 / np.maximum(known, 1), np.nan)
    return total


def _inside(y: Floats) -> Bools:
    """Between the first and the last row of each series, both included."""
    seen = np.isfinite(y)
    found: Bools = np.maximum.accumulate(seen, axis=1) & np.maximum.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
    return found


def _weekly_mean(daily: Floats) -> Floats:
    weeks = daily[:, daily.shape[1] % 7 :].reshape(len(daily), -1, 7)
    known = np.isfinite(weeks).sum(axis=2)
    return np.where(known > 0, np.nansum(weeks, axis=2) / np.maximum(known, 1), np.nan)


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
    if len(y) == 0:
        raise ValueError("nothing was sold in any window")
    shares = {p: below(y, q, LEVELS.index(p)) for p in (0.025, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.975)}
    return Score(
        spl=float((pinball / s).mean()),
        wpl=float(pinball.sum() / max(y.sum(), 1e-9)),
        bias=float((expected.sum() - y.sum()) / max(y.sum(), 1e-9)),
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
