"""Days whose sales were like no other: marked by a buyer, left out of what the forecast learns from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select, update

from reposto.storage.catalogue import bump_version
from reposto.storage.tables import daily_sales


def list_sales(
    connection: Connection, sku: str, start: date | None, end: date | None
) -> list[tuple[date, float, bool]]:
    """(day, units, marked) of each day with sales from `start` to `end`, either may be open; oldest first."""
    sale = daily_sales.c
    wanted = select(sale.day, sale.quantity, sale.one_off).where(sale.sku == sku, sale.quantity > 0)
    if start is not None:
        wanted = wanted.where(sale.day >= start)
    if end is not None:
        wanted = wanted.where(sale.day <= end)
    return [(row[0], float(row[1]), bool(row[2])) for row in connection.execute(wanted.order_by(sale.day))]


def mark_days(connection: Connection, sku: str, days: Sequence[date], *, one_off: bool) -> int:
    """Set the mark of these days; how many it changed. The data's version grows where any did."""
    sale = daily_sales.c
    there = (sale.sku == sku, sale.day.in_(sorted(days)), sale.one_off.is_(not one_off))
    changed = connection.execute(update(daily_sales).where(*there).values(one_off=one_off)).rowcount
    if changed:
        bump_version(connection)
    return int(changed)
