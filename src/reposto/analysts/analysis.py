"""One product, all four analysts: the whole analysis of a question."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from reposto.analysts.demand import describe_demand
from reposto.analysts.forecast import Engine
from reposto.analysts.logistics import estimate_logistics
from reposto.analysts.lot_choice import daily_demand
from reposto.analysts.plan import Plan, plans, valid_offers
from reposto.analysts.prices import rank_offers
from reposto.analysts.recommendation import recommend
from reposto.analysts.situation import Situation, survey
from reposto.model.facts import Offer, ProductFacts
from reposto.model.findings import Analysis

Step = Callable[[str, str], None]
LEAST_ASKED, MOST_ASKED = 1e-3, 1e9  # units a buyer can mean; anything else was misread


def silent(_name: str, _state: str) -> None:
    """Nobody watches."""


def analyse(
    facts: ProductFacts,
    *,
    horizon_days: int = 30,
    intent: str = "demand_forecast",
    quantity: float | None = None,
    budget: Decimal | None = None,
    step: Step = silent,
    engine: Engine | None = None,
) -> Analysis:
    """Run demand, prices, logistics and recommendation on `facts`, telling `step(name, "running" | "done")` of each.

    horizon_days is cut to 1..365; quantity (units) and budget (R$) are what the buyer named, None if nothing; a
    quantity outside 0.001..1e9 is ignored. Whatever `step` raises ends the analysis: that is how a caller cancels.
    Missing data never raise; the findings say what is missing.
    """
    step("demand", "running")
    situation = survey(facts, horizon_days, engine)
    return conclude(situation, intent=intent, quantity=quantity, budget=budget, step=step)


def conclude(
    situation: Situation,
    *,
    intent: str = "demand_forecast",
    quantity: float | None = None,
    budget: Decimal | None = None,
    step: Step = silent,
) -> Analysis:
    """The four findings on a situation that is known; see `analyse`."""
    facts = situation.facts
    if quantity is not None and not LEAST_ASKED <= quantity <= MOST_ASKED:
        quantity = None
    demand = describe_demand(situation)
    step("demand", "done")
    step("prices", "running")
    found = plans(situation, facts.company.margin_percent)
    compared = _quantity_in_question(situation, found, quantity)
    names = {o.supplier_id: situation.supplier_name(o.supplier_id) for o in facts.offers}
    prices = rank_offers(facts, compared, situation.leads, names, found[0].offer.id if found else None)
    step("prices", "done")
    step("logistics", "running")
    plan = found[0] if found else None
    logistics = estimate_logistics(situation, plan, _offer(situation, prices.best_offer_id), compared)
    step("logistics", "done")
    step("recommendation", "running")
    recommendation = recommend(situation, found, demand, prices, logistics, quantity, budget)
    step("recommendation", "done")
    return Analysis(
        sku=facts.product.sku,
        name=facts.product.name,
        unit=facts.product.unit,
        category=facts.product.category,
        today=facts.today,
        data_until=situation.data_until,
        intent=intent,
        demand=demand,
        prices=prices,
        logistics=logistics,
        recommendation=recommendation,
        confidence=recommendation.confidence,
        data_version=facts.data_version,
        engine=situation.near.version if situation.near is not None else "none",
    )


def _quantity_in_question(situation: Situation, found: tuple[Plan, ...], asked: float | None) -> float | None:
    """Named by the buyer, else what is advised, else an ordinary lot, else a month's demand; None if all unknown."""
    if asked is not None and asked > 0:
        return asked
    if found:
        return found[0].lot or found[0].usual_lot
    per_day = daily_demand(situation)
    if per_day <= 0 or not valid_offers(situation):
        return None
    return max(round(per_day * 30, 3), 1.0)


def _offer(situation: Situation, offer_id: int | None) -> Offer | None:
    return next((o for o in situation.facts.offers if o.id == offer_id), None)
