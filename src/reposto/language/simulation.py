"""A simulation beside the plan of today: one sentence, one table."""

from __future__ import annotations

from reposto.language.formats import inert
from reposto.language.price_words import planned_words, promotion_words
from reposto.language.supply_words import business_days
from reposto.language.voice import Voice, lines, sentences
from reposto.model.asked import Change, PlanFigures, Simulation
from reposto.model.findings import Analysis

TELLING = 0.05  # a chance that changes by less is not worth a sentence


def write_simulation(voice: Voice, analysis: Analysis, simulation: Simulation) -> str:
    """What the change does to the plan, beside the plan as it is."""
    product = voice.product(analysis.name, analysis.sku)
    change = simulation.change
    words = change_words(voice, change)
    if change.kind == "quantity":
        parts = bought_words(voice, product, words, simulation)
    else:
        parts = _planned(voice, product, words, simulation)
    table = _table(voice, simulation)
    return lines(sentences(parts), table, sentences((voice.say("what_if.only"),)))


def change_words(voice: Voice, change: Change) -> str:
    """com a demanda 20% maior; com entrega em 15 dias úteis; comprando 500 KG."""
    if change.kind == "quantity" and change.quantity is not None:
        return voice.say("what_if.quantity", quantity=voice.quantity(change.quantity))
    if change.kind == "lead_time" and change.lead_time_days is not None:
        days = business_days(voice, change.lead_time_days)
        if change.supplier:
            return voice.say("what_if.lead_time.supplier", supplier=voice.plain(change.supplier), days=days)
        return voice.say("what_if.lead_time", days=days)
    if change.kind == "promotion":
        return promotion_words(voice, change)
    percent = change.percent or 0.0
    way = "up" if percent >= 0 else "down"
    text = voice.say(f"what_if.{change.kind}.{way}", percent=voice.percent(abs(percent)))
    if change.supplier:
        return voice.say("what_if.price.supplier", change=text, supplier=voice.plain(change.supplier))
    return text


def _planned(voice: Voice, product: str, words: str, simulation: Simulation) -> list[str]:
    values = {"product": product, "change": words}
    if simulation.then.verdict == "manual_review":
        return [voice.say("what_if.review", **values)]
    if simulation.change.kind == "lead_time":
        return [*_decided(voice, values, simulation), voice.say("what_if.lead_time.days")]
    if simulation.promotion is not None and simulation.promotion.start is not None:
        effect = planned_words(voice, simulation.promotion, simulation.promotion.start)
        return [*_decided(voice, values, simulation), effect]
    return _decided(voice, values, simulation)


def _decided(voice: Voice, values: dict[str, str], simulation: Simulation) -> list[str]:
    now, then = simulation.now, simulation.then
    buys, bought = bool(then.quantity), bool(now.quantity)
    if buys and bought:
        amounts = {"then": _amount(voice, then), "now": _amount(voice, now)}
        if then.quantity == now.quantity:
            parts = [voice.say("what_if.same.buy", quantity=amounts["now"], **values), *_behind(voice, now, then)]
        else:
            parts = [voice.say("what_if.more", **amounts, **values)]
        if then.supplier and then.supplier != now.supplier:
            parts.append(voice.say("what_if.supplier", supplier=voice.plain(then.supplier)))
    elif buys:
        parts = [voice.say("what_if.begin", then=_amount(voice, then), **values)]
    elif bought:
        parts = [voice.say("what_if.stop", now=_amount(voice, now), **values)]
    else:
        parts = [voice.say("what_if.same.wait", **values)]
    return [*parts, *_money_and_risk(voice, now, then), *_order_by(voice, now, then)]


def _behind(voice: Voice, now: PlanFigures, then: PlanFigures) -> list[str]:
    """Why the purchase stays as it is though what it has to cover changed."""
    before, after = now.needed, then.needed
    if before is None or after is None or voice.needed(before) == voice.needed(after):
        return []
    amounts = {"now": voice.needed(before), "then": voice.needed(after)}
    return [voice.say("what_if.behind.less" if after < before else "what_if.behind.more", **amounts)]


def _money_and_risk(voice: Voice, now: PlanFigures, then: PlanFigures) -> list[str]:
    """What the same purchase would cost, and the danger of waiting for it, where they change."""
    parts: list[str] = []
    if then.quantity == now.quantity and then.payable and now.payable and then.payable != now.payable:
        amounts = {"then": voice.money(then.payable), "now": voice.money(now.payable)}
        parts.append(voice.say("what_if.costs", **amounts))
    before, after = now.stockout_probability, then.stockout_probability
    if before is not None and after is not None and abs(after - before) >= TELLING:
        parts.append(voice.say("what_if.risk", then=_risk(voice, then), now=_risk(voice, now)))
    return parts


