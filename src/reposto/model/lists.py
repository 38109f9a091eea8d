"""Answers about the whole catalogue: one line per product, and the list that a question makes of them.

Units as in findings: quantities in the product's unit of stock, R$ as Decimal, probabilities 0..1, calendar days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reposto.model.findings import Confidence, Verdict


@dataclass(frozen=True, slots=True)
class ListLine:
    """What one product's own analysis says, as far as a list needs it; the numbers are that analysis's."""

    sku: str
    name: str
    unit: str
    category: str
    verdict: Verdict
    confidence: Confidence
    quantity: float | None = None  # to buy now: 0 when waiting, None when a person must look
    supplier_id: int | None = None
    supplier: str | None = None
    unit_price: Decimal | None = None
    goods: Decimal | None = None  # quantity x unit price
    freight: Decimal | None = None
    payable: Decimal | None = None  # as it will be billed: goods + IPI + ICMS-ST + freight
    minimum_order: Decimal | None = None  # the supplier's, R$ per order
    free_freight_from: Decimal | None = None  # the supplier's, R$ of goods in one order
    order_by: date | None = None
    overdue: bool = False  # ordering today no longer prevents a stock-out
    arrival: date | None = None
    available: float | None = None
    on_order: float = 0.0
    per_day: float | None = None  # expected demand
    coverage_days: float | None = None
    stockout_on: date | None = None  # expected, open orders included; None: not within a year
    stockout_chance: float | None = None  # when ordering only at the next review
    at_risk: Decimal | None = None  # expected lost margin when ordering only at the next review
    saved: Decimal | None = None  # what of it ordering today avoids
    reorder_point: float | None = None
    unit_cost: Decimal | None = None  # landed cost of the plan
    drafted: float = 0.0  # in drafts that nobody has sent
    later_quantity: float | None = None  # waiting: the order that will be due at order_by
    later_payable: Decimal | None = None
    missing: tuple[str, ...] = ()  # what keeps a person from deciding, Portuguese
    abc: str = ""  # A | B | C, by the list's own classification
    failed: bool = False  # its analysis could not be made


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that the list would hold but for a limit. reason: budget | class | category | supplier | horizon."""

    line: ListLine
    reason: str


@dataclass(frozen=True, slots=True)
class OrderFilling:
    """Lines of the same supplier that are due soon, to be joined to an order that falls short of a sum. R$ of goods.

    target: minimum | free_freight. amount: of goods, that the supplier asks for. lines: the first due first, as few as
    reach it; empty where all that is due soon doesn't. saves: freight of the order as it was, not paid any more.
    """

    target: str
    amount: Decimal
    short: Decimal
    lines: tuple[ListLine, ...]
    goods: Decimal  # of the lines
    saves: Decimal


@dataclass(frozen=True, slots=True)
class SupplierGroup:
    """What to buy from one supplier, the most urgent line first."""

    supplier_id: int
    supplier: str
    lines: tuple[ListLine, ...]
    goods: Decimal
    freight: Decimal
    payable: Decimal
    at_risk: Decimal
    minimum_order: Decimal | None
    short_of_minimum: Decimal | None  # R$ of goods that the supplier's minimum asks for beyond this; None: reached
    free_freight_from: Decimal | None = None
    freight_saved: Decimal = Decimal("0.00")  # of the lines' own freights, because the order is large enough
    filling: OrderFilling | None = None  # what would lift it to the minimum or to free freight


@dataclass(frozen=True, slots=True)
class BuyList:
    """What should be bought today. left_out holds the lines that a limit kept out, the worst loss first."""

    today: date
    products: int  # analysed
    groups: tuple[SupplierGroup, ...]
    upcoming: tuple[ListLine, ...]  # to be ordered within the horizon asked for, not today
    review: tuple[ListLine, ...]  # a person must look
    failed: tuple[ListLine, ...]
    left_out: tuple[LeftOut, ...]
    waiting: int  # products that need nothing now
    payable: Decimal
    goods: Decimal
    freight: Decimal
    at_risk: Decimal  # of what is listed, if nothing is ordered before the next review
    saved: Decimal  # of it avoided by ordering today
    budget: Decimal | None = None
    budget_spent: Decimal | None = None

    @property
    def lines(self) -> tuple[ListLine, ...]:
        """Every line to buy, group after group."""
        return tuple(line for group in self.groups for line in group.lines)
