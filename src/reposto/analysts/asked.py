"""The analysis of a question, with what only this question asks: its days, its length of time, its change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reposto.analysts.analysis import Step, conclude, silent
from reposto.analysts.forecast import Engine
from reposto.analysts.rounding import orderable
from reposto.analysts.situation import Situation, survey
from reposto.analysts.what_if import changed, compare_plans
from reposto.analysts.windows import demand_in
from reposto.model.asked import Asked, Change, ComparedProduct, Comparison, Cover, WindowDemand
from reposto.model.facts import ProductFacts
from reposto.model.findings import Analysis
from reposto.model.request import Window

LONGEST = 365  # days that can be asked about


@dataclass(frozen=True, slots=True)
class Question:
    """What a question states. `cover`: whether it asks if, or how much is needed so that, the stock lasts so long."""

    intent: str = "demand_forecast"
    horizon_days: int = 30
    quantity: float | None = None
    window: Window | None = None
    cover: bool = False
    change: Change | None = None
    budget: Decimal | None = None  # R$ that may be spent on this product


def analyse_question(
    facts: ProductFacts, question: Question, *, step: Step = silent, engine: Engine | None = None
) -> tuple[Analysis, Asked]:
    """The analysis as things are, and what was asked beside it. The horizon reaches the end of the window."""
    step("demand", "running")
    horizon = question.horizon_days
    if question.window is not None and question.window.end >= facts.today:
        horizon = (question.window.end - facts.today).days + 1
    situation = survey(facts, horizon, engine)
    analysis = conclude(
        situation, intent=question.intent, quantity=question.quantity, budget=question.budget, step=step
    )
    window = demand_in(situation, question.window) if question.window is not None else None
    cover = estimate_cover(situation, analysis) if question.cover else None
    simulation = None
    if question.change is not None:
        other = changed(situation, question.change)
        then = analysis if other is situation else conclude(other, intent=question.intent)
        simulation = compare_plans(question.change, analysis, then)
    return analysis, Asked(window, simulation, cover)


def estimate_cover(situation: Situation, analysis: Analysis) -> Cover | None:
    """What must be bought for the stock to last the horizon; None without a forecast or a stock.

    lacking = expected demand - free stock - open orders that arrive by then in half the cases; lacking_safely with the
    90 % quantile of the demand; both at least 0, rounded up for counted units. stockout_probability: that some demand
    goes unserved within the horizon if nothing is bought.
    """
    demand, days = analysis.demand, situation.horizon_days
    if demand.total is None or situation.available is None or situation.paths is None:
        return None
    coming = sum(c.arrival.quantity for c in situation.coming if c.arrival is not None and c.arrival.at(0.5) < days)
    have, unit = situation.available + float(coming), situation.facts.product.unit
    short = situation.paths.stockout_by_day()
    return Cover(
        days=days,
        until=situation.facts.today + timedelta(days=days - 1),
        demand=demand.total,
        available=situation.available,
        on_order=float(coming),
        lacking=orderable(max(demand.total.expected - have, 0.0), None, unit),
        lacking_safely=orderable(max(demand.total.high - have, 0.0), None, unit),
        stockout_probability=round(float(short[min(days, len(short) - 1)]), 4),
    )


def compare_products(analyses: tuple[Analysis, ...], today: date, sold: tuple[WindowDemand, ...] = ()) -> Comparison:
    """Analyses of the same horizon, beside each other; `sold`: what each sold in the days asked about."""
    then = [found.sold for found in sold] or [None] * len(analyses)
    products = tuple(_compared(a, units) for a, units in zip(analyses, then, strict=True))
    return Comparison(today, analyses[0].demand.horizon_days, products, sold[0].window if sold else None)


def _compared(analysis: Analysis, sold_then: float | None) -> ComparedProduct:
    demand, advice, prices = analysis.demand, analysis.recommendation, analysis.prices
    best = next((o for o in prices.offers if o.offer_id == prices.best_offer_id), None)
    return ComparedProduct(
        sku=analysis.sku,
        name=analysis.name,
        unit=analysis.unit,
        sold=demand.last_period_total,
        demand=demand.total.expected if demand.total is not None else None,
        growth_percent=demand.year_growth_percent,
        available=demand.available,
        coverage_days=demand.coverage_days,
        stockout_date=demand.stockout_date,
        unit_price=best.unit_price if best is not None else None,
        supplier=best.supplier if best is not None else None,
        verdict=advice.verdict,
        quantity=advice.quantity,
        payable=advice.payable_total,
        error_percent=demand.accuracy.error_percent if demand.accuracy is not None else None,
        sold_then=sold_then,
    )
