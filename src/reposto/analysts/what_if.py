"""The same analysis with one thing changed: demand, price, lead time, or the quantity bought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np

from reposto.analysts.forecast import Forecast
from reposto.analysts.leadtime import LeadTime
from reposto.analysts.paths import demand_paths, stock_paths
from reposto.analysts.situation import PATH_DAYS, Situation, survey
from reposto.model.asked import Change, PlanFigures, Simulation
from reposto.model.facts import Offer, PriceSpan
from reposto.model.findings import Alternative, Analysis
from reposto.model.quantities import to_unit_price
from reposto.model.request import Window

LEAST_FACTOR, MOST_FACTOR = 0.0, 20.0  # a change beyond that was misread
LONGEST_LEAD = 250  # business days


def changed(situation: Situation, change: Change) -> Situation:
    """The situation with the change made; the same where the change says nothing (no percentage, quantity only).

    promotion: one more in the calendar, and everything forecast anew.
    demand: mean and every quantile of the forecast times 1 + percent / 100; stock and sales of the past stay.
    price: every tier of the offers (of `change.supplier`, if one is named) times 1 + percent / 100, to four decimals.
    lead_time: the distribution of business days, stretched so that its median is the stated one, so that a supplier
    whose deliveries scatter goes on scattering; orders already on their way arrive as before.
    """
    if change.kind == "demand" and change.percent is not None:
        return scale_demand(situation, _factor(change.percent))
    if change.kind == "promotion" and change.window is not None:
        return promoted(situation, change.window, change.percent)
    if change.kind == "price" and change.percent is not None:
        offers = tuple(
            _priced(o, _factor(change.percent)) if _concerns(situation, o.supplier_id, change) else o
            for o in situation.facts.offers
        )
        return replace(situation, facts=replace(situation.facts, offers=offers))
    if change.kind == "lead_time" and change.lead_time_days is not None:
        days = min(max(change.lead_time_days, 0), LONGEST_LEAD)
        leads = {
            supplier: _stretched(lead, days) if _concerns(situation, supplier, change) else lead
            for supplier, lead in situation.leads.items()
        }
        return replace(situation, leads=leads)
    return situation


def promoted(situation: Situation, window: Window, percent: float | None) -> Situation:
    """The situation with one more promotion in the calendar; the same for a product without sales."""
    sales, today = situation.facts.sales, situation.facts.today
    if sales is None:
        return situation
    span = PriceSpan(window.start, window.end, None, None if percent is None else -percent, promotion=True)
    days = {window.start + timedelta(days=n) for n in range(window.days)}
    planned = tuple(sorted(d for d in days | set(sales.planned_promotions) if d >= today))
    told = replace(sales, planned_promotions=planned, calendar=(*sales.calendar, span))
    return survey(replace(situation.facts, sales=told), situation.horizon_days)


def _factor(percent: float) -> float:
    return min(max(1 + percent / 100, LEAST_FACTOR), MOST_FACTOR)


def _concerns(situation: Situation, supplier_id: int, change: Change) -> bool:
    return not change.supplier or situation.supplier_name(supplier_id) == change.supplier


def scale_demand(situation: Situation, factor: float) -> Situation:
    """The situation with mean and every quantile of the forecast times `factor`."""
    far = _scaled(situation.far, factor)
    paths = None
    if far is not None and situation.available is not None:
        arrivals = tuple(c.arrival for c in situation.coming if c.arrival is not None)
        lost = situation.facts.company.unmet_demand != "backorder"
        paths = stock_paths(demand_paths(far, PATH_DAYS), situation.available, arrivals, lost_sales=lost)
    near, unpromoted = _scaled(situation.near, factor), _scaled(situation.unpromoted, factor)
    return replace(situation, near=near, far=far, unpromoted=unpromoted, paths=paths)


def _scaled(forecast: Forecast | None, factor: float) -> Forecast | None:
    if forecast is None:
        return None
    means, quantiles = forecast.mean_per_day * factor, forecast.knot_quantiles * factor
    return replace(forecast, mean_per_day=means, knot_quantiles=quantiles)


def _priced(offer: Offer, factor: float) -> Offer:
    exact = Decimal(str(round(factor, 6)))
    tiers = tuple(replace(t, unit_price=to_unit_price(t.unit_price * exact)) for t in offer.tiers)
    return replace(offer, tiers=tiers)


def _stretched(lead: LeadTime, days: int) -> LeadTime:
    """The distribution with that median; a lead time of no days can't be stretched and becomes certain."""
    median = lead.quantile(0.5)
    if median <= 0 or days == 0:
        return replace(lead, days=np.array([days], dtype=np.int64), probability=np.ones(1), promised=days)
    moved = np.rint(lead.days * (days / median)).astype(np.int64)
    kept, where = np.unique(moved, return_inverse=True)
    probability = np.zeros(len(kept))
    np.add.at(probability, where, lead.probability)
    return replace(lead, days=kept, probability=probability, promised=days)


