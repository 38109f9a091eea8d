"""Files of sales in other people's forms: their dates, rhythms, gaps, promotions and prices."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.forecast_ours import forecast
from benchmarks.forecast_panels import load_panel
from reposto.app.backtest_cli import backtest_panel
from reposto.app.backtest_columns import causes, kind_of, rhythm, stocked, to_date, to_number
from reposto.app.backtest_panel import read_panel


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((n, "flag") for n in ("promo", "onpromotion", "Feat", "deal_type", "em promoção", "desconto %", "isHoliday")),
        *((n, "price") for n in ("price", "sell_price", "Preço Unit", "unitPrice")),
        *((n, "log price") for n in ("logprice", "log_price", "ln price")),
        *((n, "") for n in ("category", "store", "cost_price", "competitor_price", "profit", "adults", "eventually")),
    ],
)
def test_columns_are_known_by_their_names(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def test_dates_in_many_forms() -> None:
    forms = ["2026-02-01", "2026-02-01 00:00:00", datetime(2026, 2, 1, 5, tzinfo=UTC), date(2026, 2, 1), "2026-02"]
    assert {to_date(form) for form in forms} == {date(2026, 2, 1)}
    assert to_date("2026Q3") == to_date("2026-q3") == date(2026, 7, 1)
    assert to_date(3) - to_date(1) == timedelta(weeks=2)
    with pytest.raises(ValueError, match="ontem"):
        to_date("ontem")


def test_the_rhythm_is_that_of_the_series_not_of_all_dates() -> None:
    """Two weekly shops that close their weeks on different days; one week is missing."""
    days = [date(2026, 1, 1) + timedelta(days=7 * k + shop) for shop in (0, 3) for k in (0, 1, 2, 4, 5)]
    assert rhythm(["a"] * 5 + ["b"] * 5, days) == 7
    assert rhythm(["a"] * 3, [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]) == 30


def test_flags_prices_and_stock() -> None:
    found = causes(
        {
            "y": [1, 2, 3],
            "deal": ["S", "", "no"],
            "discount": ["10", "0", "40"],
            "logprice": [0.0, math.log(2), None],
            "promo": [0, 0, 0],
            "price_note": ["a", "b", "c"],
        }
    )
    assert {n: kind for n, (kind, _) in found.items()} == {"deal": "flag", "discount": "flag", "logprice": "price"}
    assert found["deal"][1].tolist() == [1, 0, 0]
    assert found["discount"][1].tolist() == [0.25, 0, 1]
    assert found["logprice"][1][:2] == pytest.approx([1, 2])
    assert stocked({"In Stock": [1.0, "False", None]}) == [True, False, True]
    assert stocked({"stockout": [1, 0, None]}) == [False, True, True]
    assert stocked({"y": [1]}) is None
    assert to_number("1.234,5") == 1234.5


def promoted(path: Path, told: bool) -> Path:
    """Twelve products whose sales double in promotions, a week in four at random."""
    rng = np.random.default_rng(4)
    lines = ["unique_id,ds,y,promo" if told else "unique_id,ds,y"]
    for i in range(12):
        for week in range(80):
            on = int(rng.random() < 0.25)
            row = f"p{i:02d},{date(2024, 1, 1) + timedelta(weeks=week)},{rng.poisson((10 + i) * (1 + 2 * on))}"
            lines.append(f"{row},{on}" if told else row)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_calendar_of_promotions_is_worth_a_lot_where_promotions_are(tmp_path: Path) -> None:
    told = backtest_panel(promoted(tmp_path / "told.csv", told=True), 2)
    untold = backtest_panel(promoted(tmp_path / "untold.csv", told=False), 2)
    assert told.loss < 0.6 * untold.loss
    assert told.coverage[80] > 0.7


@pytest.mark.parametrize("step", [1, 7, 14, 30.4375, 91.3125, 365.25])
def test_any_rhythm_is_read_and_forecast(tmp_path: Path, step: float) -> None:
    """With returns, gaps, empty cells, a series of zeros, one that stops and one of a few periods only."""
    rng = np.random.default_rng(7)
    count = 200 if step == 1 else 30
    lines = ["unique_id,ds,y,price"]
    for i in range(12):
        for k in range(count):
            first = date(2001, 1, 1)
            months = {30.4375: 1, 91.3125: 3, 365.25: 12}.get(step, 0) * k
            day = date(2001 + months // 12, months % 12 + 1, 1) if months else first + timedelta(days=int(step) * k)
            lost = (i == 1 and k > 12) or (i == 2 and k < count - 4) or rng.random() < 0.05
            y = ["", "-3"][k % 2] if rng.random() < 0.05 else str(0 if i == 0 else rng.poisson(5))
            if not lost:
                lines.append(f"s{i},{day},{y},{9 - k % 3}")
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    panel = load_panel(path)
    assert panel.season == {1: 52, 7: 52, 14: 26, 30.4375: 12, 91.3125: 4, 365.25: 1}[step]
    assert len(panel.origins(6)) >= 3
    for name, quantiles in forecast(panel, panel.origins(1)[0], learn=False).items():
        assert np.isfinite(quantiles).all(), name
        assert quantiles.min() >= 0
        assert np.diff(quantiles, axis=2).min() >= 0
    assert len(read_panel(path).histories) == 12
    assert np.isfinite(backtest_panel(path, 2, origins=2).loss)
