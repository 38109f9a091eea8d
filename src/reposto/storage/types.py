"""Column types that keep their promise on both databases: exact decimals, aware times, JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite autoincrements only INTEGER
Json = JSON().with_variant(JSONB(), "postgresql")

PRICE_SCALE = 10_000  # R$ 0,0001: unit prices on Brazilian invoices
QUANTITY_SCALE = 1_000  # 1 g, 1 mm, 1 ml


class Price(TypeDecorator[Decimal]):
    """Decimal R$ kept as a whole number of R$ 0,0001, because SQLite has no exact decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | str | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        return int((Decimal(value) * PRICE_SCALE).to_integral_value(ROUND_HALF_UP))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / PRICE_SCALE


class Quantity(TypeDecorator[float]):
    """Units of stock kept as whole thousandths: sums are exact, and the analysts get floats."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | float | str | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        return int((Decimal(str(value)) * QUANTITY_SCALE).to_integral_value(ROUND_HALF_UP))

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:
        return None if value is None else int(value) / QUANTITY_SCALE


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes; SQLite stores them as UTC without a zone and gets the zone back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime would be stored in an unknown zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
