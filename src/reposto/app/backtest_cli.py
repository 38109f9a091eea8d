"""`reposto backtest`: how good the forecasts would have been, and what deciding by them would have cost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast import LEVELS, History, PooledEngine, fit_tables
from reposto.analysts.forecast.dist import mean_of
from reposto.app.backtest_methods import NAMES, available, libraries, repeat, textbook
from reposto.app.backtest_panel import Sales, read_company, read_panel
from reposto.model.errors import FileRefused
from reposto.model.facts import Company
from reposto.storage.engine import Store

Floats = NDArray[np.float64]

SCORED = (0.1, 0.25, 0.5, 0.75, 0.8333, 0.9, 0.95, 0.98)  # levels of the pinball loss
INTERVALS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}
OURS, NAIVE = "reposto", "repeat"
_LEAST_BEFORE = 8  # periods of history before the earliest origin
LIBRARY_PRODUCTS = 60  # that the libraries' slower methods are tried on: seconds instead of hours


@dataclass(frozen=True)
class Score:
    """One method over some windows. Shares, not percentages."""

    windows: int
    loss: float  # mean pinball loss / mean demand of the window
    error: float  # sum of absolute errors of the mean / sum of demand
    bias: float
    coverage: dict[int, float]  # central interval in % -> share inside, ties by half
    cost: float  # of holding and of lost sales, R$ per R$ of mean demand at purchase cost
    served: float  # share of the demand that was there


@dataclass(frozen=True)
class Window:
    """One product at one origin: what happened, and each method's quantiles of the window's demand at LEVELS."""

    product: int
    origin: int
    actual: float
    scale: float  # mean demand of such a window before the origin
    quantiles: dict[str, Floats]
    mean: float  # of our forecast


@dataclass(frozen=True)
class BacktestResult:
    """Scores over all products and origins; str() is the report for the terminal."""

    products: int
    origins: int
    windows: int
    horizon_days: int
    scores: dict[str, Score]
    same: dict[str, Score]  # ours on the windows of a method that was tried on some only
    rules: Company
    found: tuple[Window, ...] = field(repr=False, default=())

    @property
    def loss(self) -> float:
        return self.scores[OURS].loss

    @property
    def error(self) -> float:
        return self.scores[OURS].error

    @property
    def naive_error(self) -> float:
        return self.scores[NAIVE].error

    @property
    def bias(self) -> float:
        return self.scores[OURS].bias

    @property
    def coverage(self) -> dict[int, float]:
        return self.scores[OURS].coverage

    def __str__(self) -> str:
        better = 100 * (1 - self.error / self.naive_error) if self.naive_error > 0 else 0.0
        head = f"{self.products} produtos, {self.origins} datas, {self.windows} janelas de {self.horizon_days} dias"
        lines = [head, "", _HEADER]
        for name, score in self.scores.items():
            lines.append(_row(NAMES.get(name, name), score))
            if name in self.same:
                lines.append(_row("  reposto nas mesmas", self.same[name]))
        level, margin = 100 * self.rules.service_level, self.rules.margin_percent
        rules = (
            f"custo: R$ por R$ 100 de demanda, estocando até o nível de {_number(level, 1)} %; cada unidade que faltou "
            f"custa {_number(margin, 0)} % do preço de compra, cada uma que sobrou "
            f"{_number(self.rules.holding_cost_percent_year, 0)} % ao ano"
        )
        return "\n".join([*lines, "", f"erro {_number(better, 1)} % menor que o de repetir o que aconteceu", rules])


_HEADER = f"{'':34}{'erro':>8}{'viés':>8}{'perda':>9}{'50 %':>7}{'80 %':>7}{'95 %':>7}{'custo':>8}{'atende':>8}"


def _row(name: str, score: Score) -> str:
    inside = "".join(f"{_number(100 * score.coverage[k], 0):>7}" for k in (50, 80, 95))
    return (
        f"{name:34}{_number(100 * score.error, 1):>7}%{_number(100 * score.bias, 1):>7}%{_number(score.loss, 4):>9}"
        f"{inside}{_number(100 * score.cost, 2):>8}{_number(100 * score.served, 1):>7}%"
    )


def backtest_panel(
    path: Path, horizon: int, *, origins: int = 6, most_products: int | None = None, learn: bool = False
) -> BacktestResult:
    """Forecast `horizon` periods from rolling origins; CSV or Parquet with unique_id, ds, y[, in_stock].

    FileRefused for a file that can't be read so. At each origin everything is fitted on what lies before it.
    """
    return backtest(read_panel(path), horizon, origins=origins, most_products=most_products, learn=learn)


def backtest_company(store: Store, horizon: int, *, origins: int = 6, learn: bool = False) -> BacktestResult:
    """The same for the company's own daily sales, under its own rules."""
    return backtest(read_company(store), horizon, origins=origins, learn=learn)


