"""`reposto backtest`: how good the forecasts would have been on a file of past sales."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast import LEVELS, Engine, History, PooledEngine, fit_tables
from reposto.model.errors import FileRefused

Floats = NDArray[np.float64]

SCORED = (0.1, 0.25, 0.5, 0.75, 0.8333, 0.9, 0.95, 0.98)  # levels of the pinball loss
_LEAST_BEFORE = 8  # periods of history before the earliest origin
_COLUMNS = ("unique_id", "ds", "y")


@dataclass(frozen=True)
class BacktestResult:
    """Scores over all products and origins; str() is the report for the terminal."""

    products: int
    origins: int
    windows: int
    horizon_days: int
    loss: float  # mean pinball loss / mean demand of the window
    error: float  # sum of absolute errors of the mean / sum of demand
    naive_error: float  # the same for "repeat what happened in the last window"
    bias: float
    coverage: dict[int, float]  # central interval in % -> share inside, ties by half

    def __str__(self) -> str:
        better = 100 * (1 - self.error / self.naive_error) if self.naive_error > 0 else 0.0
        lines = [
            f"{self.products} produtos, {self.origins} datas, {self.windows} janelas de {self.horizon_days} dias",
            f"erro médio da previsão          {_percent(self.error)}",
            f"erro de repetir o que aconteceu {_percent(self.naive_error)}  (previsão {_points(better)} melhor)",
            f"viés                            {_percent(self.bias)}",
            f"perda pinball escalada          {_number(self.loss, 4)}",
        ]
        for share, inside in sorted(self.coverage.items()):
            lines.append(f"faixa de {share} %: dentro dela em  {_percent(inside)}")
        return "\n".join(lines)


def backtest_panel(
    path: Path, horizon: int, *, origins: int = 6, most_products: int | None = None, learn: bool = False
) -> BacktestResult:
    """Forecast `horizon` periods from rolling origins; CSV or Parquet with unique_id, ds, y[, in_stock].

    FileRefused for a file that can't be read so. At each origin everything is fitted on what lies before it.
    """
    if horizon < 1:
        raise FileRefused("horizonte: informe ao menos 1 período", "horizon: at least 1 period")
    histories, days = read_histories(path)
    if most_products is not None:
        histories = histories[:most_products]
    last = max(end for _, end in histories)
    step = timedelta(days=max(horizon, 1) * days)
    parts: list[tuple[Floats, ...]] = []
    used = 0
    for k in range(1, origins + 1):
        at = last - k * step
        past = [(h, _truncated(h, at, days)) for h, _ in histories]
        past = [(h, p) for h, p in past if len(p.quantity) >= _LEAST_BEFORE]
        if not past:
            break
        used += 1
        engine = PooledEngine(fit_tables([p for _, p in past], today=at, learn=learn))
        parts += [row for h, p in past if (row := _one(engine, h, p, at, horizon, days)) is not None]
    if not parts:
        raise FileRefused("histórico curto demais para esse horizonte", "history too short for that horizon")
    return _result(parts, len(histories), used, horizon * days)


def _truncated(history: History, at: date, days: int) -> History:
    count = max(round((at - history.start).days / (30.4375 if days == 30 else days)), 0)
    hidden = None if history.censored is None else history.censored[:count]
    return History(history.start, history.quantity[:count], days, censored=hidden)


def _one(engine: Engine, whole: History, past: History, at: date, horizon: int, days: int) -> tuple[Floats, ...] | None:
    """(actual, mean, naive, quantiles, scale) of one product at one origin; None if not wholly observed."""
    count = len(past.quantity)
    after = whole.quantity[count : count + horizon]
    if len(after) < horizon or not np.isfinite(after).all():
        return None
    if whole.censored is not None and whole.censored[count : count + horizon].any():
        return None
    scale = float(np.nanmean(past.quantity))
    if not scale > 0:
        return None
    length = round(horizon * 30.4375) if days == 30 else horizon * days
    forecast = engine.forecast(past, today=at, horizon_days=min(length, 730))
    naive = float(np.nansum(past.quantity[-horizon:]))
    numbers = np.array([after.sum(), forecast.mean(min(length, 730)), naive, scale * horizon])
    return numbers, forecast.sum_quantiles(min(length, 730))


def _result(parts: list[tuple[Floats, ...]], products: int, origins: int, days: int) -> BacktestResult:
    actual, mean, naive, scale = np.array([p[0] for p in parts]).T
    q = np.array([p[1] for p in parts])
    picks = [LEVELS.index(p) for p in SCORED]
    error = actual[:, None] - q[:, picks]
    levels = np.array(SCORED)
    pinball = np.maximum(levels * error, (levels - 1) * error).mean(axis=1)
    total = max(float(actual.sum()), 1e-9)
    coverage = {}
    for share, (low, high) in {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}.items():
        below, above = q[:, LEVELS.index(low)], q[:, LEVELS.index(high)]
        inside = (actual > below) & (actual < above)
        edge = ((actual == below) | (actual == above)) & ~inside
        coverage[share] = float((inside + 0.5 * edge).mean())
    return BacktestResult(
        products=products,
        origins=origins,
        windows=len(parts),
        horizon_days=days,
        loss=float((pinball / scale).mean()),
        error=float(np.abs(mean - actual).sum()) / total,
        naive_error=float(np.abs(naive - actual).sum()) / total,
        bias=float(mean.sum() - actual.sum()) / total,
        coverage=coverage,
    )


def read_histories(path: Path) -> tuple[list[tuple[History, date]], int]:
    """Each product's History with the day after it, and the days per period (1, 7 or 30 = months)."""
    columns = _read(path)
    missing = [c for c in _COLUMNS if c not in columns]
    if missing:
        raise FileRefused(f"faltam as colunas {', '.join(missing)}", f"columns missing: {', '.join(missing)}")
    days_of = [d if type(d) is date else date.fromisoformat(str(d)[:10]) for d in columns["ds"]]
    every = sorted(set(days_of))
    if len(every) < 2:
        raise FileRefused("menos de dois períodos no arquivo", "fewer than two periods in the file")
    gap = min((b - a).days for a, b in pairwise(every))
    period = 30 if gap >= 28 else gap
    index = {d: i for i, d in enumerate(every)} if period == 30 else {d: (d - every[0]).days // gap for d in every}
    rows: dict[str, list[tuple[int, float, bool]]] = {}
    stocked = columns.get("in_stock") or [True] * len(days_of)
    for name, day, y, there in zip(columns["unique_id"], days_of, columns["y"], stocked, strict=True):
        rows.setdefault(str(name), []).append((index[day], float(y), str(there).lower() in {"true", "1"}))
    out = []
    for cells in rows.values():
        first, last = min(c[0] for c in cells), max(c[0] for c in cells)
        quantity, hidden = np.full(last - first + 1, np.nan), np.zeros(last - first + 1, dtype=bool)
        for at, y, there in cells:
            quantity[at - first], hidden[at - first] = y, not there
        start = every[first] if period == 30 else every[0] + timedelta(days=first * gap)
        stop = start + timedelta(days=round(len(quantity) * (30.4375 if period == 30 else period)))
        out.append((History(start, quantity, period, censored=hidden), stop))
    return out, period


def _read(path: Path) -> dict[str, list[Any]]:
    if path.suffix.lower() == ".parquet":
        try:
            import pyarrow.parquet as pq
        except ImportError as problem:
            words = "para ler Parquet instale pyarrow, ou exporte o arquivo como CSV"
            raise FileRefused(words, "install pyarrow to read Parquet, or export as CSV") from problem
        table = pq.read_table(path)
        return {str(n): table.column(n).to_pylist() for n in table.column_names}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    return {str(n): [row[n] for row in rows] for n in reader.fieldnames or ()}


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def _percent(share: float) -> str:
    return f"{_number(100 * share, 1)} %"


def _points(value: float) -> str:
    return f"{_number(value, 1)} %"
