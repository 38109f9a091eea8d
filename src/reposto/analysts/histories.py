"""What the engines need of a product's past: its sales with the prices and promotions that are told."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.forecast import History
from reposto.analysts.forecast.causes import usual_price
from reposto.model.facts import PriceSpan, Product, SalesHistory
from reposto.model.quantities import is_counted

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AHEAD_DAYS = 500  # of planned prices: as far as any stock decision looks


def history_of(product: Product, sales: SalesHistory, *, planned: bool = True) -> History:
    """The history from which this product is forecast; not `planned`: without what is to come, to learn from.

    Days of a promotion in the calendar count as marked. A day's price is what was paid, else the price list's, else,
    where only discounts are known, 1 less the discount: prices count by their ratio to the usual one. Planned: R$ by
    day after the history, see `_coming`.
    """
    days = len(sales.quantity)
    promotion = np.asarray(sales.promotion, dtype=bool).copy()
    flags = _promoted(sales, days)
    promotion |= flags
    price = _past_prices(sales, days)
    known = [s for s in sales.calendar if planned or (s.starts_on - sales.start).days < days]
    return History(
        start=sales.start,
        quantity=sales.quantity,
        censored=sales.out_of_stock & (sales.quantity == 0),
        excluded=sales.one_off,
        promotion=promotion,
        integer=is_counted(product.unit),
        group=product.category,
        price=price,
        price_ahead=_coming(sales, price, promotion) if planned and price is not None else None,
        told=bool(known) or bool(promotion.any()),
    )


def is_price_planned(history: History, days: int) -> bool:
    """Whether another price is planned within `days` days after the history."""
    return history.price_ahead is not None and bool(np.isfinite(history.price_ahead[:days]).any())


def _at(sales: SalesHistory, span: PriceSpan, days: int) -> slice:
    """The span's days, counted from the first day of the history, within `days`."""
    first = max((span.starts_on - sales.start).days, 0)
    last = days if span.ends_on is None else min((span.ends_on - sales.start).days + 1, days)
    return slice(first, max(last, first))


def _promoted(sales: SalesHistory, days: int) -> Bools:
    flags = np.zeros(days, dtype=bool)
    for span in sales.calendar:
        if span.promotion:
            flags[_at(sales, span, days)] = True
    return flags


def _listed(sales: SalesHistory, days: int) -> Floats:
    """The price list by day from the start of the history, NaN = none; a later price takes an earlier one's place."""
    listed = np.full(days, np.nan)
    for span in sales.calendar:
        if not span.promotion and span.unit_price is not None:
            listed[_at(sales, span, days)] = span.unit_price
    return listed


def _with_promotions(sales: SalesHistory, prices: Floats, *, absolute: bool = True) -> Floats:
    """Prices by day with those of promotions: their own, or the usual less the discount; NaN where neither is told."""
    out = prices.copy()
    for span in sales.calendar:
        if span.promotion:
            at = _at(sales, span, len(out))
            if span.unit_price is not None and absolute:
                out[at] = span.unit_price
            elif span.discount_percent is not None:
                out[at] = prices[at] * max(1 - span.discount_percent / 100, 0.01)
            else:
                out[at] = np.nan
    return out


def _past_prices(sales: SalesHistory, days: int) -> Floats | None:
    """R$ by day, NaN = not known; ratios to the usual price where no R$ are known; None where nothing is."""
    listed = _listed(sales, days)
    paid = sales.price
    if paid is not None or np.isfinite(listed).any():
        told = _with_promotions(sales, listed)
        return told if paid is None else np.where(np.isfinite(paid), paid, told)
    if any(s.promotion and s.discount_percent is not None for s in sales.calendar):
        return _with_promotions(sales, np.ones(days), absolute=False)
    return None


def _coming(sales: SalesHistory, price: Floats, promotion: Bools) -> Floats | None:
    """Planned R$ by day after the history, NaN where nothing new is planned; None where nothing at all is.

    A new list price moves the price that is really paid in proportion to the present list price: what is paid is often
    less. A discount is taken off the usual price, moved likewise.
    """
    usual = usual_price(price, promotion)
    days = len(sales.quantity)
    if usual is None or not any(
        s.ends_on is None or _at(sales, s, days + AHEAD_DAYS).stop > days for s in sales.calendar
    ):
        return None
    in_money = sales.price is not None or any(s.unit_price is not None and not s.promotion for s in sales.calendar)
    listed = _listed(sales, days + AHEAD_DAYS)
    now = listed[days - 1] if days else np.nan
    ahead = listed[days:]
    ratio = ahead / now if np.isfinite(now) else ahead / usual
    base = usual * np.where(np.isfinite(ratio), ratio, 1.0)
    changed = np.isfinite(ratio) & (np.abs(ratio - 1) > 1e-9)
    full = np.concatenate([np.full(days, usual), base])
    told = _with_promotions(sales, full, absolute=in_money)[days:]
    flags = _promoted(sales, days + AHEAD_DAYS)[days:]
    result = np.where(flags, told, np.where(changed, base, np.nan))
    return result if np.isfinite(result).any() else None
