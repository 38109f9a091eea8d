"""The recommendation: buy, wait or have a person look, with quantity, reasons, alternatives and risk."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from reposto.analysts import words
from reposto.analysts.demand import data_age, days_lasting, demand_confidence, demand_missing
from reposto.analysts.landed import landed_cost, next_tier
from reposto.analysts.lot_choice import daily_demand
from reposto.analysts.lots import stocking_cost
from reposto.analysts.plan import Plan, is_forced_too_large, valid_offers
from reposto.analysts.reasons import headline, next_steps, reasons
from reposto.analysts.risk import estimate_risk
from reposto.analysts.rounding import orderable
from reposto.analysts.situation import Situation
from reposto.model.findings import (
    Alternative,
    Confidence,
    DemandFinding,
    DraftOrder,
    Evidence,
    LogisticsFinding,
    Missing,
    PriceFinding,
    RecommendationFinding,
    Verdict,
)
from reposto.model.quantities import to_cents

# Missing data with which no purchase may be advised or ruled out. The others only lower the confidence.
_DECISIVE = frozenset(
    "no_sales never_sold no_stock no_offer expired_offers no_lead_time long_lead_time large_minimum "
    "stale_sales stale_stock short_history inactive".split()
)
_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")


def recommend(
    situation: Situation,
    found: tuple[Plan, ...],
    demand: DemandFinding,
    prices: PriceFinding,
    logistics: LogisticsFinding,
    asked: float | None = None,
) -> RecommendationFinding:
    """Verdict and everything about it, from the plans (best first) and the other three findings.

    approve: without an order of today, the stock will not serve all demand until an order of the next review arrives
    with the service level's probability, so plan.needed > 0. wait: it will. manual_review: the data lack something
    decisive; then no quantity is advised. asked: a quantity the buyer named, worked out as an alternative.
    """
    plan = found[0] if found else None
    missing = _missing(situation, prices, logistics, plan)
    decisive = tuple(m for m in missing if m.code in _DECISIVE)
    verdict = _verdict(plan, decisive)
    quantity = plan.lot if plan is not None and verdict == "approve" else (0.0 if verdict == "wait" else None)
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
    buying = plan if verdict == "approve" else None
    return RecommendationFinding(
        verdict=verdict,
        headline=headline(situation, verdict, plan, decisive),
        quantity=quantity,
        needed_quantity=_needed(situation, plan),
        rounding=plan.steps if buying and plan else (),
        supplier_id=plan.offer.supplier_id if plan else None,
        supplier=situation.supplier_name(plan.offer.supplier_id) if plan else None,
        offer_id=plan.offer.id if plan else None,
        unit_price=plan.cost.goods if plan else None,
        landed_unit_cost=plan.cost.unit if plan else None,
        total=plan.cost.total if buying and plan else (Decimal("0.00") if verdict == "wait" else None),
        order_by=plan.order_by if plan else None,
        expected_arrival=logistics.probable_arrival if buying else None,
        coverage_after_days=coverage_with(situation, quantity) if quantity is not None else None,
        reorder_point=plan.reorder_point if plan else None,
        safety_stock=plan.safety_stock if plan else None,
        target_stock=plan.target_stock if plan else None,
        service_level=situation.facts.company.service_level,
        reasons=reasons(situation, verdict, found, demand, prices, logistics, decisive),
        next_steps=next_steps(situation, verdict, plan, prices, decisive),
        alternatives=alternatives(situation, found, verdict, asked),
        risk=risk,
        confidence=_confidence(situation, plan, missing),
        evidence=_evidence(situation, plan),
        missing=missing,
        payable_total=plan.cost.payable if buying and plan else (Decimal("0.00") if verdict == "wait" else None),
        drafts=_drafts(situation),
        rounding_steps=plan.rounding if buying and plan else (),
    )


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


def coverage_with(situation: Situation, quantity: float) -> float | None:
    """Days that free stock, open orders and `quantity` more last at the expected demand; None if unknowable."""
    if situation.far is None or situation.available is None:
        return None
    supply = situation.available + situation.on_order + quantity
    return days_lasting(situation.far, np.full(len(situation.far.mean_per_day), supply))


def alternatives(
    situation: Situation, found: tuple[Plan, ...], verdict: Verdict, asked: float | None
) -> tuple[Alternative, ...]:
    """What else could be ordered: the next price break, no more than the need, the buyer's own quantity, the second
    supplier; when waiting, the order that will be due. Saving against the same units at the advised unit cost."""
    if not found:
        return ()
    plan = found[0]
    if verdict != "approve":
        return _later(situation, plan, asked) if verdict == "wait" else ()
    options: list[tuple[Plan, float, str]] = []
    tier = next_tier(plan.offer, plan.lot)
    unit = situation.facts.product.unit
    if tier is not None:
        at = orderable(tier.min_quantity, plan.offer, unit)
        options.append(
            (plan, at, f"próxima faixa de preço, {words.unit_reais(tier.unit_price)} por {unit or 'unidade'}")
        )
    bare = orderable(plan.needed, plan.offer, unit)
    if 0 < bare < plan.lot:
        options.append((plan, bare, "só o necessário"))
    if asked is not None and asked > 0:
        options.append((plan, orderable(asked, plan.offer, unit), "a quantidade que você citou"))
    if len(found) > 1 and found[1].lot > 0:
        name = situation.supplier_name(found[1].offer.supplier_id)
        options.append((found[1], found[1].lot, f"de {name}"))
    seen = {(plan.offer.id, plan.lot)}
    result = []
    for other, quantity, why in options:
        if (other.offer.id, quantity) not in seen:
            seen.add((other.offer.id, quantity))
            result.append(_alternative(situation, plan, other, quantity, why))
    return tuple(result)


def _alternative(situation: Situation, plan: Plan, other: Plan, quantity: float, why: str) -> Alternative:
    company, unit = situation.facts.company, situation.facts.product.unit
    cost = landed_cost(other.offer, quantity, company)
    saving = to_cents((plan.cost.unit - cost.unit) * Decimal(str(quantity)))
    base, after = coverage_with(situation, plan.lot), coverage_with(situation, quantity)
    extra = round(after - base, 1) if after is not None and base is not None else 0.0
    instead = f" em vez de {words.quantity(plan.lot, unit)}" if quantity != plan.lot else ""
    parts = [f"{words.quantity(quantity, unit)}{instead} ({why})"]
    if abs(saving) >= Decimal("0.01"):
        parts.append(
            f"{'economiza' if saving > 0 else 'custa'} {words.reais(abs(saving))}{'' if saving > 0 else ' a mais'}"
        )
    if abs(extra) >= 0.5:
        parts.append(f"{words.days(abs(round(extra)))} {'a mais' if extra > 0 else 'a menos'} de estoque")
    small, large = min(quantity, plan.lot), max(quantity, plan.lot)
    stocking = stocking_cost(small, large, float(cost.unit), daily_demand(situation), company)
    if stocking >= 1:
        amount = words.about(stocking)
        parts.append(f"cerca de {amount} {'a mais' if quantity > plan.lot else 'a menos'} de custo de estocagem")
    return Alternative(
        quantity=quantity,
        supplier=situation.supplier_name(other.offer.supplier_id),
        unit_price=cost.goods,
        total=cost.total,
        extra_coverage_days=extra,
        saving=saving,
        text="; ".join(parts) + ".",
        payable=cost.payable,
    )


def _later(situation: Situation, plan: Plan, asked: float | None) -> tuple[Alternative, ...]:
    """The order that will be due, or the quantity the buyer named if it were bought now."""
    unit, company = situation.facts.product.unit, situation.facts.company
    quantity = orderable(asked, plan.offer, unit) if asked is not None and asked > 0 else plan.usual_lot
    cost = landed_cost(plan.offer, quantity, company)
    extra = coverage_with(situation, quantity)
    base = coverage_with(situation, 0.0)
    days = round(extra - base, 1) if extra is not None and base is not None else 0.0
    if asked is not None and asked > 0:
        text = f"Se quiser comprar já: {words.quantity(quantity, unit)} por {words.reais(cost.payable)}."
    elif plan.order_by is not None:
        text = (
            f"Em {words.day(plan.order_by)}: cerca de {words.quantity(quantity, unit)} por {words.reais(cost.payable)}."
        )
    else:
        return ()
    supplier = situation.supplier_name(plan.offer.supplier_id)
    return (Alternative(quantity, supplier, cost.goods, cost.total, days, Decimal("0.00"), text, cost.payable),)


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
    if plan is None and valid_offers(situation) and not any(m.code in _DECISIVE for m in found):
        known = any(o.supplier_id in situation.leads for o in valid_offers(situation))
        text = "Falta o prazo de entrega do fornecedor; importe ofertas com prazo ou recebimentos."
        if known:
            text = "O prazo de entrega passa de um ano; a previsão não chega tão longe."
        found.append(Missing("long_lead_time" if known else "no_lead_time", text, "offers"))
    return tuple({m.code: m for m in found}.values())


def _confidence(situation: Situation, plan: Plan | None, missing: tuple[Missing, ...]) -> Confidence:
    """The weakest of what the decision stands on."""
    if plan is None or any(m.code in _DECISIVE for m in missing):
        return "low"
    grades: list[Confidence] = [demand_confidence(situation)]
    grades.append("high" if plan.lead.receipts >= 3 else ("medium" if plan.lead.measured else "low"))
    if situation.facts.stock is not None and (situation.facts.today - situation.facts.stock.as_of).days > 7:
        grades.append("medium")
    return min(grades, key=_ORDER.index)


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
