"""A made-up company of any size for benchmarks: products, suppliers, offers, stock, daily sales; always the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import insert, update

from reposto.storage import tables
from reposto.storage.catalogue import bump_version
from reposto.storage.engine import Store

SEED = 20261122
SUPPLIERS, OFFERS = 40, 2  # in all; of each product
CATEGORIES = ("Ferragens", "Elétrica", "Hidráulica", "Tintas", "Ferramentas", "Limpeza")
BATCH = 50_000  # sales rows to a statement


def make_company(store: Store, *, products: int, days: int, today: date) -> int:
    """Fill an empty database; returns how many sales rows that took.

    Kinds of demand as in a hardware shop: a third steady, a third slow, a third rare; a weekly rhythm, Sundays closed.
    A fifth of the products is about to run out, a fifth has far too much.
    """
    chance = np.random.default_rng(SEED)
    skus = [f"P{number:06d}" for number in range(products)]
    level = np.exp(chance.normal(0.8, 1.0, products)) * np.choose(np.arange(products) % 3, (1.0, 0.3, 0.05))
    prices = [Decimal(str(round(float(p), 2))) for p in np.exp(chance.normal(2.8, 1.0, products)) + 0.5]
    with store.write() as connection:
        connection.execute(insert(tables.products), _products(skus))
        connection.execute(insert(tables.suppliers), _suppliers())
        connection.execute(insert(tables.stock_levels), _stock(skus, level, chance, today))
        connection.execute(insert(tables.offers), _offers(skus, today))
        connection.execute(insert(tables.offer_tiers), _tiers(prices))
        rows = 0
        for batch in _sales(skus, level, chance, days, today):
            connection.connection.cursor().executemany(
                "INSERT INTO daily_sales (sku, day, quantity, out_of_stock, promotion, one_off) VALUES (?,?,?,0,0,0)",
                batch,
            )
            rows += len(batch)
        connection.execute(update(tables.company).where(tables.company.c.id == 1).values(name="Empresa de medição"))
        bump_version(connection, catalogue=True)
    return rows


def _products(skus: list[str]) -> list[dict[str, Any]]:
    return [
        {"sku": sku, "name": f"Produto de medição {n} ref {n % 97}", "category": CATEGORIES[n % len(CATEGORIES)]}
        for n, sku in enumerate(skus)
    ]


def _suppliers() -> list[dict[str, Any]]:
    return [
        {"id": n + 1, "key": f"s{n}", "name": f"Fornecedor {n:02d}", "minimum_order": Decimal(500 * (n % 4))}
        for n in range(SUPPLIERS)
    ]


def _stock(skus: list[str], level: Any, chance: np.random.Generator, today: date) -> list[dict[str, Any]]:
    cover = np.choose(np.arange(len(skus)) % 5, (4.0, 20.0, 35.0, 60.0, 400.0)) * chance.uniform(0.5, 1.5, len(skus))
    yesterday = today - timedelta(days=1)
    return [
        {"sku": sku, "on_hand": float(np.ceil(level[n] * cover[n])), "reserved": 0.0, "as_of": yesterday}
        for n, sku in enumerate(skus)
    ]


def _offers(skus: list[str], today: date) -> list[dict[str, Any]]:
    return [
        {
            "id": n * OFFERS + k + 1,
            "supplier_id": (n * 7 + k * 13) % SUPPLIERS + 1,
            "sku": sku,
            "moq": 1.0,
            "pack_multiple": float((1, 6, 10, 12)[n % 4]),
            "promised_lead_time_days": 3 + (n + k * 5) % 12,
            "quoted_on": today - timedelta(days=20),
            "ipi_percent": 5.0 if n % 3 == 0 else 0.0,
            "payment_terms": "28/42" if k else "",
        }
        for n, sku in enumerate(skus)
        for k in range(OFFERS)
    ]


def _tiers(prices: list[Decimal]) -> list[dict[str, Any]]:
    return [
        {
            "offer_id": n * OFFERS + k + 1,
            "min_quantity": least,
            "unit_price": price * factor * (1 + k * Decimal("0.03")),
        }
        for n, price in enumerate(prices)
        for k in range(OFFERS)
        for least, factor in ((1.0, Decimal(1)), (100.0, Decimal("0.95")))
    ]


def _sales(
    skus: list[str], level: Any, chance: np.random.Generator, days: int, today: date
) -> Iterator[list[tuple[str, str, int]]]:
    """Rows (SKU, ISO day, thousandths) for the days on which something was sold, in order of the primary key."""
    dates = [today - timedelta(days=days - n) for n in range(days)]
    texts = [day.isoformat() for day in dates]
    rhythm = np.array([(1.1, 1.0, 1.0, 1.05, 1.2, 0.9, 0.0)[day.weekday()] for day in dates])
    batch: list[tuple[str, str, int]] = []
    for n, sku in enumerate(skus):
        sold = chance.poisson(level[n] * rhythm * np.exp(chance.normal(0, 0.3, days)))
        batch += [(sku, texts[i], int(sold[i]) * 1000) for i in np.flatnonzero(sold)]
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
