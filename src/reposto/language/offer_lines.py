"""Prices, suppliers and lead times in a line or a table."""

from __future__ import annotations

from decimal import Decimal

from reposto.language.formats import inert, number
from reposto.language.voice import Voice, lines, told
from reposto.model.findings import Analysis, OfferLine, SupplierLeadTime
from reposto.model.request import Request

CARD_OFFERS = 3  # suppliers in the card's table; the rest stands in the details
FLAT_PERCENT = 1.0  # a price within 1 % of its average is "at" its average


def price_line(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    """Today's price against its history; when another offer than the cheapest is advised, both."""
    advice, best = analysis.recommendation, best_offer(analysis)
    today: list[str] = []
    cheapest = ""
    compared = _against_history(voice, analysis)
    if best is not None and "price" not in said:
        unit = inert(voice.unit, 12)
        other = advice.unit_price is not None and bool(advice.quantity) and advice.offer_id != best.offer_id
        price = advice.unit_price if other and advice.unit_price is not None else best.unit_price
        today.append(voice.say("price.best", price=voice.unit_price(price), unit=unit))
        if other:
            if advice.landed_unit_cost is not None:
                today.append(voice.say("price.landed", landed=voice.unit_price(advice.landed_unit_cost)))
            cheapest = _cheapest(voice, best, compared)
            compared = []
    why = _why_not_cheapest(voice, analysis, best) if best is not None and cheapest else ""
    return told(", ".join([*today, *compared]), cheapest, why, _paid_before(voice, analysis, said))


def _why_not_cheapest(voice: Voice, analysis: Analysis, best: OfferLine) -> str:
    """The analyst's reason (Portuguese) that weighs the advised supplier against the cheapest."""
    chosen = analysis.recommendation.supplier
    if voice.locale == "en" or not chosen or chosen == best.supplier:
        return ""
    both = (r for r in analysis.recommendation.reasons if chosen in r and best.supplier in r)
    return voice.foreign(next(both, ""))


def _cheapest(voice: Voice, best: OfferLine, compared: list[str]) -> str:
    values = {"supplier": voice.plain(best.supplier), "landed": voice.unit_price(best.landed_unit_cost)}
    if not compared:
        return voice.say("price.cheapest", **values)
    price = voice.unit_price(best.unit_price)
    return voice.say("price.cheapest.compared", price=price, compared=", ".join(compared), **values)


def _against_history(voice: Voice, analysis: Analysis) -> list[str]:
    """The best offer's price beside the 12-month average, and whether that is much."""
    prices = analysis.prices
    gap, average = prices.best_vs_average_percent, prices.average_12m
    if gap is None or average is None:
        return []
    key = "price.level" if abs(gap) < FLAT_PERCENT else "price.above" if gap > 0 else "price.below"
    parts = [voice.say(key, percent=voice.percent(gap), average=voice.unit_price(average))]
    if prices.dearness in ("dear", "cheap"):
        parts.append(voice.say(f"price.{prices.dearness}"))
    return parts


def _paid_before(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    prices = analysis.prices
    parts: list[str] = []
    if prices.last_paid is not None and prices.last_paid_on is not None and "paid" not in said:
        paid = voice.unit_price(prices.last_paid)
        key = "price.paid" if prices.paid_source == "order" else "price.quoted"
        parts.append(voice.say(key, price=paid, date=voice.past(prices.last_paid_on)))
    trend = prices.trend_percent_year
    if trend is not None and abs(trend) >= FLAT_PERCENT and "price_trend" not in said:
        parts.append(voice.say("price.up" if trend > 0 else "price.down", percent=voice.percent(trend)))
    return "; ".join(parts)


def best_offer(analysis: Analysis) -> OfferLine | None:
    """The offer the price analyst holds best."""
    return next((o for o in analysis.prices.offers if o.offer_id == analysis.prices.best_offer_id), None)


def chosen_lead_time(analysis: Analysis) -> SupplierLeadTime | None:
    """The lead time of the supplier that would be bought from."""
    logistics = analysis.logistics
    return next((s for s in logistics.suppliers if s.supplier_id == logistics.chosen_supplier_id), None)


def stated_price_words(voice: Voice, analysis: Analysis, request: Request) -> str:
    """A price that the buyer names beside an amount, against today's best offer and what was paid."""
    stated, quantity = request.params.get("unit_price"), request.params.get("quantity")
    if not isinstance(stated, (int, float)) or stated <= 0 or not quantity:
        return ""
    price = Decimal(str(stated))
    known = (("offer", getattr(best_offer(analysis), "unit_price", None)), ("average", analysis.prices.average_12m))
    parts = []
    for name, other in known:
        if other is not None and other > 0:
            gap = float((price / other - 1) * 100)
            key = "same" if abs(gap) < FLAT_PERCENT else "above" if gap > 0 else "below"
            values = {"percent": voice.percent(abs(gap)), "other": voice.unit_price(other)}
            parts.append(voice.say(f"stated.{key}", what=voice.say(f"stated.{name}"), **values))
    return voice.say("stated", price=voice.unit_price(price), compared=voice.join(parts)) if parts else ""


def business_days(voice: Voice, value: float) -> str:
    return voice.count("business_days", value)


def lead_time_words(voice: Voice, lead: SupplierLeadTime) -> str:
    """A supplier's promise against its deed; empty when neither is known."""
    name, promised, measured = voice.plain(lead.supplier), lead.promised_days, lead.measured_median
    if measured is None:
        if promised is None:
            return ""
        return voice.say("lead_time.promise_only", supplier=name, days=business_days(voice, promised))
    days, between = business_days(voice, measured), lead_span(voice, lead)
    parts = [voice.say("lead_time.measured", supplier=name, days=days)]
    if between:
        parts.append(voice.say("lead_time.range", range=between))
    if promised is not None:
        parts.append(voice.say("lead_time.promised", days=business_days(voice, promised)))
    if lead.on_time_share is not None:
        parts.append(voice.say("lead_time.on_time", share=voice.share(lead.on_time_share)))
    if lead.receipts:
        parts.append(voice.count("lead_time.receipts", lead.receipts))
    elif lead.pooled:
        parts.append(voice.say("lead_time.pooled"))
    return ", ".join(parts)


def lead_span(voice: Voice, lead: SupplierLeadTime) -> str:
    """entre 5 e 11, or nothing when both ends are the same whole number of days."""
    if lead.measured_low is None or lead.measured_high is None:
        return ""
    low, high = number(lead.measured_low, 0, voice.locale), number(lead.measured_high, 0, voice.locale)
    return "" if low == high else voice.say("range", low=low, high=high)


def write_offers(voice: Voice, offers: tuple[OfferLine, ...], quantity: float | None) -> str:
    """A Markdown table of offers, best landed cost first; empty when there are none."""
    if not offers:
        return ""
    rows = [_offer_row(voice, o, quantity) for o in offers]
    caption = voice.say("table.caption", quantity=voice.quantity(quantity)) if quantity else ""
    return lines(
        caption, "\n".join([voice.say("table.head", unit=inert(voice.unit, 12)), voice.say("table.rule"), *rows])
    )


def _offer_row(voice: Voice, offer: OfferLine, asked: float | None) -> str:
    name = voice.plain(offer.supplier)
    if offer.expired:
        until = voice.full(offer.valid_until) if offer.valid_until else ""
        key = "table.expired" if until else "table.expired.undated"
        name = voice.say(key, supplier=name, date=until)
    unknown, total = voice.say("table.unknown"), voice.money(offer.total if offer.payable is None else offer.payable)
    cells = (
        name,
        voice.unit_price(offer.unit_price),
        voice.unit_price(offer.landed_unit_cost),
        unknown if offer.promised_lead_time_days is None else business_days(voice, offer.promised_lead_time_days),
        unknown if offer.measured_lead_time_days is None else business_days(voice, offer.measured_lead_time_days),
        unknown if offer.on_time_share is None else voice.share(offer.on_time_share),
        voice.quantity(offer.moq),
        total if asked == offer.quantity else f"{total} ({voice.quantity(offer.quantity)})",
    )
    return f"| {' | '.join(cells)} |"


def ranked(offers: tuple[OfferLine, ...]) -> tuple[OfferLine, ...]:
    """Offers by rank, those without one last."""
    return tuple(sorted(offers, key=lambda o: (o.rank <= 0, o.rank, o.landed_unit_cost)))
