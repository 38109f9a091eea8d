"""The economic lot against the textbooks, and what must never happen to a quantity."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.analysts.landed import landed_cost, landed_unit
from reposto.analysts.lots import annual_cost, best_lot, economic_quantity
from reposto.analysts.rounding import orderable, round_up
from reposto.model.facts import Company, Offer, PriceTier

FREE = Company(
    holding_cost_percent_year=30.0, order_cost=Decimal("8"), tax_regime="simples", money_cost_percent_month=0
)


def an_offer(*tiers: tuple[float, str], moq: float = 1, pack: float = 1) -> Offer:
    return Offer(1, 1, "X", tuple(PriceTier(q, Decimal(p)) for q, p in tiers), moq=moq, pack_multiple=pack)


def test_eoq_of_the_textbook() -> None:
    """Snyder & Shen, Fundamentals of Supply Chain Theory, Example 3.1: K = 8, D = 1300, h = 0.225."""
    assert economic_quantity(1300, 8, 0.75, 0.30) == pytest.approx(304.0468, abs=1e-4)
    offer = an_offer((1, "0.75"))
    cost = annual_cost(304.0468, 1300, offer, FREE) - 0.75 * 1300
    assert cost == pytest.approx(68.4105, abs=1e-3)


def test_all_units_discount_by_enumeration() -> None:
    """Same shop with breaks at 400 and 800 units; the optimum of the cost function over every whole lot."""
    offer = an_offer((1, "0.75"), (400, "0.72"), (800, "0.68"))
    best = min(range(1, 3000), key=lambda q: annual_cost(q, 1300, offer, FREE))
    found = best_lot(offer, FREE, "UN", annual_demand=1300, least=1, most=3000)
    assert best == 800
    assert found.quantity == best
    # by hand: 0.68 x 1300 + 8 x 1300 / 800 + 0.3 x 0.68 x 800 / 2
    assert found.annual_cost == pytest.approx(884 + 13 + 81.6)


def test_a_break_that_is_not_worth_its_stock_is_left_alone() -> None:
    offer = an_offer((1, "10.00"), (5000, "9.99"))
    assert best_lot(offer, FREE, "UN", annual_demand=100, least=20, most=10_000).quantity < 100


def test_more_units_for_less_money_are_taken_even_beyond_the_longest_lot() -> None:
    offer = an_offer((1, "10.00"), (100, "9.00"))
    lot = best_lot(offer, FREE, "UN", annual_demand=10, least=95, most=0)
    assert lot.quantity == 100  # 900 instead of 950


offers = st.builds(
    lambda prices, steps, moq, pack, freight: replace(
        an_offer(
            *[(1 + sum(steps[:i]), str(p)) for i, p in enumerate(prices)],
            moq=moq,
            pack=pack,
        ),
        freight_fixed=Decimal(freight),
    ),
    st.lists(st.integers(1, 400), min_size=1, max_size=4),
    st.lists(st.integers(1, 500), min_size=4, max_size=4),
    st.integers(1, 300),
    st.sampled_from([1, 6, 12, 24, 50]),
    st.integers(0, 500),
)


@given(offers, st.floats(0, 50_000), st.integers(1, 2000), st.integers(1, 2000), st.floats(0, 20_000))
def test_a_larger_need_never_orders_less(offer: Offer, demand: float, one: int, two: int, most: float) -> None:
    small, large = min(one, two), max(one, two)
    less = best_lot(offer, Company(), "UN", annual_demand=demand, least=small, most=most)
    more = best_lot(offer, Company(), "UN", annual_demand=demand, least=large, most=most)
    assert less.quantity <= more.quantity


@given(offers, st.floats(0, 50_000), st.integers(1, 2000), st.floats(0, 20_000))
def test_a_dearer_way_is_never_chosen_for_nothing(offer: Offer, demand: float, need: int, most: float) -> None:
    lot = best_lot(offer, Company(), "UN", annual_demand=demand, least=need, most=most)
    assert lot.quantity >= need
    for tier in offer.tiers:
        at = orderable(tier.min_quantity, offer, "UN")
        if at > lot.quantity:  # no larger lot may cost less in total
            assert landed_cost(offer, at, Company()).total > landed_cost(offer, lot.quantity, Company()).total


@given(offers, st.floats(0.001, 5000), st.sampled_from(["UN", "KG", "CX", "M"]))
def test_what_is_rounded_can_be_ordered(offer: Offer, need: float, unit: str) -> None:
    rounded = round_up(need, offer, unit)
    assert rounded.quantity >= need - 1e-6
    assert rounded.quantity >= offer.moq
    assert rounded.quantity % offer.pack_multiple == pytest.approx(0)
    assert rounded.quantity == orderable(need, offer, unit)
    assert rounded.quantity < max(need, offer.moq) + offer.pack_multiple + 1


@given(offers, st.integers(1, 3000), st.sampled_from(["simples", "presumido", "real"]), st.integers(0, 9000))
def test_the_unit_alone_is_that_of_the_whole_cost(offer: Offer, quantity: int, regime: str, free: int) -> None:
    taxed = replace(
        offer,
        ipi_percent=5.0,
        icms_percent=12.0,
        freight_percent=3.5,
        payment_terms=(28, 56),
        free_freight_from=Decimal(free),
    )
    company = Company(tax_regime=regime)
    assert landed_unit(taxed, quantity, company) == landed_cost(taxed, quantity, company).unit


def test_rounding_says_why() -> None:
    offer = an_offer((1, "5"), moq=100, pack=24)
    rounded = round_up(63.2, offer, "UN")
    assert rounded.quantity == 120
    assert rounded.reasons == (
        "lote mínimo do fornecedor: 64 UN → 100 UN",
        "embalagem fechada de 24 UN: 100 UN → 120 UN (5 × 24 UN)",
    )
    assert round_up(0, offer, "UN").quantity == 0
    assert round_up(1e-12, an_offer((1, "5"), moq=0, pack=0), "KG").quantity == 0.001  # never rounded to nothing
    assert round_up(12.5, an_offer((1, "5"), moq=0, pack=0), "KG").quantity == 12.5
