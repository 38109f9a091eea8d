"""The order and its invoice are one purchase."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from reposto.model.facts import PriceObservation
from reposto.model.purchases import count_once

START = date(2026, 3, 2)


def seen(day: int, price: str, quantity: float | None, source: str, supplier: int = 1) -> PriceObservation:
    return PriceObservation(START + timedelta(days=day), Decimal(price), supplier, quantity, source)


def test_an_invoice_of_an_order_is_left_out() -> None:
    prices, repeated = count_once([seen(0, "10", 100, "order"), seen(12, "10.00", 100, "invoice")])
    assert prices == (seen(0, "10", 100, "order"),)
    assert repeated == 1


def test_two_invoices_may_bill_one_order_but_no_more_than_it_holds() -> None:
    parts = [seen(5, "10", 60, "invoice"), seen(9, "10", 40, "invoice"), seen(11, "10", 10, "invoice")]
    prices, repeated = count_once([seen(0, "10", 100, "order"), *parts])
    assert [(p.quantity, p.source) for p in prices] == [(100, "order"), (10, "order")]
    assert repeated == 2


def test_an_order_every_week_with_the_same_price_stays_an_order_every_week() -> None:
    orders = [seen(7 * n, "10", 100, "order") for n in range(4)]
    invoices = [seen(7 * n + 3, "10", 100, "invoice") for n in range(4)]
    prices, repeated = count_once([*orders, *invoices])
    assert (prices, repeated) == (tuple(orders), 4)


def test_an_order_billed_at_another_price_was_paid_at_that() -> None:
    prices, repeated = count_once([seen(0, "10", 100, "order"), seen(12, "10.80", 100, "invoice")])
    assert prices == (seen(0, "10.80", 100, "order"),)
    assert repeated == 1


def test_what_can_be_no_invoice_of_the_order_is_a_purchase_of_its_own() -> None:
    order = seen(20, "10", 100, "order")
    others = [
        seen(10, "10", 100, "invoice"),  # before the order
        seen(25, "10", 100, "invoice", supplier=2),
        seen(25, "13", 100, "invoice"),
        seen(25, "10", None, "invoice"),
        seen(200, "10", 100, "invoice"),
    ]
    prices, repeated = count_once([order, *others])
    assert (len(prices), repeated) == (6, 0)
    assert {p.source for p in prices} == {"order"}


def test_quotes_stay_quotes() -> None:
    prices, repeated = count_once([seen(0, "10", 100, "order"), seen(3, "10", 100, "quote")])
    assert ([p.source for p in prices], repeated) == (["order", "quote"], 0)
