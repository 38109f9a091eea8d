"""What a promotion is taken to be worth, where marks come with sales alone (as imports have them)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from reposto.analysts.forecast import History, LocalEngine
from reposto.analysts.forecast.promotions import promotion_ratio, whole_promotions
from reposto.analysts.forecast.types import Bools, Floats

DAYS = 728


def a_shop(level: float, uplift: float, peak: float, seed: int = 1) -> tuple[Floats, Bools]:
    """Two years; a promotion of ten days every thirteen weeks, in weeks that sell `peak` times as much anyway."""
    day = np.arange(DAYS)
    promoted = day % 91 < 10
    season = np.where((day % 91 > 56) | (day % 91 < 38), peak, 1.0)
    q = np.random.default_rng(seed).poisson(level * season * np.where(promoted, uplift, 1.0)).astype(float)
    return q, promoted & (q > 0)


@pytest.mark.parametrize("level", [0.4, 1.0, 8.0])
def test_slow_products_are_not_thought_to_sell_every_day_of_a_promotion(level: float) -> None:
    """Only days with a sale bear the mark: the mean of those alone is 1 / P(any sale) too high, 2.2 at 0.4 a day."""
    found = np.mean([promotion_ratio(*a_shop(level, 2.0, 1.0, seed))[0] for seed in range(5)])
    assert found == pytest.approx(2.0, rel=0.15)


def test_a_season_is_not_taken_for_a_promotion() -> None:
    assert promotion_ratio(*a_shop(8.0, 1.5, 3.0))[0] == pytest.approx(1.5, rel=0.1)


def test_gaps_inside_a_promotion_belong_to_it_but_gaps_between_two_do_not() -> None:
    q = np.array([5.0, 0, 0, 4, 1, 6] + [0.0] * 8 + [3])
    marks = np.array([True, False, False, True, False, True] + [False] * 8 + [True])
    assert whole_promotions(q, marks).tolist() == [True, True, True, True, False, True] + [False] * 8 + [True]
    assert whole_promotions(q, marks, period_days=7).tolist() == marks.tolist()


def test_weeks_are_compared_with_the_weeks_around() -> None:
    q = np.array([10.0] * 20 + [30.0] + [10.0] * 5 + [20.0] * 20 + [60.0] + [20.0] * 5)
    ratio, periods = promotion_ratio(q, q % 30 == 0, period_days=7)
    assert ratio == pytest.approx(3.0)
    assert periods == 2
    assert promotion_ratio(q, None) == (1.0, 0)
    assert promotion_ratio(np.zeros(9), np.ones(9, dtype=bool)) == (1.0, 0)


def test_a_planned_promotion_raises_the_forecast_by_what_was_measured() -> None:
    q, marks = a_shop(1.0, 2.0, 1.0)
    today = date(2026, 1, 1)
    start = date.fromordinal(today.toordinal() - DAYS)
    planned = frozenset(date.fromordinal(today.toordinal() + k) for k in range(7))
    engine = LocalEngine()
    bare = engine.forecast(History(start, q, promotion=marks), today=today, horizon_days=28)
    more = engine.forecast(History(start, q, promotion=marks), today=today, horizon_days=28, planned_promotion=planned)
    assert more.mean(28) / bare.mean(28) == pytest.approx(1.25, abs=0.05)  # twice as much on 7 of 28 days
