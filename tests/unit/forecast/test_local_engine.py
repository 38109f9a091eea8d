"""LocalEngine: nothing breaks it, and what must hold for any history holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.analysts.forecast import LEVELS, Forecast, History, LocalEngine
from reposto.analysts.forecast.types import Floats

TODAY = date(2026, 11, 22)


def daily(quantity: Floats | list[float], **more: object) -> History:
    values = np.asarray(quantity, dtype=np.float64)
    return History(TODAY - timedelta(days=len(values)), values, **more)  # type: ignore[arg-type]


def ask(history: History, horizon: int = 30, **more: object) -> Forecast:
    return LocalEngine().forecast(history, today=TODAY, horizon_days=horizon, **more)  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn) -> History:
    n = draw(st.integers(0, 120))
    kind = draw(st.sampled_from(["small", "lumpy", "huge", "any"]))
    value = {
        "small": st.integers(0, 5).map(float),
        "lumpy": st.sampled_from([0.0, 0.0, 0.0, 0.0, 40.0]),
        "huge": st.sampled_from([0.0, 1e308, 1.0]),
        "any": st.one_of(st.floats(0), st.just(np.nan), st.just(np.inf)),
    }[kind]
    q = np.array(draw(st.lists(value, min_size=n, max_size=n)), dtype=np.float64)
    masks: dict[str, Any] = {}
    for name in ("censored", "excluded", "promotion"):
        masks[name] = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype=bool)
        if draw(st.booleans()):
            masks[name] = None
    period = draw(st.sampled_from([1, 7, 30]))
    late = draw(st.integers(-40, 400))
    start = TODAY - timedelta(days=n * period + late)
    return History(start, q, period, integer=draw(st.booleans()), **masks)


@settings(max_examples=150, deadline=None)
@given(histories(), st.sampled_from([1, 5, 7, 30, 45, 200, 730]), st.sampled_from([None, 0.0, 2.5, 1e300]))
def test_any_history_gives_finite_ordered_growing_quantiles(
    history: History, horizon: int, level: float | None
) -> None:
    closed = frozenset(TODAY + timedelta(days=d) for d in range(0, 60, 7))
    forecast = ask(history, horizon, closed=closed, expected_level=level)
    assert len(forecast.mean_per_day) == horizon
    assert np.isfinite(forecast.mean_per_day).all() and (forecast.mean_per_day >= 0).all()
    before = np.zeros(len(LEVELS))
    for days in sorted({1, 2, 3, 5, 7, 8, 20, 30, 45, 100, horizon} & set(range(1, horizon + 1))):
        q = forecast.sum_quantiles(days)
        assert np.isfinite(q).all()
        assert (np.diff(q) >= 0).all(), "quantiles rise with the level"
        assert (q >= before - 1e-9 * np.maximum(before, 1)).all(), "sums rise with the days"
        before = q


def test_no_history_is_zero_low_confidence_and_says_so() -> None:
    forecast = ask(daily([]))
    assert forecast.mean(30) == 0
    assert forecast.confidence == "low"
    assert "no_history" in forecast.notes


def test_expected_level_carries_a_product_without_history() -> None:
    forecast = ask(daily([]), expected_level=2.0)
    assert forecast.mean(30) == pytest.approx(60, rel=0.01)
    assert forecast.quantile(30, 0.9) > 90
    assert "expected_level_used" in forecast.notes


def test_a_steady_seller_is_forecast_at_its_rate_with_a_poisson_range() -> None:
    rng = np.random.default_rng(7)
    forecast = ask(daily(rng.poisson(4.0, 400).astype(float)))
    assert forecast.mean(30) == pytest.approx(120, rel=0.1)
    assert 80 < forecast.quantile(30, 0.05) < 118
    assert 122 < forecast.quantile(30, 0.95) < 165
    assert forecast.back_test is not None
    assert forecast.back_test.origins >= 6
    assert forecast.back_test.error < 0.2


def test_sundays_without_sales_stay_without_sales() -> None:
    start = TODAY - timedelta(days=350)
    q = [0.0 if (start + timedelta(days=d)).weekday() == 6 else 3.0 for d in range(350)]
    forecast = ask(History(start, np.array(q)), 14)
    for d, mean in enumerate(forecast.mean_per_day):
        if (TODAY + timedelta(days=d)).weekday() == 6:
            assert mean == 0
        else:
            assert mean == pytest.approx(3.0, rel=0.05)


def test_a_closed_day_sells_nothing_and_lowers_the_sum() -> None:
    history = daily([2.0] * 200)
    holiday = TODAY + timedelta(days=3)
    usual, shorter = ask(history, 7), ask(history, 7, closed=frozenset([holiday]))
    assert shorter.mean_per_day[3] == 0
    assert shorter.mean(7) == pytest.approx(usual.mean(7) - usual.mean_per_day[3])


def test_a_past_closed_day_does_not_lower_the_rate() -> None:
    q = np.full(210, 2.0)
    q[::10] = 0.0
    history = daily(q)
    shut = frozenset(history.start + timedelta(days=int(d)) for d in range(0, 210, 10))
    assert ask(history, 7, closed=shut).mean(7) > ask(history, 7).mean(7) * 1.05


def test_zeros_while_out_of_stock_are_not_demand() -> None:
    q = np.full(280, 3.0)
    q[-60:] = 0.0
    hidden = np.zeros(280, dtype=bool)
    hidden[-60:] = True
    assert ask(daily(q, censored=hidden)).mean(30) == pytest.approx(90, rel=0.02)
    assert ask(daily(q)).mean(30) < 20


def test_an_excluded_order_does_not_count() -> None:
    q = np.full(280, 3.0)
    q[-3] = 500.0
    mark = np.zeros(280, dtype=bool)
    mark[-3] = True
    assert ask(daily(q, excluded=mark)).mean(30) == pytest.approx(90, rel=0.02)
    assert ask(daily(q)).mean(30) > 100


def test_yearly_rhythm_shows_after_two_years() -> None:
    start = TODAY - timedelta(weeks=160)
    weeks = np.arange(160)
    q = np.round(50 + 40 * np.cos(2 * np.pi * (weeks - 160) / 52.18))  # the peak is now
    forecast = LocalEngine().forecast(History(start, q, 7), today=TODAY, horizon_days=182)
    assert forecast.mean(28) / 4 > 75
    assert (forecast.mean(182) - forecast.mean(154)) / 4 < 35


def test_a_planned_promotion_sells_more() -> None:
    q = np.full(200, 2.0)
    past = np.zeros(200, dtype=bool)
    past[50:57] = past[120:127] = True
    q[past] = 8.0
    history = daily(q, promotion=past)
    promoted = frozenset(TODAY + timedelta(days=d) for d in range(7))
    with_it, without = ask(history, 14, planned_promotion=promoted), ask(history, 14)
    assert without.mean(7) == pytest.approx(14, rel=0.1)
    assert with_it.mean(7) > 2.5 * without.mean(7)


@pytest.mark.parametrize(
    ("history", "horizon", "words"),
    [
        (daily([1.0, -1.0]), 30, "negative quantity"),
        (daily([1.0]), 0, "horizon_days"),
        (daily([1.0]), 731, "horizon_days"),
        (daily([1.0], period_days=0), 30, "period_days"),
        (daily([1.0], censored=np.zeros(2, dtype=bool)), 30, "censored has 2 entries"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_name(history: History, horizon: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask(history, horizon)


def test_days_outside_the_horizon_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.30"):
        ask(daily([1.0] * 60)).sum_quantiles(31)
