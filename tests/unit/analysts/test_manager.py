"""What a purchasing manager held against the answers, one test per complaint."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from reposto.analysts import words
from reposto.analysts.analysis import analyse
from reposto.analysts.calendar import business_calendar
from reposto.analysts.demand import demand_confidence
from reposto.analysts.drivers import year_growth
from reposto.analysts.forecast import BackTest
from reposto.analysts.landed import billed, landed_cost
from reposto.analysts.plan import plans
from reposto.analysts.rhythm import Known
from reposto.analysts.situation import survey
from reposto.model.facts import OpenOrderLine, PriceObservation, PriceTier, ProductFacts, StockLevel
from tests.support import facts as given_facts

TODAY = given_facts.TODAY


def low() -> ProductFacts:
    """The cushion with three days of stock: an order is due."""
    return replace(given_facts.smooth(), stock=StockLevel(40.0, 0.0, TODAY - timedelta(days=1)))


def test_the_amount_of_an_order_is_what_will_be_billed() -> None:
    """2,400 at R$ 17.80 are R$ 42,720.00, whatever credits and terms are worth."""
    facts = low()
    offer = replace(facts.offers[0], tiers=(PriceTier(1, Decimal("17.80")),), freight_fixed=Decimal(0), ipi_percent=0.0)
    assert landed_cost(offer, 2400, facts.company).payable == Decimal("42720.00")
    taxed = replace(offer, ipi_percent=5.0, icms_st_percent=2.0, freight_fixed=Decimal("180"), freight_percent=1.0)
    parts = billed(taxed, 2400)
    assert (parts.goods, parts.ipi, parts.icms_st) == (Decimal("42720.00"), Decimal("2136.00"), Decimal("854.40"))
    assert parts.freight == Decimal("607.20")
    assert parts.total == Decimal("46317.60") == landed_cost(taxed, 2400, facts.company).payable


def test_headline_and_findings_name_the_amount_billed_and_keep_the_landed_cost_apart() -> None:
    result = analyse(low())
    advice = result.recommendation
    assert advice.payable_total is not None and advice.total is not None
    assert advice.payable_total > advice.total  # 28/42/56 days are worth something
    offer = next(o for o in low().offers if o.id == advice.offer_id)
    assert advice.payable_total == billed(offer, advice.quantity or 0.0).total
    assert words.reais(advice.payable_total) in advice.headline
    assert words.reais(advice.total) not in advice.headline
    money = " ".join(advice.reasons)
    assert f"Valor do pedido: {words.reais(advice.payable_total)}" in money
    assert f"Custo líquido posto: {words.reais(advice.total)}" in money
    assert all(o.payable is not None for o in result.prices.offers)
    assert all(a.payable is not None for a in advice.alternatives)


def test_another_supplier_who_is_in_time_takes_the_alarm_away() -> None:
    """The imported one is chosen and late, but somebody delivers in two days: no "too late", and his name."""
    facts = given_facts.smooth()
    fast = replace(facts.offers[1], id=13, promised_lead_time_days=1, tiers=(PriceTier(1, Decimal("99")),), moq=1)
    slow = replace(facts.offers[0], promised_lead_time_days=14)
    few = StockLevel(430.0, 0.0, TODAY - timedelta(days=1))
    both = replace(facts, offers=(slow, fast), stock=few, receipts=(), supplier_receipts=())
    alone = analyse(replace(both, offers=(slow,)))
    assert alone.logistics.order_by_overdue and alone.logistics.bridge_supplier is None
    cheap = [p for p in plans(survey(both, 30), 1.0) if p.offer.id == slow.id]
    assert cheap and not cheap[0].overdue and cheap[0].bridge == fast
    result = analyse(replace(both, company=replace(both.company, margin_percent=1.0)))
    assert result.recommendation.offer_id == slow.id
    assert not result.logistics.order_by_overdue
    assert result.logistics.bridge_supplier == given_facts.CHEAP.trade_name
    assert any(given_facts.CHEAP.trade_name in r and "entrega em" in r for r in result.recommendation.reasons)
    hardly = replace(both, stock=replace(few, on_hand=250.0))  # it will run out: then there is a hurry after all
    (first, *_) = plans(survey(hardly, 30), 1.0)
    assert first.overdue and first.bridge == fast


def test_an_empty_shelf_for_weeks_is_not_worth_a_better_price() -> None:
    """Seen on real sales: the importer was 14 % cheaper, and a month without goods of R$ 0.28 cost little margin."""
    facts = given_facts.smooth()
    slow = replace(facts.offers[0], promised_lead_time_days=25, tiers=(PriceTier(1, Decimal("0.24")),), moq=1)
    fast = replace(facts.offers[1], id=13, promised_lead_time_days=3, tiers=(PriceTier(1, Decimal("0.28")),), moq=1)
    few = StockLevel(430.0, 0.0, TODAY - timedelta(days=1))
    both = replace(facts, offers=(slow, fast), stock=few, receipts=(), supplier_receipts=())
    (first, second) = plans(survey(both, 30), 40.0)
    assert first.offer == fast
    assert first.stockout < 0.5 <= second.stockout
    dear = replace(fast, tiers=(PriceTier(1, Decimal("0.48")),))  # twice the price: every sale would lose money
    (first, _) = plans(survey(replace(both, offers=(slow, dear)), 30), 40.0)
    assert first.offer == slow


def test_a_lot_made_to_order_less_often_says_so_and_claims_no_cents() -> None:
    facts = low()
    offer = replace(
        facts.offers[0],
        tiers=(PriceTier(1, Decimal("24.50")), PriceTier(200, Decimal("24.49"))),
        moq=1,
        pack_multiple=1,
    )
    company = replace(facts.company, order_cost=Decimal("400"), review_days=2)
    steps = analyse(replace(facts, offers=(offer,), company=company)).recommendation.rounding
    text = steps[-1]
    assert text.startswith("lote econômico:") and "para pedir menos vezes" in text
    for estimate in text.split("cerca de ")[1:]:
        assert "," not in estimate.split()[1].rstrip(","), text
    assert "o frete dividido por mais unidades" in text  # not the price's merit


def test_estimates_have_no_cents_and_differences_no_more_decimals_than_the_price() -> None:
    assert words.about(5654.29) == "R$ 5.654"
    assert words.about(3.89) == "R$ 4"
    assert words.about(0.4) == "R$ 0,40"
    assert words.difference(Decimal("0.3284"), Decimal("15.24")) == "R$ 0,33"
    assert words.difference(Decimal("0.0123"), Decimal("0.61")) == "R$ 0,0123"
    assert words.exact_reais(Decimal("1.8223")) == "R$ 1,8223"


def test_a_draft_is_named_and_not_advised_again_as_if_it_were_not_there() -> None:
    line = OpenOrderLine("PC-000123", 1, TODAY, None, 2400.0, 0.0)
    small = analyse(replace(low(), drafts=(replace(line, quantity=2.0),))).recommendation
    assert "Já existe o rascunho PC-000123 de 2 UN" in small.headline and "A conta de hoje pede" in small.headline
    before, after = analyse(low()).recommendation, analyse(replace(low(), drafts=(line,)))
    advice = after.recommendation
    assert [(d.order_number, d.quantity) for d in advice.drafts] == [("PC-000123", 2400.0)]
    assert advice.headline.startswith("Envie o rascunho PC-000123 (2.400 UN) em vez de criar outro")
    assert any("PC-000123" in r and "não conta como a caminho" in r for r in advice.reasons)
    assert advice.next_steps[0] == "Revisar e enviar PC-000123 antes de criar outro rascunho."
    assert advice.quantity == before.quantity  # nobody has sent it: it fills no shelf
    assert after.demand.on_order == 0


def test_a_planned_promotion_is_named_with_its_effect() -> None:
    facts = given_facts.smooth()
    assert facts.sales is not None
    promotion = facts.sales.promotion.copy()
    quantity = facts.sales.quantity.copy()
    for first in range(100, len(quantity) - 30, 60):
        promotion[first : first + 5] = True
        quantity[first : first + 5] *= 2.5
    days = tuple(TODAY + timedelta(days=i) for i in range(3, 8))
    planned = replace(facts.sales, quantity=quantity, promotion=promotion, planned_promotions=days)
    (driver, *_) = analyse(replace(facts, sales=planned)).demand.drivers
    assert (driver.code, driver.days, driver.start, driver.end) == ("promotion", 5, days[0], days[-1])
    assert driver.percent is not None and driver.percent > 5
    later = replace(planned, planned_promotions=(TODAY + timedelta(days=90),))
    assert not any(d.code == "promotion" for d in analyse(replace(facts, sales=later)).demand.drivers)


def test_a_month_spoilt_by_stock_outs_is_named_as_the_reason() -> None:
    facts = given_facts.smooth()
    assert facts.sales is not None
    quantity, out = facts.sales.quantity.copy(), facts.sales.out_of_stock.copy()
    quantity[-20:-8], out[-20:-8] = 0.0, True
    spoilt = replace(facts, sales=replace(facts.sales, quantity=quantity, out_of_stock=out))
    codes = {d.code: d for d in analyse(spoilt).demand.drivers}
    assert codes["stockouts_past"].days == 12
    assert "stockouts_past" not in {d.code for d in analyse(facts).demand.drivers}


def test_half_a_year_above_the_last_one_is_no_standstill() -> None:
    start = date(2024, 1, 1)
    daily = np.concatenate([np.full(364, 10.0), np.full(364, 12.0)])
    assert year_growth(Known(start, daily)) == pytest.approx(20.0)
    assert year_growth(Known(start, daily[:300])) is None


def test_an_order_due_tomorrow_is_not_late() -> None:
    calendar = business_calendar("SP", TODAY.year)
    due = OpenOrderLine("OC-1", 1, TODAY - timedelta(days=1), TODAY + timedelta(days=1), 480.0, 0.0)
    late = replace(due, order_number="OC-2", ordered_on=calendar.add(TODAY, -20), expected_on=TODAY - timedelta(days=3))
    result = analyse(replace(low(), open_orders=(due, late)))
    texts = " ".join((*result.recommendation.reasons, *result.recommendation.next_steps))
    assert "OC-2" in texts and "OC-1" not in texts
    first = next(a for a in result.logistics.arriving if a.order_number == "OC-1")
    assert first.late_probability is not None and first.late_probability < 1


def test_sales_without_this_product_are_not_missing_sales() -> None:
    facts = replace(low(), sales=None)
    (missing,) = [m for m in analyse(facts).demand.missing if m.code in ("no_sales", "never_sold")]
    assert missing.code == "never_sold" and "importe" not in missing.text and not missing.file_kind
    assert analyse(facts).recommendation.verdict == "manual_review"
    nothing = replace(facts, company=replace(facts.company, data_until=None))
    assert "no_sales" in {m.code for m in analyse(nothing).demand.missing}


def test_a_quote_is_not_a_purchase() -> None:
    quote = PriceObservation(TODAY - timedelta(days=20), Decimal("279.00"), 1, None, "quote")
    facts = replace(low(), prices=(quote,))
    result = analyse(facts)
    assert result.prices.paid_source == "quote"
    assert not any("paga" in r for r in result.recommendation.reasons if "média" in r)
    assert analyse(low()).prices.paid_source == "order"


def test_confidence_is_at_most_medium_where_repeating_the_past_was_better() -> None:
    situation = survey(given_facts.smooth(), 30)
    assert situation.near is not None
    worse, better = BackTest(35, 8, 0.10, 0.083, 0.8, 0.0), BackTest(35, 8, 0.083, 0.10, 0.8, 0.0)
    graded = [
        demand_confidence(replace(situation, near=replace(situation.near, confidence="high", back_test=test)))
        for test in (worse, better)
    ]
    assert graded == ["medium", "high"]


def test_without_anybody_to_buy_from_that_is_the_cause() -> None:
    facts = replace(low(), offers=tuple(replace(o, valid_until=TODAY - timedelta(days=1)) for o in low().offers))
    codes = {c.code for c in analyse(facts).recommendation.risk.causes}
    assert "no_supply" in codes and "demand" not in codes


def test_an_empty_shelf_lasts_no_day() -> None:
    result = analyse(replace(low(), stock=StockLevel(0.0, 0.0, TODAY - timedelta(days=1))))
    text = next(r for r in result.recommendation.reasons if r.startswith("Estoque:"))
    assert "dura" not in text
    assert result.demand.coverage_days == 0.0


def test_what_lacks_of_a_counted_product_is_whole() -> None:
    for stock in range(30, 160, 10):
        facts = replace(low(), stock=StockLevel(float(stock), 0.0, TODAY - timedelta(days=1)))
        for reason in analyse(facts).recommendation.reasons:
            if reason.startswith("Faltaria"):
                amount = reason.split(" UN")[0].split()[-1]
                assert "," not in amount, reason


def test_rare_sales_have_neither_an_ordinary_month_nor_growth() -> None:
    demand = analyse(given_facts.lumpy()).demand
    assert demand.pattern in ("lumpy", "intermittent")
    assert demand.year_growth_percent is None
    assert "level" not in {d.code for d in demand.drivers}
