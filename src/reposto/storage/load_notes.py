"""The queries behind loading NF-e."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from reposto.storage import load_purchasing as purchasing
from reposto.storage.load import Changes, upsert
from reposto.storage.tables import offer_tiers, offers, price_observations, products, suppliers


class Product(NamedTuple):
    """A product by what an invoice may call it."""

    sku: str
    ean: str
    supplier_code: str
    ncm: str
    unit: str


def list_products(connection: Connection) -> list[Product]:
    """Every product, active or not."""
    return [
        Product(*row)
        for row in connection.execute(select(*(products.c[name] for name in Product._fields)).order_by(products.c.sku))
    ]


def suppliers_by_key(connection: Connection) -> dict[str, int]:
    """Supplier's CNPJ and key -> id."""
    rows = connection.execute(select(suppliers.c.id, suppliers.c.key, suppliers.c.cnpj)).all()
    return {row.key: row.id for row in rows} | {row.cnpj: row.id for row in rows if row.cnpj}


def list_pairs(connection: Connection) -> set[purchasing.Pair]:
    """Which supplier is known to sell which product."""
    found: set[purchasing.Pair] = set()
    for table in (offers, price_observations):
        rows = connection.execute(select(table.c.supplier_id, table.c.sku).distinct())
        found.update((row[0], row[1]) for row in rows if row[0] is not None)
    return found


def renew_offers(connection: Connection, paid: Mapping[purchasing.Pair, Mapping[str, Any]]) -> Changes:
    """An offer at the price last paid where there is none, or an older one with a single price.

    Price steps that were agreed upon stay, and so does all that a note doesn't say (MOQ, pack, lead time, validity).
    """
    tiers = select(offer_tiers.c.offer_id, func.count().label("n")).group_by(offer_tiers.c.offer_id).subquery()
    rows = connection.execute(
        select(offers.c.supplier_id, offers.c.sku, offers.c.quoted_on, offers.c.moq, tiers.c.n)
        .join_from(offers, tiers, tiers.c.offer_id == offers.c.id, isouter=True)
    )  # fmt: skip
    stored = {(row.supplier_id, row.sku): row for row in rows}
    wanted: dict[purchasing.Pair, dict[str, Any]] = {}
    for pair, record in paid.items():
        old = stored.get(pair)
        if old is None or ((old.n or 0) <= 1 and (old.quoted_on is None or old.quoted_on <= record["quoted_on"])):
            wanted[pair] = dict(record)
    prices = {pair: record.pop("unit_price") for pair, record in wanted.items()}
    changes = upsert(connection, offers, ("supplier_id", "sku"), list(wanted.values()))
    ids = purchasing.find_offer_ids(connection, wanted)
    first = {pair: Decimal(str((stored[pair].moq if pair in stored else None) or 1)) for pair in wanted}
    return changes + purchasing.replace_tiers(connection, {ids[p]: {first[p]: prices[p]} for p in wanted})
