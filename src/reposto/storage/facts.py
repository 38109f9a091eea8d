"""Everything the analysts may know about a product, read in one snapshot."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, Integer, Row, Text, select, type_coerce

from reposto.model.facts import (
    Offer,
    PriceTier,
    Product,
    ProductFacts,
    SalesHistory,
    StockLevel,
    Supplier,
)
from reposto.model.purchases import count_once
from reposto.storage.catalogue import (
    PRODUCT_COLUMNS,
    SUPPLIER_COLUMNS,
    find_data_until,
    get_product,
    insert_into,
    list_products,
    read_meta,
)
from reposto.storage.company import load_company
from reposto.storage.purchasing import (
    SupplierReceipts,
    draft_lines_of,
    open_lines_of,
    prices_of,
    receipts_of,
)
from reposto.storage.selling_prices import prices_by_product, with_prices
from reposto.storage.supply import count_offers
from reposto.storage.tables import (
    daily_sales,
    fitted_models,
    offer_tiers,
    offers,
    products,
    promotions,
    stock_levels,
    suppliers,
)
from reposto.storage.types import QUANTITY_SCALE

FORECAST_TABLES = "forecast"  # the kind of the fitted model that questions use
PLAN_AHEAD_DAYS = 400  # no horizon reaches beyond a year
ROWS_AT_ONCE = 20_000  # of the catalogue-wide walk: about 5 MB

# As the driver hands them over: numpy reads dates or ISO texts, thousandths and marks of a whole column at once.
SALE_COLUMNS = (
    type_coerce(daily_sales.c.day, Text),
    type_coerce(daily_sales.c.quantity, BigInteger),
    type_coerce(daily_sales.c.out_of_stock, Integer),
    type_coerce(daily_sales.c.promotion, Integer),
    type_coerce(daily_sales.c.one_off, Integer),
)


def load_facts(connection: Connection, sku: str, *, today: date, loaded_at: datetime) -> ProductFacts:
    """What is known of a product on `today`; NotFound when the SKU isn't in the catalogue."""
    found = load_several(connection, [sku], today=today, loaded_at=loaded_at)
    return found[sku] if sku in found else _not_found(connection, sku)


def _not_found(connection: Connection, sku: str) -> NoReturn:
    get_product(connection, sku)
    raise AssertionError("a product that is there was not loaded")


def load_several(
    connection: Connection, skus: Collection[str], *, today: date, loaded_at: datetime
) -> dict[str, ProductFacts]:
    """What is known of each product on `today`, those not in the catalogue left out; a query per table, not product."""
    known = read_meta(connection)
    company = load_company(connection, known)
    named = {product.sku: product for product in _load_products(connection, skus)}
    stock = _load_stock(connection, skus)
    sales = with_prices(connection, skus, _load_sales(connection, skus, today, company.data_until))
    asked = _load_offers(connection, skus)
    received, coming = receipts_of(connection, skus), open_lines_of(connection, skus)
    drafts = draft_lines_of(connection, skus)
    prices = {sku: count_once(seen) for sku, seen in prices_of(connection, skus).items()}
    sellers = {
        sku: {one.supplier_id for group in (asked, coming, drafts) for one in group.get(sku, ())} for sku in named
    }
    mentioned = {
        sku: sellers[sku]
        | {receipt.supplier_id for receipt in received.get(sku, ())}
        | {price.supplier_id for price in prices.get(sku, ((), 0))[0] if price.supplier_id}
        for sku in named
    }
    by_id = {one.id: one for one in _load_suppliers(connection, set().union(*mentioned.values()))}
    of_suppliers = SupplierReceipts(connection)
    offered = count_offers(connection, set().union(*sellers.values()))
    fitted = load_fitted(connection, FORECAST_TABLES)
    return {
        sku: ProductFacts(
            product=product,
            company=company,
            today=today,
            stock=stock.get(sku),
            sales=sales.get(sku),
            offers=asked.get(sku, ()),
            suppliers=tuple(by_id[id_] for id_ in sorted(mentioned[sku]) if id_ in by_id),
            open_orders=coming.get(sku, ()),
            receipts=received.get(sku, ()),
            supplier_receipts=of_suppliers.of(sellers[sku], except_sku=sku),
            prices=prices[sku][0] if sku in prices else (),
            prices_repeated=prices[sku][1] if sku in prices else 0,
            data_version=int(known.get("data_version", 0)),
            loaded_at=loaded_at,
            forecast_tables=fitted,
            drafts=drafts.get(sku, ()),
            products_offered={id_: offered[id_] for id_ in sorted(sellers[sku])},
        )
        for sku, product in named.items()
    }


def _load_products(connection: Connection, skus: Collection[str]) -> list[Product]:
    wanted = select(*PRODUCT_COLUMNS).where(products.c.sku.in_(skus)).order_by(products.c.sku)
    return [Product(*row) for row in connection.execute(wanted)]


def load_all_sales(connection: Connection) -> Iterator[tuple[Product, SalesHistory]]:
    """The sales of every active product that has any, by SKU, without holding the whole catalogue in memory."""
    until = find_data_until(connection, read_meta(connection))
    by_sku = {product.sku: product for product in list_products(connection)}
    wanted = select(daily_sales.c.sku, *SALE_COLUMNS).order_by(daily_sales.c.sku, daily_sales.c.day)
    rows = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted)
    priced = prices_by_product(connection)
    for sku, group in itertools.groupby(rows, key=lambda row: row[0]):
        if sku in by_sku:
            columns = zip(*(row[1:] for row in group), strict=True)
            yield by_sku[sku], priced(sku, _to_history(_to_arrays(list(columns)), until))


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


