"""What a buyer asked for, as data: the output of the language layer and the input of everything else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

CARRIED = "carried"  # topic of a question about suppliers that names no product: the one spoken of, maybe none


class Intent(StrEnum):
    """The closed list of things a buyer may want."""

    DEMAND_FORECAST = "demand_forecast"
    STOCK_STATUS = "stock_status"
    STOCKOUT_DATE = "stockout_date"
    STOCK_OVERVIEW = "stock_overview"
    EXCESS_STOCK = "excess_stock"
    BUY_LIST = "buy_list"
    PURCHASE_RECOMMENDATION = "purchase_recommendation"
    REORDER_QUANTITY = "reorder_quantity"
    ORDER_BY_DATE = "order_by_date"
    STOCK_POLICY = "stock_policy"
    PRICE_CURRENT = "price_current"
    PRICE_HISTORY = "price_history"
    PRICE_FORECAST = "price_forecast"
    SUPPLIER_COMPARE = "supplier_compare"
    SUPPLIER_LEAD_TIME = "supplier_lead_time"
    SUPPLIER_INFO = "supplier_info"
    LANDED_COST = "landed_cost"
    ORDER_CREATE = "order_create"
    ORDER_APPROVE = "order_approve"
    ORDER_STATUS = "order_status"
    ORDER_CANCEL = "order_cancel"
    DOCUMENT_EXPORT = "document_export"
    QUOTE_REQUEST = "quote_request"
    EXPLAIN = "explain"
    ABC_XYZ = "abc_xyz"
    SPEND = "spend"
    WHAT_IF = "what_if"
    COMPARE_PRODUCTS = "compare_products"
    PRODUCT_LOOKUP = "product_lookup"
    CONFIRM = "confirm"
    CANCEL_CURRENT = "cancel_current"
    RECALL = "recall"
    RUN_STATUS = "run_status"
    DATA_CHANGE = "data_change"
    TAX_QUESTION = "tax_question"
    HELP = "help"
    SMALLTALK = "smalltalk"
    OFF_TOPIC = "off_topic"
    PROMPT_INJECTION = "prompt_injection"
    UNCLEAR = "unclear"


class Expect(StrEnum):
    """What the words allow: run it, ask which product, say it isn't there, decline, ask back, or ignore."""

    ANSWER = "answer"
    CHOOSE = "choose"
    NOT_FOUND = "not_found"
    REFUSE = "refuse"
    CLARIFY = "clarify"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class NamedProduct:
    """A product as the language layer sees it: every text by which a buyer may call it."""

    sku: str
    name: str
    unit: str = "UN"
    category: str = ""
    brand: str = ""
    ean: str = ""
    ncm: str = ""
    supplier_code: str = ""


@dataclass(frozen=True, slots=True)
class NamedSupplier:
    """A supplier as the language layer sees it; `trade_name` is the fantasia."""

    name: str
    trade_name: str
    city: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation, oldest first; options are what a choice offered."""

    role: str  # human | agent
    text: str
    skus: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A product offered to the buyer in a choice or as a neighbour of something unknown."""

    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of calendar days, both ends included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @staticmethod
    def read(data: Any) -> Window | None:
        """As it was stored with a job; None where none was."""
        if not isinstance(data, dict):
            return None
        return Window(date.fromisoformat(data["start"]), date.fromisoformat(data["end"]))


@dataclass(frozen=True, slots=True)
class Request:
    """A buyer's message, understood. `params` holds only what was stated, by the names of the closed list.

    `window` are the days that the words name ("mês passado", "em dezembro", "no 1º trimestre"); None where only a
    length from today is stated, or nothing. `topic` is what a simulation or an explanation is about.
    """

    text: str
    intent: Intent
    expect: Expect
    skus: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    also: tuple[Intent, ...] = ()
    confidence: float = 1.0  # that `skus` are the products meant, 0..1
    today: date | None = None
    window: Window | None = None
    # what_if: demand | price | lead_time | quantity; explain: accuracy | sum; demand: season; suppliers: carried
    topic: str = ""
    alias: str = ""  # the company's own words by which the product was meant
