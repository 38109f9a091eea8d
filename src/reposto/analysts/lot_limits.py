"""How far beyond the need a lot may go: as far as the forecast can stand behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from reposto.analysts import rhythm
from reposto.analysts.shelf import UNSOLD_CHANCE, most_sellable
from reposto.analysts.situation import Situation

LONGEST_LOT_DAYS = 90.0  # days of demand in one lot: beyond a quarter money and shelf are better used elsewhere
UNSEEN_YEAR_DAYS = 45.0  # while the end of a season has not been seen
POOR_FORECAST_DAYS = 30.0  # a month: the next count will know better
FALLING_DAYS = 30.0
YEAR_KNOWN_DAYS = 485  # 16 months: a year, and the months before and after to compare it with
POOR_ERROR = 0.5  # mean error of the product's own back-test, of its mean demand
_WHOLE_DECEMBER = 25  # days of a December that must have been on sale for it to have been seen


@dataclass(frozen=True, slots=True)
class LotLimit:
    """Calendar days of expected demand that one lot may hold beyond the need, and why.

    code: "" (the general limit) | new | falling | year | poor | worse.
    """

    days: float
    code: str


def limit_lots(situation: Situation) -> LotLimit:
    """The tightest of what newness, trend, season and past errors allow; looks at the forecast's facts only."""
    known, near = situation.known, situation.near
    if known is None or rhythm.demand_pattern(known) in ("new", "dying", "none"):
        return LotLimit(0.0, "new")
    limits = [LotLimit(LONGEST_LOT_DAYS, "")]
    test = near.back_test if near is not None else None
    if test is not None and test.error > POOR_ERROR:
        limits.append(LotLimit(POOR_FORECAST_DAYS, "poor"))
    if test is not None and worse_than_repeating(situation):
        limits.append(LotLimit(POOR_FORECAST_DAYS, "worse"))
    if near is None or near.confidence == "low":
        limits.append(LotLimit(UNSEEN_YEAR_DAYS, "poor"))
    if not knows_the_year(situation):
        limits.append(LotLimit(UNSEEN_YEAR_DAYS, "year"))
    trend = rhythm.trend(known, rhythm.yearly_rhythm(known))
    if trend is not None and trend.direction == "falling":
        limits.append(LotLimit(FALLING_DAYS, "falling"))
    return min(limits, key=lambda limit: limit.days)


def worse_than_repeating(situation: Situation) -> bool:
    """Whether, on this product's own past, repeating what happened would have been better, as far as is shown."""
    test = situation.near.back_test if situation.near is not None else None
    return test is not None and round(100 * test.error) > round(100 * test.naive_error)


def knows_the_year(situation: Situation) -> bool:
    """Whether the product's own sales are long enough to have shown a season's beginning and end."""
    return situation.known is not None and len(situation.known.daily) >= YEAR_KNOWN_DAYS


def decembers_seen(situation: Situation) -> int:
    """How many Decembers, but for a few days, the product has been on sale."""
    known = situation.known
    if known is None:
        return 0
    years = range(known.start.year, known.end.year + 1)
    return sum(_overlap(known.start, known.end, date(y, 12, 1), date(y, 12, 31)) >= _WHOLE_DECEMBER for y in years)


def _overlap(start: date, end: date, first: date, last: date) -> int:
    return (min(end, last) - max(start, first)).days + 1


def reaches_december(situation: Situation, days: float) -> bool:
    """Whether any of the coming `days` lies in a December, or just after one that must have sold the stock."""
    today = situation.facts.today
    end = today + timedelta(days=int(days))
    return any(_overlap(today, end, date(y, 12, 1), date(y, 12, 31)) > 0 for y in range(today.year, end.year + 1))


def most_units(situation: Situation, days: float) -> float:
    """The largest lot that `days` of demand and the risk of never selling it allow; units, may be negative.

    The smaller of days x mean demand and D_10%(dead_stock_days) - free stock - open orders: but for one chance in ten,
    all there is then has been sold by the day from which it counts as dead. Falls with the stock.
    """
    paths = situation.paths
    if paths is None or situation.far is None:
        return 0.0
    supply = max(paths.available, 0.0) + situation.on_order
    sells = most_sellable(paths, situation.facts.company.dead_stock_days, UNSOLD_CHANCE) - supply
    return min(float(situation.far.mean_per_day[:365].mean()) * max(days, 0.0), sells)
