"""Gamma and negative binomial quantiles against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reposto.analysts.forecast.dist import gamma_quantiles, mean_of, negative_binomial_quantiles, part_of_window
from reposto.analysts.forecast.types import LEVEL_ARRAY


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
        part = part_of_window(window, share, integer=True)
        assert (np.diff(part) >= 0).all()
        assert (part >= previous).all()
        assert mean_of(part) == pytest.approx(21.0 * share, rel=0.05, abs=0.2)
        previous = part
    np.testing.assert_array_equal(previous, window)
