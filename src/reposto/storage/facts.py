"""Everything the analysts may know about a product, read in one snapshot."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Row, select, type_coerce

from reposto.model.facts import (
    Offer,
    PriceTier,
    Product,
    ProductFacts,
    SalesHistory,
    StockLevel,
    Supplier,
)
from reposto.storage.catalogue import (
    SUPPLIER_COLUMNS,
    find_data_until,
    get_product,
    insert_into,
    list_products,
    read_meta,
)
from reposto.storage.company import load_company
from reposto.storage.purchasing import (
    list_draft_lines,
    list_open_lines,
    list_prices,
    list_receipts,
    list_supplier_receipts,
)
from reposto.storage.tables import daily_sales, fitted_models, offer_tiers, offers, promotions, stock_levels, suppliers
from reposto.storage.types import QUANTITY_SCALE

FORECAST_TABLES = "forecast"  # the kind of the fitted model that questions use
PLAN_AHEAD_DAYS = 400  # no horizon reaches beyond a year
ROWS_AT_ONCE = 20_000  # of the catalogue-wide walk: about 5 MB

SALE_COLUMNS = (
    daily_sales.c.day,
    type_coerce(daily_sales.c.quantity, BigInteger),  # the raw thousandths: numpy divides them all at once
    daily_sales.c.out_of_stock,
    daily_sales.c.promotion,
    daily_sales.c.one_off,
)


def load_facts(connection: Connection, sku: str, *, today: date, loaded_at: datetime) -> ProductFacts:
    """What is known of a product on `today`; NotFound when the SKU isn't in the catalogue."""
    product = get_product(connection, sku)
    known = read_meta(connection)
    company = load_company(connection, known)
    asked = _load_offers(connection, sku)
    received = list_receipts(connection, sku)
    coming = list_open_lines(connection, sku)
    drafts = list_draft_lines(connection, sku)
    prices = list_prices(connection, sku)
    sellers = {offer.supplier_id for offer in asked} | {line.supplier_id for line in (*coming, *drafts)}
    named = sellers | {r.supplier_id for r in received} | {p.supplier_id for p in prices if p.supplier_id}
    return ProductFacts(
        product=product,
        company=company,
        today=today,
        stock=_load_stock(connection, sku),
        sales=_load_sales(connection, sku, today, company.data_until),
        offers=asked,
        suppliers=_load_suppliers(connection, named),
        open_orders=coming,
        receipts=received,
        supplier_receipts=list_supplier_receipts(connection, sellers, except_sku=sku),
        prices=prices,
        data_version=int(known.get("data_version", 0)),
        loaded_at=loaded_at,
        forecast_tables=load_fitted(connection, FORECAST_TABLES),
        drafts=drafts,
    )


def load_all_sales(connection: Connection, *, since: date | None = None) -> Iterator[tuple[Product, SalesHistory]]:
    """The sales of every active product that has any, by SKU, without holding the whole catalogue in memory."""
    until = find_data_until(connection, read_meta(connection))
    by_sku = {product.sku: product for product in list_products(connection)}
    wanted = select(daily_sales.c.sku, *SALE_COLUMNS).order_by(daily_sales.c.sku, daily_sales.c.day)
    if since is not None:
        wanted = wanted.where(daily_sales.c.day >= since)
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted)
    for sku, group in itertools.groupby(rows, key=lambda row: row[0]):
        history = _to_history([row[1:] for row in group], until)
        if sku in by_sku and history is not None:
            yield by_sku[sku], history


def load_fitted(connection: Connection, kind: str) -> bytes | None:
    """What was fitted across the catalogue in the background, if anything."""
    payload: bytes | None = connection.execute(
        select(fitted_models.c.payload).where(fitted_models.c.kind == kind)
    ).scalar()
    return payload


def fitted_version(connection: Connection, kind: str) -> int | None:
    """The version of the data behind what was fitted; None when nothing was."""
    query = select(fitted_models.c.data_version).where(fitted_models.c.kind == kind)
    version: int | None = connection.execute(query).scalar()
    return version


