"""The whole analysis: what it must say, and what it must never do, on any facts."""

import math
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.analysts.analysis import analyse
from reposto.analysts.forecast import History, PooledEngine
from reposto.model.encode import to_json
from reposto.model.errors import AnalysisCancelled
from reposto.model.facts import (
    Company,
    Offer,
    OpenOrderLine,
    PriceObservation,
    PriceTier,
    Product,
    ProductFacts,
    Receipt,
    SalesHistory,
    StockLevel,
    Supplier,
)
from reposto.model.findings import Analysis
from tests.support import facts as given_facts

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

money = st.decimals(Decimal("0.01"), Decimal("99999"), places=2)
near = st.integers(-400, 400).map(lambda d: TODAY + timedelta(days=d))
amounts = st.one_of(st.just(0.0), st.floats(0, 20), st.floats(0, 1e6))


@st.composite
def histories(draw: st.DrawFn) -> SalesHistory:
    days = draw(st.integers(0, 120) | st.just(800))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    quantity = rng.negative_binomial(draw(st.integers(1, 4)), draw(st.floats(0.01, 0.99)), size=days).astype(float)
    quantity[rng.random(days) < draw(st.floats(0, 1))] = 0.0
    out, promotion, one_off = (rng.random(days) < draw(st.floats(0, 1)) for _ in range(3))
    start = TODAY - timedelta(days=days + draw(st.integers(-40, 60)))
    return SalesHistory(start, quantity, out, promotion, one_off, planned_promotions=(TODAY,), rows=days)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    starts = sorted(draw(st.sets(st.integers(0, 5000), max_size=3)))
    return Offer(
        id=draw(st.integers(1, 5)),
        supplier_id=draw(st.integers(1, 3)),
        sku="X",
        tiers=tuple(PriceTier(float(q), draw(money)) for q in starts),
        moq=draw(st.sampled_from([0.0, 1.0, 7.5, 500.0])),
        pack_multiple=draw(st.sampled_from([0.0, 1.0, 0.25, 12.0, 144.0])),
        promised_lead_time_days=draw(st.none() | st.integers(0, 200)),
        valid_until=draw(st.none() | near),
        freight_fixed=draw(st.sampled_from([Decimal(0), Decimal("350.55")])),
        freight_percent=draw(st.sampled_from([0.0, 3.5])),
        ipi_percent=draw(st.sampled_from([0.0, 9.75])),
        icms_percent=draw(st.sampled_from([0.0, 18.0])),
        icms_st_percent=draw(st.sampled_from([0.0, 14.0])),
        payment_terms=draw(st.sampled_from([(), (0,), (28, 42, 56)])),
    )


receipts = st.builds(
    Receipt,
    order_number=st.just("1"),
    supplier_id=st.integers(1, 3),
    sku=st.sampled_from(["X", "Y"]),
    ordered_on=near,
    promised_on=st.none() | near,
    received_on=near,
    quantity=amounts,
    ordered_quantity=amounts,
)
any_facts = st.builds(
    ProductFacts,
    product=st.builds(Product, sku=st.just("X"), name=st.just("produto"), unit=st.sampled_from(["UN", "KG", "", "cx"])),
    company=st.builds(
        Company,
        state=st.sampled_from(["SP", "rj", "", "ZZ"]),
        holding_cost_percent_year=st.sampled_from([0.0, 25.0]),
        order_cost=st.sampled_from([Decimal(0), Decimal(60)]),
        service_level=st.sampled_from([0.0, 0.5, 0.95, 0.999, 1.0]),
        margin_percent=st.sampled_from([0.0, 40.0]),
        review_days=st.sampled_from([0, 1, 7, 90]),
        unmet_demand=st.sampled_from(["lost", "backorder"]),
        tax_regime=st.sampled_from(["simples", "presumido", "real", "?"]),
        data_until=st.none() | near,
    ),
    today=st.just(TODAY),
    stock=st.none() | st.builds(StockLevel, on_hand=amounts, reserved=amounts, as_of=near),
    sales=st.none() | histories(),
    offers=st.lists(offers(), max_size=3).map(tuple),
    suppliers=st.lists(
        st.builds(Supplier, id=st.integers(1, 3), name=st.just("F"), trade_name=st.just(""), active=st.booleans()),
        max_size=2,
    ).map(tuple),
    open_orders=st.lists(
        st.builds(
            OpenOrderLine,
            order_number=st.just("7"),
            supplier_id=st.integers(1, 3),
            ordered_on=near,
            expected_on=st.none() | near,
            quantity=amounts,
            received=amounts,
        ),
        max_size=3,
    ).map(tuple),
    receipts=st.lists(receipts, max_size=5).map(tuple),
    supplier_receipts=st.lists(receipts, max_size=5).map(tuple),
    prices=st.lists(
        st.builds(
            PriceObservation,
            on=near,
            unit_price=money,
            supplier_id=st.none() | st.integers(1, 3),
            quantity=st.none() | amounts,
            source=st.sampled_from(["order", "quote", "market"]),
        ),
        max_size=6,
    ).map(tuple),
)


