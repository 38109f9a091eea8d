"""Robust statistics against sums done by hand."""

import math

import numpy as np
import pytest

from reposto.analysts.robust import kendall_z, spread, theil_sen, weighted_quantile

FIVE = np.arange(5.0)


def test_kendalls_statistic_counts_ties() -> None:
    """Eight of ten pairs rise, two are ties: S = 8, variance (5 * 4 * 15 - 2 * (2 * 1 * 9)) / 18."""
    assert kendall_z(FIVE, np.array([1.0, 2.0, 2.0, 3.0, 3.0])) == pytest.approx(7 / math.sqrt(264 / 18))
    assert kendall_z(FIVE, FIVE) == pytest.approx(9 / math.sqrt(300 / 18))
    assert kendall_z(FIVE, np.ones(5)) == 0.0
    assert kendall_z(FIVE[:3], FIVE[:3]) == 0.0


def test_one_outlier_moves_neither_slope_nor_spread() -> None:
    assert theil_sen(FIVE, np.array([0.0, 2.0, 4.0, 6.0, 1000.0])) == pytest.approx(2.0)
    assert theil_sen(np.ones(5), FIVE) == 0.0
    assert spread(np.array([1.0, 2.0, 3.0, 4.0, 1000.0])) == pytest.approx(1.4826)


@pytest.mark.parametrize(("level", "value"), [(0.1, 1.0), (0.2, 1.0), (0.21, 2.0), (0.8, 2.0), (1.0, 5.0)])
def test_a_weighted_quantile_is_the_smallest_value_that_reaches_the_level(level: float, value: float) -> None:
    assert weighted_quantile(np.array([2.0, 1.0, 5.0]), np.array([3.0, 1.0, 1.0]), level) == value