def save_fitted(connection: Connection, kind: str, payload: bytes, *, data_version: int, fitted_at: datetime) -> None:
    """Keep what was fitted on the data of that version, unless something newer is there already."""
    row = {"data_version": data_version, "fitted_at": fitted_at, "payload": payload}
    statement = insert_into(connection, fitted_models).values(kind=kind, **row)
    newer = fitted_models.c.data_version <= statement.excluded.data_version
    connection.execute(statement.on_conflict_do_update(index_elements=[fitted_models.c.kind], set_=row, where=newer))


def _load_stock(connection: Connection, sku: str) -> StockLevel | None:
    level = stock_levels.c
    row = connection.execute(select(level.on_hand, level.reserved, level.as_of).where(level.sku == sku)).first()
    return None if row is None else StockLevel(*row)


def _load_sales(connection: Connection, sku: str, today: date, until: date | None) -> SalesHistory | None:
    wanted = select(*SALE_COLUMNS).where(daily_sales.c.sku == sku).order_by(daily_sales.c.day)
    planned = _load_planned_promotions(connection, sku, today)
    return _to_history(connection.execute(wanted).all(), until, planned)


def _load_planned_promotions(connection: Connection, sku: str, today: date) -> tuple[date, ...]:
    planned = promotions.c
    rows = connection.execute(
        select(planned.starts_on, planned.ends_on).where(planned.sku == sku, planned.ends_on >= today)
    )
    last = today + timedelta(days=PLAN_AHEAD_DAYS)
    days = {
        starts_on + timedelta(days=n)
        for starts_on, ends_on in rows
        for n in range((min(ends_on, last) - starts_on).days + 1)
    }
    return tuple(sorted(day for day in days if day >= today))


def _to_history(rows: Sequence[Any], until: date | None, planned: tuple[date, ...] = ()) -> SalesHistory | None:
    """Rows (day, thousandths, three marks) in order of day to one entry per calendar day, from the first sale on.

    Zeros before the first sale say that the product wasn't sold yet; days up to `until` without a row are zeros.
    """
    if not rows:
        return None
    days, thousandths, *marks = zip(*rows, strict=True)
    sold = np.asarray(thousandths, dtype=np.int64)
    begun = int(np.argmax(sold > 0)) if (sold > 0).any() else 0
    start, last = days[begun], max(days[-1], until or days[-1])
    offsets = np.asarray(days[begun:], dtype="datetime64[D]").astype(np.int64) - np.datetime64(start).astype(np.int64)
    length = (last - start).days + 1
    quantity = np.zeros(length)
    # A day with more returns than sales is a day without demand, not one with negative demand.
    quantity[offsets] = np.maximum(sold[begun:], 0) / QUANTITY_SCALE
    out_of_stock, promotion, one_off = (_to_mask(mark[begun:], offsets, length) for mark in marks)
    return SalesHistory(start, quantity, out_of_stock, promotion, one_off, planned, rows=len(days) - begun)


def _to_mask(marks: Sequence[bool], offsets: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    mask[offsets] = marks
    return mask


def _load_offers(connection: Connection, sku: str) -> tuple[Offer, ...]:
    """The offers of active suppliers; one without a price is no offer."""
    rows = connection.execute(
        select(offers, offer_tiers.c.min_quantity, offer_tiers.c.unit_price)
        .join_from(offers, offer_tiers, offer_tiers.c.offer_id == offers.c.id)
        .join(suppliers, suppliers.c.id == offers.c.supplier_id)
        .where(offers.c.sku == sku, suppliers.c.active.is_(True))
        .order_by(offers.c.id, offer_tiers.c.min_quantity)
    )
    return tuple(_to_offer(list(group)) for _, group in itertools.groupby(rows, key=lambda row: row.id))


def _to_offer(rows: list[Row[Any]]) -> Offer:
    names = [name for name in Offer.__dataclass_fields__ if name not in ("tiers", "payment_terms")]
    first = rows[0]
    return Offer(
        tiers=tuple(PriceTier(row.min_quantity, row.unit_price) for row in rows),
        payment_terms=tuple(int(days) for days in first.payment_terms.split("/") if days.strip().isdigit()),
        **{name: getattr(first, name) for name in names},
    )


def _load_suppliers(connection: Connection, ids: set[int]) -> tuple[Supplier, ...]:
    if not ids:
        return ()
    wanted = select(*SUPPLIER_COLUMNS).where(suppliers.c.id.in_(sorted(ids))).order_by(suppliers.c.id)
    return tuple(Supplier(*row) for row in connection.execute(wanted))
