"""What else could be ordered, with what it costs or saves and what it risks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from reposto.analysts import words
from reposto.analysts.demand import days_lasting
from reposto.analysts.landed import billed, landed_cost, next_tier
from reposto.analysts.lot_choice import daily_demand
from reposto.analysts.lot_limits import worse_than_repeating
from reposto.analysts.lots import stocking_cost
from reposto.analysts.plan import Plan, needed_at, plan_of
from reposto.analysts.rounding import orderable
from reposto.analysts.situation import Situation
from reposto.analysts.what_if import scale_demand
from reposto.model.facts import Offer
from reposto.model.findings import Alternative, DemandFinding, Verdict
from reposto.model.quantities import is_counted, to_cents

WIDE = 2.5  # 80 % range of the demand, high over low: one number would feign to know it
QUICK_DAYS = 14  # calendar days of a delivery, usually: next week's order still comes in time
LEANER_LEVEL = 0.75  # service level of "a little now"
_WORTH_SAYING = 0.15  # share of the quantity or of the demand by which an alternative must differ


@dataclass(frozen=True, slots=True)
class _Option:
    """A purchase beside the advised one; `lead`: the beginning of its sentence, instead of "Q em vez de P (why)"."""

    plan: Plan
    quantity: float
    code: str
    why: str
    lead: str = ""
    spared: Decimal | None = None


def coverage_with(situation: Situation, quantity: float) -> float | None:
    """Days that free stock, open orders and `quantity` more last at the expected demand; None if unknowable."""
    if situation.far is None or situation.available is None:
        return None
    supply = situation.available + situation.on_order + quantity
    return days_lasting(situation.far, np.full(len(situation.far.mean_per_day), supply))


def alternatives(
    situation: Situation,
    found: tuple[Plan, ...],
    verdict: Verdict,
    demand: DemandFinding,
    *,
    asked: float | None = None,
    budget: Decimal | None = None,
) -> tuple[Alternative, ...]:
    """What else could be ordered: what the buyer's money buys, what repeating the last weeks would ask for, little now
    and again at the next review, the next price break, no more than the need, the buyer's own quantity, the second
    supplier; when waiting, the order that will be due. Saving against the same units at the advised unit cost."""
    if not found:
        return ()
    plan = found[0]
    if verdict != "approve":
        return _later(situation, plan, asked) if verdict == "wait" else ()
    options = [
        *_within_budget(situation, plan, budget),
        *_repeating(situation, plan, demand),
        *_little_now(situation, plan, demand),
        *_of_offers(situation, found, asked),
    ]
    seen = {(plan.offer.id, plan.lot)}
    result = []
    for option in options:
        key = (option.plan.offer.id, option.quantity)
        if key not in seen or option.code == "budget":
            seen.add(key)
            result.append(_alternative(situation, plan, option))
    return tuple(result)


def _of_offers(situation: Situation, found: tuple[Plan, ...], asked: float | None) -> list[_Option]:
    plan, unit = found[0], situation.facts.product.unit
    options = []
    tier = next_tier(plan.offer, plan.lot)
    if tier is not None:
        at = orderable(tier.min_quantity, plan.offer, unit)
        why = f"próxima faixa de preço, {words.unit_reais(tier.unit_price)} por {unit or 'unidade'}"
        options.append(_Option(plan, at, "tier", why))
    bare = orderable(plan.needed, plan.offer, unit)
    if 0 < bare < plan.lot:
        options.append(_Option(plan, bare, "need", "só o necessário"))
    if asked is not None and asked > 0:
        options.append(_Option(plan, orderable(asked, plan.offer, unit), "asked", "a quantidade que você citou"))
    if len(found) > 1 and found[1].lot > 0:
        name = situation.supplier_name(found[1].offer.supplier_id)
        options.append(_Option(found[1], found[1].lot, "supplier", f"de {name}"))
    return options


def _within_budget(situation: Situation, plan: Plan, budget: Decimal | None) -> list[_Option]:
    """The most of the advised lot that the money pays for; nothing where it pays for the whole."""
    if budget is None or budget <= 0 or plan.cost.payable <= budget:
        return []
    quantity = affordable(plan.offer, situation.facts.product.unit, budget, plan.lot)
    return [_Option(plan, quantity, "budget", "", f"Com {words.reais(budget)}: ")] if quantity > 0 else []


def affordable(offer: Offer, unit: str, budget: Decimal, most: float) -> float:
    """The largest orderable quantity up to `most` that is billed at `budget` at most; 0.0 where none is.

    The bill grows with the packs but for price breaks, so each tier is searched by bisection.
    """
    pack = offer.pack_multiple if offer.pack_multiple > 0 else 1.0 if is_counted(unit) else 0.001

    def bill(packs: int) -> Decimal:
        return billed(offer, orderable(packs * pack, offer, unit)).total

    best = 0.0
    starts = sorted({0.0, *(t.min_quantity for t in offer.tiers)})
    for start, end in zip(starts, [*starts[1:], math.inf], strict=True):
        low = max(math.ceil(max(start, offer.moq) / pack - 1e-9), 1)
        high = math.floor(min(most, end - 1e-6) / pack + 1e-9)
        if low > high or bill(low) > budget:
            continue
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if bill(middle) <= budget else (low, middle - 1)
        best = max(best, orderable(low * pack, offer, unit))
    return best


def _repeating(situation: Situation, plan: Plan, demand: DemandFinding) -> list[_Option]:
    """What would have to be bought if the coming days sold like the last: where the forecast is no better than that on
    this product, or its range too wide to stand alone."""
    last, total = demand.last_period_total, demand.total
    if last is None or total is None or total.expected <= 0 or last <= 0:
        return []
    if not worse_than_repeating(situation) and not _is_wide(demand):
        return []
    factor = last / total.expected
    chance = 2 * math.sqrt(total.expected)  # ten instead of eight is no change of mind
    if abs(factor - 1) < _WORTH_SAYING or abs(last - total.expected) <= chance:
        return []
    then = plan_of(scale_demand(situation, factor), plan.offer)
    if then is None or then.lot <= 0 or abs(then.lot / plan.lot - 1) < _WORTH_SAYING:
        return []
    days, unit = words.days(demand.horizon_days), situation.facts.product.unit
    lead = f"Se os próximos {days} venderem como os últimos ({words.quantity(last, unit)}): "
    return [_Option(replace(then, stockout=plan.stockout), then.lot, "repeat", "", lead)]


def _is_wide(demand: DemandFinding) -> bool:
    return demand.total is not None and demand.total.high > WIDE * max(demand.total.low, 1e-9)


def _little_now(situation: Situation, plan: Plan, demand: DemandFinding) -> list[_Option]:
    """Part of the lot now and a new sum at the next review, where the range is wide, the supplier quick, and what less
    idle stock may save is worth another order."""
    usually = int(plan.arrive[plan.arrive.shape[0] // 2] @ plan.lead.probability)
    if not _is_wide(demand) or usually > QUICK_DAYS:
        return []
    unit, days = situation.facts.product.unit, words.days(situation.facts.company.review_days)
    quantity = orderable(needed_at(situation, plan, LEANER_LEVEL), plan.offer, unit)
    if not 0 < quantity <= (1 - _WORTH_SAYING) * plan.lot:
        return []
    spared = idle_cost(situation, plan, demand, quantity)
    if spared < situation.facts.company.order_cost:
        return []
    return [_Option(plan, quantity, "little", "", f"Pouco agora e nova conta em {days}: ", spared)]


def idle_cost(situation: Situation, plan: Plan, demand: DemandFinding, quantity: float) -> Decimal:
    """R$ that buying `quantity` instead of the lot spares if sales stay at the low end of the range.

    At that pace (10 % quantile of the horizon's sum / its days) the difference would lie until what is there before it
    is sold and half of itself: holding cost for so long, a year at most, and on what is then left after
    `dead_stock_days` the loss of dead stock.
    """
    company, total = situation.facts.company, demand.total
    if total is None or situation.available is None:
        return Decimal(0)
    pace = max(total.low / demand.horizon_days, 1e-9)
    before = max(situation.available, 0.0) + situation.on_order + quantity
    more = plan.lot - quantity
    idle = min((before + more / 2) / pace, 365.0)
    dead = min(max(before + more - pace * company.dead_stock_days, 0.0), more)
    worth = more * company.holding_cost_percent_year / 100 * idle / 365 + dead * company.dead_stock_loss_percent / 100
    return to_cents(Decimal(str(round(worth * float(plan.cost.unit), 4))))


def short_until_next(situation: Situation, plan: Plan, quantity: float) -> float:
    """Probability of running short between the arrival of `quantity` and that of an order of the next review, 0..1."""
    low, high = 0.0, 1.0
    for _ in range(8):  # needed_at grows with the level
        middle = (low + high) / 2
        low, high = (middle, high) if needed_at(situation, plan, middle) <= quantity + 1e-9 else (low, middle)
    return round(1 - low, 2)


def _alternative(situation: Situation, plan: Plan, option: _Option) -> Alternative:
    company, unit, other = situation.facts.company, situation.facts.product.unit, option.plan
    quantity = option.quantity
    cost = landed_cost(other.offer, quantity, company)
    saving = to_cents((plan.cost.unit - cost.unit) * Decimal(str(quantity)))
    base, after = coverage_with(situation, plan.lot), coverage_with(situation, quantity)
    extra = round(after - base, 1) if after is not None and base is not None else 0.0
    chance = short_until_next(situation, other, quantity) if option.code in ("little", "budget") else None
    arrival = _arrival(situation, other) if option.code == "supplier" else None
    instead = f" em vez de {words.quantity(plan.lot, unit)}" if quantity != plan.lot else ""
    parts = [f"{words.quantity(quantity, unit)}{instead} ({option.why})"]
    if option.lead:
        parts = [f"{option.lead}{words.quantity(quantity, unit)}{instead}, por {words.reais(cost.payable)}"]
    if arrival is not None:
        parts.append(f"chega por volta de {words.day(arrival)}")
    if not option.lead and abs(saving) >= Decimal("0.01"):
        parts.append(
            f"{'economiza' if saving > 0 else 'custa'} {words.reais(abs(saving))}{'' if saving > 0 else ' a mais'}"
        )
    if abs(extra) >= 0.5:
        parts.append(f"{words.days(abs(round(extra)))} {'a mais' if extra > 0 else 'a menos'} de estoque")
    if chance is not None:
        parts.append(f"{words.share(chance)} de chance de faltar até o pedido seguinte chegar")
    if option.spared is not None:
        parts.append(f"poupa cerca de {words.about(float(option.spared))} se a venda ficar no piso da faixa")
    small, large = min(quantity, plan.lot), max(quantity, plan.lot)
    rules = plan.rules.company if plan.rules is not None else company
    stocking = stocking_cost(small, large, float(cost.unit), daily_demand(situation), rules)
    if not option.lead and stocking >= 1:
        amount = words.about(stocking)
        parts.append(f"cerca de {amount} {'a mais' if quantity > plan.lot else 'a menos'} de custo de estocagem")
    return Alternative(
        quantity=quantity,
        supplier=situation.supplier_name(other.offer.supplier_id),
        unit_price=cost.goods,
        total=cost.total,
        extra_coverage_days=extra,
        saving=saving,
        text="; ".join(parts) + ".",
        payable=cost.payable,
        code=option.code,
        stockout_probability=chance,
        arrival=arrival,
        review_days=company.review_days,
        spared=option.spared,
    )


def _arrival(situation: Situation, plan: Plan) -> date:
    """When an order of today usually is there."""
    middle = plan.arrive[plan.arrive.shape[0] // 2]
    at = int(np.searchsorted(np.cumsum(plan.lead.probability), 0.5))
    return situation.facts.today + timedelta(days=int(middle[min(at, len(middle) - 1)]))


def _later(situation: Situation, plan: Plan, asked: float | None) -> tuple[Alternative, ...]:
    """The order that will be due, or the quantity the buyer named if it were bought now."""
    unit, company = situation.facts.product.unit, situation.facts.company
    quantity = orderable(asked, plan.offer, unit) if asked is not None and asked > 0 else plan.usual_lot
    cost = landed_cost(plan.offer, quantity, company)
    extra = coverage_with(situation, quantity)
    base = coverage_with(situation, 0.0)
    days = round(extra - base, 1) if extra is not None and base is not None else 0.0
    if asked is not None and asked > 0:
        text = f"Se quiser comprar já: {words.quantity(quantity, unit)} por {words.reais(cost.payable)}."
    elif plan.order_by is not None:
        text = (
            f"Em {words.day(plan.order_by)}: cerca de {words.quantity(quantity, unit)} por {words.reais(cost.payable)}."
        )
    else:
        return ()
    supplier = situation.supplier_name(plan.offer.supplier_id)
    code = "asked" if asked is not None and asked > 0 else "later"
    return (Alternative(quantity, supplier, cost.goods, cost.total, days, Decimal("0.00"), text, cost.payable, code),)
