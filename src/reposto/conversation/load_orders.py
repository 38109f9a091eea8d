"""Purchase orders and what came of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reposto.conversation.load_kinds import Batch
from reposto.intake.rows import OrderRow, ReceiptRow
from reposto.storage import load_purchasing as purchasing
from reposto.storage.load import Changes, Record, upsert
from reposto.storage.load_purchasing import StoredLine
from reposto.storage.tables import purchase_order_lines, purchase_orders, receipts

_OPEN = ("draft", "approved", "sent", "partial")
_EPSILON = 0.0005  # half of the smallest quantity that is kept


def load_orders(connection: Connection, rows: Sequence[OrderRow], batch: Batch) -> Changes:
    """Orders by number, with exactly the lines given (those that were received stay), and the prices they paid."""
    groups: dict[str, list[OrderRow]] = defaultdict(list)
    for row in rows:
        groups[row.number].append(row)
    stored = _by_order(purchasing.find_lines(connection, groups))
    numbered = {number: _number_lines(group, stored.get(number, ()), batch) for number, group in groups.items()}
    heads = [_head(number, group, numbered[number], stored.get(number, ()), batch) for number, group in groups.items()]
    if batch.problems:
        return Changes()
    priced = purchasing.keys_of_orders(connection, groups)
    changes = upsert(connection, purchase_orders, ("number",), heads, at_first={"created_at": batch.now})
    ids = purchasing.find_order_ids(connection, groups)
    lines: list[Record] = []
    gone: list[int] = []
    for number, given in numbered.items():
        for line, row in given.items():
            price = {} if row.unit_price is None else {"unit_price": row.unit_price}
            lines.append({"order_id": ids[number], "line": line, "sku": row.sku, "quantity": row.quantity, **price})
        gone.extend(old.id for old in stored.get(number, ()) if old.line not in given and not old.received)
    changes += purchasing.delete_lines(connection, gone)
    changes += upsert(connection, purchase_order_lines, ("order_id", "line"), lines)
    return changes + purchasing.refresh_order_prices(connection, groups, priced)


def load_receipts(connection: Connection, rows: Sequence[ReceiptRow], batch: Batch) -> Changes:
    """Deliveries by order line, day and document; the orders' statuses follow."""
    numbers = {row.order_number for row in rows}
    lines = purchasing.find_lines(connection, numbers)
    orders = purchasing.find_orders(connection, numbers)
    allocated = _Allocation(lines, purchasing.find_receipt_keys(connection, [line.id for line in lines]))
    records: dict[tuple[int, date, str], dict[str, Any]] = {}
    paid: dict[int, Decimal] = {}
    for row in rows:
        if row.received_on < orders[row.order_number][0]:
            batch.complain(row, "received_on", "é antes da data do pedido")
            continue
        line = allocated.choose(row)
        if line is None:
            batch.complain(row, "line", f"o pedido {row.order_number} não tem essa linha com esse produto")
            continue
        key = (line.id, row.received_on, row.document or "")
        names = {"line_id": key[0], "received_on": key[1], "document": key[2]}
        record = records.setdefault(key, {**names, "quantity": Decimal(0)})
        record["quantity"] += row.quantity
        if row.unit_price is not None and line.unit_price is None:
            paid[line.id] = Decimal(row.unit_price)
    if batch.problems:
        return Changes()
    changes = upsert(connection, receipts, ("line_id", "received_on", "document"), records.values())
    changes += upsert(
        connection, purchase_order_lines, ("id",), [{"id": i, "unit_price": price} for i, price in paid.items()]
    )
    return changes + _follow(connection, numbers, orders) + purchasing.refresh_order_prices(connection, numbers)


def derive_status(stated: str, lines: Iterable[tuple[float, float]]) -> str:
    """The stage of an order by what was ordered and received of each line; what is closed stays closed."""
    if stated not in _OPEN:
        return stated
    pairs = list(lines)
    if pairs and all(received >= ordered - _EPSILON for ordered, received in pairs):
        return "received"
    return "partial" if any(received > 0 for _ordered, received in pairs) else stated


def _follow(connection: Connection, numbers: Iterable[str], orders: Mapping[str, tuple[date, str]]) -> Changes:
    lines = _by_order(purchasing.find_lines(connection, list(numbers)))
    records = [
        {"number": number, "status": derive_status(orders[number][1], ((x.quantity, x.received) for x in group))}
        for number, group in lines.items()
    ]
    return upsert(connection, purchase_orders, ("number",), records)


def _head(
    number: str, group: Sequence[OrderRow], numbered: Mapping[int, OrderRow], stored: Sequence[StoredLine], batch: Batch
) -> dict[str, Any]:
    first = group[0]
    for row in group[1:]:
        for name in ("supplier", "ordered_on", "status"):
            if getattr(row, name) != getattr(first, name):
                batch.complain(row, name, f"difere da linha {first.row} do mesmo pedido {number}")
    received = {line.line: line.received for line in stored}
    pairs = [(float(row.quantity), received.get(line, 0.0)) for line, row in numbered.items()]
    head: dict[str, Any] = {
        "number": number,
        "supplier_id": batch.supplier_id(first.supplier),
        "ordered_on": first.ordered_on,
        "status": derive_status(first.status or "sent", pairs),
    }
    # an order has one date: it is complete when its last line should be there
    expected = max((row.expected_on for row in group if row.expected_on is not None), default=None)
    return head if expected is None else {**head, "expected_on": expected}


def _number_lines(group: Sequence[OrderRow], stored: Sequence[StoredLine], batch: Batch) -> dict[int, OrderRow]:
    """Line -> row. Without a number, the nth line of a product is the nth stored one, else a new one at the end."""
    free: dict[str, list[int]] = defaultdict(list)
    for old in stored:
        free[old.sku].append(old.line)
    given = {row.line for row in group if row.line is not None}
    following = max([*given, *(old.line for old in stored)], default=0)
    numbered: dict[int, OrderRow] = {}
    for row in group:
        line = row.line
        if line is None:
            candidates = [x for x in free[row.sku] if x not in given and x not in numbered]
            following += 0 if candidates else 1
            line = candidates[0] if candidates else following
        if line in numbered:
            batch.complain(row, "line", f"a linha {line} do pedido {row.number} já apareceu")
        numbered[line] = row
    return numbered


def _by_order(lines: Iterable[StoredLine]) -> dict[str, list[StoredLine]]:
    found: dict[str, list[StoredLine]] = defaultdict(list)
    for line in lines:
        found[line.number].append(line)
    return found


class _Allocation:
    """Which order line a delivery belongs to, when it only names the order and the product."""

    def __init__(self, lines: Iterable[StoredLine], stored: set[tuple[int, date, str]]) -> None:
        self.lines: dict[tuple[str, str], list[StoredLine]] = defaultdict(list)
        self.left: dict[int, float] = {}
        self.chosen = set(stored)
        for line in lines:
            self.lines[(line.number, line.sku)].append(line)
            self.left[line.id] = line.quantity - line.received

    def choose(self, row: ReceiptRow) -> StoredLine | None:
        candidates = self.lines.get((row.order_number, row.sku), [])
        if row.line is not None:
            return next((line for line in candidates if line.line == row.line), None)
        document = row.document or ""
        again = next((x for x in candidates if (x.id, row.received_on, document) in self.chosen), None)
        line = again or next((x for x in candidates if self.left[x.id] > _EPSILON), candidates[0])
        self.chosen.add((line.id, row.received_on, document))
        self.left[line.id] -= float(row.quantity)
        return line
