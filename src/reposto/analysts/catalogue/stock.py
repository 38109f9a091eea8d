"""Stock that doesn't move, stock beyond need, and what each product is worth to the company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from reposto.analysts.catalogue.classes import abc_classes, xyz_class
from reposto.model.quantities import to_cents
from reposto.model.stock_lists import ZERO, Excess, Idle, Ranked, StockReview
from reposto.model.usage import WINDOW_DAYS, Usage

IDLE_DAYS = 180  # without a sale for half a year: idle, unless the question names another time
COVER_DAYS = 180  # stock beyond half a year's sales is too much


def review_stock(usages: Sequence[Usage], *, today: date, idle_days: int = IDLE_DAYS) -> StockReview:
    """Idle: stock, and the last sale at least `idle_days` ago, or none ever.

    Excess: of what still sells, units beyond COVER_DAYS x mean sales per day of the last 180 days with stock, or of all
    days since its first sale where they are fewer. A product whose history began less than `idle_days` ago is neither:
    it had no time to sell.
    """
    idle: list[Idle] = []
    excess: list[Excess] = []
    total, stocked, unvalued = ZERO, 0, 0
    for usage in usages:
        if usage.on_hand is None or usage.on_hand <= 0:
            continue
        stocked += 1
        unvalued += usage.unit_value is None
        total += _worth(usage, usage.on_hand) or ZERO
        edge = today - timedelta(days=idle_days)
        if usage.first_day is not None and usage.first_day > edge:
            continue
        if usage.last_sold is None or usage.last_sold <= edge:
            idle.append(_idle(usage, usage.on_hand))
        elif (found := _excess(usage, today)) is not None:
            excess.append(found)
    return StockReview(
        total,
        stocked,
        unvalued,
        tuple(sorted(idle, key=lambda one: (-(one.value or ZERO), one.sku))),
        tuple(sorted(excess, key=lambda one: (-(one.value or ZERO), one.sku))),
    )


def _idle(usage: Usage, on_hand: float) -> Idle:
    return Idle(usage.sku, usage.name, usage.unit, on_hand, usage.last_sold, _worth(usage, on_hand))


def _excess(usage: Usage, today: date) -> Excess | None:
    known = WINDOW_DAYS if usage.first_day is None else min((today - usage.first_day).days, WINDOW_DAYS)
    days = max(known - usage.out_days, 1)
    per_day = usage.sold_recently / days
    held = usage.available or 0.0
    extra = held - COVER_DAYS * per_day
    if per_day <= 0 or extra <= max(1.0, 0.05 * COVER_DAYS * per_day):
        return None
    worth = _worth(usage, extra)
    return Excess(usage.sku, usage.name, usage.unit, held, held / per_day, extra, worth)


def _worth(usage: Usage, quantity: float) -> Decimal | None:
    return None if usage.unit_value is None else to_cents(usage.unit_value * Decimal(str(round(quantity, 3))))


def rank_abc(usages: Sequence[Usage]) -> tuple[Ranked, ...]:
    """Every product by value = units sold in 360 days x unit value, the largest first; without a price it is 0."""
    values = {u.sku: to_cents((u.unit_value or ZERO) * Decimal(str(round(u.sold_year, 3)))) for u in usages}
    classes = abc_classes({sku: float(value) for sku, value in values.items()})
    total = sum(values.values(), ZERO)
    ordered = sorted(usages, key=lambda u: (-values[u.sku], u.sku))
    return tuple(
        Ranked(
            sku=u.sku,
            name=u.name,
            unit=u.unit,
            abc=classes[u.sku],
            xyz=xyz_class(u.months),
            value=values[u.sku],
            share=float(values[u.sku] / total) if total > 0 else 0.0,
            rank=place,
        )
        for place, u in enumerate(ordered, start=1)
    )
