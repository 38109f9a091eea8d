"""Gamma and negative binomial quantiles against scipy, and the arithmetic beside them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from reposto.analysts.forecast.dist import (
    gamma_quantiles,
    mean_of,
    negative_binomial_quantiles,
    parts_of_window,
    widened,
)
from reposto.analysts.forecast.levels import ALPHAS, smoothed_levels
from reposto.analysts.forecast.types import LEVEL_ARRAY, LEVELS, Floats


@pytest.mark.parametrize("mean", [0.02, 0.5, 3.0, 12.0, 29.0])
@pytest.mark.parametrize("dispersion", [1.0, 1.3, 4.0, 20.0])
def test_negative_binomial_equals_scipy(mean: float, dispersion: float) -> None:
    variance = mean * dispersion
    ours = negative_binomial_quantiles(np.array([mean]), np.array([variance]))[0]
    if dispersion == 1.0:
        theirs = stats.poisson.ppf(LEVEL_ARRAY, mean)
    else:
        r = mean**2 / (variance - mean)
        theirs = stats.nbinom.ppf(LEVEL_ARRAY, r, r / (r + mean))
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shape", [0.01, 0.2, 1.0, 7.3, 250.0, 9000.0])
def test_gamma_is_within_a_hundredth_of_the_mean_of_scipy(shape: float) -> None:
    ours = gamma_quantiles(np.array([40.0]), np.array([1600.0 / shape]))[0]
    theirs = stats.gamma.ppf(LEVEL_ARRAY, shape, scale=40.0 / shape)
    np.testing.assert_allclose(ours, theirs, rtol=0.01, atol=0.4)


def test_large_negative_binomials_are_close_to_scipy() -> None:
    mean, variance = 200.0, 3000.0
    r = mean**2 / (variance - mean)
    ours = negative_binomial_quantiles(np.array([mean]), np.array([variance]))[0]
    np.testing.assert_allclose(ours, stats.nbinom.ppf(LEVEL_ARRAY, r, r / (r + mean)), rtol=0.02, atol=1.0)


def test_zero_mean_sells_nothing() -> None:
    assert negative_binomial_quantiles(np.zeros(2), np.ones(2)).max() == 0
    assert gamma_quantiles(np.zeros(1), np.zeros(1)).max() == 0


def test_part_of_a_window_has_its_share_of_the_mean_and_ends_at_the_window() -> None:
    window = negative_binomial_quantiles(np.array([21.0]), np.array([60.0]))[0]
    previous = np.zeros_like(window)
    for share in (0.1, 1 / 7, 0.3, 0.5, 0.9, 1.0):
        part = parts_of_window(window, np.array([share]), integer=True)[0]
        assert (np.diff(part) >= 0).all()
        assert (part >= previous).all()
        assert mean_of(part) == pytest.approx(21.0 * share, rel=0.05, abs=0.2)
        previous = part
    np.testing.assert_array_equal(previous, window)


def test_wider_ranges_keep_their_median_and_their_order() -> None:
    quantiles = negative_binomial_quantiles(np.array([0.3, 50.0]), np.array([0.9, 900.0]))
    wide = widened(quantiles, 1.5)
    middle = LEVELS.index(0.5)
    assert wide[:, middle].tolist() == quantiles[:, middle].tolist()
    assert (np.diff(wide, axis=1) >= 0).all()
    assert (wide >= 0).all()
    assert (wide[1, middle + 1 :] > quantiles[1, middle + 1 :]).all()
    assert widened(quantiles, 1.0).tolist() == quantiles.tolist()


@given(
    arrays(np.float64, (3, 23), elements=st.one_of(st.floats(0, 1e12), st.just(np.nan), st.just(0.0))),
    st.sampled_from([1, 12, 23]),
)
@settings(max_examples=25, deadline=None)
def test_summed_smoothing_is_the_recursion(y: Floats, times: int) -> None:
    """level + max(alpha, 1/k) (y - level), one bucket after the other; up to 529 buckets, more than two blocks."""
    y = np.tile(y, (1, times))
    levels, counts = smoothed_levels(y)
    for row in range(len(y)):
        level, seen = np.zeros(len(ALPHAS)), 0
        for t, value in enumerate(y[row]):
            if np.isfinite(value):
                seen += 1
                level = level + np.maximum(ALPHAS, 1 / seen) * (value - level)
            if t % 97 == 0 or t == y.shape[1] - 1:
                assert levels[t + 1, row] == pytest.approx(level, rel=1e-9, abs=1e-9)
        assert counts[-1, row] == seen
