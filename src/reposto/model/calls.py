"""What stands beside a recommendation: telephone calls that may change it, and taxes that aren't certain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Call:
    """What a telephone call to a supplier may bring, in figures.

    Codes: renew (an offer that has expired, by its last price; quantity = what would be ordered of it today), hurry (an
    open order that comes too late: due = when it probably comes, wanted = until when the stock surely lasts;
    probability_before, probability_after: of running out before a new order's arrival, as things are and with it in
    time), confirm (the same of an order that is expected in time but may well be late), express (no order can come in
    time: quantity = what is expected to be short by `due`, the new order's arrival; amount = the margin on it, the most
    that haste may cost).
    """

    code: str
    supplier: str
    quantity: float
    due: date | None = None
    wanted: date | None = None
    days: int | None = None  # by which the order must come earlier
    order_number: str = ""
    unit_price: Decimal | None = None
    payable: Decimal | None = None
    cheaper_percent: float | None = None  # than the advised offer, landed
    probability_before: float | None = None
    probability_after: float | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Caution:
    """A tax that may make the cost another.

    Codes: taxes_change (delivery in 2027, figures by the rules of 2026), cbs_estimate (`percent`: the rate assumed),
    difal_unknown, difal_decides (`state`: where the goods come from; `rival`: who may be cheaper then).
    """

    code: str
    percent: float | None = None
    supplier: str = ""
    state: str = ""
    rival: str = ""
