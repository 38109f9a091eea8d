"""The whole analysis: what it must say, and what it must never do, on any facts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from reposto.analysts.analysis import analyse
from reposto.analysts.forecast import History, PooledEngine
from reposto.model.errors import AnalysisCancelled
from reposto.model.facts import (
    OpenOrderLine,
    PriceTier,
    StockLevel,
)
from tests.support import facts as given_facts
from tests.support.soundness import check_sound

TODAY = given_facts.TODAY


@pytest.mark.parametrize("name", list(given_facts.every()))
def test_every_realistic_product_is_worked_out(name: str) -> None:
    result = analyse(given_facts.every()[name])
    check_sound(result)
    assert result.recommendation.headline
    assert result.recommendation.next_steps


def test_steps_are_told_in_order() -> None:
    told: list[tuple[str, str]] = []
    analyse(given_facts.smooth(), step=lambda name, state: told.append((name, state)))
    names = ("demand", "prices", "logistics", "recommendation")
    assert told == [(n, s) for n in names for s in ("running", "done")]


def test_a_step_that_raises_ends_the_analysis() -> None:
    def stop(name: str, _state: str) -> None:
        if name == "prices":
            raise AnalysisCancelled

    with pytest.raises(AnalysisCancelled):
        analyse(given_facts.smooth(), step=stop)


def test_smooth_product_is_bought() -> None:
    result = analyse(given_facts.smooth())
    advice, demand = result.recommendation, result.demand
    assert advice.verdict == "approve"
    assert advice.quantity is not None
    assert advice.needed_quantity is not None
    assert advice.quantity >= advice.needed_quantity > 0
    assert advice.quantity % 24 == 0
    assert demand.pattern == "smooth"
    assert demand.total is not None
    assert demand.last_period_total is not None
    assert 0.7 < demand.total.expected / demand.last_period_total < 1.4
    assert demand.weekly_rhythm[6] == 0  # closed on Sundays
    assert demand.weekly_rhythm[4] == max(demand.weekly_rhythm)
    assert demand.yearly_rhythm[11] > 1 > demand.yearly_rhythm[5]
    assert advice.total == next(o for o in result.prices.offers if o.offer_id == advice.offer_id).total


def test_with_an_order_on_its_way_it_waits() -> None:
    result = analyse(given_facts.with_open_order())
    assert result.recommendation.verdict == "wait"
    assert result.recommendation.quantity == 0
    assert result.recommendation.order_by is not None
    assert result.recommendation.order_by > TODAY
    assert result.demand.stockout_date is not None
    assert result.demand.stockout_date_with_orders is not None
    assert result.demand.stockout_date < result.demand.stockout_date_with_orders
    assert result.logistics.arriving[0].probable_on is not None


def test_overstock_waits_and_names_the_excess() -> None:
    result = analyse(given_facts.overstocked())
    assert result.recommendation.verdict == "wait"
    assert "excess" in {c.code for c in result.recommendation.risk.causes}
    assert result.demand.stockout_date is None
    assert result.demand.coverage_days is not None


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("without_supplier", {"no_offer"}),
        ("new_product", {"short_history"}),
        ("stale", {"stale_sales", "stale_stock"}),
        ("empty", {"no_sales", "no_stock", "no_offer"}),
    ],
)
def test_data_that_cannot_carry_a_decision_go_to_a_person(name: str, codes: set[str]) -> None:
    advice = analyse(given_facts.every()[name]).recommendation
    assert advice.verdict == "manual_review"
    assert advice.quantity is None
    assert codes <= {m.code for m in advice.missing}
    assert all(m.file_kind for m in advice.missing if m.code in codes)
    assert advice.confidence == "low"
    assert advice.risk.level in ("medium", "high")


def test_expired_offers_and_inactive_products_go_to_a_person() -> None:
    base = given_facts.smooth()
    over = tuple(replace(o, valid_until=TODAY - timedelta(days=1)) for o in base.offers)
    assert "expired_offers" in {m.code for m in analyse(replace(base, offers=over)).recommendation.missing}
    idle = analyse(replace(base, product=replace(base.product, active=False))).recommendation
    assert idle.verdict == "manual_review"
    assert "inactive" in {m.code for m in idle.missing}


def test_an_offer_that_expires_today_still_counts_and_the_next_step_says_so() -> None:
    base = given_facts.smooth()
    today = (replace(base.offers[0], valid_until=TODAY),)
    advice = analyse(replace(base, offers=today)).recommendation
    assert advice.verdict == "approve"
    assert any("vence" in step for step in advice.next_steps)


def test_what_the_buyer_expects_stands_in_for_history() -> None:
    facts = replace(given_facts.new_product(), sales=None, extra={"expected_per_day": "2"})
    demand = analyse(facts).demand
    assert demand.total is not None
    assert demand.total.expected == pytest.approx(60, rel=0.2)
    assert any(e.id == "guess" for e in demand.evidence)


def test_a_stockout_in_the_history_does_not_lower_the_forecast() -> None:
    plain = analyse(given_facts.smooth()).demand
    hidden = analyse(given_facts.with_stockouts()).demand
    assert plain.total is not None
    assert hidden.total is not None
    assert hidden.total.expected > 0.9 * plain.total.expected
    assert hidden.out_of_stock_days == 31


def test_stock_counted_a_week_ago_is_brought_up_to_date() -> None:
    base = given_facts.smooth()
    assert base.sales is not None
    old = replace(base, stock=StockLevel(500.0, 0.0, TODAY - timedelta(days=8)))
    sold = float(base.sales.quantity[-7:].sum())
    fresh = replace(base, stock=StockLevel(500.0 - sold, 0.0, TODAY - timedelta(days=1)))
    assert analyse(old).demand.coverage_days == pytest.approx(analyse(fresh).demand.coverage_days)
    assert analyse(old).recommendation.needed_quantity == analyse(fresh).recommendation.needed_quantity


def test_a_named_quantity_is_compared_and_offered() -> None:
    result = analyse(given_facts.smooth(), quantity=500)
    assert result.prices.quantity == 500
    assert all(o.quantity >= 500 for o in result.prices.offers)
    assert any(a.quantity == 504 for a in result.recommendation.alternatives)  # 21 packs of 24


def test_counted_units_are_whole_and_measured_ones_need_not_be() -> None:
    lumpy = analyse(given_facts.lumpy()).recommendation
    for value in (lumpy.quantity, lumpy.needed_quantity, lumpy.reorder_point, lumpy.safety_stock, lumpy.target_stock):
        assert value is not None
        assert value == int(value)
    base = given_facts.smooth()
    loose = replace(base.offers[0], moq=0.0, pack_multiple=0.0, tiers=base.offers[0].tiers[:1])
    by_weight = analyse(replace(base, product=replace(base.product, unit="KG"), offers=(loose,)))
    assert by_weight.recommendation.quantity is not None
    assert by_weight.recommendation.verdict == "approve"


def test_the_faster_supplier_is_worth_his_price_only_when_it_is_urgent() -> None:
    """One supplier is 6 % dearer and delivers in 3 days instead of 20."""
    base = given_facts.smooth()
    price = base.offers[0].tiers[:1]
    slow = replace(
        base.offers[0], id=1, supplier_id=1, tiers=price, promised_lead_time_days=20, freight_fixed=Decimal(0)
    )
    dear = (PriceTier(1, price[0].unit_price * Decimal("1.06")),)
    fast = replace(slow, id=2, supplier_id=2, tiers=dear, promised_lead_time_days=3)
    facts = replace(base, offers=(slow, fast), receipts=(), supplier_receipts=())
    urgent = analyse(replace(facts, stock=StockLevel(0.0, 0.0, TODAY))).recommendation
    calm = analyse(replace(facts, stock=StockLevel(1500.0, 0.0, TODAY))).recommendation
    assert urgent.supplier_id == 2
    assert calm.supplier_id == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"moq": 1e6}, "large_minimum"), ({"promised_lead_time_days": 390}, "long_lead_time")],
)
def test_offers_that_no_arithmetic_makes_sensible_go_to_a_person(change: dict[str, Any], code: str) -> None:
    base = given_facts.smooth()
    odd = tuple(replace(o, **change) for o in base.offers)
    advice = analyse(replace(base, offers=odd, receipts=(), supplier_receipts=())).recommendation
    assert advice.verdict == "manual_review"
    assert code in {m.code for m in advice.missing}


def test_a_quantity_nobody_can_mean_is_ignored() -> None:
    assert analyse(given_facts.smooth(), quantity=1e15) == analyse(given_facts.smooth())
    assert analyse(given_facts.smooth(), quantity=1e-9).prices == analyse(given_facts.smooth()).prices


@pytest.mark.filterwarnings("error")
def test_figures_far_out_of_proportion_raise_nothing() -> None:
    base = given_facts.smooth()
    assert base.sales is not None
    quantity = base.sales.quantity
    dear = tuple(replace(o, tiers=(PriceTier(1, Decimal("1e12")),)) for o in base.offers)
    free = tuple(replace(o, tiers=(PriceTier(1, Decimal(0)),), payment_terms=(99_999,)) for o in base.offers)
    for odd in (
        replace(base, sales=replace(base.sales, quantity=quantity * 1e11), stock=StockLevel(1e12, 0.0, TODAY)),
        replace(base, sales=replace(base.sales, quantity=np.where(quantity > 20, np.inf, quantity))),
        replace(base, sales=replace(base.sales, quantity=np.where(quantity > 20, np.nan, quantity))),
        replace(base, sales=replace(base.sales, quantity=quantity - 5)),
        replace(base, stock=StockLevel(-50.0, 20.0, TODAY + timedelta(days=30))),
        replace(base, offers=dear),
        replace(base, offers=free),
        replace(base, today=date(2000, 1, 1)),
        replace(base, company=replace(base.company, review_days=400, service_level=95.0, margin_percent=-10.0)),
    ):
        check_sound(analyse(odd))


def test_a_supplier_who_is_cheaper_and_faster_is_always_chosen() -> None:
    """Also where his smaller minimum makes the order itself smaller (the lumpy part, one against two pieces)."""
    base = given_facts.lumpy()
    good = replace(base.offers[0], id=1, supplier_id=1, moq=1, pack_multiple=1, promised_lead_time_days=5)
    dear = (PriceTier(1, Decimal("10.50")),)
    bad = replace(good, id=2, supplier_id=2, tiers=dear, moq=2, promised_lead_time_days=15)
    for stock in (0.0, 5.0, 12.0, 30.0, 200.0):
        facts = replace(base, offers=(bad, good), supplier_receipts=(), stock=StockLevel(stock, 0.0, TODAY))
        assert analyse(facts).recommendation.supplier_id == 1


def test_a_shortage_that_no_new_order_can_prevent_does_not_make_one_urgent() -> None:
    """Two days of stock, a large order arriving in four days, lead time seven: ordering today would come too late."""
    base = given_facts.smooth()
    line = OpenOrderLine("77", 1, TODAY - timedelta(days=8), TODAY + timedelta(days=4), 1200.0, 0.0)
    result = analyse(replace(base, stock=StockLevel(20.0, 0.0, TODAY), open_orders=(line,)))
    assert result.recommendation.verdict == "wait"
    assert result.logistics.order_by is not None
    assert result.logistics.order_by > TODAY + timedelta(days=14)
    assert not result.logistics.order_by_overdue
    assert result.recommendation.risk.stockout_probability == pytest.approx(1, abs=0.05)
    assert any("Cobrar" in step for step in result.recommendation.next_steps)


def test_the_fitted_tables_are_used_where_they_can_be_read() -> None:
    histories = [given_facts.sales_history(2.0 + i, seed=i) for i in range(12)]
    tables = PooledEngine.fit([History(h.start, h.quantity, group="Almofadas") for h in histories]).to_bytes()
    pooled = analyse(replace(given_facts.smooth(), forecast_tables=tables))
    assert pooled.engine != analyse(given_facts.smooth()).engine
    check_sound(pooled)
    unsold = analyse(replace(given_facts.smooth(), forecast_tables=tables, sales=None))
    assert unsold.demand.total is not None  # a guess from the catalogue
    assert unsold.recommendation.verdict == "manual_review"
    check_sound(unsold)
    assert analyse(replace(given_facts.smooth(), forecast_tables=b"old")).engine.startswith("local")


def test_shares_of_the_causes_add_up() -> None:
    for facts in given_facts.every().values():
        risk = analyse(facts).recommendation.risk
        shares = sum(c.share for c in risk.causes)
        assert shares == pytest.approx(1.0, abs=0.01) if risk.amount_at_risk else shares == 0


# ---------------------------------------------------------------------------------------------------------------------
