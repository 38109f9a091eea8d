"""First lines about what only this question asks: its days, whether the stock lasts so long, its simulation."""

from __future__ import annotations

from reposto.language import cards, window_words
from reposto.language.decision import Lead
from reposto.language.simulation import bought_words, change_words
from reposto.language.voice import Voice
from reposto.model.asked import Asked, Cover
from reposto.model.findings import Analysis
from reposto.model.request import Intent

LIKELY, UNLIKELY = 0.5, 0.1  # chances from which a shortage is expected, and below which it is not


def lead_of(voice: Voice, analysis: Analysis, intent: Intent, asked: Asked) -> Lead | None:
    """The lead that the question's own findings give; None where the analysis answers it."""
    product = voice.product(analysis.name, analysis.sku)
    if asked.window is not None and intent is Intent.DEMAND_FORECAST:
        return window_words.demand_lead(voice, product, asked.window)
    if asked.cover is not None and intent is Intent.STOCKOUT_DATE:
        return _lasts(voice, product, analysis, asked.cover)
    if asked.cover is not None and intent is Intent.REORDER_QUANTITY:
        return _needed(voice, product, asked.cover)
    if asked.simulation is not None and intent is Intent.ORDER_CREATE:
        words = change_words(voice, asked.simulation.change)
        parts = bought_words(voice, product, words, asked.simulation)
        return Lead(tuple(parts), frozenset({"price"}), decides=True)  # it names the advice beside the buyer's own
    return None


def _lasts(voice: Voice, product: str, analysis: Analysis, cover: Cover) -> Lead:
    """Whether it runs out before the day asked about, and when it does."""
    chance = cover.stockout_probability or 0.0
    key = "yes" if chance >= LIKELY else "maybe" if chance > UNLIKELY else "no"
    values = {"product": product, "until": voice.day(cover.until), "chance": voice.chance(chance)}
    parts = [voice.say(f"cover.{key}", **values)]
    demand = analysis.demand
    if demand.coverage_days is not None and demand.stockout_date is not None and (demand.available or 0) > 0:
        lasts = {"days": voice.days(demand.coverage_days), "date": voice.day(demand.stockout_date)}
        parts.append(voice.say("cover.lasts", **lasts))
        if demand.on_order > 0 and demand.stockout_date_with_orders is not None:
            parts.append(voice.say("lead.coverage.orders", by=voice.until(demand.stockout_date_with_orders)))
            return Lead(tuple(parts), frozenset({"coverage", "coverage_orders"}))
    return Lead(tuple(parts), frozenset({"coverage"}))


def _needed(voice: Voice, product: str, cover: Cover) -> Lead:
    """What is lacking for the stock to last so long."""
    span = voice.count("cover.span", cover.days, until=voice.short(cover.until))
    values = {"product": product, "span": span, "lacking": voice.needed(cover.lacking)}
    if cover.lacking > 0 and cover.lacking_safely > cover.lacking:
        first = voice.say("cover.lacking.safely", safely=voice.needed(cover.lacking_safely), **values)
    elif cover.lacking > 0:
        first = voice.say("cover.lacking", **values)
    elif cover.lacking_safely > 0:
        first = voice.say("cover.safely", safely=voice.needed(cover.lacking_safely), **values)
    else:
        first = voice.say("cover.enough", **values)
    demand = f"{voice.quantity(cover.demand.expected)}, {cards.span(voice, cover.demand)}"
    have = voice.free(cover.available) if cover.available else voice.say("stock.none")
    if cover.on_order > 0:
        have = voice.join([have, voice.say("stock.on_order", quantity=voice.quantity(cover.on_order))])
    return Lead((first, voice.say("cover.sum", demand=demand, have=have)), frozenset({"demand", "stock", "on_order"}))
