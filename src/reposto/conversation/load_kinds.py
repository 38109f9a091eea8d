"""How each kind of row becomes records: products, stock, suppliers, promotions, offers, prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Connection

from reposto.intake.convert import Problems
from reposto.intake.references import Known
from reposto.intake.rows import (
    Amount,
    OfferRow,
    PriceRow,
    ProductRow,
    PromotionRow,
    Row,
    SellingPriceRow,
    StockRow,
    SupplierRow,
)
from reposto.intake.words import supplier_key
from reposto.storage import load_purchasing as purchasing
from reposto.storage.load import Changes, Record, upsert
from reposto.storage.load_references import SupplierNames, list_supplier_names
from reposto.storage.tables import offers, products, promotions, stock_levels, suppliers
from reposto.storage.tables_prices import selling_prices
from reposto.storage.types import PRICE_SCALE

T = TypeVar("T", bound=NamedTuple)


@dataclass(slots=True)
class Batch:
    """What a load knows while it writes."""

    known: Known
    now: datetime
    today: date  # of stock that doesn't say its day
    columns: Mapping[str, str] = field(default_factory=dict)  # field -> the column as the file calls it
    problems: Problems = field(default_factory=Problems)

    def complain(self, row: Row, name: str, reason: str) -> None:
        self.problems.add(row.row, self.columns.get(name, name), getattr(row, name), reason)

    def supplier_id(self, written: str) -> int:
        found = self.known.suppliers.get(written)
        found = self.known.suppliers[supplier_key(written)] if found is None else found
        assert found is not None, "references are checked before"
        return found


Loader: TypeAlias = Callable[[Connection, Sequence[Any], Batch], Changes]


def said(row: T, *without: str) -> dict[str, Any]:
    """The columns about which the row says something."""
    values = row._asdict()
    return {k: v for k, v in values.items() if v is not None and k != "row" and k not in without}


def load_products(connection: Connection, rows: Sequence[ProductRow], batch: Batch) -> Changes:
    """Products by SKU."""
    return upsert(connection, products, ("sku",), [said(row) for row in rows])


def load_stock(connection: Connection, rows: Sequence[StockRow], batch: Batch) -> Changes:
    """Stock by SKU; the same product in several warehouses is summed."""
    records: dict[str, dict[str, Any]] = {}
    for row in rows:
        record = records.setdefault(row.sku, {"sku": row.sku, "on_hand": Decimal(0), "as_of": row.as_of or batch.today})
        record["on_hand"] += row.on_hand
        record["as_of"] = max(record["as_of"], row.as_of or batch.today)
        if row.reserved is not None:
            record["reserved"] = record.get("reserved", Decimal(0)) + row.reserved
    return upsert(connection, stock_levels, ("sku",), records.values())


def load_promotions(connection: Connection, rows: Sequence[PromotionRow], batch: Batch) -> Changes:
    """Planned promotions by SKU and first day."""
    return upsert(connection, promotions, ("sku", "starts_on"), [said(row) for row in rows])


def load_selling_prices(connection: Connection, rows: Sequence[SellingPriceRow], batch: Batch) -> Changes:
    """The company's own prices by SKU and first day."""
    return upsert(connection, selling_prices, ("sku", "starts_on"), [said(row) for row in rows])


def value_of_sale(quantity: Amount, price: Amount | None, total: Amount | None) -> int | None:
    """R$ 0.0001 of a sale, what was paid in all before what a unit is said to cost; None where neither is said."""
    if total is None and price is None:
        return None
    value = Decimal(total) if total is not None else Decimal(quantity) * Decimal(price or 0)
    return int((value * PRICE_SCALE).to_integral_value(ROUND_HALF_UP))


