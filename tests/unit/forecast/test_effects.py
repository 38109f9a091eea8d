"""What promotions and prices are found to multiply demand by, on sales made with known effects."""

from __future__ import annotations

import numpy as np
import pytest

from reposto.analysts.forecast.effects import fit_effects, multipliers, relative_price, with_last
from reposto.analysts.forecast.types import Floats


def shops(
    elasticity: float, feature: float, seed: int = 3, series: int = 60, weeks: int = 110
) -> tuple[Floats, Floats]:
    """Sales and causes (feature, relative price): a quarter of the weeks dearer or cheaper, most of these featured."""
    rng = np.random.default_rng(seed)
    depth = np.where(rng.random((series, weeks)) < 0.25, rng.uniform(0.1, 0.4, (series, weeks)), 0.0)
    featured = ((depth > 0) & (rng.random(depth.shape) < 0.7)).astype(float)
    price = rng.uniform(2, 9, (series, 1)) * (1 - depth)
    level = rng.lognormal(3, 0.8, (series, 1)) * np.exp(np.cumsum(rng.normal(0, 0.03, depth.shape), axis=1))
    lift = np.exp(elasticity * np.log(1 - depth) + feature * featured)
    y = rng.poisson(level * lift * rng.gamma(12, 1 / 12, depth.shape)).astype(float)
    return y, np.stack([featured, relative_price(price)], axis=2)


def test_known_effects_are_found() -> None:
    y, causes = shops(-2.5, 0.6)
    effects = fit_effects(y, causes)
    assert effects.common == pytest.approx([0.6, -2.5], abs=0.2)
    assert effects.own.std(axis=0).max() < 0.25, "all shops are alike"
    assert np.log(multipliers(effects, causes)).std() > 0.2


def test_where_there_is_no_effect_next_to_nothing_changes() -> None:
    y, causes = shops(0.0, 0.0)
    lift = multipliers(fit_effects(y, with_last(causes)), with_last(causes))
    assert np.abs(np.log(lift)).mean() < 0.02


def test_few_or_unknown_causes_teach_nothing() -> None:
    y, causes = shops(-2.5, 0.6, series=1, weeks=30)
    few = np.where(np.arange(30)[None, :, None] < 25, 0.0, causes)
    unknown = np.full_like(causes, np.nan)
    for told in (few, unknown):
        assert np.all(multipliers(fit_effects(y, told), told) == 1.0)


@pytest.mark.parametrize("factor", [0.0, 1.0, 1e9])
def test_nothing_breaks_it(factor: float) -> None:
    y, causes = shops(-2.0, 0.4, series=8, weeks=40)
    y[0], y[1], y[2, 5:] = 0.0, np.nan, np.nan
    causes[3, :, 0], causes[4] = 1.0, 50.0
    lift = multipliers(fit_effects(y * factor, causes), causes)
    assert np.isfinite(lift).all()
    assert lift.min() >= 0.04
    assert lift.max() <= 21


def test_a_price_is_compared_with_the_usual_one_before_it() -> None:
    price = np.array([[10.0, 10, 10, 8, np.nan, 10, 20]])
    assert relative_price(price)[0] == pytest.approx([0, 0, 0, np.log(0.8), 0, 0, np.log(2)])
    later = price.copy()
    later[0, 6] = 1.0
    assert relative_price(later)[0, :6] == pytest.approx(relative_price(price)[0, :6])