def _load_stock(connection: Connection, skus: Collection[str]) -> dict[str, StockLevel]:
    level = stock_levels.c
    rows = connection.execute(select(level.sku, level.on_hand, level.reserved, level.as_of).where(level.sku.in_(skus)))
    return {sku: StockLevel(*values) for sku, *values in rows}


def _load_sales(
    connection: Connection, skus: Collection[str], today: date, until: date | None
) -> dict[str, SalesHistory]:
    wanted = select(daily_sales.c.sku, *SALE_COLUMNS).where(daily_sales.c.sku.in_(skus))
    rows = connection.execute(wanted.order_by(daily_sales.c.sku, daily_sales.c.day)).all()
    planned = _load_planned_promotions(connection, skus, today)
    if not rows:
        return {}
    of, *columns = zip(*rows, strict=True)
    first = [0, *(n for n in range(1, len(of)) if of[n] != of[n - 1]), len(of)]
    arrays = _to_arrays(columns)
    parts = [[column[low:high] for column in arrays] for low, high in itertools.pairwise(first)]
    return {
        of[at]: _to_history(part, until, planned.get(of[at], ())) for at, part in zip(first[:-1], parts, strict=True)
    }


def _load_planned_promotions(connection: Connection, skus: Collection[str], today: date) -> dict[str, tuple[date, ...]]:
    planned = promotions.c
    rows = connection.execute(
        select(planned.sku, planned.starts_on, planned.ends_on).where(planned.sku.in_(skus), planned.ends_on >= today)
    )
    last = today + timedelta(days=PLAN_AHEAD_DAYS)
    days: defaultdict[str, set[date]] = defaultdict(set)
    for sku, starts_on, ends_on in rows:
        days[sku] |= {starts_on + timedelta(days=n) for n in range((min(ends_on, last) - starts_on).days + 1)}
    return {sku: tuple(sorted(day for day in several if day >= today)) for sku, several in days.items()}


def _to_arrays(columns: Sequence[Sequence[Any]]) -> list[NDArray[Any]]:
    days, thousandths, *marks = columns
    return [
        np.asarray(days, dtype="datetime64[D]"),
        np.asarray(thousandths, dtype=np.int64),
        *(np.asarray(mark, dtype=np.bool_) for mark in marks),
    ]


def _to_history(columns: Sequence[NDArray[Any]], until: date | None, planned: tuple[date, ...] = ()) -> SalesHistory:
    """Days, thousandths and three marks in order of day to one entry per calendar day, from the first sale on.

    Zeros before the first sale say that the product wasn't sold yet; days up to `until` without a row are zeros.
    """
    days, sold, *marks = columns
    begun = int(np.argmax(sold > 0)) if (sold > 0).any() else 0
    start, newest = days[begun].item(), days[-1].item()
    last = max(newest, until or newest)
    offsets = (days[begun:] - days[begun]).astype(np.int64)
    length = (last - start).days + 1
    quantity = np.zeros(length)
    # A day with more returns than sales is a day without demand, not one with negative demand.
    quantity[offsets] = np.maximum(sold[begun:], 0) / QUANTITY_SCALE
    out_of_stock, promotion, one_off = (_to_mask(mark[begun:], offsets, length) for mark in marks)
    return SalesHistory(start, quantity, out_of_stock, promotion, one_off, planned, rows=len(days) - begun)


def _to_mask(marks: NDArray[np.bool_], offsets: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
    mask = np.zeros(length, dtype=np.bool_)
    mask[offsets] = marks
    return mask


def _load_offers(connection: Connection, skus: Collection[str]) -> dict[str, tuple[Offer, ...]]:
    """The offers of active suppliers; one without a price is no offer."""
    rows = connection.execute(
        select(
            offers,
            suppliers.c.free_freight_from,
            suppliers.c.state,
            offer_tiers.c.min_quantity,
            offer_tiers.c.unit_price,
        )
        .join_from(offers, offer_tiers, offer_tiers.c.offer_id == offers.c.id)
        .join(suppliers, suppliers.c.id == offers.c.supplier_id)
        .where(offers.c.sku.in_(skus), suppliers.c.active.is_(True))
        .order_by(offers.c.id, offer_tiers.c.min_quantity)
    )
    found: defaultdict[str, list[Offer]] = defaultdict(list)
    for _, group in itertools.groupby(rows, key=lambda row: row.id):
        offer = _to_offer(list(group))
        found[offer.sku].append(offer)
    return {sku: tuple(several) for sku, several in found.items()}


def _to_offer(rows: list[Row[Any]]) -> Offer:
    made = ("tiers", "payment_terms", "free_freight_from", "supplier_state")
    names = [name for name in Offer.__dataclass_fields__ if name not in made]
    first = rows[0]
    return Offer(
        tiers=tuple(PriceTier(row.min_quantity, row.unit_price) for row in rows),
        payment_terms=tuple(int(days) for days in first.payment_terms.split("/") if days.strip().isdigit()),
        free_freight_from=first.free_freight_from,
        supplier_state=first.state.strip().upper(),
        **{name: getattr(first, name) for name in names},
    )


def _load_suppliers(connection: Connection, ids: set[int]) -> tuple[Supplier, ...]:
    if not ids:
        return ()
    wanted = select(*SUPPLIER_COLUMNS).where(suppliers.c.id.in_(sorted(ids))).order_by(suppliers.c.id)
    return tuple(Supplier(*row) for row in connection.execute(wanted))
