"""What an analysis must never do, on any facts (Hypothesis)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.analysts.analysis import analyse
from reposto.model.facts import (
    Company,
    Offer,
    OpenOrderLine,
    PriceObservation,
    PriceSpan,
    PriceTier,
    Product,
    ProductFacts,
    Receipt,
    SalesHistory,
    StockLevel,
    Supplier,
)
from tests.support import facts as given_facts
from tests.support.soundness import check_sound

TODAY = given_facts.TODAY

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
    price = rng.choice([np.nan, 0.0, 5.0, 8.0, 1e9, 1e-4], days) if draw(st.booleans()) else None
    spans = st.builds(
        PriceSpan,
        st.dates(TODAY - timedelta(days=800), TODAY + timedelta(days=800)),
        st.none() | st.dates(TODAY - timedelta(days=800), TODAY + timedelta(days=800)),
        st.none() | st.sampled_from([0.01, 5.0, 7.5, 1e8]),
        st.none() | st.floats(0, 100),
        st.booleans(),
    )
    calendar = tuple(draw(st.lists(spans, max_size=4)))
    return SalesHistory(start, quantity, out, promotion, one_off, (TODAY,), rows=days, price=price, calendar=calendar)


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
        supplier_state=draw(st.sampled_from(["", "SP", "BA"])),
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
        activity=st.sampled_from(["commerce", "industry"]),
        internal_icms_percent=st.sampled_from([None, 0.0, 18.0]),
        cbs_percent=st.sampled_from([None, 0.0, 8.7]),
        local_holidays=st.sampled_from(["", "25/01, 29/02"]),
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
