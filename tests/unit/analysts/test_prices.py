"""Offers compared at a quantity, and prices against what was paid."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.analysts.prices import rank_offers
from reposto.analysts.robust import kendall_z, spread, theil_sen, weighted_quantile
from reposto.model.facts import PriceTier, ProductFacts
from reposto.model.findings import PriceFinding
from tests.support import facts as given_facts

TODAY = given_facts.TODAY
NAMES = {1: "Espumas Paulista", 2: "Serra Azul"}


def ranked(facts: ProductFacts, quantity: float | None = 300) -> PriceFinding:
    return rank_offers(facts, quantity, {}, NAMES)


def at_price(price: str) -> ProductFacts:
    base = given_facts.smooth()
    offer = replace(base.offers[0], tiers=(PriceTier(1, Decimal(price)),))
    return replace(base, offers=(offer,))


def test_the_cheaper_price_may_be_the_dearer_offer() -> None:
    """22.90 with 4 % freight against 22.40 with R$ 180 of freight and better terms: it depends on the quantity."""
    few, many = ranked(given_facts.smooth(), 120), ranked(given_facts.smooth(), 1200)
    assert few.best_offer_id == 12
    assert many.best_offer_id == 11
    assert [o.rank for o in many.offers] == [1, 2]


def test_quantities_are_those_that_can_be_bought() -> None:
    lines = {o.offer_id: o for o in ranked(given_facts.smooth(), 50).offers}
    assert lines[11].quantity == 72  # MOQ 60 in packs of 24
    assert lines[12].quantity == 120
    hint = lines[11].next_tier
    assert hint is not None
    assert hint.min_quantity == 240
    assert hint.saving_percent == pytest.approx(2.4)


def test_expired_and_inactive_come_last_and_are_never_best() -> None:
    base = given_facts.smooth()
    over = replace(base.offers[0], valid_until=TODAY - timedelta(days=1), tiers=(PriceTier(1, Decimal("1")),))
    found = ranked(replace(base, offers=(over, base.offers[1])))
    assert found.best_offer_id == 12
    assert found.offers[-1].expired
    idle = tuple(replace(s, active=s.id != 2) for s in base.suppliers)
    assert ranked(replace(base, offers=(over, base.offers[1]), suppliers=idle)).best_offer_id is None


@pytest.mark.parametrize(("price", "verdict"), [("27.00", "dear"), ("24.20", "fair"), ("18.00", "cheap")])
def test_dear_fair_or_cheap(price: str, verdict: str) -> None:
    assert ranked(at_price(price)).dearness == verdict


def test_a_price_that_only_follows_its_trend_is_not_dear() -> None:
    """Paid 20.00 rising by 0.20 a month for a year: 22.40 today is above every price paid and yet as expected."""
    rising = given_facts.paid(tuple(f"{20 + 0.2 * i:.2f}" for i in range(12)))
    found = ranked(replace(at_price("22.40"), prices=rising))
    assert found.best_vs_average_percent is not None
    assert found.best_vs_average_percent > 5
    assert found.dearness == "fair"


def test_the_chosen_offer_is_the_one_that_is_judged() -> None:
    base = given_facts.smooth()
    assert rank_offers(base, 1200, {}, NAMES, 12).best_offer_id == 12
    assert rank_offers(base, 1200, {}, NAMES, 99).best_offer_id == 11


def test_price_history_numbers() -> None:
    found = ranked(given_facts.smooth())
    assert found.last_paid == Decimal("23.90")
    assert found.average_12m == Decimal("22.9500")  # equal quantities: the plain mean of ten prices
    assert found.trend_percent_year is not None
    assert 5 < found.trend_percent_year < 20
    assert len(found.history) == 10
    assert all(p.low <= p.mean <= p.high for p in found.history)


def test_without_prices_nothing_is_called_dear() -> None:
    found = ranked(replace(given_facts.smooth(), prices=()))
    assert found.dearness is None
    assert found.average_12m is None
    assert {m.code for m in found.missing} == {"no_prices"}


def test_prices_that_never_moved_are_fair_within_two_percent() -> None:
    flat = replace(at_price("20.30"), prices=given_facts.paid(("20.00",) * 6))
    assert ranked(flat).dearness == "fair"
    assert ranked(replace(at_price("20.50"), prices=given_facts.paid(("20.00",) * 6))).dearness == "dear"


def test_theil_sen_ignores_an_outlier() -> None:
    x = np.arange(20.0)
    y = 3.0 + 2.0 * x
    y[7] = 1000.0
    assert theil_sen(x, y) == pytest.approx(2.0)
    assert theil_sen(np.zeros(3), np.arange(3.0)) == 0.0
    assert kendall_z(x, y) > 3
    assert kendall_z(x, np.ones(20)) == 0
    assert spread(np.array([1.0, 2.0, 3.0, 100.0, 2.0])) == pytest.approx(1.4826)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0.01, 0.99))
def test_weighted_quantile_with_equal_weights(values: list[float], level: float) -> None:
    found = weighted_quantile(np.array(values), np.ones(len(values)), level)
    assert found in values
    assert sum(v <= found for v in values) >= level * len(values) - 1e-6
    assert sum(v < found for v in values) <= level * len(values) + 1e-6
