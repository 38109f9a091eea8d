"""The cost of an order belongs to the order: lots that it may not drive beyond the need."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reposto.analysts.analysis import analyse
from reposto.analysts.forecast import BackTest
from reposto.analysts.lot_limits import decembers_seen, limit_lots, most_units, reaches_december, worse_than_repeating
from reposto.analysts.lots import LEAST_GAIN, annual_cost, best_lot, worthwhile_lot
from reposto.analysts.order_share import joint_lines, share_order_cost
from reposto.analysts.plan import plans
from reposto.analysts.shelf import dead_stock_rate
from reposto.analysts.situation import Situation, survey
from reposto.model.facts import Company, Offer, PriceTier, ProductFacts, Receipt, StockLevel
from tests.support import facts as given_facts
from tests.unit.analysts.test_lots import offers

TODAY = given_facts.TODAY


def offer_of(*tiers: tuple[float, str]) -> Offer:
    return Offer(1, 1, "X", tuple(PriceTier(q, Decimal(p)) for q, p in tiers))


def receipts(orders: int, lines: int) -> tuple[Receipt, ...]:
    """Orders of supplier 1, one a week, of so many other products each."""
    found = []
    for n in range(orders):
        day = TODAY - timedelta(days=7 * n + 10)
        found += [Receipt(f"P{n}", 1, f"O{i}", day, None, day + timedelta(days=3), 5, 5) for i in range(lines)]
    return tuple(found)


def test_an_order_costs_each_of_its_lines_a_share() -> None:
    facts = replace(given_facts.smooth(), receipts=(), supplier_receipts=receipts(10, 4))
    offer = facts.offers[0]
    share = share_order_cost(facts, replace(offer, supplier_id=1), 10.0, 1.0)
    assert share.orders == 10
    assert share.lines == pytest.approx((40 + 2) / 12, abs=0.01)  # two orders' worth of "alone"
    assert share.cost == (facts.company.order_cost / Decimal(str(share.lines))).quantize(Decimal("0.01"))
    alone = share_order_cost(replace(facts, supplier_receipts=()), offer, 10.0, 1.0)
    assert (alone.lines, alone.orders, alone.cost) == (1.0, 0, facts.company.order_cost)


def test_older_orders_of_this_product_alone_do_not_look_like_orders_of_one_line() -> None:
    """Receipts of other products are loaded for the newest orders only."""
    old = tuple(
        Receipt(f"A{n}", 1, "X", TODAY - timedelta(days=400 + n), None, TODAY - timedelta(days=390), 5, 5)
        for n in range(20)
    )
    facts = replace(given_facts.smooth(), receipts=old, supplier_receipts=receipts(10, 4))
    assert share_order_cost(facts, replace(facts.offers[0], supplier_id=1), 10.0, 1.0).orders == 10


def test_without_orders_the_supplier_s_range_says_how_many_lines_go_together() -> None:
    """100 products, a review a week: T = 2 K / (n R r v) = 2 x 60 / (100 x 7 x 0.25/365 x 10) = 25 days, 28 lines."""
    company = Company(order_cost=Decimal(60), holding_cost_percent_year=25.0, review_days=7)
    assert joint_lines(company, 100, 10.0) == pytest.approx(100 * 7 / (2 * 60 / (700 * 0.25 / 365 * 10)), rel=1e-9)
    assert joint_lines(company, 1, 10.0) == 1.0
    assert joint_lines(company, 5, 0.001) == 1.0  # hardly ever due together
    assert joint_lines(company, 5, 1e6) == 5.0  # all due every week


def test_a_larger_lot_must_earn_the_money_it_binds() -> None:
    """The break saves 1.5 % of the money: by annual cost the best lot, but too little for being wrong."""
    company = Company(holding_cost_percent_year=10.0, order_cost=Decimal(0), money_cost_percent_month=0)
    year = 3650.0
    close, far = offer_of((1, "100"), (200, "98.5")), offer_of((1, "100"), (200, "95"))
    for offer in (close, far):
        assert best_lot(offer, company, "UN", annual_demand=year, least=10, most=900).quantity == 200
    found = [
        worthwhile_lot(o, company, "UN", annual_demand=year, least=10, most=900, ordinary=10) for o in (close, far)
    ]
    assert [lot.quantity for lot in found] == [10, 200]


def test_the_worthwhile_lot_is_the_best_of_all_lots() -> None:
    """By enumeration of J over every whole lot."""
    company = Company(holding_cost_percent_year=30.0, order_cost=Decimal(40), money_cost_percent_month=0)
    offer = replace(offer_of((1, "8.00"), (150, "7.60"), (400, "7.50")), freight_fixed=Decimal(25))
    demand = 2000.0

    def worth(q: int) -> float:
        return float(offer.tiers[2 if q >= 400 else 1 if q >= 150 else 0].unit_price) * q + 25

    def cost(q: int) -> float:
        bound = LEAST_GAIN * max(worth(q) - worth(38), 0) * demand / q
        return annual_cost(q, demand, offer, company) + bound - 40 * demand * max(1 / q - 1 / 38, 0)  # at every review

    for least in (1, 20, 90, 160, 700):
        lot = worthwhile_lot(offer, company, "UN", annual_demand=demand, least=least, most=1500, ordinary=38)
        assert cost(int(lot.quantity)) == pytest.approx(min(cost(q) for q in range(least, 1501)), abs=0.02), least


@given(
    offers, st.floats(0, 50_000), st.integers(1, 2000), st.integers(1, 2000), st.floats(0, 20_000), st.floats(0, 900)
)
def test_a_larger_need_never_orders_less(
    offer: Offer, demand: float, one: int, two: int, most: float, ordinary: float
) -> None:
    small, large = min(one, two), max(one, two)
    less, more = (
        worthwhile_lot(offer, Company(), "UN", annual_demand=demand, least=need, most=most, ordinary=ordinary).quantity
        for need in (small, large)
    )
    assert small <= less <= more


def with_test(situation: Situation, error: float, naive: float) -> Situation:
    assert situation.near is not None
    test = BackTest(origins=8, window_days=30, error=error, naive_error=naive, coverage80=0.8, bias=0.0)
    return replace(situation, near=replace(situation.near, back_test=test, confidence="high"))


def test_a_lot_goes_as_far_as_the_forecast_can_stand_behind() -> None:
    good = with_test(survey(given_facts.smooth(), 30), 0.2, 0.3)
    assert limit_lots(good).days == 90
    assert limit_lots(with_test(good, 0.6, 0.7)).code == "poor"
    worse = with_test(good, 0.3, 0.2)
    assert worse_than_repeating(worse) and limit_lots(worse).code == "worse"
    assert not worse_than_repeating(with_test(good, 0.201, 0.199))  # both are shown as 20 %
    known = good.known
    assert known is not None
    young = replace(good, known=replace(known, start=known.end - timedelta(days=299), daily=known.daily[-300:]))
    assert (limit_lots(young).days, limit_lots(young).code) == (45, "year")


def test_decembers_that_were_on_sale_are_counted() -> None:
    situation = survey(given_facts.smooth(), 30)  # two years up to 21/11/2026
    assert decembers_seen(situation) == 2
    known = situation.known
    assert known is not None
    since_january = (known.end - known.end.replace(month=1, day=1)).days + 1
    young = replace(
        situation, known=replace(known, start=known.end.replace(month=1, day=1), daily=known.daily[-since_january:])
    )
    assert decembers_seen(young) == 0
    assert reaches_december(young, 30) and not reaches_december(young, 5)


def test_a_lot_that_may_never_sell_is_not_proposed_whatever_it_saves() -> None:
    """P(all there is sells within 180 days) >= 90 %; the more stock, the less."""
    situation = survey(given_facts.smooth(), 30)
    paths = situation.paths
    assert paths is not None
    supply = max(paths.available, 0.0) + situation.on_order
    assert most_units(situation, 1e6) == pytest.approx(
        float(np.quantile(paths.demand[:, 180], 0.1, method="lower")) - supply
    )
    fuller = replace(situation, paths=replace(paths, available=paths.available + 100))
    assert most_units(fuller, 1e6) == pytest.approx(most_units(situation, 1e6) - 100)


def test_the_risk_of_dead_stock_is_dearer_where_sales_are_uncertain() -> None:
    sure, unsure = survey(given_facts.smooth(), 30).paths, survey(given_facts.every()["lumpy"], 30).paths
    assert sure is not None and unsure is not None
    assert dead_stock_rate(sure, Company()) < 0.01
    assert dead_stock_rate(unsure, Company()) > dead_stock_rate(sure, Company())
    assert dead_stock_rate(unsure, Company(dead_stock_loss_percent=0.0)) == 0.0


def slow(company: Company) -> ProductFacts:
    """A part that sells now and then, about to run out."""
    facts = given_facts.every()["lumpy"]
    offer = replace(facts.offers[0], moq=1, pack_multiple=1, freight_fixed=Decimal(0))
    return replace(facts, company=company, offers=(offer,), stock=StockLevel(1.0, 0.0, TODAY - timedelta(days=1)))


def test_a_shared_order_makes_smaller_lots_and_counts_what_it_spares_at_its_share() -> None:
    facts = given_facts.smooth()
    offer = replace(facts.offers[0], moq=1, pack_multiple=1, tiers=facts.offers[0].tiers[:1])
    company = replace(facts.company, order_cost=Decimal(400))
    stock = StockLevel(40.0, 0.0, TODAY - timedelta(days=1))
    facts = replace(facts, company=company, offers=(offer,), stock=stock, receipts=())
    supplier = facts.offers[0].supplier_id
    shared = tuple(replace(r, supplier_id=supplier) for r in receipts(12, 5))
    alone = plans(survey(replace(facts, supplier_receipts=()), 30), 40.0)[0]
    together = plans(survey(replace(facts, supplier_receipts=shared), 30), 40.0)[0]
    assert together.rules is not None and together.rules.share.lines > 4
    assert together.usual_lot < alone.usual_lot
    for step in (*alone.rounding, *together.rounding):
        if step.orders_saving is not None:
            cost = (together if step in together.rounding else alone).rules
            assert cost is not None
            assert step.orders_saving <= step.orders_spared * cost.share.cost + 1


def test_more_stock_never_orders_more_at_any_share() -> None:
    facts = slow(Company())
    lots = []
    for stock in (0.0, 2.0, 5.0, 10.0, 20.0, 40.0):
        found = replace(facts, stock=StockLevel(stock, 0.0, TODAY - timedelta(days=1)))
        lots.append(analyse(found).recommendation.quantity or 0.0)
    assert lots == sorted(lots, reverse=True)
