"""What was sold of a product and what is there, for lists that need no forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

MONTHS, MONTH_DAYS = 12, 30  # the last 360 days in equal parts: calendar months differ in length
WINDOW_DAYS = 180  # of which the mean sales are taken


@dataclass(frozen=True, slots=True)
class Usage:
    """One product. Quantities in its unit of stock; one-off sales are left out. None: no such data.

    months: float64 (12,), units sold in each 30 days, the newest first. sold_recently: in the last 180 days, out_days
    of which nothing could be sold. unit_value: R$, last price paid, else seen, else offered.
    """

    sku: str
    name: str
    unit: str
    category: str
    on_hand: float | None
    available: float | None
    sold_year: float
    sold_recently: float
    out_days: int
    months: NDArray[np.float64]
    first_day: date | None
    last_sold: date | None
    unit_value: Decimal | None
