"""Calls to suppliers, and taxes that may change the cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reposto.analysts.analysis import analyse
from reposto.language.prose import write_analysis
from reposto.model.calls import Call
from reposto.model.facts import Company, OpenOrderLine, PriceTier, ProductFacts, StockLevel
from reposto.model.findings import Analysis
from reposto.model.request import Expect, Intent, Request
from tests.support import facts as given_facts

TODAY = given_facts.TODAY


def head(analysis: Analysis, locale: str = "pt-BR") -> str:
    request = Request("devo comprar?", Intent.REORDER_QUANTITY, Expect.ANSWER, (analysis.sku,), today=analysis.today)
    return write_analysis(analysis, request, locale).split("\n---\n")[0]


def call(analysis: Analysis, code: str) -> Call | None:
    return next((c for c in analysis.recommendation.calls if c.code == code), None)


def expired(days: int = 3, factor: str = "1") -> ProductFacts:
    """Nobody has a valid offer; the stock lasts five days."""
    facts = given_facts.smooth()
    until = TODAY - timedelta(days=days)
    offers = tuple(replace(o, valid_until=until) for o in facts.offers)
    return replace(facts, offers=offers, stock=StockLevel(60.0, 0.0, TODAY - timedelta(days=1)))


def test_an_expired_offer_is_asked_for_again_with_its_price_and_what_would_be_ordered() -> None:
    analysis = analyse(expired())
    assert analysis.recommendation.verdict == "manual_review"
    found = [c for c in analysis.recommendation.calls if c.code == "renew"]
    assert {c.supplier for c in found} == {given_facts.FAST.trade_name, given_facts.CHEAP.trade_name}
    first = found[0]
    assert first.quantity > 0 and first.unit_price is not None and first.payable is not None
    assert first.due == TODAY - timedelta(days=3)
    assert first.payable >= first.unit_price * Decimal(str(first.quantity))
    assert "eça nova cotação a" in head(analysis) and "venceu em 20/11/2026" in head(analysis)
    assert "sk Espumas Paulista for a new quote" in head(analysis, "en")


def test_an_offer_that_ended_last_year_is_left_alone() -> None:
    assert analyse(expired(days=300)).recommendation.calls == ()


def test_an_expired_offer_beside_a_valid_one_is_named_only_if_it_was_clearly_cheaper() -> None:
    facts = expired()
    valid = replace(facts.offers[0], valid_until=TODAY + timedelta(days=9))

    def renewed(price: str) -> Call | None:
        old = replace(facts.offers[1], tiers=(PriceTier(1, Decimal(price)),), moq=1)
        return call(analyse(replace(facts, offers=(valid, old))), "renew")

    cheap = renewed("12")
    assert cheap is not None and cheap.cheaper_percent is not None and cheap.cheaper_percent > 20
    assert renewed("40") is None


def coming(days: int, quantity: float = 480.0, stock: float = 110.0) -> ProductFacts:
    line = OpenOrderLine("1203", 2, TODAY - timedelta(days=8), TODAY + timedelta(days=days), quantity, 0.0)
    facts = given_facts.smooth()
    return replace(facts, open_orders=(line,), stock=StockLevel(stock, 0.0, TODAY - timedelta(days=1)))


def test_an_order_that_comes_after_the_stock_ends_is_to_be_hurried() -> None:
    analysis = analyse(coming(14))
    found = call(analysis, "hurry")
    assert found is not None and (found.order_number, found.quantity) == ("1203", 480.0)
    assert found.wanted is not None and found.due is not None and analysis.demand.stockout_date is not None
    assert TODAY < found.wanted <= analysis.demand.stockout_date < found.due
    assert found.probability_after is not None and found.probability_after <= 0.05
    assert found.days == (found.due - found.wanted).days
    assert (
        found.probability_before is not None
        and found.probability_after is not None
        and found.probability_after <= found.probability_before - 0.05
    )
    assert "entregue o pedido 1203 (480 UN) até" in head(analysis)
    assert "Cobrar a entrega" not in head(analysis)  # the same thing, said worse
    assert "deliver order 1203" in head(analysis, "en")


def test_an_order_that_may_be_late_is_made_sure_of() -> None:
    """Expected in time, from a supplier who scatters by a week."""
    facts = coming(8, stock=170.0)
    line = replace(facts.open_orders[0], ordered_on=TODAY - timedelta(days=15), expected_on=TODAY + timedelta(days=2))
    analysis = analyse(replace(facts, open_orders=(line,)))
    found = call(analysis, "confirm")
    assert found is not None and found.due is not None and found.wanted is not None
    assert found.due <= found.wanted and found.days is None
    assert "confirme com Serra Azul o pedido 1203" in head(analysis).replace("Confirme", "confirme")
    assert "ake sure with Serra Azul of order 1203" in head(analysis, "en")


def test_an_order_that_comes_in_time_or_changes_nothing_is_not() -> None:
    assert call(analyse(coming(3, stock=300.0)), "hurry") is None
    assert call(analyse(coming(14, quantity=1.0)), "hurry") is None


def test_what_will_be_lacking_is_worth_its_margin_and_no_more() -> None:
    facts = replace(given_facts.smooth(), stock=StockLevel(30.0, 0.0, TODAY - timedelta(days=1)))
    analysis = analyse(facts)
    found = call(analysis, "express")
    assert found is not None and found.amount is not None
    assert found.amount == pytest.approx(analysis.recommendation.risk.amount_at_risk, abs=Decimal("0.02"))
    margin = float(analysis.recommendation.landed_unit_cost or 0) * facts.company.margin_percent / 100
    assert found.quantity * margin == pytest.approx(float(found.amount), rel=0.05)
    assert "a margem que se perderia" in head(analysis)
    plenty = replace(facts, stock=StockLevel(600.0, 0.0, TODAY - timedelta(days=1)))
    assert call(analyse(plenty), "express") is None
    dear = replace(facts, company=replace(facts.company, order_cost=Decimal("90000")))
    assert call(analyse(dear), "express") is None


def cautions(facts: ProductFacts, **rules: object) -> list[str]:
    changed = replace(facts, company=replace(facts.company, **rules))  # type: ignore[arg-type]
    return [c.code for c in analyse(changed).recommendation.cautions]


def test_a_delivery_in_2027_is_warned_of_until_the_new_rules_hold() -> None:
    facts = replace(given_facts.smooth(), stock=StockLevel(30.0, 0.0, TODAY - timedelta(days=1)))
    assert cautions(facts, tax_regime="real") == []
    slow = tuple(replace(o, promised_lead_time_days=40) for o in facts.offers)
    late = replace(facts, offers=slow, receipts=(), supplier_receipts=())
    assert cautions(late, tax_regime="real") == ["taxes_change"]
    assert cautions(late, tax_regime="presumido") == ["taxes_change"]
    assert cautions(late) == []
    analysis = analyse(replace(late, company=replace(late.company, tax_regime="real")))
    assert "quando a CBS substitui PIS e COFINS" in head(analysis)
    assert "CBS replaces PIS and COFINS" in head(analysis, "en")


def test_in_2027_an_estimated_rate_is_said_to_be_one() -> None:
    base = given_facts.smooth()
    ahead = (date(2027, 2, 1) - TODAY).days
    assert base.sales is not None
    facts = replace(
        base,
        today=date(2027, 2, 1),
        sales=replace(base.sales, start=base.sales.start + timedelta(days=ahead)),
        stock=StockLevel(30.0, 0.0, date(2027, 1, 31)),
        offers=tuple(replace(o, valid_until=date(2027, 3, 1)) for o in base.offers),
        company=replace(base.company, data_until=date(2027, 1, 31)),
    )
    assert cautions(facts, tax_regime="presumido") == ["cbs_estimate"]
    assert cautions(facts, tax_regime="presumido", cbs_percent=9.3) == []
    assert cautions(facts) == []
    analysis = analyse(replace(facts, company=replace(facts.company, tax_regime="presumido")))
    assert "estimativa de 8,8%" in head(analysis)


def test_goods_from_another_state_may_cost_a_company_in_simples_more() -> None:
    """The chosen supplier is 1 % cheaper from afar; the difference of ICMS would make the neighbour cheaper."""
    base = given_facts.smooth()
    offer = replace(base.offers[0], tiers=(PriceTier(1, Decimal("20")),), freight_fixed=Decimal(0), icms_percent=12.0)
    afar = replace(offer, id=31, supplier_id=2, tiers=(PriceTier(1, Decimal("19.80")),), supplier_state="RS")
    near = replace(offer, supplier_state="SP")
    few = StockLevel(150.0, 0.0, TODAY - timedelta(days=1))
    facts = replace(base, offers=(near, afar), stock=few, receipts=(), supplier_receipts=())
    (caution,) = analyse(facts).recommendation.cautions
    assert (caution.code, caution.state, caution.rival) == ("difal_decides", "RS", given_facts.FAST.trade_name)
    assert "com ela Espumas Paulista pode sair mais barato" in head(analyse(facts))
    told = replace(facts, company=replace(facts.company, internal_icms_percent=18.0))
    assert analyse(told).recommendation.offer_id == near.id
    assert cautions(facts, internal_icms_percent=0.0) == []
    assert cautions(replace(facts, offers=(afar,))) == ["difal_unknown"]
    assert Company().internal_icms_percent is None


def test_when_waiting_the_call_is_the_answer_and_not_a_line_below_it() -> None:
    facts = coming(14, quantity=3000.0)  # nobody else is quicker
    analysis = analyse(replace(facts, offers=facts.offers[1:]))
    assert analysis.recommendation.verdict == "wait" and call(analysis, "hurry") is not None
    lead = head(analysis).split("\n- ")[0]
    assert "entregue o pedido 1203" in lead and "cobre a entrega" not in lead
    assert "**Ligue:**" not in head(analysis)  # said once