def compare_plans(change: Change, now: Analysis, then: Analysis) -> Simulation:
    """Both plans in figures; for a quantity, that purchase beside the advised one."""
    if change.kind == "quantity" and change.quantity is not None:
        return _bought(change, now)
    start = change.window.start if change.window is not None else None
    found = (
        d for d in then.demand.drivers if d.code == "promotion" and d.start == max(start or then.today, then.today)
    )
    promotion = next(found, None) if change.kind == "promotion" else None
    return Simulation(change, plan_figures(now), plan_figures(then), promotion=promotion)


def plan_figures(analysis: Analysis) -> PlanFigures:
    """What a plan comes to."""
    demand, advice, logistics = analysis.demand, analysis.recommendation, analysis.logistics
    buying = advice.verdict == "approve" and bool(advice.quantity)
    return PlanFigures(
        verdict=advice.verdict,
        demand=demand.total.expected if demand.total is not None else None,
        horizon_days=demand.horizon_days,
        coverage_days=demand.coverage_days,
        stockout_date=demand.stockout_date,
        order_by=logistics.order_by,
        order_by_overdue=logistics.order_by_overdue,
        quantity=advice.quantity,
        supplier=advice.supplier if buying else None,
        unit_price=advice.unit_price if buying else None,
        payable=(advice.payable_total or advice.total) if buying else None,
        arrival=advice.expected_arrival,
        coverage_after_days=advice.coverage_after_days,
        stockout_probability=advice.risk.stockout_probability,
        needed=advice.needed_quantity,
    )


def _bought(change: Change, analysis: Analysis) -> Simulation:
    now = plan_figures(analysis)
    asked = change.quantity or 0.0
    other = _named_quantity(analysis.recommendation.alternatives, asked)
    best = next((o for o in analysis.prices.offers if o.offer_id == analysis.recommendation.offer_id), None)
    tier = best.next_tier if best is not None else None
    tier_quantity = tier.min_quantity if tier is not None else None
    tier_price = tier.unit_price if tier is not None else None
    advised = now.quantity or 0.0
    if asked <= advised and (other is None or other.quantity > advised):
        return Simulation(change, now, now, tier_quantity, tier_price)  # lot and pack make the advised quantity of it
    if other is None:
        then = replace(now, quantity=None, payable=None)
        return Simulation(change, now, then, tier_quantity, tier_price)
    base = analysis.recommendation.coverage_after_days
    then = replace(
        now,
        quantity=other.quantity,
        supplier=other.supplier,
        unit_price=other.unit_price,
        payable=other.payable or other.total,
        coverage_after_days=None if base is None else round(base + other.extra_coverage_days, 1),
    )
    return Simulation(change, now, then, tier_quantity, tier_price)


def _named_quantity(others: Sequence[Alternative], asked: float) -> Alternative | None:
    """The alternative worked out for the quantity asked about, else the smallest that holds it."""
    fitting = [a for a in others if a.quantity >= asked - 1e-9]
    fitting = [a for a in fitting if a.code == "asked"] or fitting
    return min(fitting, key=lambda a: a.quantity, default=None)
