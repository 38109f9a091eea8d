"""What only one question asks: its days, its length of time, its change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from reposto.analysts.analysis import analyse, conclude
from reposto.analysts.asked import Question, analyse_question, compare_products, estimate_cover
from reposto.analysts.calendar import business_calendar
from reposto.analysts.paths import Arrival
from reposto.analysts.situation import Coming, survey
from reposto.analysts.supplier_record import measure_supplier, rank_suppliers
from reposto.analysts.what_if import changed
from reposto.analysts.windows import demand_in, prices_in, sold_in
from reposto.model.asked import Change
from reposto.model.facts import OpenOrderLine
from reposto.model.request import Window
from tests.support import facts as given
from tests.support.facts import TODAY


def window(start: date, days: int) -> Window:
    return Window(start, start + timedelta(days=days - 1))


# -------------------------------------------------------------------- days


def test_sold_is_the_sum_of_the_days_that_have_passed() -> None:
    facts = given.smooth()
    assert facts.sales is not None
    last_week = window(TODAY - timedelta(days=7), 7)
    found = sold_in(facts, last_week)
    assert found.sold == pytest.approx(float(facts.sales.quantity[-7:].sum()))
    assert found.sold_until == last_week.end and found.expected is None
    at = (last_week.start - timedelta(days=364) - facts.sales.start).days
    assert found.year_before == pytest.approx(float(facts.sales.quantity[at : at + 7].sum()))  # the same weekdays


def test_days_before_any_sale_are_unknown_not_zero() -> None:
    facts = given.smooth()
    assert facts.sales is not None
    found = sold_in(facts, window(facts.sales.start - timedelta(days=40), 30))
    assert found.sold is None and found.starts == facts.sales.start
    assert sold_in(replace(facts, sales=None), window(TODAY - timedelta(days=9), 5)).sold is None


def test_a_window_over_today_is_sold_and_expected() -> None:
    situation = survey(given.smooth(), 30)
    found = demand_in(situation, window(TODAY - timedelta(days=10), 20))
    assert found.sold is not None and found.expected is not None and found.sold_until == TODAY - timedelta(days=1)
    assert found.expected_from == TODAY
    assert found.total == pytest.approx(found.sold + found.expected.expected)


def test_windows_of_the_forecast_add_up_to_it() -> None:
    situation = survey(given.smooth(), 30)
    assert situation.far is not None
    parts = [demand_in(situation, window(TODAY + timedelta(days=30 * i), 30)).expected for i in range(4)]
    whole = sum(part.expected for part in parts if part is not None)
    assert whole == pytest.approx(situation.far.mean(120), rel=0.02)


def test_a_far_window_is_no_surer_than_a_near_one_of_its_length() -> None:
    situation = survey(given.smooth(), 30)
    near, far = (demand_in(situation, window(TODAY + timedelta(days=d), 30)).expected for d in (0, 200))
    assert near is not None and far is not None
    assert (far.high - far.low) / far.expected >= 0.98 * (near.high - near.low) / near.expected


def test_a_window_beyond_the_forecast_says_so() -> None:
    situation = survey(given.smooth(), 30)
    cut = demand_in(situation, window(TODAY + timedelta(days=450), 200))
    assert cut.beyond and cut.expected is not None and cut.until < cut.window.end
    beyond = demand_in(situation, window(TODAY + timedelta(days=900), 30))
    assert beyond.beyond and beyond.expected is None


def test_prices_of_days_are_weighted_by_quantity() -> None:
    facts = given.smooth()
    first = given.paid(("10.00", "12.00"))
    prices = (replace(first[0], quantity=300.0), replace(first[1], quantity=100.0))
    found = prices_in(replace(facts, prices=prices), window(TODAY - timedelta(days=90), 90))
    assert found is not None
    assert (found.mean, found.low, found.high) == (Decimal("10.5000"), Decimal("10.00"), Decimal("12.00"))
    assert found.latest == Decimal("12.00") and found.change_percent == 14.3
    assert prices_in(facts, window(date(2001, 1, 1), 30)) is None


# -------------------------------------------------------------------- changes


def test_demand_scales_mean_and_range_and_nothing_else() -> None:
    situation = survey(given.smooth(), 30)
    more = changed(situation, Change("demand", percent=20.0))
    assert situation.near is not None and more.near is not None
    assert more.near.mean(30) == pytest.approx(1.2 * situation.near.mean(30))
    assert more.near.quantile(30, 0.9) == pytest.approx(1.2 * situation.near.quantile(30, 0.9), abs=1.0)
    assert more.available == situation.available and more.leads is situation.leads
    assert changed(situation, Change("demand")) is situation


def test_twenty_percent_more_demand_needs_no_less() -> None:
    analysis, asked = analyse_question(given.smooth(), Question(change=Change("demand", percent=20.0)))
    assert asked.simulation is not None
    now, then = asked.simulation.now, asked.simulation.then
    assert now.demand is not None and then.demand == pytest.approx(1.2 * now.demand, rel=0.02)
    assert (then.quantity or 0) >= (now.quantity or 0)
    assert analysis == analyse(given.smooth())  # the plan as it is stays as it is


def test_the_lead_time_is_stretched_to_the_stated_median() -> None:
    situation = survey(given.smooth(), 30)
    slower = changed(situation, Change("lead_time", lead_time_days=15))
    for supplier, lead in slower.leads.items():
        assert lead.quantile(0.5) == lead.promised == 15
        assert lead.probability.sum() == pytest.approx(1.0) and (np.diff(lead.days) > 0).all()
        before = situation.leads[supplier]
        assert (len(lead.days) > 1) == (len(before.days) > 1)  # who scatters goes on scattering
    quick = replace(situation.leads[1], days=np.array([1, 2, 6]), probability=np.array([0.2, 0.6, 0.2]))
    stretched = changed(replace(situation, leads={1: quick}), Change("lead_time", lead_time_days=10)).leads[1]
    assert stretched.days.tolist() == [5, 10, 30]
    assert changed(situation, Change("lead_time", lead_time_days=0)).leads[1].quantile(0.9) == 0


def test_a_price_change_may_concern_one_supplier() -> None:
    situation = survey(given.smooth(), 30)
    offers = changed(situation, Change("price", percent=-10.0, supplier="Serra Azul")).facts.offers
    for before, after in zip(situation.facts.offers, offers, strict=True):
        factor = Decimal("0.9") if before.supplier_id == 2 else Decimal(1)
        assert [t.unit_price for t in after.tiers] == pytest.approx([t.unit_price * factor for t in before.tiers])


def test_a_quantity_is_priced_with_lot_and_pack() -> None:
    question = Question(quantity=500.0, change=Change("quantity", quantity=500.0))
    _, asked = analyse_question(given.smooth(), question)
    assert asked.simulation is not None
    assert asked.simulation.then.quantity == 504  # 21 packs of 24
    assert asked.simulation.then.payable is not None


def test_a_change_without_offers_or_sales_raises_nothing() -> None:
    for facts in (replace(given.smooth(), offers=()), replace(given.smooth(), sales=None, stock=None)):
        for change in (Change("demand", percent=20.0), Change("lead_time", lead_time_days=9), Change("quantity", None)):
            _, asked = analyse_question(facts, Question(change=change, cover=True))
            assert asked.simulation is not None and asked.simulation.then.quantity is None


# -------------------------------------------------------------------- enough, beside each other, suppliers


def test_what_is_lacking_is_demand_less_what_there_is() -> None:
    analysis, asked = analyse_question(given.smooth(), Question(horizon_days=90, cover=True))
    cover, total = asked.cover, analysis.demand.total
    assert cover is not None and total is not None
    assert cover.lacking == pytest.approx(max(total.expected - cover.available - cover.on_order, 0.0), abs=1.0)
    assert cover.lacking_safely >= cover.lacking and cover.stockout_probability is not None


def test_an_order_counts_if_it_comes_within_the_days_and_not_on_the_day_after() -> None:
    situation = survey(given.smooth(), 12)
    analysis = conclude(situation)
    bare = OpenOrderLine("1", 1, TODAY, None, 40.0, 0.0)

    def on_order(day: int) -> float:
        arrival = Arrival(40.0, np.array([day]), np.ones(1))
        cover = estimate_cover(replace(situation, coming=(Coming(bare, arrival),)), analysis)
        assert cover is not None
        return cover.on_order

    assert (on_order(11), on_order(12)) == (40.0, 0.0)  # today is day 0
    cover = estimate_cover(situation, analysis)
    assert cover is not None and situation.paths is not None
    assert cover.until == TODAY + timedelta(days=11)
    ran_out = float((situation.paths.short[..., 12] > 1e-6).mean())  # at the end of the 12th day
    assert cover.stockout_probability == pytest.approx(ran_out, abs=1e-4)
    assert ran_out != float((situation.paths.short[..., 13] > 1e-6).mean())


def test_products_beside_each_other_keep_their_figures() -> None:
    both = (analyse(given.smooth()), analyse(given.lumpy()))
    compared = compare_products(both, TODAY)
    assert [p.sku for p in compared.products] == [a.sku for a in both]
    assert compared.products[0].coverage_days == both[0].demand.coverage_days


def test_a_suppliers_record_counts_deliveries_not_lines() -> None:
    came = given.receipts(1, "A", (10, 12, 20), promised=12)
    lines = (*came, *(replace(r, sku="B") for r in came))
    record = measure_supplier(1, "X", lines, business_calendar("SP", 2026), overdue=2)
    assert (record.deliveries, record.promised, record.on_time, record.overdue_orders) == (3, 3, 2, 2)
    assert record.mean_delay_days == 8.0 and record.on_time_share == pytest.approx(2 / 3)
    assert measure_supplier(1, "X", (), business_calendar("SP", 2026)).median_days is None


def test_the_least_punctual_come_first_and_few_deliveries_say_nothing() -> None:
    calendar = business_calendar("SP", 2026)
    late = measure_supplier(1, "Late", given.receipts(1, "A", (20,) * 6, promised=10), calendar)
    good = measure_supplier(2, "Good", given.receipts(2, "A", (9,) * 6, promised=10), calendar)
    few = measure_supplier(3, "Few", given.receipts(3, "A", (30,), promised=10), calendar)
    assert [r.supplier for r in rank_suppliers([good, few, late], "late")] == ["Late", "Good"]
    assert [r.supplier for r in rank_suppliers([late, good, few], "lead_time")] == ["Good", "Late", "Few"]


def test_orders_overdue_count_against_a_supplier() -> None:
    calendar = business_calendar("SP", 2026)
    stuck = measure_supplier(1, "Stuck", given.receipts(1, "A", (9,) * 6, promised=10), calendar, overdue=9)
    fair = measure_supplier(2, "Fair", given.receipts(2, "A", (9,) * 5 + (14,), promised=10), calendar)
    silent = measure_supplier(3, "Silent", (), calendar, overdue=6)  # nothing to compare
    assert [r.supplier for r in rank_suppliers([fair, stuck, silent], "late")] == ["Stuck", "Fair"]


def test_rounding_steps_say_in_figures_what_the_sentences_say() -> None:
    for facts in (given.smooth(), given.lumpy()):
        advice = analyse(facts).recommendation
        assert len(advice.rounding_steps) == len(advice.rounding)
        for step, before in zip(advice.rounding_steps[1:], advice.rounding_steps, strict=False):
            assert step.before == before.after
        if advice.rounding_steps:
            assert advice.rounding_steps[-1].after == advice.quantity
