"""What the company sells at: average prices of past days, its price list, promotions with their prices."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, Connection, Row, Text, bindparam, delete, select, type_coerce

from reposto.model.facts import PriceSpan, SalesHistory
from reposto.storage.catalogue import bump_version, insert_into
from reposto.storage.tables import promotions
from reposto.storage.tables_prices import daily_prices, selling_prices
from reposto.storage.types import PRICE_SCALE

_DAYS = select(
    daily_prices.c.sku, type_coerce(daily_prices.c.day, Text), type_coerce(daily_prices.c.unit_price, BigInteger)
).order_by(daily_prices.c.sku, daily_prices.c.day)
_OF_PRODUCT = _DAYS.where(daily_prices.c.sku == bindparam("of_sku"))


def with_prices(
    connection: Connection, skus: Collection[str], sales: Mapping[str, SalesHistory]
) -> dict[str, SalesHistory]:
    """These histories with what is known of the products' selling prices."""
    rows = connection.execute(_DAYS.where(daily_prices.c.sku.in_(skus)))
    days = {sku: list(group) for sku, group in itertools.groupby(rows, key=lambda row: row[0])}
    spans = _load_spans(connection, skus)
    return {
        sku: _priced(history, days.get(sku, ()), spans.get(sku, ())) if sku in days or sku in spans else history
        for sku, history in sales.items()
    }


def prices_by_product(connection: Connection) -> Callable[[str, SalesHistory], SalesHistory]:
    """For a walk over the whole catalogue: adds to each history what is known of its product's prices."""
    spans = _load_spans(connection, None)
    priced = set(connection.scalars(select(daily_prices.c.sku).distinct()))

    def add(sku: str, history: SalesHistory) -> SalesHistory:
        if sku not in priced and sku not in spans:
            return history
        days = connection.execute(_OF_PRODUCT, {"of_sku": sku}).all() if sku in priced else ()
        return _priced(history, days, spans.get(sku, ()))

    return add


def _priced(history: SalesHistory, days: Sequence[Row[Any]], spans: Sequence[PriceSpan]) -> SalesHistory:
    price = None
    if days:
        _, at, paid = zip(*days, strict=True)
        offsets = (np.asarray(at, dtype="datetime64[D]") - np.datetime64(history.start, "D")).astype(np.int64)
        inside = (offsets >= 0) & (offsets < len(history.quantity))
        price = np.full(len(history.quantity), np.nan)
        price[offsets[inside]] = np.asarray(paid, dtype=np.float64)[inside] / PRICE_SCALE
    return replace(history, price=price, calendar=tuple(spans))


def _load_spans(connection: Connection, skus: Collection[str] | None) -> dict[str, list[PriceSpan]]:
    """Promotions and list prices by product, by first day."""
    found: defaultdict[str, list[PriceSpan]] = defaultdict(list)

    promotion, listed = promotions.c, selling_prices.c
    told = select(
        promotion.sku, promotion.starts_on, promotion.ends_on, promotion.unit_price, promotion.discount_percent
    )
    prices = select(listed.sku, listed.starts_on, listed.ends_on, listed.unit_price)
    if skus is not None:
        told, prices = told.where(promotion.sku.in_(skus)), prices.where(listed.sku.in_(skus))
    for sku, start, end, price, percent in connection.execute(told):
        found[sku].append(PriceSpan(start, end, _to_float(price), percent, promotion=True))
    for sku, start, until, price in connection.execute(prices):
        found[sku].append(PriceSpan(start, until, _to_float(price)))
    return {sku: sorted(spans, key=_first) for sku, spans in found.items()}


def _first(span: PriceSpan) -> tuple[date, bool]:
    return span.starts_on, span.promotion


def _to_float(price: Any) -> float | None:
    return None if price is None else float(price)


def save_promotion(connection: Connection, sku: str, start: date, end: date, discount: float | None) -> None:
    """Put a promotion into the calendar, in place of one that begins on the same day."""
    known = {"ends_on": end, "discount_percent": discount, "unit_price": None}
    statement = insert_into(connection, promotions).values(sku=sku, starts_on=start, **known)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[promotions.c.sku, promotions.c.starts_on], set_=known)
    )
    bump_version(connection)


def drop_promotion(connection: Connection, sku: str, start: date) -> None:
    """Take a promotion out of the calendar."""
    gone = delete(promotions).where(promotions.c.sku == sku, promotions.c.starts_on == start)
    if connection.execute(gone).rowcount:
        bump_version(connection)
