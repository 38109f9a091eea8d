"""The queries behind loading offers, orders and receipts in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, func, select, tuple_

from reposto.storage.load import CHUNK, Changes, delete_ids, find_rows, upsert
from reposto.storage.tables import (
    offer_tiers,
    offers,
    price_observations,
    purchase_order_lines,
    purchase_orders,
    receipts,
)
from reposto.storage.types import PRICE_SCALE, QUANTITY_SCALE

Pair = tuple[int, str]  # supplier, SKU
ReceiptKey = tuple[int, date, str]  # order line, day, document
PriceKey = tuple[str, int, date]  # SKU, supplier, day of ordering


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line of an order, and what has been received of it."""

    id: int
    order_id: int
    number: str
    line: int
    sku: str
    quantity: float
    unit_price: Decimal | None
    received: float


def find_offer_ids(connection: Connection, pairs: Collection[Pair]) -> dict[Pair, int]:
    """The offers of these suppliers for these products."""
    return {(row.supplier_id, row.sku): row.id for row in find_rows(connection, offers, ("supplier_id", "sku"), pairs)}


def replace_tiers(connection: Connection, tiers: dict[int, dict[Decimal, Decimal]]) -> Changes:
    """Make these the only price tiers of these offers: offer -> (from quantity -> unit price)."""
    wanted = {
        (offer, _thousandths(quantity)): {"offer_id": offer, "min_quantity": quantity, "unit_price": price}
        for offer, steps in tiers.items()
        for quantity, price in steps.items()
    }
    stored = find_rows(connection, offer_tiers, ("offer_id",), {(offer,) for offer in tiers})
    gone = [(r.offer_id, r.min_quantity) for r in stored if (r.offer_id, _thousandths(r.min_quantity)) not in wanted]
    for offer, quantity in gone:
        key = (offer_tiers.c.offer_id == offer) & (offer_tiers.c.min_quantity == quantity)
        connection.execute(delete(offer_tiers).where(key))
    changes = _upsert_tiers(connection, list(wanted.values()))
    return changes + Changes(deleted=len(gone))


def _upsert_tiers(connection: Connection, records: Sequence[dict[str, Any]]) -> Changes:
    # The key holds a quantity, which comes back as a float: compare and write it as such.
    as_stored = [{**record, "min_quantity": float(record["min_quantity"])} for record in records]
    return upsert(connection, offer_tiers, ("offer_id", "min_quantity"), as_stored)


def find_order_ids(connection: Connection, numbers: Collection[str]) -> dict[str, int]:
    """Orders by number."""
    return {r.number: r.id for r in find_rows(connection, purchase_orders, ("number",), {(n,) for n in numbers})}


def find_orders(connection: Connection, numbers: Collection[str]) -> dict[str, tuple[date, str]]:
    """When each was ordered, and its status."""
    rows = find_rows(connection, purchase_orders, ("number",), {(n,) for n in numbers})
    return {row.number: (row.ordered_on, row.status) for row in rows}


def find_lines(connection: Connection, numbers: Collection[str]) -> list[StoredLine]:
    """The lines of these orders, in their order."""
    found: list[StoredLine] = []
    ordered = sorted(numbers)
    line, order = purchase_order_lines.c, purchase_orders.c
    received = func.coalesce(
        select(func.sum(receipts.c.quantity)).where(receipts.c.line_id == line.id).correlate(purchase_order_lines)
        .scalar_subquery(), 0
    )  # fmt: skip
    for start in range(0, len(ordered), CHUNK):
        rows = connection.execute(
            select(line.id, line.order_id, order.number, line.line, line.sku, line.quantity, line.unit_price, received)
            .join_from(purchase_order_lines, purchase_orders, line.order_id == order.id)
            .where(order.number.in_(ordered[start : start + CHUNK]))
            .order_by(order.number, line.line)
        )
        found.extend(StoredLine(*row[:-1], received=float(row[-1])) for row in rows)
    return found


