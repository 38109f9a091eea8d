"""Histories for `reposto backtest`: from a `unique_id, ds, y` file, or the company's own sales."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from reposto.analysts.forecast import History
from reposto.analysts.histories import history_of
from reposto.app.backtest_columns import Columns, causes, read_columns, rhythm, stocked, to_date, to_number
from reposto.app.backtest_told import Told
from reposto.model.errors import FileRefused, RowError
from reposto.model.facts import Company, Product, SalesHistory
from reposto.storage import company, facts
from reposto.storage.engine import Store

_COLUMNS = ("unique_id", "ds", "y")
_MOST_NAMED = 20  # bad cells that a refusal lists
_MONTH = 30.4375  # days


@dataclass(frozen=True)
class Sales:
    """Histories of one rhythm with the first day after them all. `days` per period: 1, 7, another, or 30 = months."""

    histories: tuple[History, ...]
    days: int
    end: date
    rules: Company = field(default_factory=Company)
    told: Told | None = None  # promotions and prices, as far as the file has them
    own: tuple[tuple[Product, SalesHistory], ...] = ()  # of a company: what the histories were made from

    def length(self, periods: int) -> int:
        """Days of so many periods."""
        return round(periods * _MONTH) if self.days == 30 else periods * self.days

    def before(self, number: int, periods: int) -> History:
        """A product's history as it was known `periods` before the end of them all."""
        history = self.histories[number]
        at = self.end - timedelta(days=self.length(periods))
        step = _MONTH if self.days == 30 else self.days
        count = max(round((at - history.start).days / step), 0)
        if self.own:
            product, sales = self.own[number]
            return history_of(product, _until(sales, count))
        hidden = history.censored
        return replace(history, quantity=history.quantity[:count], censored=None if hidden is None else hidden[:count])

    def promoted(self, number: int) -> frozenset[date]:
        """The days of a product's promotions, as marked and in the calendar."""
        history = self.histories[number]
        if history.promotion is None:
            return frozenset()
        return frozenset(history.start + timedelta(days=int(d)) for d in np.flatnonzero(history.promotion))


def read_company(store: Store) -> Sales:
    """The sales of every active product, daily, under the company's own rules. FileRefused when there are none."""
    with store.read() as connection:
        rules = company.load_company(connection)
        own = [(product, _tidy(sales)) for product, sales in facts.load_all_sales(connection)]
    if not own:
        raise FileRefused(
            "a empresa ainda não tem vendas; importe-as ou indique um arquivo com --panel",
            "no sales yet: import some, or name a file with --panel",
        )
    histories = tuple(history_of(product, sales) for product, sales in own)
    end = max(h.start + timedelta(days=len(h.quantity)) for h in histories)
    return Sales(histories, 1, end, rules, own=tuple(own))


def _tidy(sales: SalesHistory) -> SalesHistory:
    return replace(sales, quantity=np.maximum(np.nan_to_num(sales.quantity), 0.0))


def _until(sales: SalesHistory, days: int) -> SalesHistory:
    """The sales of the first `days` with the calendar of promotions and prices as it stands now.

    When an entry was made is not kept: what the calendar says of later days counts as planned, what was paid then
    does not.
    """
    return replace(
        sales,
        quantity=sales.quantity[:days],
        out_of_stock=sales.out_of_stock[:days],
        promotion=sales.promotion[:days],
        one_off=sales.one_off[:days],
        price=None if sales.price is None else sales.price[:days],
    )


def read_panel(path: Path) -> Sales:
    """CSV or Parquet with unique_id, ds, y[, in stock, promotions, prices]; FileRefused says what can't be read.

    Days, weeks, months or another rhythm, the commonest of the series; a period that is missing inside a series is not
    known; returns (negative figures) are no demand.
    """
    columns = read_columns(path)
    missing = [c for c in _COLUMNS if c not in columns]
    if missing:
        there = ", ".join(columns) or "nenhuma"
        raise FileRefused(
            f"faltam as colunas {', '.join(missing)} (o arquivo tem: {there})",
            f"columns missing: {', '.join(missing)}",
        )
    names = [str(n) for n in columns["unique_id"]]
    days, amounts = _typed(columns["ds"], columns["y"])
    there_ = stocked(columns) or [True] * len(names)
    gap = rhythm(names, days)
    places, first = _places(names, days, gap)
    rows: dict[str, dict[int, tuple[float, bool]]] = {}
    for line, (name, day, at, y, in_stock) in enumerate(zip(names, days, places, amounts, there_, strict=True), 2):
        own = rows.setdefault(name, {})
        if at in own:
            reason = f"{name} tem duas linhas para esse período"
            raise FileRefused("linhas repetidas", "duplicate rows", rows=(RowError(line, "ds", str(day), reason),))
        own[at] = (y, in_stock)
    histories = tuple(_history(own, first, gap) for own in rows.values())
    end = max(_end(h, gap) for h in histories)
    return Sales(histories, gap, end, told=_told(columns, list(rows), names, places, histories, gap))


