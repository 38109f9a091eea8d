"""Purchase orders: written, found, and what is still to come of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, ScalarSelect, Select, bindparam, func, insert, select

from reposto.model.errors import InvalidInput, NotFound
from reposto.model.facts import OpenOrderLine, PriceObservation, Receipt
from reposto.model.orders import STILL_TO_COME, OrderLine, OrderStatus, PurchaseOrder
from reposto.storage.catalogue import bump_version, next_number
from reposto.storage.tables import (
    price_observations,
    purchase_order_lines,
    purchase_orders,
    receipts,
    suppliers,
)

# Deliveries weigh by their age (half after nine months), so that old ones only cost time on every question: with 120
# receipts of a supplier instead of all, real lead times were predicted 0.1 % worse (benchmarks/lead_times).
SUPPLIER_ORDERS = 150
SUPPLIER_RECEIPTS = 300


def create_order(
    connection: Connection,
    supplier_id: int,
    lines: Sequence[OrderLine],
    *,
    status: OrderStatus,
    created_by: int | None,
    ordered_on: date,
    expected_on: date | None,
    now: datetime,
) -> str:
    """Write an order and return its number, as PC-000123. Two at once get two numbers, on both databases."""
    if not lines or any(line.quantity <= 0 for line in lines):
        raise InvalidInput("Um pedido precisa de quantidades.", "An order needs quantities.")
    number = _take_number(connection)
    order_id = connection.execute(
        insert(purchase_orders)
        .values(
            number=number,
            supplier_id=supplier_id,
            ordered_on=ordered_on,
            expected_on=expected_on,
            status=status,
            created_by=created_by,
            created_at=now,
        )
        .returning(purchase_orders.c.id)
    ).scalar_one()
    rows = [
        {"order_id": order_id, "line": n, "sku": x.sku, "quantity": x.quantity, "unit_price": x.unit_price}
        for n, x in enumerate(lines, start=1)
    ]
    connection.execute(insert(purchase_order_lines), rows)
    bump_version(connection)
    return number


def get_order(connection: Connection, number: str) -> PurchaseOrder:
    """One order by its number, with what has been received of each line."""
    orders = _load_orders(connection, _select_orders().where(purchase_orders.c.number == number))
    if not orders:
        raise _no_such_order(number)
    return orders[0]


def list_orders(connection: Connection, *, sku: str | None = None, limit: int = 50) -> list[PurchaseOrder]:
    """The newest orders, of one product or of all."""
    wanted = _select_orders().order_by(purchase_orders.c.ordered_on.desc(), purchase_orders.c.id.desc()).limit(limit)
    if sku is not None:
        lines = select(purchase_order_lines.c.order_id).where(purchase_order_lines.c.sku == sku)
        wanted = wanted.where(purchase_orders.c.id.in_(lines))
    return _load_orders(connection, wanted)


def open_lines_of(connection: Connection, skus: Collection[str]) -> dict[str, tuple[OpenOrderLine, ...]]:
    """What is still to come of each product that has any, the first expected first; drafts don't count."""
    return _lines_of(connection, skus, STILL_TO_COME)


def draft_lines_of(connection: Connection, skus: Collection[str]) -> dict[str, tuple[OpenOrderLine, ...]]:
    """What has been drafted of each product and not sent."""
    return _lines_of(connection, skus, ("draft",))


def _lines_of(
    connection: Connection, skus: Collection[str], statuses: Sequence[OrderStatus]
) -> dict[str, tuple[OpenOrderLine, ...]]:
    line, order = purchase_order_lines.c, purchase_orders.c
    columns = (order.number, order.supplier_id, order.ordered_on, order.expected_on, line.quantity, received_of_line())
    rows = connection.execute(
        select(line.sku, *columns)
        .join_from(purchase_order_lines, purchase_orders, line.order_id == order.id)
        .where(line.sku.in_(skus), order.status.in_(statuses))
        .order_by(func.coalesce(order.expected_on, order.ordered_on), order.id, line.line)
    )
    found: defaultdict[str, list[OpenOrderLine]] = defaultdict(list)
    for row in rows:
        one = OpenOrderLine(*row[1:6], received=_to_units(row[6]))
        if one.outstanding > 0:
            found[row[0]].append(one)
    return {sku: tuple(lines) for sku, lines in found.items()}


def receipts_of(connection: Connection, skus: Collection[str]) -> dict[str, tuple[Receipt, ...]]:
    """Every delivery of each product that has any, oldest first."""
    wanted = _select_receipts().where(purchase_order_lines.c.sku.in_(skus))
    found: defaultdict[str, list[Receipt]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(receipts.c.received_on, receipts.c.id)):
        receipt = Receipt(*row)
        found[receipt.sku].append(receipt)
    return {sku: tuple(several) for sku, several in found.items()}


