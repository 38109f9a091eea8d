"""`reposto backtest` on files made here."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import defusedxml.ElementTree as xml
import numpy as np
import pytest

from reposto.app.backtest_cli import BacktestResult, backtest_company, backtest_panel, costs, run_backtest
from reposto.app.backtest_panel import read_panel
from reposto.model.errors import FileRefused
from reposto.model.facts import Company
from reposto.storage.engine import Store
from reposto.storage.schema import migrate


def write(path: Path, weeks: int = 60, products: int = 12, step: int = 7) -> Path:
    rng = np.random.default_rng(5)
    lines = ["unique_id,ds,y"]
    for i in range(products):
        for w in range(weeks):
            day = date(2025, 1, 6) + timedelta(days=step * w)
            lines.append(f"p{i:02d},{day},{rng.poisson(2 + i)}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_steady_sales_are_forecast_better_than_by_repeating_them(tmp_path: Path) -> None:
    result = backtest_panel(write(tmp_path / "panel.csv"), 2)
    assert result.origins == 6
    assert result.products == 12
    assert result.windows == 72
    assert result.horizon_days == 14
    assert result.error < 0.9 * result.naive_error
    assert abs(result.bias) < 0.1
    assert 0.65 < result.coverage[80] < 0.95
    assert "12 produtos, 6 datas, 72 janelas de 14 dias" in str(result)


def test_daily_files_are_read_by_their_rhythm(tmp_path: Path) -> None:
    result = backtest_panel(write(tmp_path / "daily.csv", weeks=120, step=1), 7, origins=2)
    assert (result.origins, result.windows, result.horizon_days) == (2, 24, 7)


def test_what_was_forecast_does_not_depend_on_what_came_later(tmp_path: Path) -> None:
    """The last window's actuals change; every forecast before it must stay."""
    path = write(tmp_path / "panel.csv")
    before = backtest_panel(path, 2, origins=1)
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [line if not line.split(",")[1] >= "2026-02-16" else line.rsplit(",", 1)[0] + ",500" for line in lines]
    changed[0] = lines[0]
    assert changed != lines
    path.write_text("\n".join(changed), encoding="utf-8")
    after = backtest_panel(path, 2, origins=1)
    total = 500 * 2 * 12
    assert after.bias == pytest.approx((before_sum(before, lines) - total) / total, abs=1e-9), (
        "the mean forecast is the same"
    )


def before_sum(result: BacktestResult, lines: list[str]) -> float:
    actual = sum(float(line.split(",")[2]) for line in lines[1:] if line.split(",")[1] >= "2026-02-16")
    return actual * (1 + result.bias)


@pytest.mark.parametrize(
    ("text", "horizon", "words"),
    [
        ("unique_id,ds\na,2025-01-01", 2, "columns missing: y"),
        ("unique_id,ds,y\na,2025-01-01,1", 2, "fewer than two"),
        ("unique_id,ds,y\na,2025-01-01,1\na,2025-01-08,2", 2, "too short"),
        ("unique_id,ds,y\na,2025-01-01,1\na,2025-01-08,2", 0, "horizon"),
        ("unique_id,ds,y\na,2025-01-01,1\na,2025-01-08,2", 9999, "horizon"),
        ("unique_id,ds,y\na,ontem,1\na,2025-01-08,um", 2, "2 cells"),
        ("unique_id,ds,y\na,2025-01-01,inf\na,2025-01-08,1", 2, "1 cells"),
        ("unique_id,ds,y\na,2025-01-01,1\na,2025-01-01,2\na,2025-01-08,2", 2, "duplicate"),
        ("unique_id,ds,y\na,2025-01-01,1\na,2025-01-08,2\na,2025-01-18,2", 2, "rhythm of 7 days"),
        ("", 2, "empty"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path: Path, text: str, horizon: int, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused, match=words):
        backtest_panel(path, horizon)


def test_a_refusal_names_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("unique_id;ds;y\na;2025-01-01;1,5\na;08/01/2025;dois\n", encoding="latin-1")
    with pytest.raises(FileRefused) as refused:
        read_panel(path)
    assert [(r.row, r.column, r.value) for r in refused.value.rows] == [(3, "ds", "08/01/2025"), (3, "y", "dois")]


def test_spreadsheets_of_brazil_and_missing_periods(tmp_path: Path) -> None:
    path = tmp_path / "meses.csv"
    path.write_text("unique_id;ds;y\na;2025-01-31;1.000,5\na;2025-03-31;\na;2025-02-28;2\n", encoding="utf-8-sig")
    sales = read_panel(path)
    assert sales.days == 30
    assert sales.histories[0].start == date(2025, 1, 28)
    assert sales.histories[0].quantity[:2].tolist() == [1000.5, 2]
    assert np.isnan(sales.histories[0].quantity[2])
    assert not sales.histories[0].integer


def test_costs_by_hand() -> None:
    """Stock of the 95 % quantile, 10 units for 30 days; 4 sold: (10 + 6) / 2 x 24 % x 30 / 365; 13 sold: 3 lost."""
    rules = Company(service_level=0.95, holding_cost_percent_year=24.0, margin_percent=50.0)
    held, lost, served = costs(np.full((2, 27), 10.0), np.array([4.0, 13.0]), rules, 30)
    assert held == pytest.approx([8 * 0.24 * 30 / 365, 5 * 0.24 * 30 / 365])
    assert lost.tolist() == [0, 1.5]
    assert served == pytest.approx(14 / 17)


def test_the_command_compares_and_draws(tmp_path: Path) -> None:
    pytest.importorskip("statsforecast")
    panel = write(tmp_path / "panel.csv", products=10)
    plot = tmp_path / "plot.svg"
    result = run_backtest(None, panel, 2, origins=2, learn=False, compare=True, plot=plot)
    assert {"reposto", "repeat", "textbook", "AutoETS (statsforecast)"} <= set(result.scores)
    assert result.scores["reposto"].loss < result.scores["repeat"].loss
    text = str(result)
    assert "previsão do reposto" in text
    assert "nível de 95,0 %" in text
    root = xml.fromstring(plot.read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    words = " ".join(e.text or "" for e in root.iter())
    assert "AutoETS (statsforecast)" in words
    assert "panel.csv" in words


def test_a_plot_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    for plot in (tmp_path / "plot.png", tmp_path / "nowhere" / "plot.svg"):
        with pytest.raises(FileRefused):
            run_backtest(None, tmp_path / "no.csv", 2, origins=1, learn=False, compare=False, plot=plot)


def test_a_company_without_sales_is_told_so(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    migrate(store)
    with pytest.raises(FileRefused, match="no sales yet"):
        backtest_company(store, 28)
    store.close()
