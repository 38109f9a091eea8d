"""Purchase orders, as they are written and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

OrderStatus = Literal["draft", "approved", "sent", "partial", "received", "cancelled"]
STILL_TO_COME: tuple[OrderStatus, ...] = ("approved", "sent", "partial")  # a draft binds nobody yet


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a purchase order; `unit_price` is R$ per unit of stock, `received` what has come of it."""

    sku: str
    quantity: float
    unit_price: Decimal | None = None
    received: float = 0.0


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """A purchase order with its lines, in their order."""

    id: int
    number: str
    supplier_id: int
    supplier: str
    ordered_on: date
    expected_on: date | None
    status: OrderStatus
    created_by: int | None  # null: imported
    lines: tuple[OrderLine, ...]

    @property
    def total(self) -> Decimal | None:
        """R$ of all lines, or None when one has no price."""
        if any(line.unit_price is None for line in self.lines):
            return None
        prices = ((line.unit_price or Decimal(0)) * Decimal(str(line.quantity)) for line in self.lines)
        return sum(prices, Decimal(0))
