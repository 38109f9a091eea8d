"""What ordering from one offer today would mean: quantity, dates, risk, cost. The core that three analysts read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from reposto.analysts.landed import LandedCost, landed_cost
from reposto.analysts.leadtime import LeadTime
from reposto.analysts.lot_choice import (
    LotRules,
    cost_per_unit,
    daily_demand,
    expiry_of,
    lot_for,
    lot_rules,
    lot_steps,
    most_that_keeps,
    ordinary_lot,
    product_rules,
)
from reposto.analysts.lot_limits import LONGEST_LOT_DAYS
from reposto.analysts.paths import LATENESS_LEVELS, StockPaths
from reposto.analysts.rounding import orderable, orderable_within
from reposto.analysts.shelf import Expiry
from reposto.analysts.situation import Situation
from reposto.model.facts import Offer
from reposto.model.findings import RoundingStep

Days = NDArray[np.int64]

LONGEST_FORCED_LOT_DAYS = 730.0  # a minimum lot that lasts longer hardly earns its stock: a person should look at it
_LIKELY = 0.5  # a stock-out likelier than not
SEARCH_DAYS = 365  # order-by dates further away are not worth a promise


@dataclass(frozen=True, slots=True)
class Plan:
    """One offer worked out. Units of stock, calendar days from today, probabilities 0..1, R$.

    arrive, arrive_if_waiting: (K, n), by lateness level of the open orders and by lead time.

    needed: before any rounding, 0 when the stock lasts until the next chance to order. lot: what would be ordered now
    (0 when nothing is needed); usual_lot: what an order of this offer ordinarily holds. short, short_if_waiting:
    expected units not served before an order of today, or of the next review, arrives. overdue: an order of today comes
    too late, and so does everybody else's; bridge: the offer that doesn't, where there is one.
    """

    offer: Offer
    lead: LeadTime
    arrive: Days
    arrive_if_waiting: Days
    needed: float
    lot: float
    usual_lot: float
    steps: tuple[str, ...]
    cost: LandedCost
    stockout: float
    stockout_if_waiting: float
    short: float
    short_if_waiting: float
    reorder_point: float
    safety_stock: float
    target_stock: float
    order_by: date | None
    overdue: bool
    cost_per_unit: float
    bridge: Offer | None = None
    rounding: tuple[RoundingStep, ...] = ()  # `steps` in figures
    rules: LotRules | None = None
    expiry: Expiry | None = None  # of the lot, where the product has a shelf life


def valid_offers(situation: Situation) -> tuple[Offer, ...]:
    """Offers of this product that can be ordered today: with a price, not expired, from an active supplier."""
    inactive = {s.id for s in situation.facts.suppliers if not s.active}
    today = situation.facts.today
    return tuple(
        o
        for o in situation.facts.offers
        if o.tiers and o.supplier_id not in inactive and (o.valid_until is None or o.valid_until >= today)
    )


def plans(situation: Situation, margin_percent: float) -> tuple[Plan, ...]:
    """A plan for each valid offer whose lead time is known, cheapest first; empty without forecast or stock.

    Cheapest: annual cost per unit (price, order, holding) x the smallest lot among them, the units that this decision
    is about, + expected lost units x margin, taken on the cheapest landed cost, so that a dear supplier doesn't look
    worth more. Before that comes whoever keeps the shelf full at a price that the sale still pays for (stock-out less
    likely than not, at most the margin dearer): weeks without the goods lose the customers, not their margin alone.
    """
    paths = situation.paths
    if paths is None:
        return ()
    offers = [o for o in valid_offers(situation) if o.supplier_id in situation.leads]
    if not offers:
        return ()
    limit, rate = product_rules(situation)
    found = [p for offer in offers if (p := _plan(situation, paths, lot_rules(situation, offer, limit, rate), offer))]
    if not found:
        return ()
    common = min(p.lot or p.usual_lot for p in found)
    margin = margin_percent / 100 * min(float(p.cost.unit) for p in found)
    worth = (1 + margin_percent / 100) * min(p.cost_per_unit for p in found)

    def rank(plan: Plan) -> tuple[bool, float, int]:
        too_late = plan.stockout >= _LIKELY or plan.cost_per_unit > worth
        return too_late, plan.cost_per_unit * common + plan.short * margin, plan.offer.id

    best, *others = sorted(found, key=rank)
    return (_bridged(best, others, 1 - situation.facts.company.service_level), *others)


def plan_of(situation: Situation, offer: Offer) -> Plan | None:
    """The plan of one offer, as `plans` would make it; None without forecast, stock or lead time."""
    if situation.paths is None or offer.supplier_id not in situation.leads:
        return None
    limit, rate = product_rules(situation)
    return _plan(situation, situation.paths, lot_rules(situation, offer, limit, rate), offer)


def needed_at(situation: Situation, plan: Plan, level: float) -> float:
    """What would be needed at another service level, 0.5..0.995; units."""
    if situation.paths is None:
        return plan.needed
    gate = _gate(situation, situation.paths, plan.offer.supplier_id)
    now = _strata(situation, plan.lead, gate)
    return situation.paths.needed(now, plan.arrive_if_waiting, plan.lead.probability, level)


def _bridged(best: Plan, others: list[Plan], allowed: float) -> Plan:
    """The plan itself, or with the cheapest other supplier who still delivers in time what will lack.

    Then it is no longer overdue, unless a stock-out is likelier than not: there is no hurry about a supplier whose
    delivery isn't what keeps the shelf full.
    """
    in_time = [p for p in others if p.stockout <= allowed + 1e-9]
    if not best.overdue or not in_time:
        return best
    return replace(best, overdue=best.stockout >= _LIKELY, bridge=min(in_time, key=lambda p: p.cost.unit).offer)


def is_forced_too_large(situation: Situation, plan: Plan) -> bool:
    """Whether MOQ or pack make the order last over two years, and twice the need at least.

    Stock for Q / D years costs r c Q / 2 a year and earns m c D: beyond 2 m / r years (3.2 with m = 40 %, r = 25 %) it
    loses money even if it all sells.
    """
    return plan.lot > max(daily_demand(situation) * LONGEST_FORCED_LOT_DAYS, 2 * plan.needed)


def _plan(situation: Situation, paths: StockPaths, rules: LotRules, offer: Offer) -> Plan | None:
    lead = situation.leads[offer.supplier_id]
    company, unit = situation.facts.company, situation.facts.product.unit
    review = max(company.review_days, 1)
    level = min(max(company.service_level, 0.5), 0.995)
    today = situation.facts.today
    gate = _gate(situation, paths, offer.supplier_id)
    usually = situation.calendar.offsets(today, lead.days)
    if int(situation.calendar.offsets(today, np.array([int(lead.quantile(0.9))]))[0]) + review > paths.last:
        return None  # the forecast doesn't reach that far
    arrive = np.maximum(usually[None, :], gate)
    later = np.maximum(situation.calendar.offsets(today + timedelta(days=review), lead.days)[None, :] + review, gate)
    needed = paths.needed(_strata(situation, lead, gate), later, lead.probability, level)
    per_day = daily_demand(situation)
    usual = ordinary_lot(situation, offer, rules)
    arrives_in = float(usually.astype(np.float64) @ lead.probability)
    keeps = most_that_keeps(situation, int(arrives_in))
    least = needed if keeps is None else min(needed, orderable_within(keeps, offer, unit) or needed)
    lot = lot_for(situation, offer, rules, least, arrives_in, keeps) if needed > 1e-9 else 0.0
    point = paths.demand_quantile(usually, lead.probability, review, level)
    cycle = min(max(review, int((lot or usual) / per_day) if per_day > 0 else review), int(LONGEST_LOT_DAYS))
    order_by, overdue = _order_by(situation, paths, lead, gate, level)
    steps, rounding = lot_steps(situation, offer, rules, least, lot) if lot else ((), ())
    return Plan(
        offer=offer,
        lead=lead,
        arrive=arrive,
        arrive_if_waiting=later,
        needed=needed,
        lot=lot,
        usual_lot=usual,
        steps=steps,
        cost=landed_cost(offer, lot or usual, company),
        stockout=paths.stockout_probability(arrive, lead.probability),
        stockout_if_waiting=paths.stockout_probability(later, lead.probability),
        short=paths.expected_short(arrive, lead.probability),
        short_if_waiting=paths.expected_short(later, lead.probability),
        reorder_point=orderable(point, None, unit),
        safety_stock=orderable(max(point - paths.demand_mean(usually, lead.probability, review), 0.0), None, unit),
        target_stock=orderable(paths.demand_quantile(usually, lead.probability, cycle, level), None, unit),
        order_by=order_by,
        overdue=overdue,
        cost_per_unit=cost_per_unit(situation, offer, rules),
        rounding=rounding,
        rules=rules,
        expiry=expiry_of(situation, int(arrives_in), lot),
    )


def _gate(situation: Situation, paths: StockPaths, supplier: int) -> Days:
    """Calendar day before which a new order of the supplier won't arrive: his open orders come first; (K, 1).

    Orders of one supplier don't cross (the usual assumption, Silver, Pyke & Thomas, ch. 6): a supplier who is late
    with the last order won't be early with the next.
    """
    levels = LATENESS_LEVELS if paths.supply.shape[0] > 1 else LATENESS_LEVELS[2:3]
    open_ = [c.arrival for c in situation.coming if c.arrival is not None and c.line.supplier_id == supplier]
    return np.array([[max((a.at(float(level)) for a in open_), default=0)] for level in levels], dtype=np.int64)


def _strata(situation: Situation, lead: LeadTime, gate: Days) -> Days:
    """Arrival of an order of today at five equally likely lead times; (K, 5). Enough where only its middle matters."""
    days = np.array([int(lead.quantile(float(level))) for level in LATENESS_LEVELS], dtype=np.int64)
    arrive: Days = np.maximum(situation.calendar.offsets(situation.facts.today, days)[None, :], gate)
    return arrive


def _order_by(
    situation: Situation, paths: StockPaths, lead: LeadTime, gate: Days, level: float
) -> tuple[date | None, bool]:
    """The last business day t on which ordering is early enough, and whether it has really passed.

    Early enough: P(demand goes unserved between the arrival of an order of today and that of an order of t, whose lead
    times are independent) <= 1 - level; what is short before any order could arrive can't be helped by ordering, so it
    doesn't count. (None, False) when a year from now is early enough. Passed: today's order too comes after a
    stock-out with more than that probability, and the day lies before the next review. P doesn't fall with t, so t is
    found by bisection.
    """
    calendar, today = situation.calendar, situation.facts.today
    first = today if calendar.is_business_day(today) else calendar.add(today, 0)
    ahead = (first - today).days
    now = _strata(situation, lead, gate)

    def early(count: int) -> bool:
        then = np.maximum(calendar.offsets(first, lead.days + count)[None, :] + ahead, gate)
        hit = (paths.short_between(now, then) > 1e-6).mean(axis=(0, 1, 2))
        return float(hit @ lead.probability) <= 1 - level + 1e-9

    low, high = 0, calendar.between(first, today + timedelta(days=SEARCH_DAYS))
    if early(high):
        return None, False
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if early(middle) else (low, middle)
    last = calendar.add(first, low)
    late = paths.stockout_probability(now, np.full(now.shape[1], 1 / now.shape[1])) > 1 - level + 1e-9
    return last, late and last < today + timedelta(days=max(situation.facts.company.review_days, 1))
