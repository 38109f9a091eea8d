"""Analyses by hand, as realistic as a small furniture maker's, for tests of what is said about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from reposto.model.findings import (
    Accuracy,
    Alternative,
    Analysis,
    ArrivingOrder,
    DemandFinding,
    Evidence,
    LogisticsFinding,
    Missing,
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
