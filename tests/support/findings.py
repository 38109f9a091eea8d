"""Findings by hand, as realistic as a small furniture maker's; `analyses` puts them together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from reposto.model.findings import (
    Accuracy,
    Alternative,
    DemandFinding,
    Evidence,
    LogisticsFinding,
    OfferLine,
    PriceFinding,
    PricePoint,
    PriceTierHint,
    Range,
    RecommendationFinding,
    RiskCause,
    RiskFinding,
    SeriesPoint,
    SupplierLeadTime,
)

TODAY = date(2026, 11, 22)  # a Sunday
SALES = Evidence("sales", "Vendas diárias", 724, date(2024, 11, 23), date(2026, 11, 21), "soma por dia")
STOCK = Evidence("stock", "Saldo de estoque", 1, date(2026, 11, 21), date(2026, 11, 21))
OFFERS = Evidence("offers", "Ofertas de fornecedores", 3, date(2026, 10, 5), date(2026, 11, 10))
RECEIPTS = Evidence(
    "receipts", "Recebimentos", 23, date(2025, 1, 14), date(2026, 11, 6), "dias úteis entre pedido e nota"
)


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def demand(**changes: object) -> DemandFinding:
    """A smooth product that sells about 14 a day, with Fridays and December above the rest."""
    base = DemandFinding(
        horizon_days=30,
        horizon_start=day(1),
        horizon_end=day(30),
        total=Range(418.6, 352.2, 489.7),
        per_day=13.95,
        last_period_total=397.0,
        trend_percent_month=2.7,
        trend="rising",
        weekly_rhythm=(0.9, 0.95, 1.0, 1.1, 1.45, 1.2, 0.4),
        yearly_rhythm=(0.8, 0.85, 0.95, 1.0, 1.05, 0.95, 0.95, 1.0, 1.0, 1.05, 1.1, 1.3),
        pattern="smooth",
        out_of_stock_days=6,
        on_hand=260.0,
        reserved=24.0,
        available=236.0,
        on_order=0.0,
        coverage_days=16.8,
        stockout_date=day(17),
        stockout_date_with_orders=day(17),
        series=(
            SeriesPoint(day(-13), day(-7), sold=96.0),
            SeriesPoint(day(-6), day(0), sold=101.0),
            SeriesPoint(day(1), day(7), expected=97.1, low=74.0, high=121.0),
        ),
        accuracy=Accuracy(14.2, 21.8, 0.78, 12, 30),
        method="média com ritmo semanal e anual",
        confidence="high",
        evidence=(SALES, STOCK),
        missing=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def offer(offer_id: int, supplier_id: int, supplier: str, **changes: object) -> OfferLine:
    base = OfferLine(
        offer_id=offer_id,
        supplier_id=supplier_id,
        supplier=supplier,
        quantity=480.0,
        unit_price=Decimal("23.9000"),
        landed_unit_cost=Decimal("25.1140"),
        total=Decimal("12054.72"),
        moq=120.0,
        pack_multiple=24.0,
        promised_lead_time_days=5,
        measured_lead_time_days=6.4,
        on_time_share=0.783,
        valid_until=date(2026, 12, 31),
        expired=False,
        payment_terms=(28, 42, 56),
        next_tier=PriceTierHint(600.0, Decimal("22.8000"), 4.6),
        rank=1,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def offers() -> tuple[OfferLine, ...]:
    return (
        offer(11, 1, "Tecidos Alvorada Ltda"),
        offer(
            12,
            2,
            "Estofaria Central",
            unit_price=Decimal("24.5000"),
            landed_unit_cost=Decimal("25.6630"),
            total=Decimal("12318.24"),
            moq=60.0,
            promised_lead_time_days=3,
            measured_lead_time_days=3.2,
            on_time_share=0.95,
            payment_terms=(30,),
            next_tier=None,
            rank=2,
        ),
        offer(
            13,
            3,
            "Moveleira Serra Azul",
            unit_price=Decimal("22.1000"),
            landed_unit_cost=Decimal("26.0210"),
            total=Decimal("12490.08"),
            promised_lead_time_days=8,
            measured_lead_time_days=None,
            on_time_share=None,
            valid_until=date(2026, 11, 10),
            expired=True,
            payment_terms=(),
            next_tier=None,
            rank=3,
        ),
    )


def prices(**changes: object) -> PriceFinding:
    base = PriceFinding(
        quantity=480.0,
        offers=offers(),
        best_offer_id=11,
        last_paid=Decimal("23.2000"),
        last_paid_on=date(2026, 10, 19),
        average_12m=Decimal("22.3400"),
        best_vs_average_percent=7.0,
        trend_percent_year=6.3,
        dearness="dear",
        history=(PricePoint(date(2026, 10, 1), Decimal("23.2"), Decimal("23.2"), Decimal("23.2"), 1),),
        confidence="high",
        evidence=(OFFERS, Evidence("prices", "Preços pagos e cotados", 31, date(2024, 12, 3), date(2026, 11, 10))),
        missing=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def logistics(**changes: object) -> LogisticsFinding:
    base = LogisticsFinding(
        suppliers=(
            SupplierLeadTime(1, "Tecidos Alvorada Ltda", 5, 6.4, 4.0, 11.0, 0.783, 23, False),
            SupplierLeadTime(2, "Estofaria Central", 3, 3.2, 3.0, 4.0, 0.95, 20, False),
            SupplierLeadTime(3, "Moveleira Serra Azul", 8, None, None, None, None, 0, True),
        ),
        chosen_supplier_id=1,
        lead_time=Range(6.4, 4.0, 11.0),
        lead_time_calendar_days=9.0,
        earliest_arrival=day(5),
        probable_arrival=day(12),
        order_by=day(4),
        order_by_overdue=False,
        business_days_left=4,
        holidays_ahead=((date(2026, 12, 25), "Natal"),),
        freight=Decimal("312.40"),
        arriving=(),
        confidence="high",
        evidence=(RECEIPTS,),
        missing=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def risk(**changes: object) -> RiskFinding:
    base = RiskFinding(
        level="medium",
        stockout_probability=0.118,
        stockout_probability_if_waiting=0.463,
        amount_at_risk=Decimal("684.20"),
        causes=(
            RiskCause("delay", "1 em cada 5 entregas atrasou", 0.61, Decimal("417.36")),
            RiskCause("demand", "dezembro varia muito", 0.39, Decimal("266.84")),
        ),
        text="O atraso do fornecedor pesa mais que a demanda.",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def recommendation(**changes: object) -> RecommendationFinding:
    base = RecommendationFinding(
        verdict="approve",
        headline="Compre 480 UN de Tecidos Alvorada Ltda até 26/11.",
        quantity=480.0,
        needed_quantity=463.2,
        rounding=("464 vira 480: só vem em caixas de 24",),
        supplier_id=1,
        supplier="Tecidos Alvorada Ltda",
        offer_id=11,
        unit_price=Decimal("23.9000"),
        landed_unit_cost=Decimal("25.1140"),
        total=Decimal("12054.72"),
        order_by=day(4),
        expected_arrival=day(12),
        coverage_after_days=51.0,
        reorder_point=214.0,
        safety_stock=92.0,
        target_stock=676.0,
        service_level=0.95,
        reasons=("O estoque livre acaba 5 dias depois da chegada provável.", "As vendas sobem há 4 meses."),
        next_steps=("Criar o rascunho do pedido.",),
        alternatives=(
            Alternative(
                600.0, "Tecidos Alvorada Ltda", Decimal("22.80"), Decimal("14404.80"), 8.6, Decimal("663.60"), ""
            ),
            Alternative(
                360.0, "Tecidos Alvorada Ltda", Decimal("23.90"), Decimal("9110.00"), -8.6, Decimal("-68.96"), ""
            ),
        ),
        risk=risk(),
        confidence="high",
        evidence=(Evidence("company", "Regras da empresa", 1, method="nível de serviço de 95%"),),
        missing=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]
