"""What a company's files say, typed: one record per line of a file. The demo company makes the same records.

`None` means "the file does not say": what is stored stays, and a new record gets the table's default.
`row` is the line's number in the file (the header is 1); 0 when it did not come from a file.
Quantities are in the product's unit of stock (up to 3 decimals are kept), money in R$ (4 decimals), percentages
as numbers (5.0 means 5 %). Text is NFC. `supplier` is a CNPJ, or a name or trade name as registered.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from reposto.model.orders import OrderStatus

Kind: TypeAlias = Literal[
    "suppliers",
    "products",
    "stock",
    "sales",
    "offers",
    "orders",
    "receipts",
    "promotions",
    "selling_prices",
    "prices",
]

# Who refers to whom: each kind comes after what it names.
KINDS: tuple[Kind, ...] = (
    "suppliers",
    "products",
    "stock",
    "sales",
    "promotions",
    "selling_prices",
    "offers",
    "orders",
    "receipts",
    "prices",
)

Amount: TypeAlias = Decimal | int  # never float: what a file says is exact


class SupplierRow(NamedTuple):
    """Natural key: the CNPJ, else the name without case, accents and punctuation."""

    name: str
    cnpj: str | None = None  # 14 characters without punctuation, check digits verified; old or alphanumeric
    trade_name: str | None = None
    city: str | None = None
    state: str | None = None  # two letters
    email: str | None = None
    phone: str | None = None
    minimum_order: Amount | None = None  # R$ per order
    active: bool | None = None
    free_freight_from: Amount | None = None  # R$ of goods in one order
    row: int = 0


class ProductRow(NamedTuple):
    """Natural key: sku."""

    sku: str
    name: str
    unit: str | None = None
    category: str | None = None
    brand: str | None = None
    ean: str | None = None
    ncm: str | None = None
    supplier_code: str | None = None
    active: bool | None = None
    shelf_life_days: int | None = None  # from receipt
    row: int = 0


class StockRow(NamedTuple):
    """Natural key: sku. `as_of` None: the day on which this content was first loaded."""

    sku: str
    on_hand: Amount
    reserved: Amount | None = None
    as_of: date | None = None
    row: int = 0


class SaleRow(NamedTuple):
    """Natural key: sku and day. Several rows of one key in one load are summed; their flags are or-ed.

    What the customer paid: `total` R$ for the quantity, else `unit_price`; below zero or nothing, it says no price.
    """

    sku: str
    day: date
    quantity: Amount
    out_of_stock: bool | None = None
    promotion: bool | None = None
    one_off: bool | None = None
    unit_price: Amount | None = None
    total: Amount | None = None
    row: int = 0


class PromotionRow(NamedTuple):
    """A promotion, planned or past. Natural key: sku and starts_on."""

    sku: str
    starts_on: date
    ends_on: date
    discount_percent: float | None = None
    unit_price: Amount | None = None  # R$ while it lasts
    row: int = 0


class SellingPriceRow(NamedTuple):
    """What the company asks for a product, planned or past. Natural key: sku and starts_on."""

    sku: str
    starts_on: date
    unit_price: Amount
    ends_on: date | None = None  # None: until another begins
    row: int = 0


class OfferRow(NamedTuple):
    """One price tier. Natural key: supplier, sku, min_quantity; a load replaces all tiers of the pairs it names.

    What belongs to the offer (from `moq` on) may be said on any of its tiers, but not differently.
    """

    supplier: str
    sku: str
    unit_price: Amount
    min_quantity: Amount | None = None  # None: from the MOQ on
    moq: Amount | None = None
    pack_multiple: Amount | None = None
    promised_lead_time_days: int | None = None  # business days
    valid_until: date | None = None
    quoted_on: date | None = None
    freight_fixed: Amount | None = None  # R$ per order line
    freight_percent: float | None = None
    ipi_percent: float | None = None
    icms_percent: float | None = None
    icms_st_percent: float | None = None
    payment_terms: str | None = None  # days: "28/42/56"
    row: int = 0


class OrderRow(NamedTuple):
    """One line of a purchase order. Natural key: number and line (or, without it, the nth line of that sku).

    A load replaces all lines of the orders it names. Status None: sent, partial or received, as the receipts say.
    """

    number: str
    supplier: str
    sku: str
    quantity: Amount
    ordered_on: date
    unit_price: Amount | None = None
    expected_on: date | None = None
    status: OrderStatus | None = None
    line: int | None = None
    row: int = 0


class ReceiptRow(NamedTuple):
    """One delivery. Natural key: order line, day and document; rows of one key in one load are summed."""

    order_number: str
    sku: str
    received_on: date
    quantity: Amount
    document: str | None = None  # invoice number
    unit_price: Amount | None = None  # as paid; None: as ordered
    line: int | None = None
    row: int = 0


class PriceRow(NamedTuple):
    """A price seen. Natural key: sku, supplier, seen_on, source."""

    sku: str
    seen_on: date
    unit_price: Amount
    supplier: str | None = None
    quantity: Amount | None = None
    source: Literal["order", "quote", "market"] = "market"
    row: int = 0


Row: TypeAlias = (
    SupplierRow
    | ProductRow
    | StockRow
    | SaleRow
    | PromotionRow
    | SellingPriceRow
    | OfferRow
    | OrderRow
    | ReceiptRow
    | PriceRow
)

ROW_TYPES: dict[Kind, type[Row]] = {
    "suppliers": SupplierRow,
    "products": ProductRow,
    "stock": StockRow,
    "sales": SaleRow,
    "promotions": PromotionRow,
    "selling_prices": SellingPriceRow,
    "offers": OfferRow,
    "orders": OrderRow,
    "receipts": ReceiptRow,
    "prices": PriceRow,
}
