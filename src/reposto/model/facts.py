"""What is known about a product when a question is asked: the input of the analysts. Loaded by storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Product:
    """One item of the catalogue; `unit` is the unit of stock, in which all quantities are given."""

    sku: str
    name: str
    unit: str = "UN"
    category: str = ""
    brand: str = ""
    ean: str = ""
    ncm: str = ""
    supplier_code: str = ""
    active: bool = True
    shelf_life_days: int | None = None  # from receipt; None = doesn't expire


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Stock in the product's unit; available = on hand - reserved. `as_of` is the day it was counted or imported."""

    on_hand: float
    reserved: float
    as_of: date

    @property
    def available(self) -> float:
        return self.on_hand - self.reserved


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """Days of a promotion or at a selling price, past or planned, both ends included; no end = until another begins.

    unit_price: R$. discount_percent: of the usual price, 20.0 = 20 %. None where it isn't said.
    """

    starts_on: date
    ends_on: date | None
    unit_price: float | None = None
    discount_percent: float | None = None
    promotion: bool = False


@dataclass(frozen=True, slots=True)
class SalesHistory:
    """Daily sales from `start`, one entry per calendar day, zeros filled in.

    quantity: float64 (n,), units of stock, never negative. out_of_stock: bool (n,), days on which nothing could be
    sold, so a zero says nothing about demand. promotion: bool (n,). one_off: bool (n,), marked as exceptional.
    planned_promotions: future days with a promotion. rows: how many sales rows are behind it. price: float64 (n,), R$ a
    unit sold for, NaN = not known; None where no day's is. calendar: promotions and prices by the days they hold.
    """

    start: date
    quantity: NDArray[np.float64]
    out_of_stock: NDArray[np.bool_]
    promotion: NDArray[np.bool_]
    one_off: NDArray[np.bool_]
    planned_promotions: tuple[date, ...] = ()
    rows: int = 0
    price: NDArray[np.float64] | None = None
    calendar: tuple[PriceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier; `minimum_order` is in R$ per order."""

    id: int
    name: str
    trade_name: str
    cnpj: str = ""
    city: str = ""
    state: str = ""
    email: str = ""
    phone: str = ""
    minimum_order: Decimal | None = None
    active: bool = True
    free_freight_from: Decimal | None = None  # R$ of goods in one order


@dataclass(frozen=True, slots=True)
class PriceTier:
    """R$ per unit of stock from `min_quantity` units on, before freight and taxes on top."""

    min_quantity: float
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """What a supplier asks for a product. Percentages are of the goods' value: 5 means 5 %.

    tiers ascend by min_quantity. promised_lead_time_days are business days from order to receipt.
    freight_fixed is R$ per order line; CIF offers have no freight. ipi and icms_st add to the cost; icms is inside
    the price (recoverable or not according to the company's tax regime). payment_terms: days, as (28, 42, 56).
    """

    id: int
    supplier_id: int
    sku: str
    tiers: tuple[PriceTier, ...]
    moq: float = 1.0
    pack_multiple: float = 1.0
    promised_lead_time_days: int | None = None
    valid_until: date | None = None
    quoted_on: date | None = None
    freight_fixed: Decimal = Decimal(0)
    freight_percent: float = 0.0
    ipi_percent: float = 0.0
    icms_percent: float = 0.0
    icms_st_percent: float = 0.0
    payment_terms: tuple[int, ...] = ()
    free_freight_from: Decimal | None = None  # the supplier's, R$ of goods in one order
    supplier_state: str = ""  # where the goods come from; empty = unknown


@dataclass(frozen=True, slots=True)
class OpenOrderLine:
    """What is still to come of a purchase order line."""

    order_number: str
    supplier_id: int
    ordered_on: date
    expected_on: date | None
    quantity: float
    received: float

    @property
    def outstanding(self) -> float:
        return max(self.quantity - self.received, 0.0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery of an order line: when ordered, when promised, when it came, how much of how much."""

    order_number: str
    supplier_id: int
    sku: str
    ordered_on: date
    promised_on: date | None
    received_on: date
    quantity: float
    ordered_quantity: float


@dataclass(frozen=True, slots=True)
class PriceObservation:
    """R$ per unit of stock seen on a day: paid on a receipt or order, or quoted."""

    on: date
    unit_price: Decimal
    supplier_id: int | None
    quantity: float | None
    source: str  # "order" | "quote" | "market"; as stored also "invoice", see purchases.count_once


@dataclass(frozen=True, slots=True)
class Company:
    """The company's rules. Percentages as numbers: 25.0 means 25 % a year."""

    name: str = ""
    state: str = "SP"
    city: str = ""
    holding_cost_percent_year: float = 25.0
    order_cost: Decimal = Decimal("60")
    service_level: float = 0.95
    margin_percent: float = 40.0  # of the purchase cost: what a lost sale costs
    review_days: int = 7
    unmet_demand: str = "lost"  # "lost" | "backorder"
    tax_regime: str = "simples"  # "simples" | "presumido" | "real"
    money_cost_percent_month: float = 1.5
    dead_stock_days: int = 180  # what isn't sold by then is worth less
    dead_stock_loss_percent: float = 50.0  # by so much
    activity: str = "commerce"  # "commerce" | "industry", which recovers IPI
    internal_icms_percent: float | None = None  # simples: its state asks up to this on goods from others; 0 = nothing
    cbs_percent: float | None = None  # from 2027 on; None = not entered
    local_holidays: str = ""  # of the city or the company's own: "25/01, 08/12, 20/04/2027"
    as_of: date | None = None  # the day whose taxes count
    data_until: date | None = None  # last day covered by imported sales


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """Everything the analysts may know about one product on `today`. None or empty = the company gave no such data."""

    product: Product
    company: Company
    today: date
    stock: StockLevel | None = None
    sales: SalesHistory | None = None
    offers: tuple[Offer, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    open_orders: tuple[OpenOrderLine, ...] = ()
    receipts: tuple[Receipt, ...] = ()  # of this product, oldest first
    supplier_receipts: tuple[Receipt, ...] = ()  # of its suppliers, other products
    prices: tuple[PriceObservation, ...] = ()  # oldest first
    prices_repeated: int = 0  # invoices left out of `prices`, because their order is in it
    data_version: int = 0  # grows with every import
    loaded_at: datetime | None = None
    forecast_tables: bytes | None = None  # fitted across the catalogue, if there are any
    extra: dict[str, str] = field(default_factory=dict)
    drafts: tuple[OpenOrderLine, ...] = ()  # drafted orders that nobody has sent: they are not on their way
    products_offered: dict[int, int] = field(default_factory=dict)  # by supplier: how many products he offers
