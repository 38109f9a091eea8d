"""Histories for `reposto backtest`: from a `unique_id, ds, y` file, or the company's own sales."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from reposto.analysts.forecast import History
from reposto.model.errors import FileRefused, RowError
from reposto.model.facts import Company
from reposto.model.quantities import is_counted
from reposto.storage import company, facts
from reposto.storage.engine import Store

_COLUMNS = ("unique_id", "ds", "y")
_MOST_NAMED = 20  # bad cells that a refusal lists
_MONTH = 30.4375  # days
_TRUE = {"true", "1", "t", "sim", "s", "yes", "y"}


@dataclass(frozen=True)
class Sales:
    """Histories of one rhythm with the first day after them all. `days` per period: 1, 7, another, or 30 = months."""

    histories: tuple[History, ...]
    days: int
    end: date
    rules: Company = field(default_factory=Company)

    def length(self, periods: int) -> int:
        """Days of so many periods."""
        return round(periods * _MONTH) if self.days == 30 else periods * self.days

    def before(self, history: History, periods: int) -> History:
        """The history as it was known `periods` before the end of them all."""
        at = self.end - timedelta(days=self.length(periods))
        step = _MONTH if self.days == 30 else self.days
        count = max(round((at - history.start).days / step), 0)
        hidden, odd, promoted = history.censored, history.excluded, history.promotion
        return replace(
            history,
            quantity=history.quantity[:count],
            censored=None if hidden is None else hidden[:count],
            excluded=None if odd is None else odd[:count],
            promotion=None if promoted is None else promoted[:count],
        )


def read_company(store: Store) -> Sales:
    """The sales of every active product, daily, under the company's own rules. FileRefused when there are none."""
    with store.read() as connection:
        rules = company.load_company(connection)
        histories = [
            History(
                start=sales.start,
                quantity=np.maximum(np.nan_to_num(sales.quantity), 0.0),
                censored=sales.out_of_stock & (sales.quantity == 0),
                excluded=sales.one_off,
                promotion=sales.promotion,
                integer=is_counted(product.unit),
                group=product.category,
            )
            for product, sales in facts.load_all_sales(connection)
        ]
    if not histories:
        raise FileRefused(
            "a empresa ainda não tem vendas; importe-as ou indique um arquivo com --panel",
            "no sales yet: import some, or name a file with --panel",
        )
    end = max(h.start + timedelta(days=len(h.quantity)) for h in histories)
    return Sales(tuple(histories), 1, end, rules)


def read_panel(path: Path) -> Sales:
    """CSV or Parquet with unique_id, ds, y[, in_stock]; FileRefused says what can't be read, and in which lines.

    Days, weeks or months, whichever lies between the dates; a period that is missing inside a series is not known.
    """
    columns = _read(path)
    missing = [c for c in _COLUMNS if c not in columns]
    if missing:
        there = ", ".join(columns) or "nenhuma"
        raise FileRefused(
            f"faltam as colunas {', '.join(missing)} (o arquivo tem: {there})",
            f"columns missing: {', '.join(missing)}",
        )
    names = [str(n) for n in columns["unique_id"]]
    days, amounts = _typed(columns["ds"], columns["y"])
    stocked = [str(v).strip().lower() in _TRUE for v in columns.get("in_stock", [True] * len(names))]
    every = sorted(set(days))
    if len(every) < 2:
        raise FileRefused("menos de dois períodos no arquivo", "fewer than two periods in the file")
    gap = min((b - a).days for a, b in pairwise(every))
    index, first = _places(every, gap)
    rows: dict[str, dict[int, tuple[float, bool]]] = {}
    for line, (name, day, y, there_) in enumerate(zip(names, days, amounts, stocked, strict=True), 2):
        own = rows.setdefault(name, {})
        if index[day] in own:
            reason = f"{name} tem duas linhas para esse período"
            raise FileRefused("linhas repetidas", "duplicate rows", rows=(RowError(line, "ds", str(day), reason),))
        own[index[day]] = (y, there_)
    period = 30 if gap >= 28 else gap
    histories = [_history(own, first, period) for own in rows.values()]
    end = max(_end(h, period) for h in histories)
    return Sales(tuple(histories), period, end)


def _places(every: list[date], gap: int) -> tuple[dict[date, int], date]:
    """Each date's number of periods since the first; FileRefused where dates don't keep the rhythm."""
    first = every[0]
    if gap >= 28:
        index = {d: 12 * (d.year - first.year) + d.month - first.month for d in every}
        if len(set(index.values())) < len(every):
            raise FileRefused("dois dias diferentes do mesmo mês", "two days of the same month")
        return index, first
    odd = [d for d in every if (d - first).days % gap]
    if odd:
        text = f"as datas não seguem um ritmo de {gap} dias: {odd[0]:%d/%m/%Y}"
        raise FileRefused(text, f"dates do not keep a rhythm of {gap} days: {odd[0]}")
    return {d: (d - first).days // gap for d in every}, first


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


def _end(history: History, period: int) -> date:
    step = _MONTH if period == 30 else period
    return history.start + timedelta(days=round(len(history.quantity) * step))


def _typed(days: list[Any], amounts: list[Any]) -> tuple[list[date], list[float]]:
    """Dates and quantities >= 0 (empty = not known); FileRefused with the lines that are neither."""
    found_days: list[date] = []
    found: list[float] = []
    bad: list[RowError] = []
    for line, (day, amount) in enumerate(zip(days, amounts, strict=True), 2):
        try:
            found_days.append(day if type(day) is date else date.fromisoformat(str(day).strip()[:10]))
        except ValueError:
            bad.append(RowError(line, "ds", str(day), "não é uma data como 2026-01-31"))
        try:
            value = _number(amount)
            if value < 0 or math.isinf(value):
                bad.append(RowError(line, "y", str(amount), "a quantidade não pode ser negativa nem infinita"))
            found.append(value)
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


def _number(value: Any) -> float:
    if value is None or str(value).strip() == "":
        return math.nan
    if isinstance(value, str) and "," in value:
        value = value.replace(".", "").replace(",", ".")
    return float(value)


def _read(path: Path) -> dict[str, list[Any]]:
    if not path.is_file():
        raise FileRefused(f"não existe o arquivo {path}", f"there is no file {path}")
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="latin-1")
    if "\0" in text:
        raise FileRefused(f"{path.name} não é um arquivo CSV", f"{path.name} is not a CSV file")
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.DictReader(text.splitlines(), delimiter=mark)
    rows = [r for r in reader if any(v for v in r.values())]
    if not rows:
        raise FileRefused(f"{path.name} está vazio", f"{path.name} is empty")
    return {str(n).strip().lower(): [r[n] for r in rows] for n in reader.fieldnames or ()}


def _read_parquet(path: Path) -> dict[str, list[Any]]:
    try:
        import pyarrow as arrow
        import pyarrow.parquet as pq
    except ImportError as problem:
        words = "para ler Parquet instale pyarrow, ou exporte o arquivo como CSV"
        raise FileRefused(words, "install pyarrow to read Parquet, or export as CSV") from problem
    try:
        table = pq.read_table(path)
    except (arrow.ArrowException, OSError) as problem:
        raise FileRefused(f"{path.name} não é um arquivo Parquet", f"{path.name} is not a Parquet file") from problem
    return {str(n).strip().lower(): table.column(n).to_pylist() for n in table.column_names}
