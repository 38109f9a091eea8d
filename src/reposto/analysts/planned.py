"""Promotions and prices to come: what they do to the forecast, and from how many past ones that is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from reposto.analysts.forecast import Forecast, History
from reposto.analysts.forecast.causes import read_causes, spans_of, usual_price
from reposto.analysts.forecast.promotions import whole_promotions
from reposto.analysts.histories import history_of
from reposto.analysts.situation import Situation
from reposto.model.facts import PriceSpan, SalesHistory
from reposto.model.findings import DemandDriver

PLANNED = ("promotion", "price")
_NEWS = 0.5  # % by which a price must change to be one


def planned_drivers(situation: Situation) -> list[DemandDriver]:
    """One driver for each promotion or new price within the horizon, by day; [] where nothing is planned.

    lift_percent: forecast of its days with all that is planned / without - 1; percent: the difference in units over the
    forecast of the whole horizon without.
    """
    near, without, sales = situation.near, situation.unpromoted, situation.sales
    if near is None or without is None or sales is None:
        return []
    history = history_of(situation.facts.product, sales)
    usual = usual_price(history.price, history.promotion)
    today, last = situation.facts.today, situation.facts.today + timedelta(days=situation.horizon_days - 1)
    learned = past_promotions(history)
    found = []
    for span in _promotions(sales, today):
        first, end = max(span.starts_on, today), min(span.ends_on or last, last)
        if first <= end:
            change = _price_change(span, usual)
            found.append(_driver("promotion", near, without, first, end, change, learned))
    for span in sales.calendar:
        if not span.promotion and today <= span.starts_on <= last:
            end = min(span.ends_on or last, last)
            change = _planned_change(history, sales, span.starts_on, usual)
            if change is not None and abs(change) >= _NEWS:
                found.append(_driver("price", near, without, span.starts_on, end, change, learned))
    return sorted(found, key=lambda d: (d.start or today, d.code))


def past_promotions(history: History) -> int:
    """Promotions and marked-down spans of the product's past."""
    causes = read_causes(history, history.quantity)
    if causes is not None:
        return causes.promotions
    if history.promotion is None:
        return 0
    return spans_of(whole_promotions(history.quantity, history.promotion, history.period_days))


def _promotions(sales: SalesHistory, today: date) -> list[PriceSpan]:
    """Those of the calendar; where only days are known, runs of them."""
    told = [s for s in sales.calendar if s.promotion and (s.ends_on is None or s.ends_on >= today)]
    if told:
        return told
    days = np.array([d.toordinal() for d in sorted(sales.planned_promotions) if d >= today], dtype=np.int64)
    runs = np.split(days, np.flatnonzero(np.diff(days) > 1) + 1) if len(days) else []
    return [
        PriceSpan(date.fromordinal(int(r[0])), date.fromordinal(int(r[-1])), promotion=True) for r in runs if len(r)
    ]


def _price_change(span: PriceSpan, usual: float | None) -> float | None:
    """% of the usual price."""
    if span.discount_percent is not None:
        return -span.discount_percent
    if span.unit_price is not None and usual:
        return (span.unit_price / usual - 1) * 100
    return None


def _planned_change(history: History, sales: SalesHistory, day: date, usual: float | None) -> float | None:
    at = (day - sales.start).days - len(history.quantity)
    if history.price_ahead is None or not usual or not 0 <= at < len(history.price_ahead):
        return None
    price = float(history.price_ahead[at])
    return (price / usual - 1) * 100 if np.isfinite(price) else None


def _driver(
    code: str, near: Forecast, without: Forecast, first: date, end: date, change: float | None, learned: int
) -> DemandDriver:
    days = slice(max((first - near.start).days, 0), max((end - near.start).days + 1, 0))
    told, bare = float(near.mean_per_day[days].sum()), float(without.mean_per_day[days].sum())
    whole = float(without.mean_per_day.sum())
    return DemandDriver(
        code,
        days=(end - first).days + 1,
        start=first,
        end=end,
        percent=round((told - bare) / whole * 100, 1) if whole > 0 else 0.0,
        price_percent=None if change is None else round(change, 1),
        lift_percent=round((told / bare - 1) * 100, 1) if bare > 0 else 0.0,
        learned_from=learned,
    )
