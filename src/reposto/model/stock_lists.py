"""What lists about stock, classes and money hold. R$ as Decimal, quantities in the product's unit of stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Idle:
    """Stock without a sale for the days asked about; value None without any price."""

    sku: str
    name: str
    unit: str
    on_hand: float
    last_sold: date | None
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Excess:
    """Stock beyond some days of mean sales: how long it lasts, units too much, and their value."""

    sku: str
    name: str
    unit: str
    available: float
    cover_days: float
    extra: float
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class StockReview:
    """What the stock is worth, and what of it is idle or too much; each list the dearest first."""

    total: Decimal
    stocked: int  # products with stock
    unvalued: int  # of them without a price
    idle: tuple[Idle, ...]
    excess: tuple[Excess, ...]

    @property
    def idle_value(self) -> Decimal:
        return sum((one.value or ZERO for one in self.idle), ZERO)

    @property
    def excess_value(self) -> Decimal:
        return sum((one.value or ZERO for one in self.excess), ZERO)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product's place in the ABC curve: class, XYZ, value of a year's sales at purchase prices, share, rank."""

    sku: str
    name: str
    unit: str
    abc: str
    xyz: str
    value: Decimal
    share: float
    rank: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Ordered from one supplier: value of the goods, how many orders, lines without a price."""

    supplier: str
    total: Decimal
    orders: int
    unpriced: int
