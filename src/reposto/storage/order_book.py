"""Purchase orders as sheets: listed, read whole, and changed only by whoever has seen their newest state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from reposto.model.errors import NotFound
from reposto.model.order_book import OrderSheet, SheetLine
from reposto.model.orders import OrderStatus
from reposto.storage.purchasing import received_of_line
from reposto.storage.tables import (
    offer_tiers,
    offers,
    products,
    purchase_order_lines,
    purchase_orders,
    suppliers,
    users,
)

MOST_SHEETS = 200


def list_sheets(
    connection: Connection, *, statuses: Collection[OrderStatus], limit: int = MOST_SHEETS
) -> list[OrderSheet]:
    """Orders that were made here and have one of these states, the newest first; imported ones are the ERP's."""
    order = purchase_orders.c
    wanted = _select().where(order.status.in_(sorted(statuses)), order.created_by.is_not(None))
    return _load(connection, wanted.order_by(order.created_at.desc(), order.id.desc()).limit(limit))


def get_sheet(connection: Connection, number: str) -> OrderSheet:
    """One order by its number; NotFound when there is none that was made here."""
    order = purchase_orders.c
    found = _load(connection, _select().where(order.number == number, order.created_by.is_not(None)))
    if not found:
        raise NotFound(f"O pedido {number} não existe.", f"There is no order {number}.")
    return found[0]


def note_session(connection: Connection, number: str, session_id: int) -> None:
    """Remember the conversation in which an order was made: what happens to it is told there."""
    statement = update(purchase_orders).where(purchase_orders.c.number == number).values(session_id=session_id)
    connection.execute(statement)


def move_sheet(
    connection: Connection, sheet: OrderSheet, *, status: OrderStatus, ordered_on: date, expected_on: date | None
) -> bool:
    """Give an order another state; False when somebody changed it since the sheet was read."""
    values = {"status": status, "ordered_on": ordered_on, "expected_on": expected_on}
    return _advance(connection, sheet, values)


def write_lines(connection: Connection, sheet: OrderSheet, lines: Sequence[SheetLine]) -> bool:
    """Give the lines of an order other quantities and prices; those not named go. False as for `move_sheet`."""
    if not _advance(connection, sheet, {}):
        return False
    line = purchase_order_lines.c
    kept = {x.line for x in lines}
    gone = purchase_order_lines.delete().where(line.order_id == sheet.id, line.line.not_in(sorted(kept)))
    connection.execute(gone)
    for x in lines:
        values = {"quantity": x.quantity, "unit_price": x.unit_price}
        connection.execute(
            update(purchase_order_lines).where(line.order_id == sheet.id, line.line == x.line).values(values)
        )
    return True


def list_tiers(
    connection: Connection, supplier_id: int, skus: Collection[str]
) -> dict[str, tuple[tuple[float, Decimal], ...]]:
    """What a supplier asks for products, by quantity: SKU -> (from, R$ per unit), ascending."""
    query = (
        select(offers.c.sku, offer_tiers.c.min_quantity, offer_tiers.c.unit_price)
        .join_from(offers, offer_tiers, offer_tiers.c.offer_id == offers.c.id)
        .where(offers.c.supplier_id == supplier_id, offers.c.sku.in_(sorted(skus)))
        .order_by(offers.c.sku, offer_tiers.c.min_quantity)
    )
    found: dict[str, tuple[tuple[float, Decimal], ...]] = {}
    for sku, least, price in connection.execute(query):
        found[sku] = (*found.get(sku, ()), (float(least), price))
    return found


def _advance(connection: Connection, sheet: OrderSheet, values: Mapping[str, Any]) -> bool:
    order = purchase_orders.c
    statement = (
        update(purchase_orders)
        .where(order.id == sheet.id, order.revision == sheet.revision)
        .values(revision=sheet.revision + 1, **values)
    )
    return connection.execute(statement).rowcount == 1


def _select() -> Select[Any]:
    called = func.coalesce(func.nullif(suppliers.c.trade_name, ""), suppliers.c.name).label("supplier")
    return (
        select(purchase_orders, called, suppliers.c.email, suppliers.c.minimum_order, users.c.name.label("made_by"))
        .join_from(purchase_orders, suppliers, purchase_orders.c.supplier_id == suppliers.c.id)
        .outerjoin(users, users.c.id == purchase_orders.c.created_by)
    )


def _load(connection: Connection, wanted: Select[Any]) -> list[OrderSheet]:
    sheets = [_to_sheet(row) for row in connection.execute(wanted)]
    lines: dict[int, list[SheetLine]] = {}
    line, order = purchase_order_lines.c, purchase_orders.c
    query = (
        select(
            line.order_id,
            line.line,
            line.sku,
            products.c.name,
            products.c.unit,
            line.quantity,
            line.unit_price,
            received_of_line().label("received"),
            offers.c.moq,
            offers.c.pack_multiple,
        )
        .join_from(purchase_order_lines, products, line.sku == products.c.sku)
        .join(purchase_orders, order.id == line.order_id)
        .outerjoin(offers, (offers.c.supplier_id == order.supplier_id) & (offers.c.sku == line.sku))
        .where(line.order_id.in_([sheet.id for sheet in sheets]))
        .order_by(line.order_id, line.line)
    )
    for row in connection.execute(query):
        lines.setdefault(row.order_id, []).append(_to_line(row))
    return [replace(sheet, lines=tuple(lines.get(sheet.id, ()))) for sheet in sheets]


def _to_line(row: Any) -> SheetLine:
    return SheetLine(
        line=row.line,
        sku=row.sku,
        name=row.name,
        unit=row.unit,
        quantity=float(row.quantity),
        unit_price=row.unit_price,
        received=float(row.received),
        minimum=float(row.moq or 0),
        pack=float(row.pack_multiple or 0),
    )


def _to_sheet(row: Row[Any]) -> OrderSheet:
    return OrderSheet(
        id=row.id,
        number=row.number,
        status=row.status,
        revision=row.revision,
        supplier_id=row.supplier_id,
        supplier=row.supplier,
        email=row.email,
        minimum_order=row.minimum_order,
        ordered_on=row.ordered_on,
        expected_on=row.expected_on,
        created_at=row.created_at,
        created_by=row.made_by or "",
        session_id=row.session_id,
    )