def find_receipts(connection: Connection, lines: Collection[int]) -> dict[ReceiptKey, tuple[int, float]]:
    """What has been received of these lines: id and quantity."""
    rows = find_rows(connection, receipts, ("line_id",), {(line,) for line in lines})
    return {(row.line_id, row.received_on, row.document): (row.id, row.quantity) for row in rows}


def delete_receipts(connection: Connection, ids: Sequence[int]) -> Changes:
    """Receipts that turned out to be of other lines."""
    return delete_ids(connection, receipts, ids)


def delete_lines(connection: Connection, ids: Sequence[int]) -> Changes:
    """Order lines that are no longer in their order."""
    return delete_ids(connection, purchase_order_lines, ids)


def refresh_order_prices(
    connection: Connection, numbers: Collection[str], before: Collection[PriceKey] = ()
) -> Changes:
    """Keep the price observations equal to what these orders and their like paid.

    One observation per product, supplier and day of ordering: the average price, weighted by quantity, of all lines
    ordered that day; drafts and cancelled orders paid nothing. `before`: what `find_price_keys` said of these orders as
    they were; an observation under another key is not theirs, but an invoice's.
    """
    touched = sorted({*before, *find_price_keys(connection, numbers)})
    line, order = purchase_order_lines.c, purchase_orders.c
    sums: dict[PriceKey, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for start in range(0, len(touched), CHUNK // 3):
        rows = connection.execute(
            select(line.sku, order.supplier_id, order.ordered_on, line.quantity, line.unit_price)
            .join_from(purchase_order_lines, purchase_orders, line.order_id == order.id)
            .where(tuple_(line.sku, order.supplier_id, order.ordered_on).in_(touched[start : start + CHUNK // 3]))
            .where(line.unit_price.is_not(None), order.status.not_in(("draft", "cancelled")))
        )
        for sku, supplier, day, quantity, price in rows:
            total = sums[(sku, supplier, day)]
            total[0] += Decimal(str(quantity))
            total[1] += Decimal(str(quantity)) * price
    gone = _delete_order_prices(connection, [key for key in before if key not in sums])
    return gone + upsert_prices(
        connection,
        [
            {
                "sku": sku,
                "supplier_id": supplier,
                "seen_on": day,
                "source": "order",
                "unit_price": (paid / quantity).quantize(Decimal(1) / PRICE_SCALE),
                "quantity": quantity,
            }
            for (sku, supplier, day), (quantity, paid) in sums.items()
            if quantity > 0  # less than a thousandth is kept as nothing
        ],
    )


def _delete_order_prices(connection: Connection, keys: Sequence[PriceKey]) -> Changes:
    """Forget what orders of these keys paid: they were cancelled, moved, or lost their price."""
    seen = price_observations.c
    ids: list[int] = []
    for start in range(0, len(keys), CHUNK // 3):
        chosen = tuple_(seen.sku, seen.supplier_id, seen.seen_on).in_(keys[start : start + CHUNK // 3])
        ids.extend(connection.scalars(select(seen.id).where(chosen, seen.source == "order")))
    return delete_ids(connection, price_observations, ids)


def upsert_prices(connection: Connection, records: Sequence[dict[str, Any]]) -> Changes:
    """Write price observations; the supplier may be null."""
    return upsert(connection, price_observations, ("sku", "seen_on", "source"), records, nullable="supplier_id")


def find_price_keys(connection: Connection, numbers: Collection[str]) -> list[PriceKey]:
    """Under which keys the prices that these orders paid are kept."""
    found: set[PriceKey] = set()
    ordered = sorted(numbers)
    line, order = purchase_order_lines.c, purchase_orders.c
    for start in range(0, len(ordered), CHUNK):
        rows = connection.execute(
            select(line.sku, order.supplier_id, order.ordered_on)
            .join_from(purchase_order_lines, purchase_orders, line.order_id == order.id)
            .where(order.number.in_(ordered[start : start + CHUNK]))
            .where(line.unit_price.is_not(None), order.status.not_in(("draft", "cancelled")))
        )
        found.update((row[0], row[1], row[2]) for row in rows)
    return sorted(found)


def _thousandths(quantity: Decimal | float) -> int:
    return round(Decimal(str(quantity)) * QUANTITY_SCALE)
