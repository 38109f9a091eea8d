"""The first lines of an answer: what was asked, answered, and the decision that follows from it."""

from __future__ import annotations

from collections.abc import Callable

from reposto.language import asked_leads, cards, supply_leads
from reposto.language.decision import Lead, decision, late_words
from reposto.language.doubts import budget_words, season_words
from reposto.language.filling import filling_words
from reposto.language.formats import lower_first, sentence
from reposto.language.voice import Voice, bullets, lines, sentences
from reposto.model.asked import NOTHING_ELSE, Asked
from reposto.model.findings import Analysis
from reposto.model.request import CARRIED, Intent, Request


def write_lead(
    voice: Voice, analysis: Analysis, request: Request, asked: Asked = NOTHING_ELSE
) -> tuple[str, frozenset[str]]:
    """Paragraphs before the card, and what they said."""
    lead = asked_leads.lead_of(voice, analysis, request.intent, asked)
    if lead is None:
        lead = _LEADS.get(request.intent, _recommendation)(voice, analysis, request)
    asked_too = [_second(voice, analysis, request, intent) for intent in request.also]
    said = lead.said.union(*(second.said for second in asked_too))
    more = tuple(part for second in asked_too for part in second.parts)
    notes = (*_notes(voice, analysis, request), *budget_words(voice, analysis, request.params.get("budget")))
    notes = (*notes, *filling_words(voice, analysis.recommendation.supplier or "", asked.filling))
    if analysis.recommendation.verdict != "wait":
        notes = (*notes, *season_words(voice, analysis))
    if request.intent is Intent.EXPLAIN and len(lead.parts) > 2 and not lead.decides:
        decided = decision(voice, analysis, said)
        return lines(steps_of(lead), sentences((*decided.parts, *notes))), said | decided.said
    if lead.decides:
        return lines(sentences((*lead.parts, *notes)), sentences(more)), said
    decided = decision(voice, analysis, said)
    return lines(sentences((*lead.parts, *more)), sentences((*decided.parts, *notes))), said | decided.said


def _second(voice: Voice, analysis: Analysis, request: Request, intent: Intent) -> Lead:
    """The answer to the other question of the same message, without naming the product again."""
    write = _LEADS.get(intent)
    if write is None or intent is request.intent:
        return Lead(())
    lead = write(voice, analysis, request)
    named = f"{voice.product(analysis.name, analysis.sku)}: "
    return Lead(tuple(part.removeprefix(named) for part in lead.parts), lead.said)


def _notes(voice: Voice, analysis: Analysis, request: Request) -> tuple[str, ...]:
    """What was asked for and isn't in the answer."""
    if request.intent is Intent.ORDER_CREATE:
        return (voice.say("lead.nothing_ordered"),)
    if request.intent is Intent.WHAT_IF:
        return (voice.say("lead.not_simulated"),)
    if request.topic == CARRIED and "supplier" not in request.params:
        return (voice.say("lead.carried", product=voice.product(analysis.name, analysis.sku)),)
    if request.intent is Intent.COMPARE_PRODUCTS:
        return (voice.say("note.compare_products"),)
    return ()


