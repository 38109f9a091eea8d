"""What was worked out for a question beside the analysis itself: days asked about, simulations, comparisons, suppliers.

Units as in `findings`: quantities in the product's unit of stock, money in R$ (Decimal), shares 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reposto.model.findings import DemandDriver, Range
from reposto.model.lists import OrderFilling
from reposto.model.request import Window


@dataclass(frozen=True, slots=True)
class WindowDemand:
    """Demand of the days asked about: what was sold of them until now, what is expected of the rest.

    `sold` are the sales of the days up to `sold_until` (None: no day of the window has data); `expected` those after
    (None: none is to come, or nothing can be forecast). `year_before` are the sales of the same days a year earlier,
    where the data cover all of them. `starts`: the first day with data, where days of the window lie before it.
    `beyond`: the window ends after the last day that can be forecast, and `expected` stops at `until`.
    """

    window: Window
    sold: float | None
    sold_until: date | None
    out_of_stock_days: int
    expected: Range | None
    expected_from: date | None
    until: date
    year_before: float | None = None
    starts: date | None = None
    beyond: bool = False
    total: float | None = None  # sold so far and expected still
    change_percent: float | None = None  # the whole window against the year before


@dataclass(frozen=True, slots=True)
class PricesPaid:
    """Prices seen in the days asked about: mean weighted by quantity, lowest and highest, R$ per unit."""

    window: Window
    mean: Decimal
    low: Decimal
    high: Decimal
    observations: int
    source: str
    latest: Decimal | None = None
    change_percent: float | None = None  # from that mean to the latest price paid


@dataclass(frozen=True, slots=True)
class Change:
    """What a simulation changes. kind: demand | price | lead_time | quantity | promotion; lead_time in business days.

    A promotion has its days in `window` and the change of the selling price in `percent` (-20 = a fifth cheaper).
    """

    kind: str
    percent: float | None = None
    lead_time_days: int | None = None
    quantity: float | None = None
    supplier: str = ""
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """A plan in figures, so that two can stand side by side."""

    verdict: str
    demand: float | None  # units over the horizon
    horizon_days: int
    coverage_days: float | None
    stockout_date: date | None
    order_by: date | None
    order_by_overdue: bool
    quantity: float | None
    supplier: str | None
    unit_price: Decimal | None
    payable: Decimal | None
    arrival: date | None
    coverage_after_days: float | None
    stockout_probability: float | None
    needed: float | None = None  # before lots, packs and price breaks


@dataclass(frozen=True, slots=True)
class Simulation:
    """The plan as it is and as it would be."""

    change: Change
    now: PlanFigures
    then: PlanFigures
    next_tier_quantity: float | None = None
    next_tier_price: Decimal | None = None
    promotion: DemandDriver | None = None  # what the promotion does to its days


@dataclass(frozen=True, slots=True)
class Cover:
    """What must be bought so that a length of time is covered: demand less what there is and what is coming."""

    days: int
    until: date
    demand: Range
    available: float
    on_order: float
    lacking: float  # at the expected demand
    lacking_safely: float  # at the high end of the range
    stockout_probability: float | None = None  # that something is not served before `until`, if nothing is bought


@dataclass(frozen=True, slots=True)
class Asked:
    """Findings about the very question, beside the analysis."""

    window: WindowDemand | None = None
    simulation: Simulation | None = None
    cover: Cover | None = None
    filling: OrderFilling | None = None  # what else of the supplier would lift the order to his minimum or free freight


NOTHING_ELSE = Asked()


@dataclass(frozen=True, slots=True)
class ComparedProduct:
    """One product of a comparison; demand and sales are over the same number of days."""

    sku: str
    name: str
    unit: str
    sold: float | None
    demand: float | None
    growth_percent: float | None  # the last half-year against the one a year before
    available: float | None
    coverage_days: float | None
    stockout_date: date | None
    unit_price: Decimal | None
    supplier: str | None
    verdict: str
    quantity: float | None
    payable: Decimal | None
    error_percent: float | None
    sold_then: float | None = None  # in the days asked about, where they have passed


@dataclass(frozen=True, slots=True)
class Comparison:
    """Products beside each other; `window`: days that have passed, where such are asked about."""

    today: date
    horizon_days: int
    products: tuple[ComparedProduct, ...]
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class SupplierRecord:
    """How a supplier has delivered, over its newest orders. Business days from order to receipt."""

    supplier_id: int
    supplier: str
    deliveries: int
    since: date | None
    median_days: float | None
    low_days: float | None  # 10 % quantile
    high_days: float | None  # 90 % quantile
    promised: int  # deliveries that had a promised day
    on_time: int
    mean_delay_days: float | None  # calendar days, of those that came late
    overdue_orders: int = 0

    @property
    def on_time_share(self) -> float | None:
        return self.on_time / self.promised if self.promised else None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a list shows it; `lines` are (product, what is still to come, unit) of it."""

    number: str
    supplier_id: int
    supplier: str
    status: str
    ordered_on: date
    expected_on: date | None
    total: Decimal | None
    lines: tuple[tuple[str, str, float, float, str], ...] = field(default=())  # sku, name, ordered, to come, unit

    def late(self, today: date) -> bool:
        """Promised for a day that has passed, and something is still to come."""
        return self.expected_on is not None and self.expected_on < today and any(line[3] > 0 for line in self.lines)