def _places(names: list[str], days: list[date], gap: int) -> tuple[list[int], date]:
    """Each row's number of periods since the first; FileRefused where a series doesn't keep the rhythm."""
    first = min(days)
    if gap == 30:
        return [12 * (d.year - first.year) + d.month - first.month for d in days], first
    begins: dict[str, date] = {}
    for name, day in zip(names, days, strict=True):
        begins[name] = min(day, begins.get(name, day))
    slack = 3 if gap > 31 else 0  # quarters and years are not all equally long
    for name, day in zip(names, days, strict=True):
        off = (day - begins[name]).days % gap
        if gap <= 31 and min(off, gap - off) > slack:
            text = f"as datas não seguem um ritmo de {gap} dias: {day:%d/%m/%Y}"
            raise FileRefused(text, f"dates do not keep a rhythm of {gap} days: {day}")
    if gap > 31:
        return [round((d - first).days / (365.25 / max(round(365.25 / gap), 1))) for d in days], first
    return [(d - first).days // gap for d in days], first


def _history(cells: dict[int, tuple[float, bool]], first: date, period: int) -> History:
    low, high = min(cells), max(cells)
    quantity, hidden = np.full(high - low + 1, np.nan), np.zeros(high - low + 1, dtype=bool)
    for at, (y, there) in cells.items():
        quantity[at - low], hidden[at - low] = y, not there
    if period == 30:
        months = first.month - 1 + low
        start = first.replace(year=first.year + months // 12, month=months % 12 + 1, day=min(first.day, 28))
    else:
        start = first + timedelta(days=low * period)
    whole = bool(np.all(quantity[np.isfinite(quantity)] % 1 == 0))
    return History(start, quantity, period, censored=hidden, integer=whole)


def _told(
    columns: Columns,
    order: list[str],
    names: list[str],
    places: list[int],
    histories: tuple[History, ...],
    period: int,
) -> Told | None:
    """Promotions and prices as matrices beside the sales; None where the file has no such column."""
    found = causes(columns)
    if not found:
        return None
    row = {name: i for i, name in enumerate(order)}
    rows, at = np.array([row[n] for n in names]), np.array(places)
    shape = (len(order), max(places) + 1)
    y = np.full(shape, np.nan)
    first = np.full(len(order), shape[1])
    np.minimum.at(first, rows, at)
    for i, history in enumerate(histories):
        hidden = history.censored
        known = history.quantity if hidden is None else np.where(hidden, np.nan, history.quantity)
        y[i, first[i] : first[i] + len(known)] = known
    grids = {}
    for name, (kind, figures) in found.items():
        grid = np.full(shape, np.nan)
        grid[rows, at] = figures
        grids[name] = (kind == "price", grid)
    return Told(y, tuple(int(v) for v in first), grids, period == 1)


def _end(history: History, period: int) -> date:
    step = _MONTH if period == 30 else period
    return history.start + timedelta(days=round(len(history.quantity) * step))


def _typed(days: list[Any], amounts: list[Any]) -> tuple[list[date], list[float]]:
    """Dates and quantities (empty = not known, negative = 0); FileRefused with the lines that are neither."""
    found_days: list[date] = []
    found: list[float] = []
    bad: list[RowError] = []
    for line, (day, amount) in enumerate(zip(days, amounts, strict=True), 2):
        try:
            found_days.append(to_date(day))
        except ValueError:
            bad.append(RowError(line, "ds", str(day), "não é uma data como 2026-01-31"))
        try:
            value = to_number(amount)
            if math.isinf(value):
                bad.append(RowError(line, "y", str(amount), "a quantidade não pode ser infinita"))
            found.append(max(value, 0.0))  # NaN stays
        except ValueError:
            bad.append(RowError(line, "y", str(amount), "não é um número"))
    if bad:
        raise FileRefused(
            f"{len(bad)} valores que não dá para ler",
            f"{len(bad)} cells can't be read",
            rows=tuple(bad[:_MOST_NAMED]),
            more=max(len(bad) - _MOST_NAMED, 0),
        )
    return found_days, found
