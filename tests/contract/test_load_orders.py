"""Orders, what was delivered of them and what they paid. Over both databases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from reposto.intake.rows import OrderRow, PriceRow, ReceiptRow
from reposto.model.errors import FileRefused
from reposto.storage import tables as t
from reposto.storage.engine import Store
from tests.support.loading import put, rows_of, with_names

D = Decimal


@pytest.fixture
def stocked(store: Store) -> Store:
    return with_names(store)


ORDERED = date(2026, 10, 1)


def order(sku: str, quantity: int, price: str | None = "2", **more: Any) -> OrderRow:
    return OrderRow("7", "Vale", sku, D(quantity), ORDERED, None if price is None else D(price), **more)


def receipt(sku: str, day: int, quantity: int, document: str, **more: Any) -> ReceiptRow:
    return ReceiptRow("7", sku, date(2026, 10, day), D(quantity), document, **more)


def test_an_order_loses_the_lines_that_left_it_but_not_what_was_received(stocked: Store) -> None:
    put(stocked, "orders", order("1", 10), order("2", 5), order("2", 6))
    put(stocked, "receipts", receipt("2", 9, 5, "A"))
    assert (
        put(stocked, "orders", order("2", 5), order("2", 6), order("1", 10)).changed == 0
    )  # the order of lines is free
    put(stocked, "orders", order("1", 12))
    lines = rows_of(stocked, t.purchase_order_lines, "line", "sku", "quantity")
    assert lines == [(1, "1", 12.0), (2, "2", 5.0)]


def test_the_status_follows_the_receipts(stocked: Store) -> None:
    def status() -> str:
        return str(rows_of(stocked, t.purchase_orders, "status")[0][0])

    put(stocked, "orders", order("1", 10), order("2", 5))
    assert status() == "sent"
    put(stocked, "receipts", receipt("1", 5, 10, "A"))
    assert status() == "partial"
    put(stocked, "receipts", receipt("2", 6, 5, "B"))
    assert status() == "received"
    assert put(stocked, "orders", order("1", 10, status="sent"), order("2", 5, status="sent")).changed == 0
    put(stocked, "orders", order("1", 10, status="cancelled"), order("2", 5, status="cancelled"))
    assert put(stocked, "receipts", receipt("2", 6, 5, "B")).changed == 0
    assert status() == "cancelled"


def test_deliveries_fill_lines_of_one_product_in_turn_and_again_the_same_way(stocked: Store) -> None:
    put(stocked, "orders", order("1", 10), order("1", 20))
    deliveries = [receipt("1", 5, 10, "A"), receipt("1", 6, 15, "B"), receipt("1", 7, 5, "C")]
    put(stocked, "receipts", *deliveries)
    found = rows_of(stocked, t.receipts, "line_id", "quantity", "document")
    assert [(quantity, document) for _line, quantity, document in found] == [(10.0, "A"), (15.0, "B"), (5.0, "C")]
    assert len({line for line, _quantity, _document in found}) == 2
    assert put(stocked, "receipts", *reversed(deliveries)).changed == 0


def test_one_delivery_closes_all_lines_of_its_product(stocked: Store) -> None:
    """Two lines of one product on one invoice, as rows of their own or added up: nothing is left to come."""
    put(stocked, "orders", order("1", 10), order("1", 20))
    for rows in ([receipt("1", 5, 10, "A"), receipt("1", 5, 20, "A")], [receipt("1", 5, 30, "A")]):
        changed = put(stocked, "receipts", *rows).changed
        assert sorted(rows_of(stocked, t.receipts, "quantity")) == [(10.0,), (20.0,)]
        assert rows_of(stocked, t.purchase_orders, "status") == [("received",)]
        assert put(stocked, "receipts", *rows).changed == 0
    assert changed == 0


def test_a_corrected_delivery_replaces_what_was_written_of_it(stocked: Store) -> None:
    put(stocked, "orders", order("1", 10), order("1", 20))
    put(stocked, "receipts", receipt("1", 5, 25, "A"))
    put(stocked, "receipts", receipt("1", 6, 9, "B"))  # four more than ordered
    assert sum(q for (q,) in rows_of(stocked, t.receipts, "quantity")) == 34.0
    put(stocked, "receipts", receipt("1", 5, 4, "A"))
    assert sum(q for (q,) in rows_of(stocked, t.receipts, "quantity")) == 13.0
    assert put(stocked, "receipts", receipt("1", 6, 9, "B"), receipt("1", 5, 4, "A")).changed == 0


def test_receipts_must_fit_their_order(stocked: Store) -> None:
    put(stocked, "orders", order("1", 10))
    for wrong in (
        receipt("2", 5, 1, "A"),
        receipt("1", 5, 1, "A", line=9),
        ReceiptRow("8", "1", date(2026, 10, 5), D(1)),
        ReceiptRow("7", "1", date(2026, 9, 5), D(1)),
    ):
        with pytest.raises(FileRefused) as refusal:
            put(stocked, "receipts", wrong)
        assert len(refusal.value.rows) == 1


def test_prices_of_one_day_are_averaged_by_quantity(stocked: Store) -> None:
    put(stocked, "orders", order("1", 10, "2"), order("1", 30, "4"), order("2", 1, None))
    assert rows_of(stocked, t.price_observations, "sku", "unit_price", "quantity") == [("1", D("3.5"), 40.0)]
    put(stocked, "receipts", receipt("2", 5, 1, "A", unit_price=D(9)))  # the invoice says what the order did not
    assert ("2", D(9), 1.0) in rows_of(stocked, t.price_observations, "sku", "unit_price", "quantity")


def test_prices_of_an_order_go_with_it(stocked: Store) -> None:
    def paid() -> list[tuple[Any, ...]]:
        return rows_of(stocked, t.price_observations, "sku", "seen_on", "unit_price")

    put(stocked, "orders", order("1", 10, "2"), order("2", 5, "3"))
    put(stocked, "orders", order("1", 10, "2"))  # one line was taken off
    assert paid() == [("1", ORDERED, D(2))]
    put(stocked, "orders", order("1", 10, "2")._replace(ordered_on=date(2026, 9, 30)))  # its date was corrected
    assert paid() == [("1", date(2026, 9, 30), D(2))]
    put(stocked, "orders", order("1", 10, "2", status="cancelled")._replace(ordered_on=date(2026, 9, 30)))
    assert paid() == []


def test_next_to_nothing_ordered_has_no_price(stocked: Store) -> None:
    put(stocked, "orders", order("1", 10)._replace(quantity=D("0.0004")), order("2", 3))
    assert [row[0] for row in rows_of(stocked, t.price_observations, "sku")] == ["2"]


def test_a_price_of_another_source_survives_an_order_without_one(stocked: Store) -> None:
    seen = PriceRow("1", ORDERED, D(3), supplier="Vale", source="order")  # as an invoice of that day says
    put(stocked, "prices", seen)
    put(stocked, "orders", order("1", 10, None))
    put(stocked, "orders", order("1", 10, None, status="cancelled"))
    assert rows_of(stocked, t.price_observations, "unit_price") == [(D(3),)]


def test_prices_without_supplier_are_one_record(stocked: Store) -> None:
    seen = PriceRow("1", date(2026, 10, 1), D(3))
    put(stocked, "prices", seen)
    assert put(stocked, "prices", seen._replace(unit_price=D(4))).changed == 1
    assert put(stocked, "prices", seen._replace(unit_price=D(4))).changed == 0
    assert rows_of(stocked, t.price_observations, "unit_price") == [(D(4),)]
