"""Which lot of an offer to order, by the company's rules as they fall on one line, and why it exceeds the need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from reposto.analysts import words
from reposto.analysts.landed import landed_cost
from reposto.analysts.lot_limits import LotLimit, limit_lots, most_units
from reposto.analysts.lots import best_lot, economic_quantity, stocking_cost, worthwhile_lot
from reposto.analysts.order_share import OrderShare, share_order_cost
from reposto.analysts.rounding import orderable, orderable_within, round_up
from reposto.analysts.shelf import Expiry, dead_stock_rate, expiry
from reposto.analysts.situation import Situation
from reposto.model.facts import Company, Offer
from reposto.model.findings import RoundingStep

_BEYOND = 1.5  # times the economic quantity: so large a lot is made for its price, a smaller one to order less often


def daily_demand(situation: Situation) -> float:
    """Expected units per day over the next year; 0.0 without a forecast."""
    return float(situation.far.mean_per_day[:365].mean()) if situation.far is not None else 0.0


@dataclass(frozen=True, slots=True)
class LotRules:
    """The rules by which a line's lot is worked out.

    company: the company's, with the order's cost shared among the lines and the risk of dead stock in the holding
    cost. risk_percent_year: that risk, % of the goods' value a year.
    """

    company: Company
    share: OrderShare
    risk_percent_year: float
    limit: LotLimit


def product_rules(situation: Situation) -> tuple[LotLimit, float]:
    """What doesn't depend on the offer: how far a lot may go, and the rate of dead stock (0..1 a year)."""
    rate = dead_stock_rate(situation.paths, situation.facts.company) if situation.paths is not None else 0.0
    return limit_lots(situation), rate


def lot_rules(situation: Situation, offer: Offer, limit: LotLimit, rate: float) -> LotRules:
    """The rules for an offer."""
    facts = situation.facts
    company = replace(
        facts.company, holding_cost_percent_year=facts.company.holding_cost_percent_year + round(100 * rate, 2)
    )
    unit = float(landed_cost(offer, orderable(1.0, offer, facts.product.unit), company).unit)
    share = share_order_cost(replace(facts, company=company), offer, unit, daily_demand(situation))
    return LotRules(share.rules(company), share, round(100 * rate, 2), limit)


def ordinary_lot(situation: Situation, offer: Offer, rules: LotRules) -> float:
    """What an order ordinarily holds, whatever the stock: the worthwhile lot for a review's demand at least."""
    return _worthwhile(situation, offer, rules, review_demand(situation), daily_demand(situation) * rules.limit.days)


def review_demand(situation: Situation) -> float:
    """What is sold from one review to the next, units, at least one (or a thousandth)."""
    per_day = daily_demand(situation)
    return max(per_day * max(situation.facts.company.review_days, 1), 1.0 if situation.counted else 1e-3)


def _worthwhile(situation: Situation, offer: Offer, rules: LotRules, least: float, most: float) -> float:
    return worthwhile_lot(
        offer,
        rules.company,
        situation.facts.product.unit,
        annual_demand=daily_demand(situation) * 365,
        least=least,
        most=most,
        ordinary=review_demand(situation),
    ).quantity


def most_that_keeps(situation: Situation, arrives_in: int) -> float | None:
    """The largest lot of which nothing expires, but for shelf.EXPIRY_CHANCE; None without shelf life or forecast."""
    found = expiry_of(situation, arrives_in, 0.0)
    return None if found is None else found.most


def expiry_of(situation: Situation, arrives_in: int, lot: float) -> Expiry | None:
    """What the product's shelf life means for a lot; None without one."""
    life, paths = situation.facts.product.shelf_life_days, situation.paths
    if not life or paths is None:
        return None
    return expiry(paths, paths.available + situation.on_order, arrives_in, life, lot)


def lot_for(
    situation: Situation,
    offer: Offer,
    rules: LotRules,
    needed: float,
    arrives_in: float,
    keeps: float | None = None,
) -> float:
    """The lot to order now, at least `needed` (> 0); arrives_in: calendar days, expected; keeps: most_that_keeps.

    Stock, orders and lot together last at most until the next order of an ordinary lot would be due.
    """
    company, unit = rules.company, situation.facts.product.unit
    per_day = daily_demand(situation)
    span = arrives_in + max(company.review_days, 1) + rules.limit.days
    supply = (situation.available or 0.0) + situation.on_order
    free = span - supply / per_day if per_day > 0 else 0.0
    most = most_units(situation, min(free, rules.limit.days))
    if keeps is not None:
        most = min(most, orderable_within(keeps, offer, unit))
    return _worthwhile(situation, offer, rules, needed, most)


