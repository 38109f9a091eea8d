"""Why the forecast differs from what was just sold: promotions, season, stock-outs, a month out of the ordinary."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from reposto.analysts.planned import PLANNED, planned_drivers
from reposto.analysts.rhythm import Known, demand_pattern
from reposto.analysts.situation import Situation
from reposto.model.findings import DemandDriver

WORTH_SAYING = 0.10  # a forecast within 10 % of what was just sold needs no explanation
LEVEL_DAYS = 91  # the ordinary level: a quarter
GROWTH_DAYS = 182  # half a year against the same half a year before: no season in it


def demand_drivers(situation: Situation, yearly: tuple[float, ...]) -> tuple[DemandDriver, ...]:
    """What sets the forecast of the horizon apart from the sales of as many days just past; () where nothing does.

    Planned promotions and prices are always named, with their effect (forecast with / without - 1, in %). The others
    only where the forecast without promotions and the past differ by 10 % at least, and only those that push the same
    way.
    """
    found = [*planned_drivers(situation)]
    apart = _apart(situation)
    if apart is None or abs(apart) < WORTH_SAYING:
        return tuple(found)
    rising = apart > 0
    found += _past(situation, rising=rising)
    found += _season(situation, yearly, rising=rising)
    if not any(d.code not in PLANNED for d in found):
        found += _level(situation, rising=rising)
    return tuple(found)


def year_growth(known: Known) -> float | None:
    """Mean per known day of the last 182 days against that of the same days a year before, in %; None without both."""
    recent, before = known.daily[-GROWTH_DAYS:], known.daily[-GROWTH_DAYS - 364 : -364]
    if len(before) < GROWTH_DAYS:
        return None
    recent, before = recent[np.isfinite(recent)], before[np.isfinite(before)]
    if min(len(recent), len(before)) < GROWTH_DAYS // 2 or before.mean() <= 0:
        return None
    return round(float(np.clip((recent.mean() / before.mean() - 1) * 100, -100, 1000)), 1)


def _apart(situation: Situation) -> float | None:
    """Forecast (without promotions ahead) / sold in as many days just past - 1; None without either."""
    sales, near = situation.sales, situation.unpromoted or situation.near
    if sales is None or near is None or len(sales.quantity) < situation.horizon_days:
        return None
    past = float(sales.quantity[-situation.horizon_days :].sum())
    return near.mean(situation.horizon_days) / past - 1 if past > 0 else None


def _past(situation: Situation, *, rising: bool) -> list[DemandDriver]:
    """What was out of the ordinary in the days just past: stock-outs lower them, promotions raise them."""
    sales, span = situation.sales, situation.horizon_days
    if sales is None:
        return []
    out = int((sales.out_of_stock & (sales.quantity == 0))[-span:].sum())
    if rising:
        return [DemandDriver("stockouts_past", out)] if out >= max(2, 0.05 * span) else []
    promoted = int(sales.promotion[-span:].sum())
    return [DemandDriver("promotion_past", promoted)] if promoted else []


def _season(situation: Situation, yearly: tuple[float, ...], *, rising: bool) -> list[DemandDriver]:
    """The months ahead against the months just past, where the year has a rhythm that accounts for 5 % at least."""
    if not yearly:
        return []
    today, span = situation.facts.today, situation.horizon_days

    def usual(first: date) -> float:
        return float(np.mean([yearly[(first + timedelta(days=i)).month - 1] for i in range(span)]))

    before = usual(today - timedelta(days=span))
    change = (usual(today) / before - 1) * 100 if before > 0 else 0.0
    if abs(change) < 5 or (change > 0) != rising:
        return []
    return [DemandDriver("season", percent=round(change, 1))]


def _level(situation: Situation, *, rising: bool) -> list[DemandDriver]:
    """The last quarter's average, where it lies between what was just sold and the forecast, or beyond."""
    known, sales = situation.known, situation.sales
    if known is None or sales is None or demand_pattern(known) not in ("smooth", "erratic"):
        return []  # rare sales have no ordinary month
    daily = known.daily[-LEVEL_DAYS:]
    daily = daily[np.isfinite(daily)]
    if len(daily) < LEVEL_DAYS // 2:
        return []
    usual = float(daily.mean()) * situation.horizon_days
    past = float(sales.quantity[-situation.horizon_days :].sum())
    if (usual > past) != rising or abs(usual / past - 1) < WORTH_SAYING / 2:
        return []
    return [DemandDriver("level", quantity=round(usual, 0 if usual >= 10 and situation.counted else 1))]
