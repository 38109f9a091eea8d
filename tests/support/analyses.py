"""Analyses by hand, as realistic as a small furniture maker's, for tests of what is said about them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reposto.model.findings import (
    Accuracy,
    Analysis,
    ArrivingOrder,
    Missing,
    Range,
    RecommendationFinding,
)
from tests.support.findings import (
    STOCK,
    TODAY,
    day,
    demand,
    logistics,
    prices,
    recommendation,
    risk,
)

__all__ = ["ALL", "TODAY", "approve", "day", "manual_review", "no_history", "no_supplier", "overdue", "wait"]


def approve(**changes: object) -> Analysis:
    base = Analysis(
        sku="84903501",
        name="A vantagem de ganhar sem preocupação",
        unit="UN",
        category="Almofadas",
        today=TODAY,
        data_until=day(-1),
        intent="demand_forecast",
        demand=demand(),
        prices=prices(),
        logistics=logistics(),
        recommendation=recommendation(),
        confidence="high",
        data_version=3,
        engine="local-1",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def wait() -> Analysis:
    """Plenty in stock and more on its way."""
    arriving = (ArrivingOrder("1203", "Estofaria Central", 300.0, day(8), day(10), 0.22),)
    return approve(
        sku="00412",
        name="Espuma D33 2,00x1,40m",
        demand=demand(
            total=Range(96.3, 71.0, 124.0),
            per_day=3.21,
            last_period_total=101.0,
            trend="stable",
            trend_percent_month=0.2,
            weekly_rhythm=(),
            yearly_rhythm=(),
            out_of_stock_days=0,
            on_hand=180.0,
            reserved=0.0,
            available=180.0,
            on_order=300.0,
            coverage_days=56.2,
            stockout_date=day(56),
            stockout_date_with_orders=day(149),
        ),
        logistics=logistics(
            chosen_supplier_id=2, order_by=day(121), business_days_left=83, arriving=arriving, freight=None
        ),
        prices=prices(best_vs_average_percent=-4.2, dearness="cheap", trend_percent_year=0.4),
        recommendation=recommendation(
            verdict="wait",
            headline="Não compre agora.",
            quantity=None,
            needed_quantity=None,
            rounding=(),
            total=None,
            order_by=day(121),
            expected_arrival=None,
            coverage_after_days=None,
            alternatives=(),
            risk=risk(
                level="low",
                stockout_probability=0.002,
                stockout_probability_if_waiting=0.004,
                amount_at_risk=Decimal("0"),
                causes=(),
            ),
        ),
    )


def manual_review() -> Analysis:
    """Old stock count and a demand that broke: the data can't carry a decision."""
    old = Missing("old_stock", "O saldo de estoque é de 02/09/2026", "stock")
    return approve(
        sku="RDZ-050",
        name='Rodízio giratório 50mm c/ trava "Premium"',
        demand=demand(
            total=Range(22.0, 0.0, 61.0),
            per_day=0.73,
            last_period_total=58.0,
            trend=None,
            trend_percent_month=None,
            weekly_rhythm=(),
            yearly_rhythm=(),
            pattern="lumpy",
            confidence="low",
            accuracy=Accuracy(88.0, 71.5, 0.83, 9, 30),
            missing=(old,),
        ),
        recommendation=recommendation(
            verdict="manual_review", headline="Revise.", missing=(old,), risk=risk(level="high"), confidence="low"
        ),
        confidence="low",
    )


def no_history() -> Analysis:
    """A new product: no sales at all, but an offer and stock."""
    missing = Missing("no_sales", "Não há vendas deste produto", "sales")
    return approve(
        sku="NOV-001",
        name="Poltrona Lótus bouclê",
        demand=demand(
            total=None,
            per_day=None,
            last_period_total=None,
            trend=None,
            trend_percent_month=None,
            weekly_rhythm=(),
            yearly_rhythm=(),
            pattern="none",
            out_of_stock_days=0,
            on_hand=4.0,
            reserved=0.0,
            available=4.0,
            coverage_days=None,
            stockout_date=None,
            stockout_date_with_orders=None,
            series=(),
            accuracy=None,
            method="",
            confidence="low",
            evidence=(STOCK,),
            missing=(missing,),
        ),
        logistics=logistics(order_by=None, business_days_left=None, freight=None),
        recommendation=_undecided((missing,)),
        confidence="low",
    )


def no_supplier() -> Analysis:
    """Sells well, but nobody offers it."""
    missing = Missing("no_offer", "Não há oferta de fornecedor para este produto", "offers")
    return approve(
        sku="0007",
        name="Cola de contato 2,8 kg",
        unit="LT",
        prices=prices(
            quantity=None,
            offers=(),
            best_offer_id=None,
            last_paid=None,
            last_paid_on=None,
            average_12m=None,
            best_vs_average_percent=None,
            trend_percent_year=None,
            dearness=None,
            history=(),
            confidence="low",
            evidence=(),
            missing=(missing,),
        ),
        logistics=logistics(
            suppliers=(),
            chosen_supplier_id=None,
            lead_time=None,
            lead_time_calendar_days=None,
            earliest_arrival=None,
            probable_arrival=None,
            order_by=None,
            business_days_left=None,
            holidays_ahead=(),
            freight=None,
            evidence=(),
            missing=(missing,),
        ),
        recommendation=_undecided((missing,)),
        confidence="low",
    )


def _undecided(missing: tuple[Missing, ...]) -> RecommendationFinding:
    return recommendation(
        verdict="manual_review",
        headline="Revise antes de comprar.",
        quantity=None,
        needed_quantity=None,
        rounding=(),
        supplier_id=None,
        supplier=None,
        offer_id=None,
        unit_price=None,
        landed_unit_cost=None,
        total=None,
        order_by=None,
        expected_arrival=None,
        coverage_after_days=None,
        reorder_point=None,
        safety_stock=None,
        target_stock=None,
        reasons=(),
        alternatives=(),
        risk=risk(
            level="medium",
            stockout_probability=None,
            stockout_probability_if_waiting=None,
            amount_at_risk=None,
            causes=(),
        ),
        confidence="low",
        missing=missing,
    )


def overdue() -> Analysis:
    """Should have been ordered last week; runs out before anything can arrive. Measured in kilos."""
    base = approve(
        sku="TEC-003",
        name="Tecido suede cinza",
        unit="KG",
        demand=demand(
            total=Range(84.35, 66.1, 104.72),
            per_day=2.812,
            last_period_total=90.4,
            trend="falling",
            trend_percent_month=-3.1,
            on_hand=16.5,
            reserved=0.0,
            available=16.5,
            coverage_days=5.9,
            stockout_date=day(6),
            stockout_date_with_orders=day(6),
        ),
    )
    return replace(
        base,
        logistics=logistics(order_by=day(-5), order_by_overdue=True, business_days_left=None),
        recommendation=recommendation(
            quantity=110.0,
            needed_quantity=110.0,
            rounding=(),
            order_by=day(-5),
            total=Decimal("2762.54"),
            expected_arrival=day(9),
            coverage_after_days=45.0,
            risk=risk(level="high", stockout_probability=0.871),
        ),
    )


ALL = {
    "approve": approve,
    "wait": wait,
    "manual_review": manual_review,
    "no_history": no_history,
    "no_supplier": no_supplier,
    "overdue": overdue,
}
