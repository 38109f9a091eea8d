"""What an order must never do, whatever is sold, on hand or offered (Hypothesis)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reposto.analysts.analysis import analyse
from reposto.analysts.calendar import business_calendar
from reposto.analysts.leadtime import LeadTime, lead_times
from reposto.model.facts import Offer, PriceTier, ProductFacts, Receipt, StockLevel
from tests.support import facts as given_facts

TODAY = given_facts.TODAY
KINDS = ("smooth", "lumpy", "new_product", "with_stockouts")
BASE = {kind: getattr(given_facts, kind)() for kind in KINDS}


def asked(base: ProductFacts, stock: float, *, offer: Offer | None = None) -> float:
    """Units advised, by the offer alone: no receipts, no orders on their way."""
    facts = replace(
        base,
        offers=(offer or base.offers[0],),
        stock=StockLevel(stock, 0.0, TODAY),
        receipts=(),
        supplier_receipts=(),
        open_orders=(),
    )
    return analyse(facts).recommendation.quantity or 0.0


@settings(max_examples=30)
@given(st.sampled_from(KINDS), st.floats(0, 400), st.floats(0, 300), st.integers(0, 40), st.integers(0, 25))
def test_for_any_kind_of_demand_more_stock_never_orders_more_and_more_days_never_less(
    kind: str, stock: float, more: float, lead: int, longer: int
) -> None:
    base = BASE[kind]
    offer = replace(base.offers[0], promised_lead_time_days=lead)
    first = asked(base, stock, offer=offer)
    assert 0 <= asked(base, stock + more, offer=offer) <= first
    assert asked(base, stock, offer=replace(offer, promised_lead_time_days=lead + longer)) >= first


@settings(max_examples=30)
@given(st.floats(0, 400), st.integers(2, 2000), st.decimals(Decimal("0.01"), Decimal("9"), places=2))
def test_a_dearer_tier_is_never_bought_into(stock: float, start: int, dearer: Decimal) -> None:
    """A last tier that costs more per unit makes no order larger."""
    base = BASE["smooth"]
    flat = replace(base.offers[0], tiers=(PriceTier(1, base.offers[0].tiers[0].unit_price),))
    worse = replace(flat, tiers=(*flat.tiers, PriceTier(float(start), flat.tiers[0].unit_price + dearer)))
    assert asked(base, stock, offer=worse) <= asked(base, stock, offer=flat)


samples = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["X", "Y"]), st.integers(1, 900), st.integers(-5, 600)), max_size=20
)


def known(deliveries: list[tuple[int, str, int, int]], promised: int | None) -> dict[int, LeadTime]:
    receipts = []
    for supplier, sku, age, taken in deliveries:
        day = TODAY - timedelta(days=age)
        due = day + timedelta(days=promised or 7)
        receipts.append(Receipt("1", supplier, sku, day, due, day + timedelta(days=taken), 5.0, 5.0))
    offer = Offer(1, 1, "X", (PriceTier(1, Decimal(1)),), promised_lead_time_days=promised)
    facts = replace(
        given_facts.empty(),
        offers=(offer,),
        receipts=tuple(r for r in receipts if r.sku == "X"),
        supplier_receipts=tuple(r for r in receipts if r.sku != "X"),
    )
    return lead_times(replace(facts, product=replace(facts.product, sku="X")), business_calendar("SP", TODAY.year))


@given(samples, st.none() | st.integers(0, 300), st.integers(0, 500))
def test_any_deliveries_give_a_distribution_of_lead_times(
    deliveries: list[tuple[int, str, int, int]], promised: int | None, elapsed: int
) -> None:
    for lead in known(deliveries, promised).values():
        assert (np.diff(lead.days) > 0).all()
        assert lead.days[0] >= 0
        assert (lead.probability > 0).all()
        assert lead.probability.sum() == pytest.approx(1)
        assert lead.quantile(0.5) <= lead.quantile(0.9)
        days, probability = lead.remaining(elapsed)
        assert (days >= 1).all()
        assert probability.sum() == pytest.approx(1)
        assert lead.on_time is None or 0 <= lead.on_time <= 1