def _order_by(voice: Voice, now: PlanFigures, then: PlanFigures) -> list[str]:
    if then.order_by_overdue:
        return [] if now.order_by_overdue else [voice.say("what_if.now_late")]
    if then.order_by is None or now.order_by is None or then.order_by == now.order_by or now.order_by_overdue:
        return []
    key = "what_if.earlier" if then.order_by < now.order_by else "what_if.later"
    return [voice.say(key, then=voice.day(then.order_by), now=voice.day(now.order_by))]


def bought_words(voice: Voice, product: str, words: str, simulation: Simulation) -> list[str]:
    """What the quantity that was named costs and lasts, beside what is advised."""
    now, then, asked = simulation.now, simulation.then, simulation.change.quantity or 0.0
    if then.quantity is None or then.payable is None or then.unit_price is None or then.supplier is None:
        return [voice.say("what_if.review", product=product, change=words)]
    values = {
        "total": voice.money(then.payable),
        "price": voice.unit_price(then.unit_price),
        "unit": inert(voice.unit, 12),
        "supplier": voice.plain(then.supplier),
    }
    parts = [voice.say("what_if.bought", product=product, change=words, **values)]
    if abs(then.quantity - asked) > 1e-9:
        rounded = {"asked": voice.quantity(asked), "quantity": voice.quantity(then.quantity)}
        parts.append(voice.say("what_if.bought.rounded", **rounded))
    if then.coverage_after_days is not None:
        parts.append(voice.say("what_if.bought.covers", days=voice.days(then.coverage_after_days)))
    if now.quantity and now.payable is not None and now.coverage_after_days is not None:
        plan = {"quantity": voice.quantity(now.quantity), "total": voice.money(now.payable)}
        parts.append(voice.say("what_if.bought.plan", days=voice.days(now.coverage_after_days), **plan))
    elif now.verdict == "wait":
        parts.append(voice.say("what_if.bought.wait"))
    tier, price = simulation.next_tier_quantity, simulation.next_tier_price
    if tier is not None and price is not None and tier > then.quantity:
        parts.append(voice.say("what_if.bought.tier", quantity=voice.quantity(tier), price=voice.unit_price(price)))
    return parts


def _amount(voice: Voice, plan: PlanFigures) -> str:
    return voice.quantity(plan.quantity or 0.0)


def _table(voice: Voice, simulation: Simulation) -> str:
    """Rows that say something on either side."""
    now, then = simulation.now, simulation.then
    rows = [
        (voice.count("what_if.row.demand", now.horizon_days), _demand(voice, now), _demand(voice, then)),
        (voice.say("what_if.row.coverage"), _coverage(voice, now), _coverage(voice, then)),
        (voice.say("what_if.row.order_by"), _by(voice, now), _by(voice, then)),
        (voice.say("what_if.row.needed"), _needed(voice, now), _needed(voice, then)),
        (voice.say("what_if.row.quantity"), _purchase(voice, now), _purchase(voice, then)),
        (voice.say("what_if.row.supplier"), voice.plain(now.supplier or ""), voice.plain(then.supplier or "")),
        (voice.say("what_if.row.total"), _money(voice, now), _money(voice, then)),
        (voice.say("what_if.row.risk"), _risk(voice, now), _risk(voice, then)),
    ]
    if simulation.change.kind == "quantity":
        rows = [*rows[4:7], (voice.say("what_if.row.coverage"), _after(voice, now), _after(voice, then))]
    bought = voice.say("what_if.row.quantity")
    shown = [f"| {name} | {left} | {right} |" for name, left, right in rows if left != right or name == bought]
    if all(left == right for _, left, right in rows):
        return ""
    return "\n".join([voice.say("what_if.head"), voice.say("what_if.rule"), *shown])


def _demand(voice: Voice, plan: PlanFigures) -> str:
    return voice.quantity(plan.demand) if plan.demand is not None else ""


def _coverage(voice: Voice, plan: PlanFigures) -> str:
    return voice.days(plan.coverage_days) if plan.coverage_days is not None else ""


def _after(voice: Voice, plan: PlanFigures) -> str:
    return voice.days(plan.coverage_after_days) if plan.coverage_after_days is not None else ""


def _by(voice: Voice, plan: PlanFigures) -> str:
    if plan.order_by is None:
        return ""
    return voice.say("what_if.now") if plan.order_by_overdue else voice.short(plan.order_by)


def _purchase(voice: Voice, plan: PlanFigures) -> str:
    if plan.quantity is None:
        return ""
    return voice.quantity(plan.quantity) if plan.quantity else voice.say("what_if.none")


def _needed(voice: Voice, plan: PlanFigures) -> str:
    return "" if plan.needed is None else voice.needed(plan.needed)


def _money(voice: Voice, plan: PlanFigures) -> str:
    return voice.money(plan.payable) if plan.payable is not None else ""


def _risk(voice: Voice, plan: PlanFigures) -> str:
    if plan.stockout_probability is None:
        return ""
    if plan.stockout_probability < 0.005:
        return voice.say("what_if.tiny")
    return voice.say("what_if.sure") if plan.stockout_probability > 0.995 else voice.share(plan.stockout_probability)
