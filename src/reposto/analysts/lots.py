"""How much to order at once: the economic lot under quantity discounts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reposto.analysts.landed import landed_cost, landed_unit
from reposto.analysts.rounding import orderable
from reposto.model.facts import Company, Offer
from reposto.model.quantities import is_counted

DAYS_PER_YEAR = 365.0
LEAST_GAIN = 0.02  # of the money that a larger lot binds: whoever saves less isn't paid for being wrong


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot size and what it costs a year to buy in such lots, R$."""

    quantity: float
    annual_cost: float


def economic_quantity(annual_demand: float, order_cost: float, unit_cost: float, holding_rate: float) -> float:
    """Q = sqrt(2 K D / (r c)): D units a year, K R$ per order, c R$ per unit, r per year (0.25 = 25 %); units.

    0.0 when nothing is demanded or holding costs nothing. Harris (1913); Silver, Pyke & Thomas, Inventory and
    Production Management in Supply Chains, 4th ed., ch. 4.
    """
    if min(annual_demand, order_cost, unit_cost, holding_rate) <= 0:
        return 0.0
    return math.sqrt(2 * order_cost * annual_demand / (holding_rate * unit_cost))


def annual_cost(quantity: float, annual_demand: float, offer: Offer, company: Company) -> float:
    """c(Q) D + K D / Q + r c(Q) Q / 2, R$ a year, c = landed cost at lot Q > 0 (freight, taxes, terms included)."""
    unit = float(landed_unit(offer, quantity, company))
    rate = company.holding_cost_percent_year / 100
    return unit * annual_demand + float(company.order_cost) * annual_demand / quantity + rate * unit * quantity / 2


def stocking_cost(small: float, large: float, unit_cost: float, per_day: float, company: Company) -> float:
    """R$ for buying `large` now instead of `small` now and the rest in such lots as it is needed; units, units a day.

    r c (large - small) large / (2 d) / 365: the extra units lie on average large / (2 d) days longer. 0.0 where nothing
    is sold (then no time can be named) or large <= small.
    """
    if per_day <= 0 or large <= small:
        return 0.0
    rate = company.holding_cost_percent_year / 100
    return rate * unit_cost * (large - small) * large / (2 * per_day) / DAYS_PER_YEAR


def best_lot(offer: Offer, company: Company, unit: str, *, annual_demand: float, least: float, most: float) -> Lot:
    """Cheapest orderable lot in [least, most] by annual cost under all-units discounts; ties go to the smaller.

    Within a tier the cost is convex, so the candidates are: least, the orderable quantities on both sides of each
    tier's break, of each tier's economic quantity inside the tier, and of `most`. Beyond `most` only where more units
    cost no more in total. With `least` growing the answer never shrinks. least > 0; most < least counts as least.
    Silver, Pyke & Thomas, 4th ed., ch. 4 (quantity discounts); Hadley & Whitin (1963).
    """
    return _cheapest(
        offer,
        company,
        unit,
        _candidates(offer, company, annual_demand),
        least,
        most,
        lambda q: annual_cost(q, annual_demand, offer, company),
        annual_demand,
    )


def worthwhile_lot(
    offer: Offer, company: Company, unit: str, *, annual_demand: float, least: float, most: float, ordinary: float
) -> Lot:
    """The lot to order now: cheapest orderable one in [least, most] where a larger one must earn the money it binds.

    A'(Q) = A(Q) + h (D / Q) max(c(Q) Q - c(q) q, 0), R$ a year: annual cost as in annual_cost, plus h = LEAST_GAIN of
    the money that each lot binds beyond that of the `ordinary` need q (a review's demand), for the case that the
    forecast is wrong, and nobody orders oftener than at every review: K D / max(Q, q) instead of K D / Q. So a price
    break must be worth h of the money and the stock it makes, and fewer orders more than h of what they bring forward.
    q must not depend on the stock: then a larger need never orders less. Candidates as in
    best_lot, and inside each tier the minimum sqrt(2 D (K + f + h (f - c(q) q)) / (r v)) and the kink
    (c(q) q - f) / v; v = landed cost per unit without the fixed freight f. Without demand the smallest lot.
    """
    if annual_demand <= 1e-9:
        return best_lot(offer, company, unit, annual_demand=0.0, least=least, most=0.0)
    ordinary = max(ordinary, 1e-3)
    base = orderable(ordinary, offer, unit)
    bound = float(landed_unit(offer, base, company)) * base
    order = float(company.order_cost)

    def cost(quantity: float) -> float:
        worth = float(landed_unit(offer, quantity, company)) * quantity
        extra = LEAST_GAIN * max(worth - bound, 0.0) * annual_demand / quantity
        extra -= order * annual_demand * max(1 / quantity - 1 / ordinary, 0.0)
        return annual_cost(quantity, annual_demand, offer, company) + extra

    candidates = [base, ordinary, *_candidates(offer, company, annual_demand)]
    candidates += _economic(
        replace(offer, free_freight_from=None), replace(company, order_cost=Decimal(0)), annual_demand
    )
    for one in _freights(offer):
        candidates += _inside_tiers(one, company, annual_demand, bound)
    return _cheapest(offer, company, unit, candidates, least, most, cost, annual_demand)