@settings(max_examples=150)
@given(any_facts, st.integers(1, 400), st.none() | st.floats(0, 1e5))
def test_any_facts_yield_a_sound_analysis(facts: ProductFacts, horizon: int, quantity: float | None) -> None:
    check_sound(analyse(facts, horizon_days=horizon, quantity=quantity))


@settings(max_examples=40)
@given(st.floats(0, 900), st.floats(0, 500), st.integers(0, 25), st.integers(0, 15), st.booleans())
def test_more_stock_never_orders_more_and_a_longer_lead_time_never_less(
    stock: float, more: float, lead: int, longer: int, lost: bool
) -> None:
    base = given_facts.smooth()
    rules = replace(base.company, unmet_demand="lost" if lost else "backorder")

    def ordered(available: float, days: int) -> float:
        offer = replace(base.offers[0], promised_lead_time_days=days)
        level = StockLevel(available, 0.0, TODAY)
        facts = replace(base, company=rules, offers=(offer,), stock=level, receipts=(), supplier_receipts=())
        advice = analyse(facts).recommendation
        assert advice.quantity is not None
        return advice.quantity

    first = ordered(stock, lead)
    assert ordered(stock + more, lead) <= first
    assert ordered(stock, lead + longer) >= first


def check_sound(result: Analysis) -> None:
    """No NaN, nothing negative that can't be, no text without sense, and it travels."""
    assert to_json(result)
    _walk(result, "analysis")
    advice, demand = result.recommendation, result.demand
    for value in (advice.quantity, advice.needed_quantity, advice.reorder_point, advice.safety_stock, demand.per_day):
        assert value is None or value >= 0
    if demand.total is not None:
        assert 0 <= demand.total.low <= demand.total.expected <= demand.total.high
        assert demand.evidence
    if advice.verdict == "approve":
        assert advice.quantity is not None
        assert advice.quantity > 0
        assert advice.total is not None
        assert advice.supplier
    if advice.verdict == "manual_review":
        assert advice.missing
    for point in demand.series:
        assert (point.sold is None) != (point.expected is None)
        assert point.start <= point.end
    for line in result.prices.offers:
        assert line.quantity >= line.moq
    assert advice.evidence


def _walk(value: Any, where: str) -> None:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            _walk(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            _walk(item, f"{where}[{i}]")
    elif isinstance(value, float):
        assert type(value) is float, where  # numpy's own would not be plain data
        assert math.isfinite(value), where
    elif isinstance(value, Decimal):
        assert value.is_finite(), where
    elif isinstance(value, str):
        for bad in ("N/A", "nan", "None", "inf%", "  "):
            assert bad not in value, f"{where}: {value}"
    else:
        assert value is None or isinstance(value, (bool, int, date)), f"{where}: {type(value)}"
