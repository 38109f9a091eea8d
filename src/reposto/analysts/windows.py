"""Demand and prices of the very days that a question names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from reposto.analysts.demand import tidy
from reposto.analysts.forecast import Forecast
from reposto.analysts.situation import Situation
from reposto.model.asked import PricesPaid, WindowDemand
from reposto.model.facts import ProductFacts, SalesHistory
from reposto.model.findings import Range
from reposto.model.quantities import to_unit_price
from reposto.model.request import Window

LEVEL = 0.8


def sold_in(facts: ProductFacts, window: Window) -> WindowDemand:
    """What was sold in the window's days that have passed; nothing is forecast."""
    sales = facts.sales
    last = _last_known(facts, sales)
    end = min(window.end, facts.today - timedelta(days=1), last) if last is not None else None
    sold, out = _sum(sales, window.start, end) if sales is not None and end is not None else (None, 0)
    before, earlier = _a_year_before(window), None
    if sales is not None and last is not None and before is not None and sales.start <= before.start <= last:
        earlier = _sum(sales, before.start, before.end)[0] if before.end <= last else None
    found = WindowDemand(
        window=window,
        sold=sold,
        sold_until=end if sold is not None else None,
        out_of_stock_days=out,
        expected=None,
        expected_from=None,
        until=window.end,
        year_before=earlier,
        starts=sales.start if sales is not None and window.start < sales.start else None,
    )
    return _compared(found)


def _compared(found: WindowDemand) -> WindowDemand:
    """With the whole window's total and its change against the year before, where both are known."""
    total, expected = found.sold, found.expected
    if expected is not None:
        total = expected.expected if found.sold is None else round(found.sold + expected.expected, 3)
    whole = expected is not None or found.sold_until == found.window.end
    change = None
    if whole and total is not None and found.year_before and not found.beyond and found.starts is None:
        change = round(100 * (total / found.year_before - 1), 1)
    return replace(found, total=total, change_percent=change)


def demand_in(situation: Situation, window: Window) -> WindowDemand:
    """Sold so far and expected still, of the window's days.

    expected: the mean of the forecast's path over the days from the later of its start and the window's; its 80 % range
    has the wider of two relative spreads, that of a sum of as many days from now on and that of the sum up to the
    window's end: a far month is no surer than a near one, and no surer than all the days up to it. ValueError never:
    a window beyond the forecast's path (about 16 months) is cut there, and `beyond` says so.
    """
    past = sold_in(situation.facts, window)
    forecast = situation.far
    if forecast is None or window.end < forecast.start:
        return past
    first, last = max(window.start, forecast.start), min(window.end, _last_day(forecast))
    if first > last:
        return replace(past, beyond=True, until=_last_day(forecast))
    expected = _between(forecast, (first - forecast.start).days, (last - forecast.start).days + 1, situation.counted)
    found = replace(past, expected=expected, expected_from=first, until=last, beyond=last < window.end)
    return _compared(found)


def _last_day(forecast: Forecast) -> date:
    return forecast.start + timedelta(days=len(forecast.mean_per_day) - 1)


def _between(forecast: Forecast, begin: int, end: int, counted: bool) -> Range:
    """Expected demand of the forecast's days [begin, end) with its range; units."""
    mean = float(forecast.mean_per_day[begin:end].sum())
    low, high = 0.0, 0.0
    for days in (end - begin, end):
        usual = max(forecast.mean(days), 1e-9)
        low = max(low, 1 - forecast.quantile(days, 0.1) / usual)
        high = max(high, forecast.quantile(days, 0.9) / usual - 1)
    least, most = mean * max(1 - low, 0.0), mean * (1 + high)
    if counted:
        least, most = float(np.floor(least)), float(np.ceil(most))
    shown = tidy(mean, counted=counted)
    return Range(shown, min(round(least, 2), shown), max(round(most, 2), shown), LEVEL)


def _last_known(facts: ProductFacts, sales: SalesHistory | None) -> date | None:
    if sales is None or len(sales.quantity) == 0:
        return facts.company.data_until if sales is not None else None
    last = sales.start + timedelta(days=len(sales.quantity) - 1)
    return max(last, facts.company.data_until or last)


def _sum(sales: SalesHistory, start: date, end: date) -> tuple[float | None, int]:
    """Units sold from start to end, both included, and days out of stock; (None, 0) where no day is known."""
    first = max((start - sales.start).days, 0)
    stop = (end - sales.start).days + 1
    if stop <= first:
        return None, 0
    part = slice(first, stop)
    out = sales.out_of_stock[part] & (sales.quantity[part] == 0)
    return round(float(sales.quantity[part].sum()), 3), int(out.sum())


def _a_year_before(window: Window) -> Window | None:
    """The same calendar days; of a few weeks the same weekdays; None for less than a week, which chance decides."""
    if window.days < 7:
        return None
    if window.days < 28:
        return Window(window.start - timedelta(days=364), window.end - timedelta(days=364))
    return Window(_year_before(window.start), _year_before(window.end))


def _year_before(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def prices_in(facts: ProductFacts, window: Window) -> PricesPaid | None:
    """Prices paid in the window, else quoted in it; None where none was seen.

    mean: weighted by quantity where every price has one, else plain; R$ per unit to four decimals.
    """
    for source in ("order", "quote", "market"):
        seen = [p for p in facts.prices if p.source == source and window.start <= p.on <= window.end]
        if not seen:
            continue
        weights = [Decimal(str(p.quantity)) if p.quantity else Decimal(1) for p in seen]
        if not all(p.quantity for p in seen):
            weights = [Decimal(1)] * len(seen)
        mean = sum((p.unit_price * w for p, w in zip(seen, weights, strict=True)), Decimal(0)) / sum(weights)
        latest = next((p.unit_price for p in reversed(facts.prices) if p.source == source), None)
        change = None if latest is None or mean <= 0 else round(float((latest / mean - 1) * 100), 1)
        return PricesPaid(
            window=window,
            mean=to_unit_price(mean),
            low=min(p.unit_price for p in seen),
            high=max(p.unit_price for p in seen),
            observations=len(seen),
            source=source,
            latest=latest,
            change_percent=change,
        )
    return None
