"""How sure a decision is, and what makes it less so."""

from __future__ import annotations

from reposto.analysts.demand import data_age, demand_confidence
from reposto.analysts.lot_limits import (
    decembers_seen,
    knows_the_year,
    reaches_december,
    worse_than_repeating,
)
from reposto.analysts.plan import Plan
from reposto.analysts.situation import Situation
from reposto.model.findings import Confidence

_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")
_ENOUGH_RECEIPTS = 3
OLD_COUNT_DAYS = 7
UNSURE_ERROR = 0.4  # mean error of the back-test above which the engine calls its own forecast of medium confidence


def grade(situation: Situation, plan: Plan | None, *, undecidable: bool) -> tuple[Confidence, tuple[str, ...]]:
    """The weakest of what the decision stands on, and the codes of what isn't of the best, the weakest first.

    Of the forecast: short_history | poor_forecast | worse_forecast | old_sales | unseen_year. Of the delivery:
    no_receipts (nothing measured of this supplier) | few_receipts (his other products', or under three). Of the stock:
    old_count. `undecidable`: something decisive is missing, which the answer names by itself.
    """
    if plan is None or undecidable:
        return "low", ()
    found = [*_forecast(situation), *_delivery(plan), *_stock(situation)]
    lowest: Confidence = min((level for level, _ in found), key=_ORDER.index, default="high")
    lowest = min(lowest, demand_confidence(situation), key=_ORDER.index)
    found.sort(key=lambda one: _ORDER.index(one[0]))
    return lowest, tuple(code for level, code in found if code and level != "high")


def _forecast(situation: Situation) -> list[tuple[Confidence, str]]:
    """One entry for each weakness; the worst has the forecast's own grade."""
    own = demand_confidence(situation)
    if own == "high" or situation.near is None:
        return []
    codes = []
    test = situation.near.back_test
    if data_age(situation) > 10:
        codes.append("old_sales")
    if test is not None and worse_than_repeating(situation):
        codes.append("worse_forecast")
    if test is not None and test.error > UNSURE_ERROR:
        codes.append("poor_forecast")
    if test is None or not knows_the_year(situation):
        codes.append("short_history" if test is None else "unseen_year")
    return [(own, code) for code in codes or ["few_sales"]]


def _delivery(plan: Plan) -> list[tuple[Confidence, str]]:
    if plan.lead.receipts >= _ENOUGH_RECEIPTS:
        return []
    return [("medium", "few_receipts") if plan.lead.measured else ("low", "no_receipts")]


def _stock(situation: Situation) -> list[tuple[Confidence, str]]:
    stock = situation.facts.stock
    old = stock is not None and (situation.facts.today - stock.as_of).days > OLD_COUNT_DAYS
    return [("medium", "old_count")] if old else []


def unknown_season(situation: Situation, covered: float) -> int | None:
    """How many Decembers the product has been on sale, where the season matters now and they don't show it; else None.

    It matters when a December lies in the coming `covered` days (the horizon, or the stock with the order). Not shown:
    none was on sale, or there are under 16 months altogether, in which a single December is no pattern.
    """
    if situation.known is None or not reaches_december(situation, covered):
        return None
    seen = decembers_seen(situation)
    return seen if seen == 0 or not knows_the_year(situation) else None