def load_suppliers(connection: Connection, rows: Sequence[SupplierRow], batch: Batch) -> Changes:
    """Suppliers by CNPJ, else by name; one known by name so far gets its CNPJ now, if that name is clear."""
    stored = list_supplier_names(connection)
    by_key = {s.key: s for s in stored}
    by_name: dict[str, list[SupplierNames]] = defaultdict(list)
    for supplier in stored:
        by_name[supplier_key(supplier.name)].append(supplier)
    records: list[Record] = []
    adopted: list[Record] = []
    for row in rows:
        key = row.cnpj or supplier_key(row.name)
        namesakes = by_name[supplier_key(row.name)]
        if key not in by_key and len(namesakes) == 1 and (row.cnpj is None or not namesakes[0].cnpj):
            if row.cnpj is None:
                key = namesakes[0].key
            else:
                adopted.append({"id": namesakes[0].id, "key": row.cnpj})
        records.append({"key": key, **said(row)})
    upsert(connection, suppliers, ("id",), adopted)
    return upsert(connection, suppliers, ("key",), records)


def load_prices(connection: Connection, rows: Sequence[PriceRow], batch: Batch) -> Changes:
    """Prices seen, by product, supplier, day and source."""
    records = []
    for row in rows:
        record = said(row, "supplier")
        record["supplier_id"] = batch.supplier_id(row.supplier) if row.supplier else None
        records.append(record)
    return purchasing.upsert_prices(connection, records)


_OF_TIER = ("supplier", "sku", "unit_price", "min_quantity")


def load_offers(connection: Connection, rows: Sequence[OfferRow], batch: Batch) -> Changes:
    """Offers by supplier and product, with exactly the tiers given; a dated one is also a price seen."""
    groups: dict[purchasing.Pair, list[OfferRow]] = defaultdict(list)
    for row in rows:
        groups[(batch.supplier_id(row.supplier), row.sku)].append(row)
    records = {pair: _merge_offer(pair, group, batch) for pair, group in groups.items()}
    steps = {pair: _steps(group, records[pair], batch) for pair, group in groups.items()}
    if batch.problems:
        return Changes()
    changes = upsert(connection, offers, ("supplier_id", "sku"), records.values())
    ids = purchasing.find_offer_ids(connection, groups)
    changes += purchasing.replace_tiers(connection, {ids[pair]: tiers for pair, tiers in steps.items()})
    return changes + purchasing.upsert_prices(connection, list(_quotes(records, steps)))


def _merge_offer(pair: purchasing.Pair, group: Iterable[OfferRow], batch: Batch) -> dict[str, Any]:
    merged: dict[str, Any] = {"supplier_id": pair[0], "sku": pair[1]}
    smallest: Amount | None = None
    for row in group:
        for name, value in said(row, *_OF_TIER).items():
            if merged.setdefault(name, value) != value:
                batch.complain(row, name, "difere de outra linha da mesma oferta (mesmo fornecedor e produto)")
        if row.min_quantity is not None:
            smallest = row.min_quantity if smallest is None else min(smallest, row.min_quantity)
    if smallest:
        merged.setdefault("moq", smallest)
    for name in ("moq", "pack_multiple"):
        if merged.get(name) == 0:  # "no minimum", as ERPs write it
            merged[name] = Decimal(1)
    return merged


def _steps(group: Iterable[OfferRow], offer: Mapping[str, Any], batch: Batch) -> dict[Decimal, Decimal]:
    steps: dict[Decimal, Decimal] = {}
    for row in group:
        start = Decimal(row.min_quantity or offer.get("moq") or 1)
        if steps.setdefault(start, Decimal(row.unit_price)) != row.unit_price:
            batch.complain(row, "unit_price", "a mesma faixa de quantidade já tem outro preço")
    return steps


def _quotes(
    records: Mapping[purchasing.Pair, Mapping[str, Any]], steps: Mapping[purchasing.Pair, Mapping[Decimal, Decimal]]
) -> Iterable[dict[str, Any]]:
    for (supplier_id, sku), record in records.items():
        if record.get("quoted_on") is not None:
            quantity = min(steps[(supplier_id, sku)])
            yield {
                "sku": sku,
                "supplier_id": supplier_id,
                "seen_on": record["quoted_on"],
                "source": "quote",
                "unit_price": steps[(supplier_id, sku)][quantity],
                "quantity": quantity,
            }
