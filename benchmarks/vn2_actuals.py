"""The demand of the contest's weeks, from a file that somebody else made: columns Store, Product, week, actual_demand.

What can be read in one way only is read; what can't is named. Left to judgement, and said on standard error: a figure
that is not there is no demand, rows of unknown products and other weeks are ignored.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vn2_files import BadInput, Keys, columns_of, day_of
from reposto.analysts.forecast.types import Floats

COLUMNS = ("store", "product", "week", "actual_demand")
MOST_LACKING = 0.5  # of the figures; a file with fewer is another file, not one without its zeros
_NUMBER = re.compile(r"(?:[A-Za-z]+[ _#.-]*)?(\d{1,2})(?:\.0+)?")


@dataclass(frozen=True)
class Actuals:
    """Demand and what had to be assumed to read it."""

    demand: Floats  # (series, weeks)
    notes: tuple[str, ...]


def read_actuals(path: Path, keys: Keys, first: date, weeks: int) -> Actuals:
    """(series, weeks) in the order of `keys`; `first` is the Monday of the first week scored.

    week: 1..8 or 0..7, words that end in such a number ("Week 1", "W1"), or dates, any day of the week. Further weeks
    are ignored. BadInput names the column, line or weeks that can't be.
    """
    found = {name.strip().lower(): values for name, values in columns_of(path).items()}
    lacking = [name for name in COLUMNS if name not in found]
    if lacking:
        raise BadInput(f"{path.name}: columns missing: {', '.join(lacking)} (found {', '.join(found)})")
    rows = list(zip(*(found[name] for name in COLUMNS), strict=True))
    week_of = _weeks((row[2] for row in rows), path.name, first, weeks)
    row_of = {key: i for i, key in enumerate(keys)}
    demand = np.full((len(keys), weeks), np.nan)
    unknown, other = set[tuple[int, int]](), 0
    for line, (store, product, week, value) in enumerate(rows, 2):
        where = f"{path.name}, line {line}"
        key = (_whole(store, f"{where}: Store"), _whole(product, f"{where}: Product"))
        at, amount = week_of[_text(week)], _amount(value, f"{where}: actual_demand")
        if key not in row_of:
            unknown.add(key)
        elif not 0 <= at < weeks:
            other += 1
        elif amount is not None:
            before = demand[row_of[key], at]
            if np.isfinite(before) and before != amount:
                raise BadInput(f"{where}: store {key[0]}, product {key[1]} has two figures for one week")
            demand[row_of[key], at] = amount
    return Actuals(*_filled(demand, path.name, unknown, other))


def _filled(demand: Floats, name: str, unknown: set[tuple[int, int]], other: int) -> tuple[Floats, tuple[str, ...]]:
    """Zeros for what is not there, and what was done, in words."""
    lacking = np.isnan(demand)
    nobody, count = int(lacking.all(axis=1).sum()), int(lacking.sum())
    if count > MOST_LACKING * lacking.size:
        raise BadInput(f"{name}: {count} of {lacking.size} figures are missing ({nobody} products have none at all)")
    notes = []
    if count:
        notes.append(
            f"{name}: {count} of {lacking.size} figures are missing and count as no demand ({nobody} products)"
        )
    if unknown:
        some = ", ".join(f"{s}-{p}" for s, p in sorted(unknown)[:3])
        notes.append(f"{name}: {len(unknown)} products that are not in the data are ignored ({some})")
    if other:
        notes.append(f"{name}: {other} rows of other weeks are ignored")
    return np.where(lacking, 0.0, demand), tuple(notes)


def tell(notes: Iterable[str]) -> None:
    for note in notes:
        print(note, file=sys.stderr)


def _weeks(values: Iterable[Any], name: str, first: date, weeks: int) -> dict[str, int]:
    """Each spelling of a week -> its place among those scored; others are negative or beyond."""
    words = sorted({_text(v) for v in values})
    numbers = {w: int(m.group(1)) for w in words if (m := _NUMBER.fullmatch(w))}
    shown = ", ".join(words[:10]) + (" ..." if len(words) > 10 else "")
    if len(numbers) == len(words):
        there = set(numbers.values())
        for base in (1, 0):  # with weeks 0 to 8, week 0 is the one before
            if there >= set(range(base, base + weeks)):
                return {w: n - base for w, n in numbers.items()}
        raise BadInput(f"{name}: weeks {shown} are not {weeks} weeks from 1 (or 0) on")
    try:
        days = {w: (day_of(w) - first).days // 7 for w in words}
    except ValueError as problem:
        raise BadInput(f"{name}: week is neither 1..{weeks} nor a date such as {first}: {problem}") from problem
    if not set(days.values()) >= set(range(weeks)):
        raise BadInput(f"{name}: weeks {shown} don't hold all {weeks} weeks from {first} on")
    return days


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _whole(value: Any, where: str) -> int:
    try:
        number = float(_text(value))
    except ValueError:
        raise BadInput(f"{where} is not a number: {_text(value)!r}") from None
    if not number.is_integer():
        raise BadInput(f"{where} is not a whole number: {_text(value)!r}")
    return int(number)


def _amount(value: Any, where: str) -> float | None:
    """Demand in units; None where the cell is empty or says that it is unknown."""
    text = _text(value)
    if text.lower() in {"", "nan", "na", "none", "null"}:
        return None
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        raise BadInput(f"{where} is not a number: {text!r}") from None
    if not math.isfinite(number) or number < 0:
        raise BadInput(f"{where} is not a demand: {text!r}")
    return number
