"""Shelf life, free freight, a budget, doubts and other ways out, in the decision about one product."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from reposto.analysts.alternatives import affordable
from reposto.analysts.analysis import analyse
from reposto.analysts.landed import billed, freight_of, landed_cost
from reposto.analysts.lots import best_lot
from reposto.analysts.plan import needed_at, plans
from reposto.analysts.shelf import EXPIRY_CHANCE
from reposto.analysts.situation import survey
from reposto.language.prose import split_fold, suggest, write_analysis
from reposto.model.facts import Company, Offer, PriceTier, ProductFacts, SalesHistory, StockLevel
from reposto.model.findings import Analysis
from reposto.model.request import Expect, Intent, Request
from tests.support import facts as given_facts

TODAY = given_facts.TODAY


def low(facts: ProductFacts | None = None, stock: float = 40.0) -> ProductFacts:
    return replace(facts or given_facts.smooth(), stock=StockLevel(stock, 0.0, TODAY - timedelta(days=1)))


def head(analysis: Analysis, locale: str = "pt-BR", **params: object) -> str:
    """What is shown above the fold."""
    request = Request(
        "x", Intent.PURCHASE_RECOMMENDATION, Expect.ANSWER, (analysis.sku,), params=dict(params), today=TODAY
    )
    return split_fold(write_analysis(analysis, request, locale))[0]


def keeping(days: int | None, facts: ProductFacts | None = None) -> ProductFacts:
    facts = facts or low()
    offer = replace(facts.offers[0], moq=1, pack_multiple=1)
    return replace(facts, offers=(offer,), product=replace(facts.product, shelf_life_days=days))


def test_no_more_is_advised_than_sells_before_it_expires() -> None:
    free, tight = plans(survey(keeping(None), 30), 40.0)[0], plans(survey(keeping(6), 30), 40.0)[0]
    assert free.expiry is None and tight.expiry is not None
    assert 0 < tight.lot < free.lot
    assert tight.expiry.chance <= EXPIRY_CHANCE
    advice = analyse(keeping(6)).recommendation
    assert advice.shelf_life is not None and advice.shelf_life.limits and advice.shelf_life.days == 6
    assert any("Validade de 6 dias" in reason and "menos do que a conta pede" in reason for reason in advice.reasons)
    assert "**Validade:** 6 dias a partir da chegada" in head(analyse(keeping(6)))
    assert "**Shelf life:** 6 days from arrival" in head(analyse(keeping(6)), "en")


def test_a_long_shelf_life_changes_nothing() -> None:
    assert analyse(keeping(720)).recommendation.quantity == analyse(keeping(None)).recommendation.quantity


def test_a_minimum_that_expires_unsold_is_for_a_person_to_look_at() -> None:
    facts = keeping(10)
    facts = replace(facts, offers=(replace(facts.offers[0], moq=5000),))
    advice = analyse(facts).recommendation
    assert advice.verdict == "manual_review" and advice.quantity is None
    assert "expires" in {m.code for m in advice.missing}


def test_more_stock_never_orders_more_of_what_expires() -> None:
    lots = [analyse(keeping(12, low(stock=s))).recommendation.quantity or 0.0 for s in (0, 30, 60, 120, 240)]
    assert lots == sorted(lots, reverse=True) and lots[0] > lots[-1]


OFFER = Offer(1, 1, "X", (PriceTier(1, Decimal("10")), PriceTier(100, Decimal("9"))), freight_fixed=Decimal(80))


def test_goods_from_the_supplier_s_free_freight_on_travel_free() -> None:
    offer = replace(OFFER, free_freight_from=Decimal(800), freight_percent=5.0)
    assert freight_of(offer, 79) == Decimal("119.50")  # 80 + 5 % of 790
    assert freight_of(offer, 80) == Decimal("0.00") == billed(offer, 80).freight
    assert freight_of(offer, 88) == 0 and landed_cost(offer, 80, Company()).freight == 0


def test_a_lot_reaches_for_free_freight_where_it_pays() -> None:
    company = Company(order_cost=Decimal(0), money_cost_percent_month=0)
    offer = replace(OFFER, tiers=OFFER.tiers[:1], free_freight_from=Decimal(800))
    for least, most in ((60, 400), (5, 400)):
        found = best_lot(offer, company, "UN", annual_demand=2000, least=least, most=most)
        costs = {q: _annual(q, offer, company) for q in range(least, most)}
        assert found.annual_cost == pytest.approx(min(costs.values()), abs=0.02)
        assert found.quantity == 80
    # 78 cost 860, 80 cost 800: never less for more
    assert best_lot(offer, company, "UN", annual_demand=1, least=78, most=0).quantity == 80


def _annual(quantity: int, offer: Offer, company: Company) -> float:
    unit = float(landed_cost(offer, quantity, company).unit)
    return unit * 2000 + company.holding_cost_percent_year / 100 * unit * quantity / 2


@pytest.mark.parametrize("pack", [1.0, 12.0])
@pytest.mark.parametrize("budget", [5, 95, 880, 989, 990, 4000])
def test_the_most_that_a_budget_pays_for(pack: float, budget: int) -> None:
    """By trying every lot; 99 cost 1,070 with the freight, 100 cost 980."""
    offer = replace(OFFER, pack_multiple=pack)
    lots = [q for q in range(int(pack), 301, int(pack)) if billed(offer, q).total <= budget]
    assert affordable(offer, "UN", Decimal(budget), 300) == max(lots, default=0)


def test_a_budget_below_the_advice_buys_a_part_and_says_what_it_risks() -> None:
    facts = keeping(None)
    whole = analyse(facts).recommendation
    assert whole.payable_total is not None and whole.quantity is not None
    part_of_it = (whole.payable_total / 5).quantize(Decimal("1"))
    analysis = analyse(facts, budget=part_of_it)
    (part,) = [a for a in analysis.recommendation.alternatives if a.code == "budget"]
    assert part.payable is not None and part.payable <= part_of_it and 0 < part.quantity < whole.quantity
    assert part.stockout_probability is not None and part.stockout_probability > 0.05
    assert f"Com R$ {part_of_it:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") in head(
        analysis, budget=float(part_of_it)
    )
    buttons = {a["action_type"]: a["action_data"]["quantity"] for a in suggest(analysis, "pt-BR")[:2]}
    assert buttons == {"approve_purchase": whole.quantity, "approve_quantity": part.quantity}
    rich = analyse(facts, budget=Decimal(10_000_000))
    assert not [a for a in rich.recommendation.alternatives if a.code == "budget"]
    assert "dão para tudo" in head(rich, budget=10_000_000.0)
    poor = head(analyse(facts, budget=Decimal(1)), budget=1.0)
    assert "não chegam nem ao menor pedido" in poor


def wild(days: int = 420) -> ProductFacts:
    """A fashion: sales that triple and fall from week to week; a year and two months."""
    rng = np.random.default_rng(5)
    level = np.repeat(np.exp(rng.normal(2.5, 0.9, days // 7 + 1)), 7)[:days]
    quantity = rng.poisson(level).astype(np.float64)
    none = np.zeros(days, dtype=np.bool_)
    sales = SalesHistory(TODAY - timedelta(days=days), quantity, none, none.copy(), none.copy(), rows=days)
    facts = low(given_facts.smooth(), 30.0)
    offer = replace(facts.offers[0], moq=1, pack_multiple=1, promised_lead_time_days=3)
    return replace(facts, sales=sales, offers=(offer,), receipts=(), supplier_receipts=())


def test_where_the_range_is_wide_and_the_supplier_quick_a_little_now_is_offered() -> None:
    analysis = analyse(wild())
    demand, advice = analysis.demand, analysis.recommendation
    assert demand.total is not None and demand.total.high > 2.5 * demand.total.low
    (little,) = [a for a in advice.alternatives if a.code == "little"]
    assert advice.quantity is not None and little.quantity < 0.85 * advice.quantity
    assert little.stockout_probability == pytest.approx(0.25, abs=0.05)
    assert "pouco agora e nova conta em 7 dias" in head(analysis)
    assert "little now and a new sum in 7 days" in head(analysis, "en")
    assert little.spared is not None and little.spared >= wild().company.order_cost
    assert "de estoque parado se a venda ficar no piso" in head(analysis)
    free = replace(wild().company, dead_stock_loss_percent=0.0, holding_cost_percent_year=1.0)
    found = analyse(replace(wild(), company=free)).recommendation.alternatives
    assert "little" not in {a.code for a in found}  # another order would cost more than it could spare
    slow = wild()
    slow = replace(slow, offers=(replace(slow.offers[0], promised_lead_time_days=30),))
    assert "little" not in {a.code for a in analyse(slow).recommendation.alternatives}
    steady = analyse(keeping(None)).recommendation
    assert not {"little", "repeat"} & {a.code for a in steady.alternatives}


def test_where_repeating_was_better_the_answer_says_what_it_would_ask_for() -> None:
    facts = wild()
    assert facts.sales is not None
    quantity = facts.sales.quantity.copy()
    quantity[-30:] *= 4  # a rise that the forecast leans back from
    analysis = analyse(replace(facts, sales=replace(facts.sales, quantity=quantity)))
    (repeat,) = [a for a in analysis.recommendation.alternatives if a.code == "repeat"]
    assert analysis.recommendation.quantity is not None and repeat.quantity > analysis.recommendation.quantity
    text = head(analysis)  # beside the unknown season, and not twice
    assert "se a temporada seguir assim, são" in text and "venderem como os últimos" not in text
    known = replace(analysis, recommendation=replace(analysis.recommendation, decembers=None))
    assert "se os próximos 30 dias venderem como os últimos" in head(known)


def test_the_confidence_names_its_reason_and_leaves_the_forecast_out_of_the_delivery_s() -> None:
    facts = replace(keeping(None), receipts=(), supplier_receipts=())
    advice = analyse(facts).recommendation
    assert advice.confidence == "low" and advice.doubts == ("no_receipts",)
    text = head(analyse(facts))
    assert "**Confiança:** baixa, porque não há nenhum recebimento de Espumas Paulista" in text
    sure = analyse(keeping(None)).recommendation
    assert sure.confidence != "low" and "no_receipts" not in sure.doubts


def test_a_season_that_was_never_seen_is_said_above_the_fold() -> None:
    facts = low()
    assert facts.sales is not None
    old, start = facts.sales, date_of(facts.sales)
    cut = (start - old.start).days
    young = SalesHistory(
        start, old.quantity[cut:], old.out_of_stock[cut:], old.promotion[cut:], old.one_off[cut:], rows=old.rows - cut
    )
    analysis = analyse(replace(facts, sales=young))
    assert analysis.recommendation.decembers == 0
    assert "ainda não passou por um dezembro conosco" in head(analysis)
    assert analyse(facts).recommendation.decembers is None  # two years are known
    assert "dezembro conosco" not in head(analyse(facts))


def date_of(sales: SalesHistory) -> date:
    """The tenth of January of the last year."""
    return (sales.start + timedelta(days=len(sales.quantity) - 1)).replace(month=1, day=10)


def test_a_higher_service_level_never_needs_less() -> None:
    situation = survey(wild(), 30)
    plan = plans(situation, 40.0)[0]
    needs = [needed_at(situation, plan, level) for level in (0.5, 0.7, 0.9, 0.99)]
    assert needs == sorted(needs) and needs[-1] > needs[0]