def list_supplier_receipts(
    connection: Connection, supplier_ids: Collection[int], *, except_sku: str = "", orders: int = SUPPLIER_ORDERS
) -> tuple[Receipt, ...]:
    """The deliveries of each supplier's newest orders, without those of one product; oldest first."""
    found: list[Receipt] = []
    for supplier_id in sorted(supplier_ids):
        wanted = _newest_receipts(orders).where(purchase_order_lines.c.sku != except_sku).limit(SUPPLIER_RECEIPTS)
        found.extend(Receipt(*row) for row in connection.execute(wanted, {"of_supplier": supplier_id}))
    return tuple(sorted(found, key=lambda receipt: receipt.received_on))


class SupplierReceipts:
    """`list_supplier_receipts` for several products, each supplier read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._newest: dict[int, list[Receipt]] = {}

    def of(self, supplier_ids: Collection[int], *, except_sku: str) -> tuple[Receipt, ...]:
        """The deliveries of each supplier's newest orders, without those of one product; oldest first."""
        found: list[Receipt] = []
        for supplier_id in sorted(supplier_ids):
            if supplier_id not in self._newest:
                rows = self._connection.execute(_newest_receipts(SUPPLIER_ORDERS), {"of_supplier": supplier_id})
                self._newest[supplier_id] = [Receipt(*row) for row in rows]
            others = (receipt for receipt in self._newest[supplier_id] if receipt.sku != except_sku)
            found.extend(islice(others, SUPPLIER_RECEIPTS))
        return tuple(sorted(found, key=lambda receipt: receipt.received_on))


@lru_cache(maxsize=4)  # building it costs more than running it, and each product asks once for each supplier
def _newest_receipts(orders: int) -> Select[Any]:
    newest = (
        select(purchase_orders.c.id)
        .where(purchase_orders.c.supplier_id == bindparam("of_supplier"))
        .order_by(purchase_orders.c.ordered_on.desc())
        .limit(orders)
    )
    wanted = _select_receipts().where(purchase_orders.c.id.in_(newest))
    return wanted.order_by(receipts.c.received_on.desc(), receipts.c.id)


def prices_of(connection: Connection, skus: Collection[str]) -> dict[str, tuple[PriceObservation, ...]]:
    """Every price seen for each product that has any, oldest first."""
    seen = price_observations.c
    rows = connection.execute(
        select(seen.sku, seen.seen_on, seen.unit_price, seen.supplier_id, seen.quantity, seen.source)
        .where(seen.sku.in_(skus))
        .order_by(seen.seen_on, seen.id)
    )
    found: defaultdict[str, list[PriceObservation]] = defaultdict(list)
    for sku, *values in rows:
        found[sku].append(PriceObservation(*values))
    return {sku: tuple(prices) for sku, prices in found.items()}


def _take_number(connection: Connection) -> str:
    while True:  # an imported order may already carry the number that comes next
        number = f"PC-{next_number(connection, 'order_number'):06d}"
        taken = select(purchase_orders.c.id).where(purchase_orders.c.number == number)
        if connection.execute(taken).first() is None:
            return number


def received_of_line() -> ScalarSelect[Any]:
    """Received of a line, in units; to be selected beside the line's columns."""
    return (
        select(func.coalesce(func.sum(receipts.c.quantity), 0))
        .where(receipts.c.line_id == purchase_order_lines.c.id)
        .correlate(purchase_order_lines)
        .scalar_subquery()
    )


def _to_units(received: Any) -> float:
    return float(received)


def _select_receipts() -> Select[Any]:
    line, order = purchase_order_lines.c, purchase_orders.c
    return (
        select(
            order.number,
            order.supplier_id,
            line.sku,
            order.ordered_on,
            order.expected_on,
            receipts.c.received_on,
            receipts.c.quantity,
            line.quantity,
        )
        .join_from(receipts, purchase_order_lines, receipts.c.line_id == line.id)
        .join(purchase_orders, line.order_id == order.id)
    )


def _select_orders() -> Select[Any]:
    return select(purchase_orders, suppliers.c.name.label("supplier")).join_from(
        purchase_orders, suppliers, purchase_orders.c.supplier_id == suppliers.c.id
    )


def _load_orders(connection: Connection, wanted: Select[Any]) -> list[PurchaseOrder]:
    found = connection.execute(wanted).all()
    line = purchase_order_lines.c
    rows = connection.execute(
        select(line.order_id, line.sku, line.quantity, line.unit_price, received_of_line())
        .where(line.order_id.in_([order.id for order in found]))
        .order_by(line.order_id, line.line)
    )
    lines: dict[int, list[OrderLine]] = {}
    for order_id, sku, quantity, price, received in rows:
        lines.setdefault(order_id, []).append(OrderLine(sku, quantity, price, _to_units(received)))
    return [_to_order(order, tuple(lines.get(order.id, ()))) for order in found]


def _to_order(row: Row[Any], lines: tuple[OrderLine, ...]) -> PurchaseOrder:
    return PurchaseOrder(
        id=row.id,
        number=row.number,
        supplier_id=row.supplier_id,
        supplier=row.supplier,
        ordered_on=row.ordered_on,
        expected_on=row.expected_on,
        status=row.status,
        created_by=row.created_by,
        lines=lines,
    )


def _no_such_order(number: str) -> NotFound:
    return NotFound(f"O pedido {number} não existe.", f"There is no order {number}.")
