"""`reposto backtest` on files made here."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from reposto.app.backtest_cli import BacktestResult, backtest_panel
from reposto.model.errors import FileRefused


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
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path: Path, text: str, horizon: int, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused, match=words):
        backtest_panel(path, horizon)