def _cheapest(
    offer: Offer,
    company: Company,
    unit: str,
    candidates: Sequence[float],
    least: float,
    most: float,
    cost: Callable[[float], float],
    annual_demand: float,
) -> Lot:
    """The orderable quantity of least cost among the candidates' neighbours inside [least, most]; ties: the smaller."""
    least = orderable(least, offer, unit)
    step = _step(offer, unit)
    last = orderable(most, offer, unit)
    found = {least}
    for quantity in (*candidates, most):
        above = orderable(quantity, offer, unit)
        found.update(q for q in (above, orderable(above - step, offer, unit)) if least < q <= last)
    best = min(sorted(found), key=lambda q: (round(cost(q), 2), q))
    more = _more_for_less(best, offer, company, unit)
    return Lot(more, annual_cost(more, annual_demand, offer, company))


def _inside_tiers(offer: Offer, company: Company, annual_demand: float, bound: float) -> list[float]:
    """Where A' of `worthwhile_lot` is flat, and where it has its kink, tier by tier; only those inside their tier."""
    rate = company.holding_cost_percent_year / 100
    fixed = float(offer.freight_fixed)
    found = []
    tiers = sorted(offer.tiers, key=lambda t: t.min_quantity)
    for tier, after in zip(tiers, [*tiers[1:], None], strict=True):
        unit = _unit_without_fixed(offer, tier.min_quantity, company)
        order = float(company.order_cost) + fixed + LEAST_GAIN * (fixed - bound)
        if unit <= 0:
            continue
        flat = economic_quantity(annual_demand, order, unit, rate)
        for at in (flat, (bound - fixed) / unit):
            if at >= max(tier.min_quantity, 1e-9) and (after is None or at < after.min_quantity):
                found.append(at)
    return found


def _step(offer: Offer, unit: str) -> float:
    """The smallest difference between two orderable quantities: a pack, else a unit, else a thousandth."""
    if offer.pack_multiple > 0:
        return offer.pack_multiple
    return 1.0 if is_counted(unit) else 0.001


def _more_for_less(quantity: float, offer: Offer, company: Company, unit: str) -> float:
    """The quantity itself, or the next break as long as more units cost no more in total; breaks in ascending order."""
    total = landed_cost(offer, quantity, company).total
    for found in sorted(_breaks(offer)):
        at = orderable(found, offer, unit)
        if at > quantity and (cost := landed_cost(offer, at, company).total) <= total:
            quantity, total = at, cost
    return quantity


def _breaks(offer: Offer) -> list[float]:
    """Quantities from which a unit costs less: price tiers, and free freight in each."""
    found = [max(tier.min_quantity, 0.0) for tier in offer.tiers]
    if offer.free_freight_from is not None:
        found += [float(offer.free_freight_from / tier.unit_price) for tier in offer.tiers if tier.unit_price > 0]
    return found


def _freights(offer: Offer) -> tuple[Offer, ...]:
    """The offer with its freight at every quantity, and without where there is free freight."""
    paying = replace(offer, free_freight_from=None)
    if offer.free_freight_from is None:
        return (paying,)
    return paying, replace(paying, freight_fixed=Decimal(0), freight_percent=0.0)


def _candidates(offer: Offer, company: Company, annual_demand: float) -> list[float]:
    found = _breaks(offer)
    for one in _freights(offer):
        found += _economic(one, company, annual_demand)
    return found


def _economic(offer: Offer, company: Company, annual_demand: float) -> list[float]:
    """The economic quantity of each tier that holds its own."""
    rate = company.holding_cost_percent_year / 100
    order = float(company.order_cost + offer.freight_fixed)
    found: list[float] = []
    tiers = sorted(offer.tiers, key=lambda t: t.min_quantity)
    for tier, after in zip(tiers, [*tiers[1:], None], strict=True):
        at = economic_quantity(annual_demand, order, _unit_without_fixed(offer, tier.min_quantity, company), rate)
        if at >= tier.min_quantity and (after is None or at < after.min_quantity):
            found.append(at)
    return found


def _unit_without_fixed(offer: Offer, quantity: float, company: Company) -> float:
    """Landed cost per unit without the freight that doesn't depend on the quantity; that belongs to the order."""
    count = max(quantity, 1.0)
    fixed = offer.freight_fixed / Decimal(str(count))
    return float(landed_unit(offer, count, company) - fixed)
