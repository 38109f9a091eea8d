"""What the demo company's customers and machines ask for, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from reposto.intake.demo.days import HISTORY_DAYS, Calendar, list_promotions, make_rng
from reposto.intake.demo.products import DemoProduct
from reposto.intake.demo.selling import ON_PROMOTION, uplift
from reposto.model.quantities import is_counted

# Monday first; closed on Sundays, short Saturdays. The workshop hardly works on Saturdays, the shop until noon.
WORKSHOP_WEEK = (1.05, 1.05, 1.0, 1.0, 0.9, 0.25, 0.0)
SHOP_WEEK = (0.9, 0.85, 0.95, 1.05, 1.25, 0.6, 0.0)

# January first, reached in the middle of the month. The workshop runs some six weeks ahead of the shops.
SEASONS = {
    "factory": (0.70, 0.92, 1.00, 1.05, 1.00, 0.95, 1.00, 1.05, 1.12, 1.18, 1.12, 0.91),
    "retail": (0.72, 0.80, 0.92, 0.95, 1.12, 0.95, 0.98, 0.96, 1.00, 1.05, 1.25, 1.30),
    "summer": (1.10, 1.00, 0.95, 0.90, 0.88, 0.85, 0.90, 1.00, 1.08, 1.15, 1.20, 0.99),
    "office": (1.25, 1.20, 1.10, 1.00, 0.95, 0.90, 1.05, 1.05, 1.00, 0.98, 0.85, 0.67),
    "flat": (1.00,) * 12,
}
MID_MONTHS = np.array([15.5, 45, 74.5, 105, 135.5, 166, 196.5, 227.5, 258, 288.5, 319, 349.5])

WANDER_STEP = 0.05  # a week, in the logarithm: some 11 % up or down over the long run
WANDER_MEMORY = 0.90
NEW_DAYS = 38  # how long the newest product has been sold
SHARE_OF_PROMOTIONS = 0.6  # a product takes part in
# An order like no other, days before the demo was first loaded, in days of usual sales: marked by the buyer.
ONE_OFFS = {"CAD-601": (203, 9.0), "TEC-103": (141, 8.0), "84903501": (322, 7.0)}

# The smallest amount that is sold, in thousandths of the unit.
STEPS = {"M": 50, "M2": 10, "KG": 10, "L": 10}


@dataclass(frozen=True)
class Demand:
    """One entry per day of the calendar before today; quantities in whole thousandths of the unit."""

    quantity: NDArray[np.int64]
    promotion: NDArray[np.bool_]
    one_off: NDArray[np.bool_]
    open: NDArray[np.bool_]


def make_demand(item: DemoProduct, calendar: Calendar) -> Demand:
    """The same for a day whatever the last day is: every stream is read one value per day."""
    n = calendar.sold_days
    opening = _opening_factor(item, calendar)[:n]
    promotion = _find_promotions(item, calendar)[:n]
    mean = item.rate * opening * _season(item, calendar)[:n] * _level(item, calendar)[:n] * _wander(item, n)
    mean *= np.where(promotion, uplift(item), 1.0)
    quantity = _draw(item, mean)
    one_off = np.zeros(n, dtype=np.bool_)
    if item.sku in ONE_OFFS:
        days_before, size = ONE_OFFS[item.sku]
        day = calendar.add_business_days(HISTORY_DAYS - days_before, 1)
        one_off[day] = True
        quantity[day] = round(item.rate * size) * 1000
    return Demand(quantity, promotion & (opening > 0), one_off, opening > 0)


def list_planned_promotions(item: DemoProduct, today: date, days: int) -> list[tuple[date, date]]:
    """Promotions of the product that end in the next `days` days."""
    windows = list_promotions(today.year) + list_promotions(today.year + 1)
    return [w for w in windows if today <= w[1] and (w[0] - today).days <= days and _takes_part(item, w[0])]


def step_of(unit: str) -> int:
    """The smallest amount of a unit, in thousandths."""
    return 1000 if is_counted(unit) else STEPS[unit]


def _opening_factor(item: DemoProduct, calendar: Calendar) -> NDArray[np.float64]:
    """How much of a day's business a day has: the weekly rhythm, holidays, and the workshop's yearly leave."""
    in_shop = item.season in ("retail", "office")
    factor = np.array(SHOP_WEEK if in_shop else WORKSHOP_WEEK)[calendar.weekday]
    factor[calendar.is_holiday] = 0.0
    for n, day in enumerate(calendar.days):
        if (day.month, day.day) in ((12, 24), (12, 31)):
            factor[n] *= 0.5
        elif not in_shop and ((day.month == 12 and day.day >= 23) or (day.month == 1 and day.day <= 4)):
            factor[n] = 0.0
    return factor


def _season(item: DemoProduct, calendar: Calendar) -> NDArray[np.float64]:
    profile = np.array(SEASONS[item.season])
    factor: NDArray[np.float64] = np.interp(calendar.day_of_year, MID_MONTHS, profile, period=365.25)
    if item.season == "retail":
        before_christmas = np.array([day.month == 12 and 8 <= day.day <= 23 for day in calendar.days])
        factor = factor * np.where(before_christmas, 1.2, 1.0)
    return factor


def _level(item: DemoProduct, calendar: Calendar) -> NDArray[np.float64]:
    """Growth up to the first day; afterwards it levels off, or the demo would grow for ever."""
    years = calendar.years_from_anchor
    level: NDArray[np.float64] = np.exp(item.growth * np.where(years < 0, years, 1.0 - np.exp(-np.maximum(years, 0.0))))
    days = years * 365.25
    if item.pattern == "new":
        level = level * np.clip((days + NEW_DAYS) / 20.0, 0.0, 1.0)
    if item.pattern == "dying":
        level = level * (0.04 + 0.96 / (1.0 + np.exp((days + 270.0) / 45.0)))
    return level


def _wander(item: DemoProduct, n: int) -> NDArray[np.float64]:
    """Customers come and go: a level that drifts from week to week and is drawn back (AR(1) in its logarithm)."""
    steps = make_rng("wander", item.sku).normal(0.0, WANDER_STEP, n // 7 + 2)
    level = np.zeros(len(steps))
    for week in range(1, len(steps)):
        level[week] = WANDER_MEMORY * level[week - 1] + steps[week]
    days: NDArray[np.float64] = np.exp(np.interp(np.arange(n), np.arange(len(steps)) * 7.0, level))
    return days


def _find_promotions(item: DemoProduct, calendar: Calendar) -> NDArray[np.bool_]:
    marked = np.zeros(len(calendar.days), dtype=np.bool_)
    for year in range(calendar.start.year, calendar.days[-1].year + 1):
        for starts_on, ends_on in list_promotions(year):
            first, last = calendar.index(starts_on), calendar.index(ends_on)
            if last >= 0 and _takes_part(item, starts_on):
                marked[max(first, 0) : last + 1] = True
    return marked


def _takes_part(item: DemoProduct, starts_on: date) -> bool:
    if item.category not in ON_PROMOTION or item.rate == 0:
        return False
    return starts_on.month == 11 or bool(make_rng("promotion", item.sku, starts_on).random() < SHARE_OF_PROMOTIONS)


def _draw(item: DemoProduct, mean: NDArray[np.float64]) -> NDArray[np.int64]:
    """Amounts in thousandths with the given mean, scattered as the pattern says."""
    n = len(mean)
    happens = make_rng("happens", item.sku).random(n)
    if item.pattern == "lumpy":
        # Breakdowns: now and then, several pieces at once (1 + geometric, 2.5 on average).
        sizes = make_rng("size", item.sku).geometric(1 / 2.5, n)
        return np.where(happens < mean / 2.5, sizes, 0).astype(np.int64) * 1000
    share, shape = (0.55, 1.5) if item.pattern == "erratic" else (1.0, 14.0)
    scatter = make_rng("scatter", item.sku).gamma(shape, 1 / shape, n)
    amount = np.where(happens < share, mean / share * scatter, 0.0)
    if is_counted(item.unit):
        return make_rng("count", item.sku).poisson(amount).astype(np.int64) * 1000
    step = step_of(item.unit)
    return np.rint(amount * 1000 / step).astype(np.int64) * step
