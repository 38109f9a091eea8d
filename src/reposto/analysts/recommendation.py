"""The recommendation: buy, wait or have a person look, with quantity, reasons, alternatives and risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from reposto.analysts import words
from reposto.analysts.alternatives import alternatives, coverage_with
from reposto.analysts.calls import calls
from reposto.analysts.cautions import cautions
from reposto.analysts.demand import data_age, demand_missing
from reposto.analysts.doubts import grade, unknown_season
from reposto.analysts.landed import billed
from reposto.analysts.lot_limits import LONGEST_LOT_DAYS
from reposto.analysts.plan import Plan, is_forced_too_large, valid_offers
from reposto.analysts.reasons import headline, next_steps, reasons
from reposto.analysts.risk import estimate_risk
from reposto.analysts.rounding import orderable
from reposto.analysts.shelf import EXPIRY_CHANCE
from reposto.analysts.situation import Situation
from reposto.model.findings import (
    DemandFinding,
    DraftOrder,
    Evidence,
    LogisticsFinding,
    Missing,
    PriceFinding,
    RecommendationFinding,
    ShelfLife,
    Verdict,
)
from reposto.model.quantities import to_cents

# Missing data with which no purchase may be advised or ruled out. The others only lower the confidence.
_DECISIVE = frozenset(
    "no_sales never_sold no_stock no_offer expired_offers no_lead_time long_lead_time large_minimum "
    "expires stale_sales stale_stock short_history inactive".split()
)


def recommend(
    situation: Situation,
    found: tuple[Plan, ...],
    demand: DemandFinding,
    prices: PriceFinding,
    logistics: LogisticsFinding,
    asked: float | None = None,
    budget: Decimal | None = None,
) -> RecommendationFinding:
    """Verdict and everything about it, from the plans (best first) and the other three findings.

    approve: plan.needed > 0, for without an order of today the stock fails the service level before one of the next
    review arrives. wait: it doesn't. manual_review: something decisive is missing. asked, budget: see alternatives.
    """
    plan = next(iter(found), None)
    missing = _missing(situation, prices, logistics, plan)
    decisive = _decisive(missing)
    verdict = _verdict(plan, decisive)
    quantity = _advised(plan, verdict)
    risk = estimate_risk(
        situation,
        plan,
        prices,
        buying=verdict != "wait",
        quantity=quantity or 0.0,
        suppliers=len({o.supplier_id for o in valid_offers(situation)}),
        age_days=data_age(situation),
        missing=tuple(m.text for m in decisive),
    )
    advice = RecommendationFinding(  # what a plan alone can say follows below
        verdict=verdict,
        headline=headline(situation, verdict, plan, decisive),
        quantity=quantity,
        needed_quantity=_needed(situation, plan),
        rounding=(),
        supplier_id=None,
        supplier=None,
        offer_id=None,
        unit_price=None,
        landed_unit_cost=None,
        total=_paid(verdict, plan.cost.total if plan else None),
        order_by=plan.order_by if plan else None,
        expected_arrival=logistics.probable_arrival if verdict == "approve" else None,
        coverage_after_days=coverage_with(situation, quantity) if quantity is not None else None,
        reorder_point=None,
        safety_stock=None,
        target_stock=None,
        service_level=situation.facts.company.service_level,
        reasons=reasons(situation, verdict, found, demand, prices, logistics, decisive),
        next_steps=next_steps(situation, verdict, plan, prices, decisive),
        alternatives=alternatives(situation, found, verdict, demand, asked=asked, budget=budget),
        risk=risk,
        confidence="low",
        evidence=_evidence(situation, plan),
        missing=missing,
        payable_total=_paid(verdict, plan.cost.payable if plan else None),
        calls=calls(situation, found, demand),
        cautions=cautions(situation, found, logistics.probable_arrival) if verdict == "approve" else (),
    )
    return _with_terms(situation, advice, plan)


def _with_terms(situation: Situation, advice: RecommendationFinding, plan: Plan | None) -> RecommendationFinding:
    """With the plan's own figures, the season, the shelf life, and the supplier's terms for a whole order."""
    covered = max(float(situation.horizon_days), advice.coverage_after_days or 0.0)
    season = unknown_season(situation, min(covered, 365.0))
    confidence, doubts = grade(situation, plan, undecidable=bool(_decisive(advice.missing)))
    advice = replace(advice, decembers=season, drafts=_drafts(situation), confidence=confidence, doubts=doubts)
    if plan is None:
        return advice
    supplier = next((s for s in situation.facts.suppliers if s.id == plan.offer.supplier_id), None)
    share = plan.rules.share if plan.rules is not None else None
    limit = plan.rules.limit if plan.rules is not None else None
    buying = advice.verdict == "approve"
    return replace(
        advice,
        supplier_id=plan.offer.supplier_id,
        supplier=situation.supplier_name(plan.offer.supplier_id),
        offer_id=plan.offer.id,
        unit_price=plan.cost.goods,
        landed_unit_cost=plan.cost.unit,
        rounding=plan.steps if buying else (),
        rounding_steps=plan.rounding if buying else (),
        reorder_point=plan.reorder_point,
        safety_stock=plan.safety_stock,
        target_stock=plan.target_stock,
        goods=billed(plan.offer, plan.lot).goods if buying else None,
        shelf_life=_shelf_life(situation, plan) if buying else None,
        minimum_order=supplier.minimum_order if supplier is not None else None,
        free_freight_from=supplier.free_freight_from if supplier is not None else None,
        order_lines=share.lines if share is not None else None,
        order_line_cost=share.cost if share is not None else None,
        lot_limit=limit.code if limit is not None and limit.days < LONGEST_LOT_DAYS else "",
        lot_limit_days=limit.days if limit is not None and limit.code else None,
    )


def _shelf_life(situation: Situation, plan: Plan) -> ShelfLife | None:
    life, found = situation.facts.product.shelf_life_days, plan.expiry
    if not life or found is None:
        return None
    worth = to_cents(plan.cost.unit * Decimal(str(round(found.unsold, 3))))
    last = situation.facts.today + timedelta(days=found.days)
    limits = plan.lot < plan.needed - 1e-9
    return ShelfLife(life, last, round(found.chance, 3), round(found.unsold, 2), worth, limits)


def _decisive(missing: tuple[Missing, ...]) -> tuple[Missing, ...]:
    return tuple(m for m in missing if m.code in _DECISIVE)


def _advised(plan: Plan | None, verdict: Verdict) -> float | None:
    if plan is not None and verdict == "approve":
        return plan.lot
    return 0.0 if verdict == "wait" else None


def _paid(verdict: Verdict, amount: Decimal | None) -> Decimal | None:
    """The order's amount, nothing when waiting, None when that can't be said."""
    return amount if verdict == "approve" else Decimal("0.00") if verdict == "wait" else None


def _drafts(situation: Situation) -> tuple[DraftOrder, ...]:
    """Orders drafted and not sent, oldest first."""
    lines = sorted(situation.facts.drafts, key=lambda line: (line.ordered_on, line.order_number))
    return tuple(
        DraftOrder(line.order_number, situation.supplier_name(line.supplier_id), line.outstanding, line.ordered_on)
        for line in lines
        if line.outstanding > 0
    )


def _verdict(plan: Plan | None, decisive: tuple[Missing, ...]) -> Verdict:
    if plan is None or decisive:
        return "manual_review"
    return "approve" if plan.lot > 0 else "wait"


def _needed(situation: Situation, plan: Plan | None) -> float | None:
    if plan is None:
        return None
    return orderable(plan.needed, None, situation.facts.product.unit)


def _missing(
    situation: Situation, prices: PriceFinding, logistics: LogisticsFinding, plan: Plan | None
) -> tuple[Missing, ...]:
    found = [*demand_missing(situation), *prices.missing, *logistics.missing]
    if not situation.facts.product.active:
        found.append(Missing("inactive", "O produto está inativo no cadastro.", "products"))
    if plan is not None and is_forced_too_large(situation, plan):
        lot = words.quantity(plan.lot, situation.facts.product.unit)
        text = f"O lote mínimo de {lot} dura mais de dois anos; negocie um lote menor ou traga outra oferta."
        found.append(Missing("large_minimum", text, "offers"))
    if plan is not None and plan.expiry is not None and plan.lot > 0 and plan.expiry.chance > EXPIRY_CHANCE + 1e-9:
        lot, chance = words.quantity(plan.lot, situation.facts.product.unit), words.share(plan.expiry.chance)
        text = f"Nem o menor pedido, {lot}, vende antes de vencer: há {chance} de chance de sobrar; negocie um menor."
        found.append(Missing("expires", text, "offers"))
    if plan is None and valid_offers(situation) and not any(m.code in _DECISIVE for m in found):
        known = any(o.supplier_id in situation.leads for o in valid_offers(situation))
        text = "Falta o prazo de entrega do fornecedor; importe ofertas com prazo ou recebimentos."
        if known:
            text = "O prazo de entrega passa de um ano; a previsão não chega tão longe."
        found.append(Missing("long_lead_time" if known else "no_lead_time", text, "offers"))
    return tuple({m.code: m for m in found}.values())


def _evidence(situation: Situation, plan: Plan | None) -> tuple[Evidence, ...]:
    company = situation.facts.company
    rules = (
        f"nível de serviço {words.percent(100 * company.service_level, 1)}, revisão a cada "
        f"{words.days(company.review_days)}, estoque a {words.percent(company.holding_cost_percent_year, 1)} ao ano, "
        f"pedido a {words.reais(company.order_cost)}, margem de {words.percent(company.margin_percent, 1)}"
    )
    if plan is not None:
        rules += "; quantidade pela distribuição conjunta da demanda e do prazo de entrega"
    return (Evidence("company", "Regras da empresa", 1, method=rules),)
