"""What a telephone call may bring: an expired offer renewed, an open order hurried, a few units at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from reposto.analysts.landed import landed_cost
from reposto.analysts.paths import Arrival, stock_paths
from reposto.analysts.plan import Plan, plan_of
from reposto.analysts.rounding import orderable
from reposto.analysts.situation import Coming, Situation
from reposto.model.calls import Call
from reposto.model.facts import Offer
from reposto.model.findings import DemandFinding
from reposto.model.quantities import to_cents

STALE_OFFER_DAYS = 180  # an offer that ended longer ago says little about today's price
WORTH_RENEWING = 0.03  # share by which an expired offer must have been cheaper than the advised one
WORTH_HURRYING = 0.05  # by which the chance of running out must fall
LIKELY_SHORT = 0.30  # chance of running out from which haste is worth a word
MOST_RENEWALS = 2


def calls(situation: Situation, found: tuple[Plan, ...], demand: DemandFinding) -> tuple[Call, ...]:
    """Calls worth making, the most useful first."""
    plan, ends = next(iter(found), None), _runs_out(situation, demand)
    hurried = _hurry(situation, plan) if plan is not None and ends is not None else []
    at_once = _express(situation, plan, ends) if plan is not None and ends is not None and not hurried else []
    return (*hurried, *at_once, *_renew(situation, found))


def _renew(situation: Situation, found: tuple[Plan, ...]) -> list[Call]:
    """Expired offers of the last half-year: where nothing else can be ordered, or where they were clearly cheaper.

    The quantity is what the analysis would order of that offer, were it still good at its last price.
    """
    today, inactive = situation.facts.today, {s.id for s in situation.facts.suppliers if not s.active}
    valid = {p.offer.supplier_id for p in found}
    result = []
    for offer in situation.facts.offers:
        until = offer.valid_until
        if until is None or until >= today or (today - until).days > STALE_OFFER_DAYS or not offer.tiers:
            continue
        if offer.supplier_id in inactive or offer.supplier_id in valid:
            continue
        call = _renewal(situation, found, offer, until)
        if call is not None:
            result.append(call)
    return sorted(result, key=lambda c: (-(c.cheaper_percent or 0.0), c.unit_price or 0))[:MOST_RENEWALS]


def _renewal(situation: Situation, found: tuple[Plan, ...], offer: Offer, until: date) -> Call | None:
    plan = plan_of(situation, offer)
    if found and (found[0].lot <= 0 or plan is None):
        return None  # nothing to buy today, or nothing known of it
    lot = found[0].lot if found else (plan.lot if plan is not None else 0.0)
    quantity = orderable(lot, offer, situation.facts.product.unit) if lot > 0 else 0.0
    cost = landed_cost(offer, quantity or max(offer.moq, 1.0), situation.facts.company)
    cheaper = None
    if found:
        cheaper = 1 - float(cost.unit / found[0].cost.unit) if found[0].cost.unit > 0 else 0.0
        if cheaper < WORTH_RENEWING:
            return None
    return Call(
        code="renew",
        supplier=situation.supplier_name(offer.supplier_id),
        quantity=quantity,
        due=until,
        unit_price=cost.goods,
        payable=cost.payable if quantity else None,
        cheaper_percent=None if cheaper is None else round(100 * cheaper, 1),
    )


def _runs_out(situation: Situation, demand: DemandFinding) -> int | None:
    """Calendar days until the free stock ends, open orders left aside; None if it doesn't within a year."""
    if demand.available is not None and demand.available <= 0:
        return 0
    return None if demand.stockout_date is None else (demand.stockout_date - situation.facts.today).days


def _hurry(situation: Situation, plan: Plan) -> list[Call]:
    """The open order that, in time, would lower the chance of running out most, where that chance is too high: to be
    hurried if it is expected after the stock may end, else to be made sure of."""
    if plan.stockout <= 1 - situation.facts.company.service_level + 1e-9:
        return []
    today = situation.facts.today
    wanted = _safe_day(situation)
    if wanted is None:
        return []
    options = []
    for coming in situation.coming:
        if coming.arrival is None:
            continue
        after = _chance_with(situation, plan, coming, (wanted - today).days)
        if plan.stockout - after >= WORTH_HURRYING:
            options.append((after, coming.line, today + timedelta(days=coming.arrival.at(0.5))))
    if not options:
        return []
    after, line, due = min(options, key=lambda one: (one[0], one[1].order_number))
    return [
        Call(
            code="hurry" if due > wanted else "confirm",
            supplier=situation.supplier_name(line.supplier_id),
            quantity=line.outstanding,
            order_number=line.order_number,
            due=due,
            wanted=wanted,
            days=(due - wanted).days if due > wanted else None,
            probability_before=round(plan.stockout, 3),
            probability_after=round(after, 3),
        )
    ]


def _safe_day(situation: Situation) -> date | None:
    """The last business day until which the free stock alone serves all demand with the service level; at least the
    next one."""
    paths, today, calendar = situation.paths, situation.facts.today, situation.calendar
    if paths is None:
        return None
    short = (paths.demand > max(paths.available, 0.0) + 1e-9).mean(axis=0)
    late = np.flatnonzero(short > 1 - situation.facts.company.service_level + 1e-9)
    if not len(late):
        return None
    first = calendar.add(today, 0)
    return max(
        calendar.latest(today + timedelta(days=int(late[0]) - 1)), first if first > today else calendar.add(today, 1)
    )


def _chance_with(situation: Situation, plan: Plan, hurried: Coming, days: int) -> float:
    """P(running out before a new order's arrival) if that open order came within `days`."""
    assert situation.paths is not None
    sure = np.ones(1)
    arrivals = tuple(
        Arrival(c.arrival.quantity, np.array([days], dtype=np.int64), sure) if c is hurried else c.arrival
        for c in situation.coming
        if c.arrival is not None
    )
    paths = situation.paths
    then = stock_paths(paths.demand, paths.available, arrivals, lost_sales=paths.lost_sales)
    return then.stockout_probability(plan.arrive, plan.lead.probability)


def _express(situation: Situation, plan: Plan, ends: int) -> list[Call]:
    """What will probably be short before the advised order comes, and the margin on it: the most that haste may cost.

    Only where that margin is above the cost of one more order, and nobody else delivers in time.
    """
    if plan.stockout < LIKELY_SHORT or plan.bridge is not None or plan.lot <= 0:
        return []
    company = situation.facts.company
    margin = to_cents(plan.cost.unit * Decimal(str(round(plan.short * company.margin_percent / 100, 6))))
    quantity = orderable(plan.short, None, situation.facts.product.unit)
    if margin < company.order_cost or quantity <= 0:
        return []
    today = situation.facts.today
    return [
        Call(
            code="express",
            supplier=situation.supplier_name(plan.offer.supplier_id),
            quantity=quantity,
            due=situation.calendar.add(today, -(-int(plan.lead.mean * 1000) // 1000)),
            wanted=today + timedelta(days=ends),
            probability_before=round(plan.stockout, 3),
            amount=margin,
        )
    ]
