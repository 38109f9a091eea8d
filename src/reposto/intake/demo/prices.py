"""What the demo company's suppliers ask: bases, yearly rises, raw materials that come and go, tiers."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from functools import lru_cache

from reposto.intake.demo.days import make_rng
from reposto.intake.demo.products import DemoProduct
from reposto.intake.demo.suppliers import SUPPLIERS, DemoSupplier

BY_KEY = {supplier.key: supplier for supplier in SUPPLIERS}

# Days of demand that an order must at least hold, and against the main supplier's price.
MOQ_DAYS = {"bento": 0.5, "itapoa": 60.0, "tresrios": 10.0, "reconcavo": 12.0, "poliespuma": 6.0}
USUAL_MOQ_DAYS = 3.0
TIER_DAYS = (25, 60)  # of demand, from which on the price is lower
IMPORTED_PRICE = 0.80  # by the container, after duties
RAW_MATERIAL_SWING = {"Painéis e madeiras": 0.03, "Espumas e enchimentos": 0.06, "Ferragens": 0.03}
SWING_MONTHS = 22.0
JUMP_DAYS = 20  # how long before the first day some prices moved
IPI = {"Ferragens": 6.5, "Painéis e madeiras": 3.25, "Químicos e acabamento": 3.25, "Móveis acabados": 3.25}
ST_PERCENT = 6.0  # paints come with ICMS-ST from other states


def unit_price(item: DemoProduct, key: str, day: date, anchor: date, quantity: float) -> Decimal:
    """R$ per unit that a supplier asks on a day for a quantity."""
    discount = max((d for q, d in tiers_of(item, key) if quantity >= q), default=0.0)
    return _to_price(
        _base(item, key)
        * _index(item, key, day)
        / _index(item, key, anchor)
        * _jump(item, day, anchor)
        * (1 - discount)
    )


@lru_cache(maxsize=512)
def tiers_of(item: DemoProduct, key: str) -> tuple[tuple[float, float], ...]:
    """(from quantity, discount), ascending; the first one begins at the MOQ."""
    moq = moq_of(item, key)
    rng = make_rng("tiers", item.sku, key)
    second = rng.uniform(0.008, 0.016)
    third = second + rng.uniform(0.008, 0.014)
    steps = [(moq, 0.0)]
    for days, discount in zip(TIER_DAYS, (second, third), strict=True):
        quantity = max(_round_up(_rate(item) * days, item.pack * 5), _round_up(steps[-1][0] * 2, item.pack))
        steps.append((quantity, round(discount, 3)))
    return tuple(steps)


@lru_cache(maxsize=512)
def moq_of(item: DemoProduct, key: str) -> float:
    """Least quantity of an order: whole packages."""
    return max(item.pack, _round_up(_rate(item) * MOQ_DAYS.get(key, USUAL_MOQ_DAYS), item.pack))


def ipi_of(item: DemoProduct) -> float:
    """IPI % of the goods' value; fabrics, packaging and the rest have none here."""
    return IPI.get(item.category, 0.0)


def st_of(item: DemoProduct, supplier: DemoSupplier) -> float:
    """ICMS-ST % of the goods' value."""
    return ST_PERCENT if item.ncm.startswith("3208") and supplier.state != "RS" else 0.0


def _rate(item: DemoProduct) -> float:
    return item.rate if item.rate > 0 else 2.0


def _round_up(quantity: float, step: float) -> float:
    return round(math.ceil(round(quantity / step, 6)) * step, 3)


@lru_cache(maxsize=512)
def _base(item: DemoProduct, key: str) -> float:
    if key == item.sellers[0]:
        return item.price
    if key == "itapoa":
        return item.price * IMPORTED_PRICE
    nearby = 1 / IMPORTED_PRICE if item.sellers[0] == "itapoa" else 1.0
    return item.price * nearby * float(make_rng("base", item.sku, key).uniform(0.97, 1.09))


@lru_cache(maxsize=100_000)
def _index(item: DemoProduct, key: str, day: date) -> float:
    """Grows once a year by what the supplier passes on; raw materials swing month by month around that."""
    supplier = BY_KEY[key]
    years = range(2015, day.year + 1)
    rises = [_rise(key, year) for year in years if date(year, supplier.month, 5) <= day]
    months = day.year * 12 + day.month
    swing = RAW_MATERIAL_SWING.get(item.category, 0.0) * math.sin(2 * math.pi * months / SWING_MONTHS)
    return math.prod(1 + rise for rise in rises) * (1 + swing)


@lru_cache(maxsize=1024)
def _rise(key: str, year: int) -> float:
    return float(make_rng("rise", key, year).uniform(0.035, 0.085))


def _jump(item: DemoProduct, day: date, anchor: date) -> float:
    return 1 + item.price_jump if (anchor - day).days <= JUMP_DAYS else 1.0


def _to_price(amount: float) -> Decimal:
    """Two decimals, four below R$ 5: as price lists have them."""
    return Decimal(f"{amount:.4f}" if amount < 5 else f"{amount:.2f}")