def cost_per_unit(situation: Situation, offer: Offer, rules: LotRules) -> float:
    """R$ per unit when always bought here, in the best lot of at most a year; the landed cost if nothing is sold."""
    company, unit = rules.company, situation.facts.product.unit
    year = daily_demand(situation) * 365
    if year <= 1e-9:
        return float(landed_cost(offer, orderable(1.0, offer, unit), company).unit)
    least = 1.0 if situation.counted else 1e-3
    return best_lot(offer, company, unit, annual_demand=year, least=least, most=year).annual_cost / year


def lot_steps(
    situation: Situation, offer: Offer, rules: LotRules, needed: float, lot: float
) -> tuple[tuple[str, ...], tuple[RoundingStep, ...]]:
    """Why the lot is larger than the need, one sentence per step, and the same in figures.

    Orders spared: those that would have to be made meanwhile, in lots of the need, of a review's demand or (for a price
    break) of the economic quantity without it, whichever is largest; each at a line's share of the order's cost.
    """
    company, unit = rules.company, situation.facts.product.unit
    rounded = round_up(needed, offer, unit)
    if lot <= rounded.quantity + 1e-9:
        return rounded.reasons, rounded.steps
    before, after = landed_cost(offer, rounded.quantity, company), landed_cost(offer, lot, company)
    per_day = daily_demand(situation)
    freight = max(float(before.freight - after.freight) * lot, 0.0)
    cheaper = max(float(before.unit - after.unit) * lot - freight, 0.0)
    lower = after.goods < before.goods
    ordinary = max(rounded.quantity, per_day * max(company.review_days, 1))
    if lower:  # beyond what one would buy at once without the break
        fixed = float(company.order_cost + offer.freight_fixed)
        rate = company.holding_cost_percent_year / 100
        economic = economic_quantity(per_day * 365, fixed, float(before.unit), rate)
        ordinary = max(ordinary, economic) if lot > _BEYOND * economic else ordinary
    spared = max(round(lot / ordinary) - 1, 0)
    orders = spared * float(company.order_cost)
    stocking = stocking_cost(rounded.quantity, lot, float(after.unit), per_day, company)
    step = RoundingStep(
        code="tier" if lower and cheaper >= orders + freight else "lot",
        before=rounded.quantity,
        after=lot,
        price_before=before.goods if lower else None,
        price_after=after.goods if lower else None,
        price_saving=_estimate(cheaper) if cheaper >= 1 else None,
        freight_saving=_estimate(freight) if freight >= 1 else None,
        orders_spared=spared,
        orders_saving=_estimate(orders) if spared else None,
        stocking_cost=_estimate(stocking) if stocking >= 1 else None,
    )
    return (*rounded.reasons, _in_words(step, unit)), (*rounded.steps, step)


def _estimate(amount: float) -> Decimal:
    """An estimate in R$: whole from R$ 1 on, where cents would claim to know too much."""
    step = Decimal(1) if abs(amount) >= 0.995 else Decimal("0.01")
    return Decimal(repr(amount)).quantize(step, rounding=ROUND_HALF_UP)


def _in_words(step: RoundingStep, unit: str) -> str:
    change = f"{words.quantity(step.before, unit)} → {words.quantity(step.after, unit)}"
    price = ""
    if step.price_before is not None and step.price_after is not None:
        was, becomes = words.unit_reais(step.price_before), words.unit_reais(step.price_after)
        price = f"a {becomes} em vez de {was} por {unit or 'unidade'}"
    effects = [f"o preço menor poupa cerca de {words.about(float(step.price_saving))}"] if step.price_saving else []
    if step.freight_saving:
        effects.append(f"o frete dividido por mais unidades poupa cerca de {words.about(float(step.freight_saving))}")
    if step.orders_saving is not None:
        spared = step.orders_spared
        fewer = "pedir 1 vez a menos poupa" if spared == 1 else f"pedir {spared} vezes a menos poupa"
        effects.append(f"{fewer} cerca de {words.about(float(step.orders_saving))}")
    if step.stocking_cost:
        effects.append(f"estocar a diferença custa cerca de {words.about(float(step.stocking_cost))}")
    if step.code == "tier":
        head = f"faixa de preço: {change}, {price}"
    else:
        head = (
            f"lote econômico: {change}, {'sobretudo ' if price else ''}para pedir menos vezes{price and f' ({price})'}"
        )
    return "; ".join([head, words.listed(effects)] if effects else [head])
