"""The VN2 inventory challenge as a game: weekly review, lost sales, R$-free costs, replayable on earlier weeks.

An order placed at the end of week t can be sold from week t + 3. Each unit left at a week's end costs 0.2, each unit
asked for and not there costs 1 and is lost. Six rounds of orders, eight weeks scored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.vn2_actuals import read_actuals, tell
from benchmarks.vn2_files import BadInput, Keys, columns_of, day_of, find
from reposto.analysts.forecast.types import Bools, Floats

HOLDING, SHORTAGE = 0.2, 1.0  # per unit and week; per unit (the challenge's rules)
WEEKS, ROUNDS = 8, 6  # scored; the last orders that can still be sold are placed at the end of week 5
COVERED = 3  # weeks that a position has to last: two before the order can be sold and the one after
RECENT = 13  # weeks of the mean by which start states are measured out


@dataclass(frozen=True)
class Data:
    """What the challenge published; rows in the order of `keys`."""

    keys: Keys
    first: date
    sales: Floats  # (series, weeks)
    in_stock: Bools  # (series, weeks)
    groups: dict[str, tuple[str, ...]]  # columns of the hierarchy, one entry per series
    stock: Floats  # (series,) at the end of the last week
    coming: Floats  # (series, 2) sold from the first and the second week after


@dataclass(frozen=True)
class Game:
    """One play: what is known at the start, the state, and the demand of the eight weeks."""

    name: str
    data: Data
    start: int  # weeks known before the first order
    stock: Floats
    coming: Floats
    demand: Floats  # (series, 8)

    def known(self, week: int) -> Floats:
        """Demand known after `week` weeks of play; (series, start + week), NaN = out of stock or before the first sale.

        Stock-outs are known only before the start: during the contest sales alone were published.
        """
        past = np.where(self.data.in_stock[:, : self.start], self.data.sales[:, : self.start], np.nan)
        y = np.concatenate([past, self.demand[:, :week]], axis=1)
        sold = np.cumsum(np.nan_to_num(y), axis=1) > 0
        return np.where(sold, y, np.nan)


@dataclass(frozen=True)
class State:
    """What a policy sees at the end of a week."""

    week: int  # weeks played
    known: Floats
    stock: Floats
    coming: Floats  # (series, 2)


Policy = Callable[[State], NDArray[np.float64]]  # orders, whole units >= 0, (series,)


@dataclass(frozen=True)
class Result:
    """Costs by week; (8,) each."""

    holding: Floats
    shortage: Floats

    @property
    def total(self) -> float:
        return float(self.holding.sum() + self.shortage.sum())

    @property
    def settled(self) -> float:
        """Weeks 1 and 2, which no order can change."""
        return float(self.holding[:2].sum() + self.shortage[:2].sum())

    @property
    def decided(self) -> float:
        """Weeks 3 to 8."""
        return self.total - self.settled


def play(game: Game, policy: Policy) -> Result:
    """Let the policy order at the ends of weeks 0..5 and count the costs of weeks 1..8."""
    stock, coming = game.stock.copy(), game.coming.copy()
    holding, shortage = np.zeros(WEEKS), np.zeros(WEEKS)
    for week in range(WEEKS):
        order = np.zeros(len(stock))
        if week < ROUNDS:
            order = np.asarray(policy(State(week, game.known(week), stock.copy(), coming.copy())), dtype=np.float64)
            if order.shape != stock.shape or not (np.isfinite(order) & (order >= 0) & (order == np.rint(order))).all():
                raise ValueError(f"week {week}: orders must be whole numbers >= 0")
        stock = stock + coming[:, 0]
        coming = np.stack([coming[:, 1], order], axis=1)
        sold = np.minimum(stock, game.demand[:, week])
        stock = stock - sold
        holding[week] = HOLDING * stock.sum()
        shortage[week] = SHORTAGE * (game.demand[:, week] - sold).sum()
    return Result(holding, shortage)


def start_state(known: Floats) -> tuple[Floats, Floats]:
    """Stock and what is coming by rule, from the mean m of the last 13 weeks in stock; (series, T) -> (n,), (n, 2).

    Stock ceil(1.2 m), nothing for the first week, round(1.07 m) for the second: by class of m that is what the
    contest's published state has (1.4 weeks of stock and 1.08 in transit altogether).
    """
    recent = known[:, -RECENT:]
    seen = np.isfinite(recent).sum(axis=1)
    mean = np.where(seen > 0, np.nansum(recent, axis=1) / np.maximum(seen, 1), 0.0)
    return np.ceil(1.2 * mean), np.stack([np.zeros(len(mean)), np.rint(1.07 * mean)], axis=1)


def earlier_games(data: Data, count: int) -> list[Game]:
    """The last `count` windows of eight weeks of the history, one after the other, newest first."""
    games = []
    for k in range(1, count + 1):
        start = data.sales.shape[1] - WEEKS * k
        if start < 52:
            break
        demand = data.sales[:, start : start + WEEKS]
        name = str(np.datetime64(data.first) + np.timedelta64(7 * start, "D"))
        bare = Game(name, data, start, np.zeros(0), np.zeros(0), demand)
        stock, coming = start_state(bare.known(0))
        games.append(Game(name, data, start, stock, coming, demand))
    return games


def contest(data: Data, actuals: Path) -> Game:
    """The contest's own eight weeks from the published state."""
    known = data.sales.shape[1]
    found = read_actuals(actuals, data.keys, data.first + timedelta(weeks=known), WEEKS)
    tell(found.notes)
    return Game("contest", data, known, data.stock, data.coming, found.demand)


def read_data(folder: Path) -> Data:
    """The challenge's three files, in `folder` or its sub-folder vn2, Parquet or CSV."""
    folder = folder / "vn2" if (folder / "vn2").is_dir() else folder
    sales = columns_of(find(folder, "sales_instock_weekly"))
    keys = sorted(set(_keys(sales)))
    row = {k: i for i, k in enumerate(keys)}
    weeks = sorted({day_of(d) for d in sales["ds"]})
    column = {d: i for i, d in enumerate(weeks)}
    y, there = np.zeros((len(keys), len(weeks))), np.zeros((len(keys), len(weeks)), dtype=bool)
    for key, day, value, stocked in zip(_keys(sales), sales["ds"], sales["y"], sales["in_stock"], strict=True):
        at = row[key], column[day_of(day)]
        y[at], there[at] = float(value), str(stocked).lower() in {"true", "1"}
    state = _by_key(columns_of(find(folder, "initial_state")), keys)
    master = _by_key(columns_of(find(folder, "master")), keys)
    stock = np.array([float(r["End Inventory"]) for r in state])
    coming = np.array([[float(r["In Transit W+1"]), float(r["In Transit W+2"])] for r in state])
    groups = {name: tuple(str(r[name]) for r in master) for name in master[0]}
    return Data(tuple(keys), weeks[0], y, there, groups, stock, coming)


def _keys(columns: dict[str, list[Any]]) -> list[tuple[int, int]]:
    return [(int(s), int(p)) for s, p in zip(columns["Store"], columns["Product"], strict=True)]


def _by_key(columns: dict[str, list[Any]], keys: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """One row per key, in the order of the keys."""
    found = {k: {name: values[i] for name, values in columns.items()} for i, k in enumerate(_keys(columns))}
    lacking = [k for k in keys if k not in found]
    if lacking:
        raise BadInput(f"no row for store {lacking[0][0]}, product {lacking[0][1]} ({len(lacking)} lacking)")
    return [found[k] for k in keys]
