"""Tables of what the company sells at; `metadata` is that of all tables."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, String, Table

from reposto.storage.tables import metadata
from reposto.storage.types import Price

__all__ = ["daily_prices", "metadata", "selling_prices"]

# What a unit sold for: value over quantity of the day's sales, without returns and gifts.
daily_prices = Table(
    "daily_prices",
    metadata,
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("unit_price", Price, nullable=False),
    sqlite_with_rowid=False,
)

selling_prices = Table(  # the company's own price list, past and planned
    "selling_prices",
    metadata,
    Column("sku", String(120), ForeignKey("products.sku", ondelete="CASCADE"), primary_key=True),
    Column("starts_on", Date, primary_key=True),
    Column("ends_on", Date),  # null: until another price begins
    Column("unit_price", Price, nullable=False),
)
