"""Purchase orders as the page shows and changes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from reposto.model.orders import OrderStatus

OrderStep = Literal["change", "send", "discard", "reopen"]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line as it is read: `minimum` and `pack` are the supplier's, of the offer on file, 0 where there is none."""

    line: int
    sku: str
    name: str
    unit: str
    quantity: float
    unit_price: Decimal | None
    received: float = 0.0
    minimum: float = 0.0
    pack: float = 0.0

    @property
    def total(self) -> Decimal | None:
        """R$ of the goods; None without a price."""
        if self.unit_price is None:
            return None
        return (self.unit_price * Decimal(str(self.quantity))).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """An order with everything that is written on it. `revision` grows with every change."""

    id: int
    number: str
    status: OrderStatus
    revision: int
    supplier_id: int
    supplier: str
    email: str
    minimum_order: Decimal | None
    ordered_on: date
    expected_on: date | None
    created_at: datetime
    created_by: str  # the user's name; empty: imported
    session_id: int | None  # the conversation in which it was made
    lines: tuple[SheetLine, ...] = field(default=())

    @property
    def total(self) -> Decimal | None:
        """R$ of all lines' goods, without freight and taxes; None when one has no price."""
        totals = [line.total for line in self.lines]
        return None if None in totals else sum((t for t in totals if t is not None), Decimal(0))
