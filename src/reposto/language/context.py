"""What the stored turns of a conversation leave behind: products, options, an order, a supplier, a pending question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reposto.language.patterns import load_rules
from reposto.model.request import Intent, Request, Turn, Window

_RULES = load_rules("context.toml").named
_PENDING = _RULES["pending"]
_RUNNING = _RULES["running"]
_ORDER = _RULES["order"]
_LISTING = _RULES["listing"]

ORDINALS = {"primeir": 0, "segund": 1, "terceir": 2, "quart": 3, "quint": 4, "sext": 5, "ultim": -1, "penultim": -2}
NUMERALS = {"um": 0, "uma": 0, "dois": 1, "duas": 1, "tres": 2, "quatro": 3, "cinco": 4, "seis": 5}
_PICK = _RULES["pick"]


@dataclass(slots=True)
class Thread:
    """The state of a conversation just before a new message."""

    skus: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    last: Request | None = None  # the last request that meant a product or a list
    order_number: str | None = None
    supplier: str | None = None
    pending: bool = False
    running: bool = False
    turns: Sequence[Turn] = field(default_factory=tuple)
    windows: list[Window] = field(default_factory=list)  # the days spoken of so far, each once


def read_agent(folded: str, thread: Thread) -> None:
    """What an agent's message changes, apart from the products it names."""
    thread.pending = _PENDING.search(folded) is not None
    thread.running = not thread.pending and _RUNNING.search(folded) is not None
    if match := _ORDER.search(folded):
        thread.order_number = match[1]


def lists_options(folded: str) -> bool:
    return _LISTING.search(folded) is not None


def picked(folded: str, count: int) -> int | None:
    """The position that `o 2`, `a primeira`, `a ultima` point at; -1 - n if it points beyond the list."""
    match = _PICK.match(folded)
    if match is None:
        return None
    if match["ordinal"]:
        place = ORDINALS[match["ordinal"]]
    elif match["digit"]:
        place = int(match["digit"]) - 1
    else:
        place = NUMERALS[match["numeral"]]
    if place < 0:
        place += count
    return place if 0 <= place < max(count, 1) else count


SAME = _RULES["same"]
CORRECTION = _RULES["correction"]
BACKWARD = _RULES["backward"]

# what asks about a product, and so takes over the product talked about
ABOUT_PRODUCT = frozenset(
    {
        Intent.DEMAND_FORECAST, Intent.STOCK_STATUS, Intent.STOCKOUT_DATE, Intent.EXCESS_STOCK,
        Intent.PURCHASE_RECOMMENDATION, Intent.REORDER_QUANTITY, Intent.ORDER_BY_DATE, Intent.STOCK_POLICY,
        Intent.PRICE_CURRENT, Intent.PRICE_HISTORY, Intent.PRICE_FORECAST, Intent.SUPPLIER_COMPARE,
        Intent.SUPPLIER_LEAD_TIME, Intent.LANDED_COST, Intent.ORDER_CREATE, Intent.ORDER_STATUS, Intent.EXPLAIN,
        Intent.ABC_XYZ, Intent.WHAT_IF, Intent.COMPARE_PRODUCTS, Intent.PRODUCT_LOOKUP, Intent.DATA_CHANGE,
        Intent.QUOTE_REQUEST,
    }
)  # fmt: skip
# what makes no sense without a product
NEEDS_PRODUCT = frozenset(
    {
        Intent.PURCHASE_RECOMMENDATION, Intent.REORDER_QUANTITY, Intent.ORDER_BY_DATE, Intent.PRICE_CURRENT,
        Intent.PRICE_FORECAST, Intent.PRICE_HISTORY, Intent.LANDED_COST, Intent.ORDER_CREATE, Intent.COMPARE_PRODUCTS,
        Intent.PRODUCT_LOOKUP, Intent.SUPPLIER_COMPARE, Intent.STOCK_STATUS, Intent.DEMAND_FORECAST,
        Intent.QUOTE_REQUEST, Intent.WHAT_IF, Intent.STOCK_POLICY,
    }
)  # fmt: skip
