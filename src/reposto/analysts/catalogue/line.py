"""One product's analysis as a line of a list: the same numbers, nothing worked out anew."""

from __future__ import annotations

from decimal import Decimal

from reposto.model.facts import ProductFacts
from reposto.model.findings import Analysis, RecommendationFinding
from reposto.model.lists import ListLine
from reposto.model.quantities import to_cents

MOST_MISSING = 3  # sentences about missing data that a list has room for


def line_of(analysis: Analysis, facts: ProductFacts) -> ListLine:
    """The line of a product; `facts` are those the analysis was made from (for the supplier's minimum order).

    at_risk: expected lost margin, R$, when ordering only at the next review; saved: what ordering today avoids of it,
    at_risk minus the R$ at risk of acting as advised, never negative. goods = quantity x unit price, to the cent.
    """
    advice, demand, logistics = analysis.recommendation, analysis.demand, analysis.logistics
    buying = advice.verdict == "approve"
    at_risk = advice.risk.amount_if_waiting
    later = advice.alternatives[0] if advice.verdict == "wait" and advice.alternatives else None
    return ListLine(
        sku=analysis.sku,
        name=analysis.name,
        unit=analysis.unit,
        category=analysis.category,
        verdict=advice.verdict,
        confidence=analysis.confidence,
        quantity=advice.quantity,
        supplier_id=advice.supplier_id,
        supplier=advice.supplier,
        unit_price=advice.unit_price,
        goods=_goods(advice) if buying else None,
        freight=logistics.freight if buying else None,
        payable=advice.payable_total if buying else None,
        minimum_order=_minimum_order(facts, advice.supplier_id),
        free_freight_from=advice.free_freight_from,
        order_by=advice.order_by,
        overdue=logistics.order_by_overdue,
        arrival=advice.expected_arrival,
        available=demand.available,
        on_order=demand.on_order,
        per_day=demand.per_day,
        coverage_days=demand.coverage_days,
        stockout_on=demand.stockout_date_with_orders,
        stockout_chance=advice.risk.stockout_probability_if_waiting,
        at_risk=at_risk,
        saved=_saved(advice, at_risk) if buying else None,
        reorder_point=advice.reorder_point,
        unit_cost=advice.landed_unit_cost,
        drafted=sum(draft.quantity for draft in advice.drafts),
        later_quantity=later.quantity if later is not None else None,
        later_payable=later.payable if later is not None else None,
        missing=tuple(m.text for m in advice.missing[:MOST_MISSING]) if advice.verdict == "manual_review" else (),
    )


def failed_line(sku: str, name: str, unit: str, category: str) -> ListLine:
    """The line of a product whose analysis could not be made."""
    return ListLine(sku, name, unit, category, "manual_review", "low", failed=True)


def _goods(advice: RecommendationFinding) -> Decimal | None:
    if advice.quantity is None or advice.unit_price is None:
        return None
    return to_cents(advice.unit_price * Decimal(str(advice.quantity)))


def _saved(advice: RecommendationFinding, at_risk: Decimal | None) -> Decimal | None:
    if at_risk is None or advice.risk.amount_at_risk is None:
        return None
    return max(at_risk - advice.risk.amount_at_risk, Decimal("0.00"))


def _minimum_order(facts: ProductFacts, supplier_id: int | None) -> Decimal | None:
    return next((s.minimum_order for s in facts.suppliers if s.id == supplier_id), None)
