"""Orders on drawn demand: the draws are what they claim, the newsvendor's textbook answers, and monotony."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reposto.analysts.forecast.types import LEVEL_ARRAY, Floats
from reposto.analysts.periodic import DRAWS, draw_demand, smallest_order, still_needed, whole

NORMAL = stats.norm.ppf(LEVEL_ARRAY)


def normal_weeks(mean: float, sd: float, periods: int = 1) -> Floats:
    return np.tile(mean + sd * NORMAL, (1, periods, 1))


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.8])
def test_draws_have_the_quantiles_asked_for_and_the_correlation(shared: float) -> None:
    drawn = draw_demand(normal_weeks(100, 20, 3), shared)[0]
    assert drawn.shape == (DRAWS, 3)
    for k in range(3):
        assert np.quantile(drawn[:, k], [0.1, 0.5, 0.9]) == pytest.approx([74.4, 100, 125.6], abs=2)
    assert np.corrcoef(drawn.T)[np.triu_indices(3, 1)] == pytest.approx([shared] * 3, abs=0.06)


def test_newsvendor_of_the_textbook() -> None:
    """Snyder & Shen, 2nd ed., Example 4.3: N(50, 8), h = 0.18, p = 0.70: alpha = .795, S* = 56.6."""
    needed = still_needed(draw_demand(normal_weeks(50, 8)), np.zeros(1), np.zeros((1, 0)))
    assert smallest_order(needed, 0.70 / 0.88, integer=False)[0] == pytest.approx(56.6, abs=0.15)


def test_what_is_lost_is_not_ordered_again_and_what_is_owed_is() -> None:
    demand = np.array([[[5.0, 5.0, 3.0]]])
    stock, coming = np.array([2.0]), np.array([[1.0, 4.0]])
    assert still_needed(demand, stock, coming).tolist() == [[3.0]]  # 2 and 1 lost, nothing left
    assert still_needed(demand, stock, coming, lost_sales=False).tolist() == [[6.0]]
    assert still_needed(demand, np.array([9.0]), coming).tolist() == [[0.0]]  # 9 + 1 - 5 + 4 - 5 = 4 left


def test_whole_units_round_halves_up() -> None:
    assert whole(np.array([0.49, 0.5, 1.5, 2.5])).tolist() == [0, 1, 2, 3]


rows = st.lists(st.floats(0, 1e6), min_size=6, max_size=6)


@given(rows, st.floats(0, 1e6), st.floats(0, 1e5), st.floats(0.01, 0.999), st.booleans())
def test_more_stock_never_orders_more(demand: list[float], stock: float, more: float, level: float, lost: bool) -> None:
    future = np.array(demand).reshape(1, 2, 3)
    coming = np.array([[1.0, 2.0]])
    less, plenty = (
        smallest_order(still_needed(future, np.array([s]), coming, lost_sales=lost), level)[0]
        for s in (stock, stock + more)
    )
    assert 0 <= plenty <= less


@given(rows, st.floats(0, 1e6), st.floats(0.01, 0.99), st.floats(0, 0.009))
def test_a_higher_level_never_orders_less(demand: list[float], stock: float, level: float, higher: float) -> None:
    needed = still_needed(np.array(demand).reshape(1, 2, 3), np.array([stock]), np.zeros((1, 2)))
    assert smallest_order(needed, level)[0] <= smallest_order(needed, level + higher)[0]
