"""Arrival dates, the day to order by, and the risk in R$."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reposto.analysts.analysis import analyse
from reposto.analysts.calendar import business_calendar
from reposto.analysts.demand import estimate_demand
from reposto.analysts.situation import survey
from reposto.model.facts import Offer, OpenOrderLine, ProductFacts, StockLevel
from reposto.model.findings import Analysis
from tests.support import facts as given_facts

TODAY = given_facts.TODAY
CALENDAR = business_calendar("SP", TODAY.year)


def exact(lead: int, stock: float) -> ProductFacts:
    """The cushion with one supplier who has always taken exactly `lead` business days."""
    base = given_facts.smooth()
    offer = replace(base.offers[0], promised_lead_time_days=lead)
    done = []
    for i in range(30):
        ordered = CALENDAR.add(TODAY - timedelta(days=150 - 4 * i), 0)
        done.append(
            replace(
                base.receipts[0],
                order_number=str(i),
                ordered_on=ordered,
                promised_on=CALENDAR.add(ordered, lead),
                received_on=CALENDAR.add(ordered, lead),
            )
        )
    return replace(
        base, offers=(offer,), receipts=tuple(done), supplier_receipts=(), stock=StockLevel(stock, 0.0, TODAY)
    )


def arrival(result: Analysis) -> tuple[date | None, date | None]:
    return result.logistics.earliest_arrival, result.logistics.probable_arrival


def test_a_reliable_supplier_arrives_on_a_known_day() -> None:
    result = analyse(exact(5, 300))
    assert arrival(result) == (CALENDAR.add(TODAY, 5), CALENDAR.add(TODAY, 5))
    assert result.logistics.suppliers[0].on_time_share == 1.0
    assert result.logistics.lead_time is not None
    assert result.logistics.lead_time.expected == 5


def test_the_day_to_order_by_is_the_last_that_serves_the_service_level() -> None:
    """One day earlier the shortage before the arrival is still within 5 %, one day later it isn't."""
    facts = exact(5, 600)
    order_by = analyse(facts).logistics.order_by
    assert order_by is not None
    assert CALENDAR.is_business_day(order_by)
    paths = survey(facts, 30).paths
    assert paths is not None
    short = paths.stockout_by_day()

    def risk(day: date) -> float:
        return float(short[(CALENDAR.add(day, 5) - TODAY).days])

    assert risk(order_by) <= 0.05
    assert risk(CALENDAR.add(order_by, 1)) > 0.05


def test_a_longer_lead_time_is_to_be_ordered_earlier() -> None:
    dates = [analyse(exact(lead, 900)).logistics.order_by for lead in (2, 8, 16)]
    assert all(d is not None for d in dates)
    assert dates[0] > dates[1] > dates[2]  # type: ignore[operator]


def test_overdue_when_even_today_is_too_late() -> None:
    result = analyse(exact(10, 40))
    assert result.logistics.order_by_overdue
    assert result.logistics.order_by == TODAY
    assert result.logistics.business_days_left == 0
    assert "o quanto antes" in result.recommendation.headline
    assert "mesmo pedindo hoje, a chance de faltar até a entrega" in result.recommendation.headline
    assert "até " + TODAY.strftime("%d/%m") not in result.recommendation.headline  # no day is safe, so none is named


def test_holidays_ahead_are_those_of_the_state() -> None:
    base = given_facts.smooth()
    assert base.sales is not None
    day = date(2026, 6, 29)
    facts = replace(base, today=day, company=replace(base.company, data_until=day - timedelta(days=1)))
    assert (date(2026, 7, 9), "Revolução Constitucionalista") in analyse(facts).logistics.holidays_ahead
    rio = replace(facts, company=replace(facts.company, state="RJ"))
    assert date(2026, 7, 9) not in {d for d, _ in analyse(rio).logistics.holidays_ahead}


def test_a_late_open_order_is_called_late() -> None:
    line = OpenOrderLine("55", 1, TODAY - timedelta(days=40), TODAY - timedelta(days=10), 300.0, 100.0)
    result = analyse(replace(given_facts.smooth(), open_orders=(line,)))
    order = result.logistics.arriving[0]
    assert order.outstanding == 200
    assert order.late_probability == 1.0
    assert order.probable_on is not None
    assert order.probable_on > TODAY
    assert any("55" in step for step in result.recommendation.next_steps)


def test_an_open_order_that_no_date_can_be_given_is_not_counted_as_stock() -> None:
    line = OpenOrderLine("56", 9, TODAY - timedelta(days=5), None, 5000.0, 0.0)
    result = analyse(replace(given_facts.smooth(), open_orders=(line,)))
    assert result.demand.on_order == 5000
    assert result.recommendation.verdict == "approve"
    assert "no_arrival_date" in {m.code for m in result.recommendation.missing}


def test_money_at_risk_is_lost_margin() -> None:
    """Nothing in stock, 10 business days to go: what the forecast expects until then x 40 % of the landed cost."""
    facts = exact(10, 0)
    result = analyse(facts)
    days = (CALENDAR.add(TODAY, 10) - TODAY).days
    demand = estimate_demand(facts, days).total
    assert demand is not None
    cost = result.recommendation.landed_unit_cost
    assert cost is not None
    risk = result.recommendation.risk
    assert risk.amount_at_risk is not None
    assert float(risk.amount_at_risk) == pytest.approx(demand.expected * 0.4 * float(cost), rel=0.05)
    assert risk.stockout_probability == pytest.approx(1.0)
    assert risk.level == "high"
    assert {c.code for c in risk.causes} >= {"late_order", "single_supplier"}  # nothing is there to last until then


def test_freight_is_that_of_the_order() -> None:
    result = analyse(given_facts.smooth())
    assert result.logistics.freight == Decimal("180.00")
    free = replace(given_facts.smooth().offers[0], freight_fixed=Decimal(0))
    assert analyse(replace(given_facts.smooth(), offers=(free,))).logistics.freight == Decimal("0.00")


def test_a_promise_without_receipts_is_named_as_an_assumption() -> None:
    base: ProductFacts = replace(given_facts.smooth(), receipts=(), supplier_receipts=())
    result = analyse(base)
    assert "no_receipts" in {m.code for m in result.logistics.missing}
    assert result.logistics.confidence == "low"
    assert result.recommendation.verdict == "approve"
    assert result.recommendation.confidence == "low"


def test_offers_without_any_lead_time_go_to_a_person() -> None:
    base = given_facts.smooth()
    silent: tuple[Offer, ...] = tuple(replace(o, promised_lead_time_days=None) for o in base.offers)
    result = analyse(replace(base, offers=silent, receipts=(), supplier_receipts=()))
    assert result.recommendation.verdict == "manual_review"
    assert "no_lead_time" in {m.code for m in result.recommendation.missing}
    assert result.recommendation.risk.stockout_probability is not None  # within 30 days, without a purchase
