"""Lead times from receipts: what few of them may say, and what they may not."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from reposto.analysts.calendar import business_calendar
from reposto.analysts.leadtime import LeadTime, lead_times, probable_arrivals
from reposto.model.facts import Offer, OpenOrderLine, PriceTier, ProductFacts, Receipt
from tests.support import facts as given_facts

TODAY = given_facts.TODAY
CALENDAR = business_calendar("SP", TODAY.year)


def deliveries(
    taken: tuple[int, ...], *, supplier: int = 1, sku: str = "84903501", promised: int = 7
) -> tuple[Receipt, ...]:
    """Receipts that took so many business days, one every other week."""
    found = []
    for i, days in enumerate(taken):
        ordered = CALENDAR.add(TODAY - timedelta(days=14 * (len(taken) - i) + 40), 0)
        due, came = CALENDAR.add(ordered, promised), CALENDAR.add(ordered, days)
        found.append(Receipt(str(i), supplier, sku, ordered, due, came, 10.0, 10.0))
    return tuple(found)


def lead(own: tuple[Receipt, ...], others: tuple[Receipt, ...] = ()) -> LeadTime:
    base = given_facts.smooth()
    return lead_times(replace(base, receipts=own, supplier_receipts=others), CALENDAR)[1]


def test_many_receipts_speak_for_themselves() -> None:
    found = lead(deliveries((8, 8, 9, 9, 9, 10, 10, 11, 12, 15) * 3))
    assert found.quantile(0.5) in (9, 10)
    assert found.mean == pytest.approx(10.1, abs=0.4)
    assert not found.pooled
    assert found.receipts == 30


def test_one_slow_delivery_does_not_make_a_slow_supplier() -> None:
    others = deliveries((7, 7, 7, 8, 7, 7, 7, 8, 7, 7), sku="other")
    alone, together = lead(deliveries((20,))), lead(deliveries((20,)), others)
    assert alone.quantile(0.5) == 20
    assert together.quantile(0.5) <= 8
    assert together.pooled
    assert together.mean > 8  # but it counts


def test_other_products_speak_through_their_lateness() -> None:
    """Other products are promised in 20 days and come 3 days late: this one, promised in 7, is expected in about 10."""
    found = lead((), deliveries((23, 23, 24, 22, 23, 23), sku="other", promised=20))
    assert found.quantile(0.5) == 10
    assert found.measured


def test_without_receipts_the_promise_counts_with_a_stated_scatter() -> None:
    found = lead(())
    assert not found.measured
    assert found.on_time is None
    assert found.quantile(0.5) == 7
    assert found.quantile(0.9) > 7


def test_without_promise_and_receipts_nothing_is_known() -> None:
    base = given_facts.smooth()
    silent = replace(base.offers[0], promised_lead_time_days=None)
    assert lead_times(replace(base, offers=(silent,), receipts=(), supplier_receipts=()), CALENDAR) == {}


def test_on_time_share_is_drawn_to_the_whole() -> None:
    others = deliveries((7, 7, 7, 7, 7, 7, 7, 9), sku="other")
    share = lead(deliveries((9,)), others).on_time
    assert share is not None
    assert 0.0 < share < 7 / 8
    assert lead(deliveries((7, 7, 7))).on_time == 1.0


def test_impossible_receipts_are_left_out() -> None:
    good = deliveries((7, 8, 9))
    backwards = replace(good[0], received_on=good[0].ordered_on - timedelta(days=5))
    future = replace(good[0], received_on=TODAY + timedelta(days=5))
    endless = replace(good[0], ordered_on=date(2001, 1, 1))
    assert lead((*good, backwards, future, endless)).receipts == 3


def test_parts_of_a_delivery_count_as_parts() -> None:
    whole = deliveries((7, 7, 7, 7))
    late_rest = replace(whole[0], received_on=CALENDAR.add(whole[0].ordered_on, 30), quantity=1.0)
    assert lead((*whole, late_rest)).mean < 8.5


def test_what_has_not_come_yet_will_take_longer() -> None:
    found = LeadTime(1, np.array([5, 10, 20]), np.array([0.5, 0.4, 0.1]), 5, 10, False, None, True)
    days, probability = found.remaining(6)
    assert days.tolist() == [4, 14]
    assert probability == pytest.approx([0.8, 0.2])
    overdue, even = found.remaining(50)
    assert overdue.min() >= 1
    assert even.sum() == pytest.approx(1)


def test_open_orders_arrive_around_their_own_date() -> None:
    exact = LeadTime(1, np.array([10]), np.array([1.0]), 10, 10, False, None, True)
    ordered = date(2026, 11, 16)
    due = CALENDAR.add(ordered, 20)
    moved = probable_arrivals(exact, ordered, due, TODAY, CALENDAR)
    assert moved is not None
    assert CALENDAR.add(TODAY, int(moved[0][0])) == due
    usual = probable_arrivals(exact, ordered, None, TODAY, CALENDAR)
    assert usual is not None
    assert CALENDAR.add(TODAY, int(usual[0][0])) == CALENDAR.add(ordered, 10)
    assert probable_arrivals(None, ordered, None, TODAY, CALENDAR) is None
    named = probable_arrivals(None, ordered, due, TODAY, CALENDAR)
    assert named is not None
    assert named[1].sum() == pytest.approx(1)


def test_an_open_order_of_a_supplier_without_offer_still_has_a_lead_time() -> None:
    base: ProductFacts = given_facts.with_open_order()
    other = Offer(
        9, 2, base.product.sku, (PriceTier(1, base.offers[0].tiers[0].unit_price),), promised_lead_time_days=3
    )
    assert 1 in lead_times(replace(base, offers=(other,)), CALENDAR)


@pytest.mark.parametrize("today", [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)])
def test_on_a_day_of_rest_what_is_due_on_the_next_business_day_is_not_late(today: date) -> None:
    """Ordered on a Wednesday, always two days: Monday, because the Friday is a holiday, whatever day it is now."""
    exact = LeadTime(1, np.array([2]), np.array([1.0]), 2, 10, False, None, True)
    for ordered in (date(2026, 11, 18), date(2026, 11, 21)):
        if ordered > today:
            continue
        found = probable_arrivals(exact, ordered, None, today, CALENDAR)
        assert found is not None
        assert found[1].tolist() == [1.0]
        arrival = today + timedelta(days=int(CALENDAR.offsets(today, found[0])[0]))
        assert arrival == CALENDAR.add(ordered, 2)


def waiting(elapsed: int, *, quantity: float = 10.0, received: float = 0.0, due: date | None = None) -> OpenOrderLine:
    return OpenOrderLine(f"open-{elapsed}", 1, CALENDAR.add(TODAY, -elapsed), due, quantity, received)


def lead_with_open(own: tuple[Receipt, ...], *lines: OpenOrderLine) -> LeadTime:
    base = replace(given_facts.smooth(), receipts=own, supplier_receipts=(), open_orders=lines)
    return lead_times(base, CALENDAR)[1]


def test_orders_that_have_not_come_yet_lengthen_the_lead_time() -> None:
    """Half of the orders came after 5 days; the others have been under way for 12: the supplier isn't a quick one."""
    quick = deliveries((5, 5, 6, 5, 5, 6, 5, 5, 18, 20))
    before = lead_with_open(quick)
    after = lead_with_open(quick, *(waiting(n) for n in (11, 12, 12, 13, 12, 12)))
    assert after.mean > before.mean + 3
    assert after.quantile(0.5) > before.quantile(0.5)
    assert after.receipts == before.receipts == 10
    assert after.probability.sum() == pytest.approx(1)


def test_open_orders_that_cannot_say_anything_change_nothing() -> None:
    quick = deliveries((5, 5, 6, 5, 5, 6, 5, 5, 18, 20))
    before = lead_with_open(quick)
    ordered_today = OpenOrderLine("new", 1, TODAY, None, 10.0, 0.0)
    forgotten = waiting(300)
    far_ahead = waiting(30, due=CALENDAR.add(CALENDAR.add(TODAY, -30), 60))  # wanted in 60 days, not in 7
    for line in (ordered_today, forgotten, far_ahead):
        assert lead_with_open(quick, line).mean == pytest.approx(before.mean, abs=0.01)
    rest = waiting(15, quantity=100.0, received=99.0)
    assert lead_with_open(quick, rest).mean == pytest.approx(before.mean, abs=0.05)


def test_an_overdue_order_counts_as_not_on_time() -> None:
    punctual = deliveries((6, 7, 6, 7, 6))
    assert lead_with_open(punctual).on_time == 1.0
    late = lead_with_open(punctual, waiting(12, due=TODAY - timedelta(days=3)))
    assert late.on_time is not None
    assert 0.7 < late.on_time < 0.9
