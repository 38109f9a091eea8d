"""What the demo company sells its finished goods at: a list that rises every February, and promotions of some depth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from reposto.intake.demo.days import make_rng
from reposto.intake.demo.products import DemoProduct
from reposto.intake.rows import SellingPriceRow

ON_PROMOTION = ("Móveis acabados", "Diversos")
ELASTICITY = 2.5  # % more sold for each % off
MARGIN = Decimal("1.45")
RISE = Decimal("1.05")  # every first of February
RISES_IN = 2
LISTED = ("CAD-610", "MES-640", "PUF-690")  # whose price list is kept, the next rise included


def discount_percent(item: DemoProduct) -> int:
    """How much cheaper a promotion makes it: the deeper, the more is sold."""
    kept: float = uplift(item) ** (-1 / ELASTICITY)
    return round(100 * (1 - kept))


def uplift(item: DemoProduct) -> float:
    """How much more is sold in a promotion, 1 = as ever."""
    return 1.0 + float(make_rng("uplift", item.sku).uniform(0.5, 1.1))


def list_price(item: DemoProduct, day: date, anchor: date) -> Decimal:
    """R$ of a unit, to ten cents."""
    rises = _rises(day) - _rises(anchor)
    return (Decimal(str(item.price)) * MARGIN * RISE**rises).quantize(Decimal("0.1"))


def _rises(day: date) -> int:
    return day.year + (day.month >= RISES_IN)


def paid_price(item: DemoProduct, day: date, anchor: date, *, promotion: bool) -> Decimal:
    """R$ that a customer pays."""
    price = list_price(item, day, anchor)
    if not promotion:
        return price
    return (price * (100 - discount_percent(item)) / 100).quantize(Decimal("0.01"))


def make_list(item: DemoProduct, start: date, today: date, anchor: date) -> Iterator[SellingPriceRow]:
    """The product's price list: from its first day to the next rise."""
    yield SellingPriceRow(item.sku, start, list_price(item, start, anchor))
    for year in range(start.year, today.year + 2):
        rise = date(year, RISES_IN, 1)
        if start < rise and (rise - today).days <= 366:
            yield SellingPriceRow(item.sku, rise, list_price(item, rise, anchor))