def run_backtest(
    store: Store | None,
    panel: Path | None,
    horizon: int,
    *,
    origins: int,
    learn: bool,
    compare: bool,
    plot: Path | None,
) -> BacktestResult:
    """The command: a file's sales, or else the company's in `store`; tells its progress on a terminal."""
    from reposto.app.backtest_plot import check_plot, save_plot

    if plot is not None:
        check_plot(plot)
    if panel is not None:
        sales = read_panel(panel)
    elif store is not None:
        sales = read_company(store)
    else:
        raise FileRefused("indique um arquivo com --panel", "name a file with --panel")
    missing = compare and not available()
    if missing:
        print("statsforecast não está instalada: sem comparação com ela", file=sys.stderr)
    tell = (lambda text: print(text, file=sys.stderr)) if sys.stderr.isatty() else (lambda text: None)
    result = backtest(sales, horizon, origins=origins, learn=learn, compare=compare and not missing, tell=tell)
    if plot is not None:
        save_plot(result, plot, panel.name if panel is not None else sales.rules.name or "Vendas da empresa")
    return result


def backtest(
    sales: Sales,
    horizon: int,
    *,
    origins: int = 6,
    most_products: int | None = None,
    learn: bool = False,
    compare: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> BacktestResult:
    """Rolling origins, `horizon` periods apart, the newest first; `compare`: also against statsforecast."""
    if not 1 <= sales.length(horizon) <= 730:
        raise FileRefused("horizonte: de 1 período a 2 anos", "horizon: from 1 period to 2 years")
    histories = sales.histories[:most_products]
    windows: list[Window] = []
    used = 0
    for k in range(1, max(origins, 1) + 1):
        found = _origin(sales, histories, horizon, k, learn=learn, compare=compare)
        if found is None:
            break
        used += 1
        windows += found
        tell(f"data {k} de {origins}: {len(found)} janelas")
    if not windows:
        raise FileRefused("histórico curto demais para esse horizonte", "history too short for that horizon")
    return _result(sales, windows, len(histories), used, sales.length(horizon))


def _origin(
    sales: Sales, histories: tuple[History, ...], horizon: int, k: int, *, learn: bool, compare: bool
) -> list[Window] | None:
    """All products at one origin; None where no product has enough history."""
    past = [(i, sales.before(i, k * horizon)) for i in range(len(histories))]
    past = [(i, p) for i, p in past if len(p.quantity) >= _LEAST_BEFORE]
    if not past:
        return None
    length = sales.length(horizon)
    at = sales.end - timedelta(days=sales.length(k * horizon))
    lifts = _lifts(sales, histories, k * horizon, horizon)
    bare = {i: _without(p, lifts[i][0]) for i, p in past}
    engine = PooledEngine(fit_tables(list(bare.values()), today=at, learn=learn))
    windows = []
    for i, p in past:
        actual, scale = _actual(histories[i], p, horizon), _scale(p) * horizon
        if actual is None or not scale > 0:
            continue
        planned, factor = sales.promoted(i), lifts[i][1]
        forecast = engine.forecast(bare[i], today=at, horizon_days=length, planned_promotion=planned)
        ours = forecast.sum_quantiles(length) * factor
        known = np.where(np.isfinite(p.quantity), p.quantity, np.nan)
        if p.censored is not None:
            known = np.where(p.censored, np.nan, known)
        quantiles = {
            OURS: np.round(ours) if p.integer else ours,
            NAIVE: repeat(known, horizon),
            "textbook": textbook(known, horizon),
        }
        if compare and i < LIBRARY_PRODUCTS:
            quantiles.update(libraries(known, horizon, sales.days))
        windows.append(Window(i, k, actual, scale, quantiles, forecast.mean(length) * factor))
    return windows


def _lifts(sales: Sales, histories: tuple[History, ...], back: int, horizon: int) -> list[tuple[Floats | None, float]]:
    """What promotions and prices multiplied each past period by, and what they do to the window."""
    if sales.told is None:
        return [(None, 1.0)] * len(histories)
    cutoff = max(sales.told.y.shape[1] - back, 0)
    each = sales.told.multipliers(cutoff)
    found: list[tuple[Floats | None, float]] = []
    for row, first, _ in zip(each, sales.told.starts, histories, strict=False):
        ahead = row[cutoff : cutoff + horizon]
        found.append((row[first:], float(ahead.mean()) if len(ahead) else 1.0))
    return found


def _without(past: History, lift: Floats | None) -> History:
    """The history as it would have been without promotions and special prices."""
    return past if lift is None else replace(past, quantity=past.quantity / lift[: len(past.quantity)])


def _scale(past: History) -> float:
    return float(np.nanmean(past.quantity)) if np.isfinite(past.quantity).any() else 0.0


def _actual(whole: History, past: History, horizon: int) -> float | None:
    """Demand of the window; None if not wholly observed."""
    count = len(past.quantity)
    after = whole.quantity[count : count + horizon]
    if len(after) < horizon or not np.isfinite(after).all():
        return None
    for mask in (whole.censored, whole.excluded):
        if mask is not None and mask[count : count + horizon].any():
            return None
    return float(after.sum())


def _result(sales: Sales, windows: list[Window], products: int, origins: int, days: int) -> BacktestResult:
    names = list(dict.fromkeys(n for w in windows for n in w.quantiles))
    scores, same = {}, {}
    for name in names:
        own = [w for w in windows if name in w.quantiles]
        scores[name] = score(own, name, sales.rules, days)
        if len(own) < len(windows):
            same[name] = score(own, OURS, sales.rules, days)
    return BacktestResult(products, origins, len(windows), days, scores, same, sales.rules, tuple(windows))


def score(windows: list[Window], name: str, rules: Company, days: int) -> Score:
    """One method's scores; costs as if stock had been filled up to the service level's quantile at each origin."""
    actual, scale = np.array([w.actual for w in windows]), np.array([w.scale for w in windows])
    q = np.array([w.quantiles[name] for w in windows])
    mean = np.array([w.mean for w in windows]) if name == OURS else mean_of(q)
    picks = [LEVELS.index(p) for p in SCORED]
    error, levels = actual[:, None] - q[:, picks], np.array(SCORED)
    pinball = np.maximum(levels * error, (levels - 1) * error).mean(axis=1)
    total = max(float(actual.sum()), 1e-9)
    coverage = {}
    for share, (low, high) in INTERVALS.items():
        below, above = q[:, LEVELS.index(low)], q[:, LEVELS.index(high)]
        inside = (actual > below) & (actual < above)
        edge = ((actual == below) | (actual == above)) & ~inside
        coverage[share] = float((inside + 0.5 * edge).mean())
    held, lost, served = costs(q, actual, rules, days)
    return Score(
        windows=len(windows),
        loss=float((pinball / scale).mean()),
        error=float(np.abs(mean - actual).sum()) / total,
        bias=float(mean.sum() - actual.sum()) / total,
        coverage=coverage,
        cost=float(((held + lost) / scale).mean()),
        served=served,
    )


def costs(q: Floats, actual: Floats, rules: Company, days: int) -> tuple[Floats, Floats, float]:
    """Holding and lost-sales cost of each window at a purchase price of 1, and the share of the demand served.

    Stock of the quantile at the service level; holding on the average of the first and the last day's stock.
    """
    level = min(max(rules.service_level, 0.5), 0.995)
    stock = np.array([np.interp(level, LEVELS, row) for row in q])
    left, short = np.maximum(stock - actual, 0.0), np.maximum(actual - stock, 0.0)
    held = (stock + left) / 2 * rules.holding_cost_percent_year / 100 * days / 365
    return held, short * rules.margin_percent / 100, 1 - float(short.sum()) / max(float(actual.sum()), 1e-9)


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
