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
from reposto.storage.load_purchasing import ReceiptKey, StoredLine
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
    priced = purchasing.find_price_keys(connection, groups)
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
    allocation = _Allocation(lines, purchasing.find_receipts(connection, [line.id for line in lines]))
    for row in rows:
        if row.received_on < orders[row.order_number][0]:
            batch.complain(row, "received_on", "é antes da data do pedido")
        elif not allocation.take(row):
            batch.complain(row, "line", f"o pedido {row.order_number} não tem essa linha com esse produto")
    if batch.problems:
        return Changes()
    records, moved, paid = allocation.settle()
    changes = purchasing.delete_receipts(connection, moved)
    changes += upsert(connection, receipts, ("line_id", "received_on", "document"), records)
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
    """Which order lines deliveries belong to. One that only names order and product fills its lines in their order."""

    def __init__(self, lines: Iterable[StoredLine], stored: Mapping[ReceiptKey, tuple[int, float]]) -> None:
        self.lines: dict[tuple[str, str], list[StoredLine]] = defaultdict(list)
        self.left: dict[int, Decimal] = {}
        self.stored = {key: (id_, _exact(quantity)) for key, (id_, quantity) in stored.items()}
        self.named: dict[ReceiptKey, Decimal] = {}
        self.open: dict[tuple[str, str, date, str], Decimal] = {}  # order, product, day, document -> quantity
        self.prices: dict[tuple[str, str], Decimal] = {}
        self.prices_of_lines: dict[int, Decimal] = {}
        for line in lines:
            self.lines[(line.number, line.sku)].append(line)
            self.left[line.id] = _exact(line.quantity) - _exact(line.received)

    def take(self, row: ReceiptRow) -> bool:
        """Note a row; False when the order has no such line."""
        lines = self.lines.get((row.order_number, row.sku), [])
        if row.line is None:
            key = (row.order_number, row.sku, row.received_on, row.document or "")
            self.open[key] = self.open.get(key, Decimal(0)) + row.quantity
            if row.unit_price is not None:
                self.prices[key[:2]] = Decimal(row.unit_price)
            return bool(lines)
        line = next((x for x in lines if x.line == row.line), None)
        if line is None:
            return False
        named = (line.id, row.received_on, row.document or "")
        self.named[named] = self.named.get(named, Decimal(0)) + row.quantity
        if row.unit_price is not None:
            self.prices_of_lines[line.id] = Decimal(row.unit_price)
        return True

    def settle(self) -> tuple[list[Record], list[int], dict[int, Decimal]]:
        """The receipts to write, the ids of those that belong to other lines now, prices of lines that had none."""
        found = dict(self.named)
        for key, quantity in self.named.items():
            self.left[key[0]] -= quantity - self.stored.get(key, (0, Decimal(0)))[1]
        moved: list[int] = []
        for (number, sku, day, document), total in self.open.items():
            lines = self.lines[(number, sku)]
            keys = [(line.id, day, document) for line in lines]
            before = {key: self.stored[key] for key in keys if key in self.stored and key not in self.named}
            shares = self._share(keys, total, {key: quantity for key, (_id, quantity) in before.items()})
            moved.extend(id_ for key, (id_, _quantity) in before.items() if key not in shares)
            for key, quantity in shares.items():
                found[key] = found.get(key, Decimal(0)) + quantity
            if (number, sku) in self.prices:
                price = self.prices[(number, sku)]
                self.prices_of_lines.update({key[0]: price for key in shares if key[0] not in self.prices_of_lines})
        known = {line.id for lines in self.lines.values() for line in lines if line.unit_price is not None}
        paid = {line: price for line, price in self.prices_of_lines.items() if line not in known}
        records: list[Record] = [
            {"line_id": line, "received_on": day, "document": document, "quantity": quantity}
            for (line, day, document), quantity in found.items()
        ]
        return records, moved, paid

    def _share(
        self, keys: Sequence[ReceiptKey], total: Decimal, before: Mapping[ReceiptKey, Decimal]
    ) -> dict[ReceiptKey, Decimal]:
        """A delivery over its product's lines; as it was, if it was the same before. What is too much: to the last."""
        if before and sum(before.values()) == total:
            return dict(before)
        for key, quantity in before.items():
            self.left[key[0]] += quantity
        shares: dict[ReceiptKey, Decimal] = {}
        rest = total
        for key in keys:
            part = min(rest, self.left[key[0]])
            if part > 0:
                shares[key] = part
                rest -= part
        if rest > 0:
            last = next(reversed(shares), keys[-1])
            shares[last] = shares.get(last, Decimal(0)) + rest
        for key, quantity in shares.items():
            self.left[key[0]] -= quantity
        return shares


def _exact(quantity: float) -> Decimal:
    """Thousandths, as they are stored."""
    return Decimal(round(quantity * 1000)) / 1000
