"""What the columns of a `unique_id, ds, y` file hold: dates, quantities, stock, and what was known of promotions."""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reposto.model.errors import FileRefused

Floats = NDArray[np.float64]
Columns = dict[str, list[Any]]

YES = {"true", "1", "t", "sim", "s", "yes", "y"}
NO = {"", "0", "false", "f", "no", "n", "nao", "none", "nan", "null", "nat", "nenhum", "nenhuma"}
_IN_STOCK = {"instock", "isinstock", "available", "isavailable", "availability", "disponivel", "emestoque"}
_OUT = {"outofstock", "isoutofstock", "stockout", "isstockout", "oos", "ruptura", "semestoque"}
_PRICE = ("price", "preco", "valorunitario", "prunit")
_NO_PRICE = ("cost", "custo", "compet", "concorr", "compra", "purchase", "elasticity")
_FLAG = ("promo", "discount", "descont", "campaign", "campanh", "holiday", "feriad", "markdown", "onsale", "liquida")
_FLAG_WORDS = {
    *("feat", "feature", "featured", "deal", "disp", "display", "ad", "ads", "advert", "flyer", "tabloide", "encarte"),
    *("coupon", "cupom", "bogo", "tpr", "snap", "event", "events", "evento", "eventos", "oferta"),
}
_EPOCH = date(2000, 1, 3)  # a Monday: periods that are only numbered are taken for weeks from there on
MOST_CAUSES = 4  # columns that are used; the first ones that vary


def read_columns(path: Path) -> Columns:
    """Columns of a CSV or Parquet file by their names in lower case; FileRefused for what is neither."""
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


def _read_parquet(path: Path) -> Columns:
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


def to_date(value: Any) -> date:
    """A date, a date and time, their texts, 2026-01, 2026Q1 or the number of a period; ValueError for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    quarter = re.fullmatch(r"(\d{4})-?[QqTt]([1-4])", text)
    if quarter:
        return date(int(quarter[1]), 3 * int(quarter[2]) - 2, 1)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return date.fromisoformat(f"{text}-01")
    if re.fullmatch(r"\d{1,4}(\.0+)?", text):
        return _EPOCH + timedelta(weeks=int(float(text)))
    return date.fromisoformat(text[:10])


def to_number(value: Any) -> float:
    """A number, also as 1.234,5; empty = NaN; ValueError for anything else."""
    if value is None or str(value).strip() == "":
        return math.nan
    if isinstance(value, str) and "," in value:
        value = value.replace(".", "").replace(",", ".")
    return float(value)


def rhythm(names: Sequence[str], days: Sequence[date]) -> int:
    """Days between the periods of a series, the commonest gap; 1 where most are days with some missing."""
    by_name: dict[str, list[date]] = {}
    for name, day in zip(names, days, strict=True):
        by_name.setdefault(name, []).append(day)
    gaps: Counter[int] = Counter()
    for own in by_name.values():
        steps = np.diff(sorted({d.toordinal() for d in own}))
        gaps.update(steps.tolist())
    if not gaps:
        every = sorted({d.toordinal() for d in days})
        gaps.update(np.diff(every).tolist())
    if not gaps:
        raise FileRefused("menos de dois períodos no arquivo", "fewer than two periods in the file")
    gap = min(gaps, key=lambda g: (-gaps[g], g))
    if 28 <= gap <= 31:
        return 30
    return gap


def stocked(columns: Columns) -> list[bool] | None:
    """Whether each row was in stock, from a column of that meaning; None where there is none."""
    for name, values in columns.items():
        plain = _plain(name)
        if plain in _IN_STOCK:
            return [_yes(v, unknown=True) for v in values]
        if plain in _OUT:
            return [not _yes(v, unknown=False) for v in values]
    return None


def _yes(value: Any, unknown: bool) -> bool:
    text = "" if value is None else str(value).strip().lower().removesuffix(".0")
    return unknown if text in {"", "nan", "none", "null"} else text in YES


def kind_of(name: str) -> str:
    """ "price", "log price", "flag" (promotions, events), or "" for a column of another meaning."""
    plain = _plain(name)
    words = set(re.split(r"[^a-z]+", _ascii(name)))
    if any(p in plain for p in _PRICE) and not any(p in plain for p in _NO_PRICE + _FLAG):
        return "log price" if plain.startswith(("log", "ln", "lprice")) else "price"
    if any(p in plain for p in _FLAG) or words & _FLAG_WORDS:
        return "flag"
    return ""


def causes(columns: Columns) -> dict[str, tuple[str, Floats]]:
    """Columns that tell of promotions and prices: kind and one figure per row, NaN = not known; at most four."""
    found: dict[str, tuple[str, Floats]] = {}
    for name, values in columns.items():
        kind = kind_of(name)
        if not kind or name in {"unique_id", "ds", "y"} or len(found) == MOST_CAUSES:
            continue
        figures = _prices(values, kind) if "price" in kind else _flags(values)
        if figures is not None and np.isfinite(figures).any() and np.nanstd(figures) > 0:
            found[name] = ("price" if "price" in kind else "flag", figures)
    return found


def _prices(values: list[Any], kind: str) -> Floats | None:
    try:
        figures = np.array([to_number(v) for v in values])
    except ValueError:
        return None
    if kind == "log price":
        figures = np.exp(np.clip(figures, -20, 20))
    return np.where(figures > 0, figures, np.nan)


def _flags(values: list[Any]) -> Floats:
    """0..1: numbers over the largest; words by whether they say no."""
    try:
        figures = np.abs([to_number(v) if not isinstance(v, bool) else float(v) for v in values])
        largest = np.nanmax(figures, initial=0.0)
        return np.where(np.isfinite(figures), figures, 0.0) / max(float(largest), 1e-12)
    except ValueError:
        return np.array([0.0 if v is None or _ascii(str(v)).strip() in NO else 1.0 for v in values])


def _ascii(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return unicodedata.normalize("NFD", spaced).encode("ascii", "ignore").decode().lower()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", _ascii(name))
