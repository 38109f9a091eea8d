"""What was sold, is in stock and was paid, for every product at once: a few queries, no forecast."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Connection, Date, Integer, and_, case, cast, func, literal, select

from reposto.model.orders import STILL_TO_COME
from reposto.model.stock_lists import Spent
from reposto.model.usage import MONTH_DAYS, MONTHS, WINDOW_DAYS, Usage
from reposto.storage.tables import (
    daily_sales,
    offer_tiers,
    offers,
    price_observations,
    products,
    purchase_order_lines,
    purchase_orders,
    stock_levels,
    suppliers,
)


def list_usage(connection: Connection, *, until: date) -> list[Usage]:
    """Every active product, by SKU; `until` is the last day that sales cover."""
    sold: dict[str, list[Any]] = {}
    for row in connection.execute(_sales(connection, until)):
        sold.setdefault(row.sku, []).append(row)
    values = _unit_values(connection)
    stock = {row.sku: row for row in connection.execute(select(stock_levels))}
    return [
        _usage(row, sold.get(row.sku, []), stock.get(row.sku), values.get(row.sku))
        for row in connection.execute(_products(until))
    ]


def _products(until: date) -> Any:
    """Each active product with its first and last sale: looks into the primary key, not walks over the sales."""
    theirs = and_(daily_sales.c.sku == products.c.sku, daily_sales.c.day <= until)
    first = select(func.min(daily_sales.c.day)).where(theirs).scalar_subquery()
    sold = select(daily_sales.c.day).where(theirs, daily_sales.c.quantity > 0)
    last = sold.order_by(daily_sales.c.day.desc()).limit(1).scalar_subquery()
    named = (products.c.sku, products.c.name, products.c.unit, products.c.category)
    columns = (*named, first.label("first_day"), last.label("last_day"))
    return select(*columns).where(products.c.active.is_(True)).order_by(products.c.sku)


def _sales(connection: Connection, until: date) -> Any:
    """Sales of the last 360 days by product and stretch of 30 days, 0 being the newest."""
    sale = daily_sales.c
    if connection.dialect.name == "postgresql":
        age: Any = literal(until, Date) - sale.day
        stretch = cast(func.floor(age / MONTH_DAYS), Integer)
    else:
        age = func.julianday(until.isoformat()) - func.julianday(sale.day)
        stretch = cast(age / MONTH_DAYS, Integer)
    since = until - timedelta(days=MONTHS * MONTH_DAYS)
    return (
        select(
            sale.sku,
            stretch.label("stretch"),
            func.sum(sale.quantity).label("quantity"),
            func.count(case((sale.out_of_stock.is_(True), 1))).label("out_days"),
        )
        .where(sale.day > since, sale.day <= until, sale.one_off.is_(False))
        .group_by(sale.sku, stretch)
    )


def _usage(product: Any, sold: list[Any], stock: Any, value: Decimal | None) -> Usage:
    months = np.zeros(MONTHS)
    out = np.zeros(MONTHS, dtype=np.int64)
    for row in sold:
        months[row.stretch], out[row.stretch] = max(float(row.quantity), 0.0), row.out_days
    recent = WINDOW_DAYS // MONTH_DAYS
    return Usage(
        sku=product.sku,
        name=product.name,
        unit=product.unit,
        category=product.category,
        on_hand=None if stock is None else stock.on_hand,
        available=None if stock is None else stock.on_hand - stock.reserved,
        sold_year=float(months.sum()),
        sold_recently=float(months[:recent].sum()),
        out_days=int(out[:recent].sum()),
        months=months,
        first_day=product.first_day,
        last_sold=product.last_day,
        unit_value=value,
    )


def _unit_values(connection: Connection) -> dict[str, Decimal]:
    """R$ per unit: the last price paid, else the last one seen, else the lowest that is offered."""
    seen = price_observations.c
    is_paid = seen.source.in_(("order", "invoice"))
    newest = (
        select(
            seen.sku,
            seen.unit_price,
            func.row_number()
            .over(partition_by=seen.sku, order_by=(case((is_paid, 0), else_=1), seen.seen_on.desc()))
            .label("place"),
        )
        .where(seen.unit_price > 0)
        .subquery()
    )
    lowest = (
        select(offers.c.sku, func.min(offer_tiers.c.unit_price))
        .join_from(offers, offer_tiers, offer_tiers.c.offer_id == offers.c.id)
        .group_by(offers.c.sku)
    )
    values = {sku: price for sku, price in connection.execute(lowest) if price}
    paid = select(newest.c.sku, newest.c.unit_price).where(newest.c.place == 1)
    for sku, price in connection.execute(paid):
        values[sku] = price
    return values


def list_spent(connection: Connection, *, start: date, end: date, supplier: str | None = None) -> list[Spent]:
    """Orders approved, sent or received in those days (both inclusive), by supplier, the largest first."""
    line, order = purchase_order_lines.c, purchase_orders.c
    name = func.coalesce(func.nullif(suppliers.c.trade_name, ""), suppliers.c.name)
    query = (
        select(name, order.id, line.quantity, line.unit_price)
        .join_from(purchase_order_lines, purchase_orders, line.order_id == order.id)
        .join(suppliers, suppliers.c.id == order.supplier_id)
        .where(order.ordered_on.between(start, end), order.status.in_([*STILL_TO_COME, "received"]))
    )
    if supplier is not None:
        query = query.where(name == supplier)
    found: dict[str, tuple[Decimal, set[int], int]] = {}
    for who, order_id, quantity, price in connection.execute(query):
        total, orders, unpriced = found.get(who, (Decimal(0), set(), 0))
        amount = Decimal(0) if price is None else price * Decimal(str(quantity))
        found[who] = (total + amount, orders | {order_id}, unpriced + (price is None))
    spent = [Spent(who, total, len(orders), unpriced) for who, (total, orders, unpriced) in found.items()]
    return sorted(spent, key=lambda one: (-one.total, one.supplier))