def _demand(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    demand, product = analysis.demand, voice.product(analysis.name, analysis.sku)
    if demand.total is None:
        return Lead((voice.say("lead.demand.none", product=product),))
    window = cards.window(voice, demand)
    if request.topic == "season":
        return Lead((_season(voice, product, demand.yearly_rhythm),))
    if demand.total.high <= 0:
        parts = [voice.say("lead.demand.zero", product=product, window=window)]
    else:
        likely = cards.likely(voice, demand.total)
        total = voice.quantity(demand.total.expected)
        parts = [voice.say("lead.demand", product=product, total=total, window=window, range=likely)]
    if demand.last_period_total is not None:
        parts.append(cards.past_words(voice, demand, "lead.demand.past"))
    parts += filter(None, (cards.driver_words(voice, d) for d in demand.drivers))
    return Lead(tuple(parts), frozenset({"demand", "past", "drivers"}))


def _season(voice: Voice, product: str, factors: tuple[float, ...]) -> str:
    """The months in which it sells most and least; only where the history carries a yearly rhythm."""
    if not factors or max(factors) < cards.STRONG_RHYTHM:
        return voice.say("asked.season.none", product=product)
    best, worst = factors.index(max(factors)), factors.index(min(factors))
    return voice.say(
        "asked.season", product=product, best=voice.say(f"month.{best}"), worst=voice.say(f"month.{worst}")
    )


def _stock(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    demand, product = analysis.demand, voice.product(analysis.name, analysis.sku)
    if demand.available is None:
        return Lead((voice.say("lead.stock.none", product=product),))
    free = voice.free(demand.available)
    if demand.available == 0 and not demand.reserved:
        parts = [voice.say("lead.stock.zero", product=product)]
    elif demand.reserved and demand.on_hand is not None:
        values = {"on_hand": voice.amount(demand.on_hand), "reserved": voice.amount(demand.reserved)}
        parts = [voice.say("lead.stock.split", product=product, free=free, **values)]
    else:
        parts = [voice.say("lead.stock", product=product, free=free)]
    if demand.on_order > 0:
        parts.append(voice.say("stock.on_order", quantity=voice.quantity(demand.on_order)))
    return Lead(tuple(parts), frozenset({"stock", "on_order"}))


def _coverage(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    demand, product = analysis.demand, voice.product(analysis.name, analysis.sku)
    if demand.available is not None and demand.available <= 0:
        parts = [voice.say("lead.coverage.out", product=product)]
    elif demand.coverage_days is None:
        return Lead((voice.say("lead.coverage.none", product=product),))
    elif demand.stockout_date is not None:
        date, days = voice.on_day(demand.stockout_date), voice.days(demand.coverage_days)
        parts = [voice.say("lead.coverage", product=product, days=days, date=date)]
    elif demand.coverage_days > 365:
        parts = [voice.say("lead.coverage.long", product=product)]
    else:
        parts = [voice.say("lead.coverage.days", product=product, days=voice.days(demand.coverage_days))]
    later = demand.stockout_date_with_orders
    if demand.on_order > 0 and later is not None and later != demand.stockout_date:
        parts.append(voice.say("lead.coverage.orders", by=voice.until(later)))
    return Lead(tuple(parts), frozenset({"coverage", "coverage_orders"}))


def _excess(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    available, target = analysis.demand.available, analysis.recommendation.target_stock
    product = voice.product(analysis.name, analysis.sku)
    if available is None or target is None:
        return Lead((voice.say("lead.excess.none", product=product),))
    excess = any(cause.code == "excess" for cause in analysis.recommendation.risk.causes)
    key = "lead.excess.over" if excess or available > target else "lead.excess.fine"
    text = voice.say(key, product=product, free=voice.free(available), target=voice.quantity(target))
    return Lead((text, cards.coverage_words(voice, analysis.demand)), frozenset({"stock", "coverage"}))


def _recommendation(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    decided = decision(voice, analysis, frozenset())
    first = f"{voice.product(analysis.name, analysis.sku)}: {lower_first(decided.parts[0])}"
    because = _because(voice, analysis) if analysis.recommendation.verdict == "approve" else ()
    parts = (first, *decided.parts[1:], *because)
    return Lead(parts, decided.said | ({"demand"} if because else set()), decides=True)


def _because(voice: Voice, analysis: Analysis) -> tuple[str, ...]:
    """Demand against stock in one sentence: the reason most purchases have."""
    demand = analysis.demand
    if demand.total is None or demand.available is None:
        return ()
    free = voice.free(demand.available) if demand.available else voice.say("stock.none")
    return (voice.say("because", demand=cards.expected(voice, demand, demand.total), free=free),)


def _quantity(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    advice, product = analysis.recommendation, voice.product(analysis.name, analysis.sku)
    if advice.verdict == "wait":
        decided = decision(voice, analysis, frozenset())
        return Lead((voice.say("lead.quantity.zero", product=product), *decided.parts), decided.said, decides=True)
    if advice.verdict == "manual_review" and advice.quantity is None:
        return Lead((voice.say("lead.quantity.none", product=product),))
    return _recommendation(voice, analysis, request)


def _order_by(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    logistics, product = analysis.logistics, voice.product(analysis.name, analysis.sku)
    if logistics.order_by is None:
        free = analysis.recommendation.verdict == "wait"
        return Lead((voice.say("lead.order_by.free" if free else "lead.order_by.none", product=product),))
    if logistics.order_by_overdue:
        now = voice.say("lead.order_by.overdue", product=product)
        return Lead((now, late_words(voice, analysis)), frozenset({"order_by"}))
    if logistics.business_days_left:
        left, by = voice.count("left", logistics.business_days_left), voice.due(logistics.order_by)
        text = voice.say("lead.order_by.left", product=product, by=by, left=left)
    else:
        text = voice.say("lead.order_by", product=product, by=voice.due(logistics.order_by))
    return Lead((text,), frozenset({"order_by"}))


def _policy(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    advice, product = analysis.recommendation, voice.product(analysis.name, analysis.sku)
    if advice.reorder_point is None:
        return Lead((voice.say("lead.policy.none", product=product),))
    parts = [voice.say("lead.policy", product=product, reorder=voice.quantity(advice.reorder_point))]
    if advice.safety_stock is not None:
        level = voice.share(advice.service_level)
        parts.append(voice.say("lead.policy.safety", safety=voice.quantity(advice.safety_stock), level=level))
    if advice.target_stock is not None:
        parts.append(voice.say("lead.policy.target", target=voice.quantity(advice.target_stock)))
    return Lead(tuple(parts))


def steps_of(lead: Lead) -> str:
    """A sum as its result and its steps, one below the other."""
    return lines(sentences(lead.parts[:1]), bullets([sentence(part) for part in lead.parts[1:]]))


def explain_lead(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    """The sum behind the quantity, step by step; the rows behind the numbers stand in the details."""
    advice, demand = analysis.recommendation, analysis.demand
    named = voice.product(analysis.name, analysis.sku)
    if not advice.quantity or advice.needed_quantity is None or demand.available is None:
        return _recommendation(voice, analysis, request)
    first = voice.say("lead.explain", product=named, quantity=voice.quantity(advice.quantity))
    have = voice.free(demand.available) if demand.available else voice.say("stock.none")
    if demand.on_order > 0:
        have = voice.join([have, voice.say("stock.on_order", quantity=voice.quantity(demand.on_order))])
    level, needed = voice.share(advice.service_level), voice.needed(advice.needed_quantity)
    steps = [voice.say("lead.explain.needed", level=level, needed=needed, have=have)]
    if advice.reorder_point:
        steps.append(voice.say("explain.point", reorder=voice.quantity(advice.reorder_point)))
        short = advice.reorder_point - demand.available - demand.on_order - advice.needed_quantity
        if short > TELLING_SHARE * advice.reorder_point:
            steps.append(voice.say("explain.lost"))
    if demand.total is not None:
        steps.append(voice.say("explain.demand", demand=cards.expected(voice, demand, demand.total)))
    parts = (first, *steps, *cards.rounding_words(voice, advice))
    return Lead(parts, frozenset({"demand", "needed", "stock", "on_order"}))


TELLING_SHARE = 0.01  # of the reorder point: less is rounding
LeadWriter = Callable[[Voice, Analysis, Request], Lead]
_LEADS: dict[Intent, LeadWriter] = {
    Intent.DEMAND_FORECAST: _demand,
    Intent.STOCK_STATUS: _stock,
    Intent.STOCKOUT_DATE: _coverage,
    Intent.EXCESS_STOCK: _excess,
    Intent.REORDER_QUANTITY: _quantity,
    Intent.ORDER_BY_DATE: _order_by,
    Intent.STOCK_POLICY: _policy,
    Intent.PRICE_CURRENT: supply_leads.price_now,
    Intent.PRICE_HISTORY: supply_leads.price_paid,
    Intent.PRICE_FORECAST: supply_leads.price_trend,
    Intent.SUPPLIER_COMPARE: supply_leads.suppliers,
    Intent.SUPPLIER_LEAD_TIME: supply_leads.lead_time,
    Intent.LANDED_COST: supply_leads.landed_cost,
    Intent.EXPLAIN: explain_lead,
    Intent.ORDER_STATUS: supply_leads.on_order,
}
