"""Numbered examples of Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed. (Wiley, 2019), chapters 3 and 4.

Each is solved by the product's own arithmetic; the answers are the book's.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from reposto.analysts.forecast.dist import negative_binomial_quantiles
from reposto.analysts.forecast.types import LEVEL_ARRAY, LEVELS, Floats
from reposto.analysts.lots import annual_cost, best_lot, economic_quantity
from reposto.analysts.periodic import draw_demand, smallest_order, still_needed
from reposto.model.facts import Company, Offer, PriceTier

# Joe's corner store: 8 R$ an order, 30 % a year, and nothing else that costs.
JOE = Company(holding_cost_percent_year=30.0, order_cost=Decimal("8"), tax_regime="simples", money_cost_percent_month=0)
CANDY = Offer(
    1, 1, "X", (PriceTier(1, Decimal("0.75")), PriceTier(400, Decimal("0.72")), PriceTier(800, Decimal("0.68")))
)


def test_example_3_1_economic_order_quantity() -> None:
    """K = 8, demand 1300 a year, h = 0.225: Q* = 304.1, cost 68.41 a year."""
    assert economic_quantity(1300, 8, 0.75, 0.30) == pytest.approx(304.1, abs=0.06)
    one_price = replace(CANDY, tiers=CANDY.tiers[:1])
    assert annual_cost(304.05, 1300, one_price, JOE) - 0.75 * 1300 == pytest.approx(68.41, abs=0.005)


def test_example_3_6_all_units_discounts() -> None:
    """0.75 each, 0.72 from 400 on, 0.68 from 800 on: order 800, for 978.60 a year."""
    lot = best_lot(CANDY, JOE, "UN", annual_demand=1300, least=1, most=5000)
    assert lot.quantity == 800
    assert lot.annual_cost == pytest.approx(978.60)


@pytest.mark.parametrize(
    ("holding", "shortage", "mean", "sd", "stock"),
    [(0.18, 0.70, 50.0, 8.0, 56.60), (2.0, 18.0, 120.0, 10.0, 132.8)],
)
def test_example_4_3_newsvendor(holding: float, shortage: float, mean: float, sd: float, stock: float) -> None:
    """h = 0.18, p = 0.70, N(50, 8): S* = 56.6; the second pair is that of the authors' own program."""
    quantiles: Floats = (mean + sd * stats.norm.ppf(LEVEL_ARRAY))[None, None, :]
    needed = still_needed(draw_demand(quantiles), np.zeros(1), np.zeros((1, 0)))
    found = smallest_order(needed, shortage / (shortage + holding), integer=False)[0]
    assert found == pytest.approx(stock, abs=0.02 * sd)


def test_example_4_7_without_a_cost_per_order() -> None:
    """Poisson demand of mean 6, h = 1, p = 4: with K = 0 the newsvendor's 8 remains (F(7) = .744, F(8) = .847)."""
    quantiles = negative_binomial_quantiles(np.array([6.0]), np.array([6.0]))
    assert quantiles[0, LEVELS.index(0.8)] == 8
    for stock, order in ((0.0, 8.0), (3.0, 5.0), (8.0, 0.0), (20.0, 0.0)):
        needed = still_needed(draw_demand(quantiles[:, None, :]), np.array([stock]), np.zeros((1, 0)))
        assert smallest_order(needed, 0.8)[0] == order


@pytest.mark.parametrize(("mean", "variance"), [(0.4, 0.7), (3.0, 3.0), (6.0, 18.0), (25.0, 140.0)])
def test_negative_binomial_quantiles_are_those_of_the_tables(mean: float, variance: float) -> None:
    """r = m^2 / (v - m), p = m / v (Johnson, Kemp & Kotz, 3rd ed., 5.1); Poisson where v = m."""
    spread = variance - mean
    law = stats.nbinom(mean**2 / spread, mean / variance) if spread > 0 else stats.poisson(mean)
    found = negative_binomial_quantiles(np.array([mean]), np.array([variance]))[0]
    assert found.tolist() == law.ppf(LEVEL_ARRAY).tolist()
