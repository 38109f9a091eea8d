"""What the analysts get is what was stored, on both databases."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Connection, insert, update

from reposto.model.errors import InvalidInput, NotFound
from reposto.model.facts import Company, PriceTier
from reposto.model.orders import OrderLine, OrderStatus
from reposto.storage import tables as t
from reposto.storage.catalogue import (
    bump_version,
    get_product,
    list_named_products,
    list_named_suppliers,
    versions,
)
from reposto.storage.company import load_company, save_company, zone
from reposto.storage.engine import Store
from reposto.storage.facts import FORECAST_TABLES, load_all_sales, load_facts, save_fitted
from reposto.storage.purchasing import create_order, get_order, list_orders, open_lines_of

TODAY = date(2026, 5, 18)
NOW = datetime(2026, 5, 18, 12, tzinfo=UTC)


def sell(connection: Connection, sku: str, day: date, quantity: float, **marks: bool) -> None:
    connection.execute(insert(t.daily_sales).values(sku=sku, day=day, quantity=quantity, **marks))


@pytest.fixture
def filled(store: Store) -> Store:
    """Two suppliers, three products; 0042 has everything, 42 has nothing, 777 sold later than 0042."""
    with store.write() as connection:
        connection.execute(
            insert(t.suppliers),
            [
                {"id": 1, "key": "A", "name": "Têxtil Aurora Ltda", "trade_name": "Aurora", "state": "SC"},
                {"id": 2, "key": "B", "name": "Espumas Boreal S.A.", "trade_name": "Boreal", "state": "PR"},
            ],
        )
        connection.execute(
            insert(t.products),
            [
                {"sku": "0042", "name": "Tecido suede bege", "unit": "M", "ean": "7891234567895"},
                {"sku": "42", "name": "Espuma D33", "unit": "M2", "ean": ""},
                {"sku": "777", "name": "Verniz", "unit": "L", "ean": ""},
            ],
        )
        connection.execute(
            insert(t.stock_levels).values(sku="0042", on_hand=12.345, reserved=0.005, as_of=date(2026, 5, 17))
        )
        sell(connection, "0042", date(2026, 5, 1), 0, out_of_stock=True)
        sell(connection, "0042", date(2026, 5, 4), 2.125)
        sell(connection, "0042", date(2026, 5, 6), 0, out_of_stock=True)
        sell(connection, "0042", date(2026, 5, 8), 7, promotion=True)
        sell(connection, "0042", date(2026, 5, 9), 90, one_off=True)
        sell(connection, "0042", date(2026, 5, 11), -1)
        sell(connection, "777", date(2026, 5, 16), 3)
        _insert_offer(connection)
        _insert_orders(connection)
        bump_version(connection, catalogue=True)
    return store


def _insert_offer(connection: Connection) -> None:
    offer = {
        "id": 5,
        "supplier_id": 1,
        "sku": "0042",
        "moq": 10,
        "pack_multiple": 2.5,
        "promised_lead_time_days": 8,
        "valid_until": date(2026, 6, 30),
        "freight_fixed": Decimal("35.50"),
        "ipi_percent": 5.0,
        "payment_terms": "28/42/56",
    }
    connection.execute(insert(t.offers).values(offer))
    tiers = [(50, "31.4159"), (10, "33.90")]
    connection.execute(
        insert(t.offer_tiers),
        [{"offer_id": 5, "min_quantity": q, "unit_price": Decimal(p)} for q, p in tiers],
    )


def _insert_orders(connection: Connection) -> None:
    for order_id, status, ordered_on in [(1, "received", 1), (2, "partial", 10), (3, "draft", 12), (4, "cancelled", 3)]:
        connection.execute(
            insert(t.purchase_orders).values(
                id=1000 + order_id,  # explicit ids leave PostgreSQL's sequence at 1
                number=f"2026/{order_id}",
                supplier_id=1,
                ordered_on=date(2026, 4, ordered_on),
                expected_on=date(2026, 4, ordered_on + 10),
                status=status,
                created_at=NOW,
            )
        )
        connection.execute(
            insert(t.purchase_order_lines),
            [
                {"id": 1000 + order_id * 10, "order_id": 1000 + order_id, "line": 1, "sku": "0042", "quantity": 100},
                {"id": 1001 + order_id * 10, "order_id": 1000 + order_id, "line": 2, "sku": "42", "quantity": 5},
            ],
        )
    received = [(10, 14, 60.0), (10, 20, 40.0), (11, 14, 5.0), (20, 25, 30.5)]
    connection.execute(
        insert(t.receipts),
        [{"line_id": 1000 + line, "received_on": date(2026, 4, day), "quantity": q} for line, day, q in received],
    )
    connection.execute(
        insert(t.price_observations),
        [
            {"sku": "0042", "supplier_id": 1, "seen_on": date(2026, 4, day), "unit_price": p, "source": "order"}
            for day, p in [(10, Decimal("33.90")), (1, Decimal("32.00"))]
        ],
    )


def test_facts_hold_all_that_is_known(filled: Store) -> None:
    with filled.read() as connection:
        facts = load_facts(connection, "0042", today=TODAY, loaded_at=NOW)
    assert facts.product.unit == "M"
    assert facts.stock is not None
    assert facts.stock.available == pytest.approx(12.34)
    assert facts.company.data_until == date(2026, 5, 16)
    assert facts.data_version == 1
    assert facts.forecast_tables is None
    assert [supplier.trade_name for supplier in facts.suppliers] == ["Aurora"]
    assert [price.unit_price for price in facts.prices] == [Decimal("32.00"), Decimal("33.90")]
    (offer,) = facts.offers
    assert offer.tiers == (PriceTier(10.0, Decimal("33.9000")), PriceTier(50.0, Decimal("31.4159")))
    assert (offer.moq, offer.pack_multiple, offer.freight_fixed) == (10.0, 2.5, Decimal("35.5"))
    assert offer.payment_terms == (28, 42, 56)


def test_sales_become_one_entry_per_day_from_the_first_sale_to_the_last_day_of_data(filled: Store) -> None:
    with filled.read() as connection:
        sales = load_facts(connection, "0042", today=TODAY, loaded_at=NOW).sales
    assert sales is not None
    assert sales.start == date(2026, 5, 4)  # out of stock on the 1st is before the first sale
    expected = np.zeros(13)
    expected[[0, 4, 5]] = [2.125, 7, 90]
    np.testing.assert_array_equal(sales.quantity, expected)
    assert sales.out_of_stock.nonzero()[0].tolist() == [2]
    assert sales.promotion.nonzero()[0].tolist() == [4]
    assert sales.one_off.nonzero()[0].tolist() == [5]
    assert sales.rows == 5


def test_receipts_and_open_orders_are_of_the_right_lines(filled: Store) -> None:
    with filled.read() as connection:
        facts = load_facts(connection, "0042", today=TODAY, loaded_at=NOW)
    assert [(r.received_on.day, r.quantity) for r in facts.receipts] == [(14, 60), (20, 40), (25, 30.5)]
    assert [(r.sku, r.quantity, r.ordered_quantity) for r in facts.supplier_receipts] == [("42", 5, 5)]
    (line,) = facts.open_orders
    assert (line.order_number, line.quantity, line.outstanding) == ("2026/2", 100, 69.5)


def test_a_product_without_data_has_none_or_nothing(filled: Store) -> None:
    with filled.write() as connection:
        connection.execute(insert(t.products).values(sku="novo", name="Novo"))
    with filled.read() as connection:
        facts = load_facts(connection, "novo", today=TODAY, loaded_at=NOW)
    assert (facts.stock, facts.sales) == (None, None)
    assert (facts.offers, facts.suppliers, facts.open_orders, facts.receipts, facts.prices) == ((), (), (), (), ())
    assert facts.supplier_receipts == ()


def test_planned_promotions_are_future_days(filled: Store) -> None:
    with filled.write() as connection:
        connection.execute(
            insert(t.promotions),
            [
                {"sku": "0042", "starts_on": TODAY - timedelta(3), "ends_on": TODAY + timedelta(1)},
                {"sku": "0042", "starts_on": TODAY, "ends_on": TODAY},
                {"sku": "0042", "starts_on": TODAY - timedelta(9), "ends_on": TODAY - timedelta(1)},
            ],
        )
    with filled.read() as connection:
        sales = load_facts(connection, "0042", today=TODAY, loaded_at=NOW).sales
    assert sales is not None
    assert sales.planned_promotions == (TODAY, TODAY + timedelta(1))


def test_offers_of_inactive_suppliers_are_left_out(filled: Store) -> None:
    with filled.write() as connection:
        connection.execute(update(t.suppliers).where(t.suppliers.c.id == 1).values(active=False))
    with filled.read() as connection:
        facts = load_facts(connection, "0042", today=TODAY, loaded_at=NOW)
    assert facts.offers == ()
    assert [supplier.active for supplier in facts.suppliers] == [False]  # its receipts still need its name


def test_unknown_sku_is_not_found(filled: Store) -> None:
    with filled.read() as connection, pytest.raises(NotFound):
        load_facts(connection, "0043", today=TODAY, loaded_at=NOW)


def test_all_sales_are_walked_by_product(filled: Store) -> None:
    with filled.read() as connection:
        walked = {product.sku: history for product, history in load_all_sales(connection)}
    assert list(walked) == ["0042", "777"]
    assert walked["0042"].quantity.sum() == pytest.approx(99.125)
    assert len(walked["777"].quantity) == 1


def test_fitted_tables_reach_the_analysts_and_an_older_fit_does_not_replace_a_newer_one(filled: Store) -> None:
    for version, payload in [(3, b"three"), (5, b"five"), (4, b"four")]:
        with filled.write() as connection:
            save_fitted(connection, FORECAST_TABLES, payload, data_version=version, fitted_at=NOW)
    with filled.read() as connection:
        assert load_facts(connection, "0042", today=TODAY, loaded_at=NOW).forecast_tables == b"five"


def test_the_last_day_is_found_without_the_note(filled: Store) -> None:
    with filled.write() as connection:
        sell(connection, "42", date(2026, 5, 17), 1)
        connection.execute(update(t.meta).where(t.meta.c.key == "data_version").values(value="2"))
    with filled.read() as connection:
        assert load_company(connection).data_until == date(2026, 5, 17)


def test_versions_grow_as_told(filled: Store) -> None:
    with filled.write() as connection:
        bump_version(connection)
    with filled.read() as connection:
        assert versions(connection) == (2, 1)


def test_names_are_those_of_active_entries(filled: Store) -> None:
    with filled.write() as connection:
        connection.execute(update(t.products).where(t.products.c.sku == "42").values(active=False))
    with filled.read() as connection:
        assert [product.sku for product in list_named_products(connection)] == ["0042", "777"]
        assert [supplier.trade_name for supplier in list_named_suppliers(connection)] == ["Boreal", "Aurora"]
        assert get_product(connection, "42").name == "Espuma D33"


def test_company_rules_are_kept(store: Store) -> None:
    with store.read() as connection:
        assert load_company(connection) == Company()
        assert zone(connection) == ZoneInfo("America/Sao_Paulo")
    rules = Company(name="Móveis", state="RS", order_cost=Decimal("72.50"), service_level=0.9, tax_regime="real")
    with store.write() as connection:
        save_company(connection, rules, timezone="America/Manaus")
    with store.read() as connection:
        assert load_company(connection) == rules
        assert zone(connection) == ZoneInfo("America/Manaus")


def order(connection: Connection, quantity: float = 7.5, status: OrderStatus = "approved") -> str:
    return create_order(
        connection,
        2,
        [OrderLine("42", quantity, Decimal("12.3456")), OrderLine("777", 2, Decimal("9.90"))],
        status=status,
        created_by=None,
        ordered_on=TODAY,
        expected_on=TODAY + timedelta(9),
        now=NOW,
    )


def test_an_order_is_written_and_is_still_to_come(filled: Store) -> None:
    with filled.write() as connection:
        number = order(connection)
    assert number == "PC-000001"
    with filled.read() as connection:
        written = get_order(connection, number)
        (line,) = open_lines_of(connection, ["777"])["777"]
        newest = list_orders(connection, sku="42")[0]
    assert written.lines[0] == OrderLine("42", 7.5, Decimal("12.3456"))
    assert written.total == Decimal("112.392")
    assert written.supplier == "Espumas Boreal S.A."
    assert (line.order_number, line.outstanding) == (number, 2.0)
    assert newest == written


def test_a_draft_is_known_as_a_draft_and_not_as_on_its_way(filled: Store) -> None:
    with filled.write() as connection:
        number = order(connection, status="draft")
    with filled.read() as connection:
        facts = load_facts(connection, "777", today=TODAY, loaded_at=NOW)
    assert facts.open_orders == ()
    assert [(line.order_number, line.outstanding) for line in facts.drafts] == [(number, 2.0)]


def test_a_cancelled_order_is_not_on_its_way(filled: Store) -> None:
    with filled.write() as connection:
        order(connection, status="cancelled")
    with filled.read() as connection:
        assert open_lines_of(connection, ["777"]) == {}
        with pytest.raises(NotFound):
            get_order(connection, "PC-999999")


def test_an_order_without_quantity_is_refused(filled: Store) -> None:
    with filled.write() as connection, pytest.raises(InvalidInput):
        order(connection, quantity=0)


def test_a_number_taken_by_an_imported_order_is_skipped(filled: Store) -> None:
    with filled.write() as connection:
        connection.execute(
            update(t.purchase_orders).where(t.purchase_orders.c.id == 1001).values(number="PC-000001"),
        )
        assert order(connection) == "PC-000002"


def test_a_rolled_back_order_leaves_no_trace(filled: Store) -> None:
    with pytest.raises(ZeroDivisionError), filled.write() as connection:
        order(connection)
        raise ZeroDivisionError
    with filled.write() as connection:
        assert order(connection) == "PC-000001"


def test_orders_written_at_once_get_different_numbers(filled: Store) -> None:
    numbers: list[str] = []
    at_once = threading.Barrier(4)

    def write_some() -> None:
        at_once.wait()
        for _ in range(5):
            with filled.write() as connection:
                number = order(connection)
            numbers.append(number)

    threads = [threading.Thread(target=write_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"PC-{n:06d}" for n in range(1, 21)]
