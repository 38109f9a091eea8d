"""Suppliers and orders as questions ask for them: by name, by number, what is still to come, what is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from reposto.model.asked import OrderRow
from reposto.model.facts import Supplier
from reposto.model.orders import OrderStatus
from reposto.storage.catalogue import SUPPLIER_COLUMNS
from reposto.storage.purchasing import received_of_line
from reposto.storage.tables import offers, products, purchase_order_lines, purchase_orders, suppliers

MOST_ORDERS = 400  # looked through for a list; a list shows fewer and says how many there are


def find_suppliers(connection: Connection, name: str) -> list[Supplier]:
    """Those of that trade name or name, active ones first."""
    wanted = select(*SUPPLIER_COLUMNS).where(or_(suppliers.c.trade_name == name, suppliers.c.name == name))
    rows = connection.execute(wanted.order_by(suppliers.c.active.desc(), suppliers.c.id))
    return [Supplier(*row) for row in rows]


def list_suppliers(connection: Connection) -> list[Supplier]:
    """Every active supplier, by the name it is called by."""
    called = func.coalesce(func.nullif(suppliers.c.trade_name, ""), suppliers.c.name)
    rows = connection.execute(select(*SUPPLIER_COLUMNS).where(suppliers.c.active.is_(True)).order_by(called))
    return [Supplier(*row) for row in rows]


def offered_names(connection: Connection, supplier_id: int) -> list[str]:
    """The names of the products that a supplier offers, in order of name."""
    wanted = (
        select(products.c.name)
        .join_from(offers, products, offers.c.sku == products.c.sku)
        .where(offers.c.supplier_id == supplier_id, products.c.active.is_(True))
        .distinct()
        .order_by(products.c.name)
    )
    return [row.name for row in connection.execute(wanted)]


def count_offered(connection: Connection) -> dict[int, int]:
    """How many products each supplier offers."""
    counted = func.count(offers.c.sku.distinct())
    rows = connection.execute(select(offers.c.supplier_id, counted).group_by(offers.c.supplier_id))
    return {row[0]: row[1] for row in rows}


def count_offers(connection: Connection, supplier_ids: Collection[int], *, most: int = 200) -> dict[int, int]:
    """How many products each of these suppliers offers, counted up to `most`: more make no difference to a purchase."""
    found = {}
    for supplier_id in sorted(supplier_ids):
        some = select(offers.c.sku).where(offers.c.supplier_id == supplier_id).distinct().limit(most).subquery()
        found[supplier_id] = int(connection.execute(select(func.count()).select_from(some)).scalar_one())
    return found


def list_order_rows(
    connection: Connection,
    *,
    statuses: Collection[OrderStatus],
    supplier_id: int | None = None,
    limit: int = MOST_ORDERS,
) -> list[OrderRow]:
    """Orders of these statuses, those expected first at the head, undated ones last."""
    wanted = _select_orders().where(purchase_orders.c.status.in_(sorted(statuses)))
    if supplier_id is not None:
        wanted = wanted.where(purchase_orders.c.supplier_id == supplier_id)
    undated = purchase_orders.c.expected_on.is_(None)
    ordered = wanted.order_by(undated, purchase_orders.c.expected_on, purchase_orders.c.id)
    return _load_rows(connection, ordered.limit(limit))


def find_order_rows(connection: Connection, number: str) -> list[OrderRow]:
    """The order of that number, else those whose number ends in it: "1421" is OC-01421. At most six."""
    exact = _load_rows(connection, _select_orders().where(purchase_orders.c.number == number))
    if exact or not number.isdigit():
        return exact
    ending = purchase_orders.c.number.like(f"%{number}")
    found = _load_rows(connection, _select_orders().where(ending).order_by(purchase_orders.c.id.desc()).limit(50))
    return [row for row in found if _number_of(row.number) == int(number)][:6]


def count_late(rows: Sequence[OrderRow], today: date) -> dict[int, int]:
    """How many orders of each supplier, by id (a head office and its branch have one name), are late."""
    return Counter(row.supplier_id for row in rows if row.late(today))


def _number_of(text: str) -> int:
    """The figures at the end of an order's number."""
    digits = ""
    for char in reversed(text):
        if not char.isdigit():
            break
        digits = char + digits
    return int(digits) if digits else -1


def _select_orders() -> Select[Any]:
    called = func.coalesce(func.nullif(suppliers.c.trade_name, ""), suppliers.c.name).label("supplier")
    return select(purchase_orders, called).join_from(
        purchase_orders, suppliers, purchase_orders.c.supplier_id == suppliers.c.id
    )


def _load_rows(connection: Connection, wanted: Select[Any]) -> list[OrderRow]:
    found = connection.execute(wanted).all()
    line = purchase_order_lines.c
    rows = connection.execute(
        select(
            line.order_id,
            line.sku,
            line.quantity,
            line.unit_price,
            received_of_line(),
            products.c.name,
            products.c.unit,
        )
        .join_from(purchase_order_lines, products, line.sku == products.c.sku)
        .where(line.order_id.in_([order.id for order in found]))
        .order_by(line.order_id, line.line)
    )
    lines: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        lines.setdefault(row[0], []).append(tuple(row[1:]))
    return [_to_row(order, lines.get(order.id, [])) for order in found]


def _to_row(order: Row[Any], lines: Sequence[tuple[Any, ...]]) -> OrderRow:
    to_come = []
    total: Decimal | None = Decimal(0)
    for sku, quantity, price, received, name, unit in lines:
        to_come.append((sku, name, float(quantity), max(float(quantity) - float(received), 0.0), unit))
        total = None if total is None or price is None else total + price * Decimal(str(float(quantity)))
    return OrderRow(
        number=order.number,
        supplier_id=order.supplier_id,
        supplier=order.supplier,
        status=order.status,
        ordered_on=order.ordered_on,
        expected_on=order.expected_on,
        total=total if lines else None,
        lines=tuple(to_come),
    )
