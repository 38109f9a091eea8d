"""First lines about prices, suppliers, lead times and what is under way."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from reposto.language import offer_lines
from reposto.language.decision import Lead
from reposto.language.formats import inert
from reposto.language.voice import Voice
from reposto.model.findings import Analysis, ArrivingOrder, OfferLine
from reposto.model.request import Request

ARRIVING_SHOWN = 3  # open orders named one by one in an answer


def _product(voice: Voice, analysis: Analysis) -> str:
    return voice.product(analysis.name, analysis.sku)


def price_now(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    best = offer_lines.best_offer(analysis)
    if best is None:
        return Lead((voice.say("lead.price.none", product=_product(voice, analysis)),))
    price, supplier = _per_unit(voice, best.unit_price), voice.plain(best.supplier)
    parts = [voice.say("lead.price", product=_product(voice, analysis), price=price, supplier=supplier)]
    if best.landed_unit_cost != best.unit_price:
        parts.append(voice.say("lead.price.landed", landed=voice.unit_price(best.landed_unit_cost)))
    if best.next_tier is not None:
        tier = best.next_tier
        quantity, cheaper = voice.quantity(tier.min_quantity), voice.unit_price(tier.unit_price)
        parts.append(voice.say("lead.price.tier", quantity=quantity, price=cheaper))
    return Lead(tuple(parts), frozenset({"price"}))


def _per_unit(voice: Voice, price: Decimal) -> str:
    return voice.say("per_unit", price=voice.unit_price(price), unit=inert(voice.unit, 12))


def price_paid(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    offered = _stated_price(request)
    average = analysis.prices.average_12m
    if offered is not None and average is not None:
        return _offered(voice, analysis, offered, average)
    paid, on = analysis.prices.last_paid, analysis.prices.last_paid_on
    if paid is None or on is None:
        return Lead((voice.say("lead.paid.none", product=_product(voice, analysis)),))
    price = _per_unit(voice, paid)
    key = "lead.paid" if analysis.prices.paid_source == "order" else "lead.quoted"
    text = voice.say(key, product=_product(voice, analysis), price=price, date=voice.past(on))
    return Lead((text, *_against_average(voice, analysis)), frozenset({"paid"}))


def _against_average(voice: Voice, analysis: Analysis) -> tuple[str, ...]:
    trend = analysis.prices.trend_percent_year
    if trend is None or abs(trend) < offer_lines.FLAT_PERCENT:
        return ()
    return (voice.say("lead.paid.up" if trend > 0 else "lead.paid.down", percent=voice.percent(trend)),)


def _stated_price(request: Request) -> Decimal | None:
    """The price the buyer wrote, if it can be read."""
    stated = request.params.get("unit_price")
    try:
        return None if stated is None else Decimal(str(stated))
    except InvalidOperation:
        return None


def _offered(voice: Voice, analysis: Analysis, offered: Decimal, average: Decimal) -> Lead:
    same = abs(offered - average) <= average * Decimal("0.01")  # within 1 %: nobody calls that dear
    key = "equal" if same else "above" if offered > average else "below"
    values = {"offered": voice.unit_price(offered), "average": voice.unit_price(average)}
    parts = [voice.say(f"lead.offered.{key}", product=_product(voice, analysis), **values)]
    best = offer_lines.best_offer(analysis)
    if best is not None:
        price, supplier = voice.unit_price(best.unit_price), voice.plain(best.supplier)
        parts.append(voice.say("lead.offered.best", price=price, supplier=supplier))
    return Lead(tuple(parts), frozenset({"price"} if best else ()))


def price_trend(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    trend, product = analysis.prices.trend_percent_year, _product(voice, analysis)
    if trend is None:
        return Lead((voice.say("lead.trend.none", product=product),))
    key = "flat" if abs(trend) < offer_lines.FLAT_PERCENT else "up" if trend > 0 else "down"
    text = voice.say(f"lead.trend.{key}", product=product, percent=voice.percent(trend))
    return Lead((text, voice.say("lead.trend.honest")), frozenset({"price_trend"}))


def suppliers(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    """By the criterion stated, else by landed cost."""
    offers = offer_lines.ranked(analysis.prices.offers)
    if not offers:
        return Lead((voice.say("lead.supplier.none", product=_product(voice, analysis)),))
    criterion = request.params.get("criterion")
    if criterion == "lead_time":
        return _fastest(voice, analysis, offers)
    if criterion == "reliability":
        return _most_reliable(voice, analysis, offers)
    if criterion == "payment_term":
        return _longest_terms(voice, analysis, offers)
    return _cheapest(voice, analysis, offers)


def _cheapest(voice: Voice, analysis: Analysis, offers: tuple[OfferLine, ...]) -> Lead:
    best = offer_lines.best_offer(analysis) or offers[0]
    key = "lead.supplier" if len(offers) > 1 else "lead.supplier.only"
    values = {"supplier": voice.plain(best.supplier), "landed": _per_unit(voice, best.landed_unit_cost)}
    parts = [voice.say(key, product=_product(voice, analysis), **values)]
    second = next((o for o in offers if o.offer_id != best.offer_id), None)
    if second is not None:
        landed = voice.unit_price(second.landed_unit_cost)
        parts.append(voice.say("lead.supplier.second", supplier=voice.plain(second.supplier), landed=landed))
    return Lead(tuple(parts))


def _fastest(voice: Voice, analysis: Analysis, offers: tuple[OfferLine, ...]) -> Lead:
    measured = [(o.measured_lead_time_days, o) for o in offers if o.measured_lead_time_days is not None]
    promised = [(float(o.promised_lead_time_days), o) for o in offers if o.promised_lead_time_days is not None]
    if not measured and not promised:
        return _unknown(voice, analysis)
    days, offer = min(measured or promised, key=lambda pair: pair[0])
    key = "lead.supplier.fast" if measured else "lead.supplier.fast_promise"
    values = {"supplier": voice.plain(offer.supplier), "days": offer_lines.business_days(voice, days)}
    return Lead((voice.say(key, product=_product(voice, analysis), **values),))


def _most_reliable(voice: Voice, analysis: Analysis, offers: tuple[OfferLine, ...]) -> Lead:
    known = [(o.on_time_share, o) for o in offers if o.on_time_share is not None]
    if not known:
        return _unknown(voice, analysis)
    share, offer = max(known, key=lambda pair: pair[0])
    values = {"supplier": voice.plain(offer.supplier), "share": voice.share(share)}
    return Lead((voice.say("lead.supplier.reliable", product=_product(voice, analysis), **values),))


def _longest_terms(voice: Voice, analysis: Analysis, offers: tuple[OfferLine, ...]) -> Lead:
    known = [o for o in offers if o.payment_terms]
    if not known:
        return _unknown(voice, analysis)
    offer = max(known, key=lambda o: sum(o.payment_terms) / len(o.payment_terms))
    values = {"supplier": voice.plain(offer.supplier), "terms": "/".join(str(d) for d in offer.payment_terms)}
    return Lead((voice.say("lead.supplier.terms", product=_product(voice, analysis), **values),))


def _unknown(voice: Voice, analysis: Analysis) -> Lead:
    return Lead((voice.say("lead.supplier.unknown", product=_product(voice, analysis)),))


def lead_time(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    lead = offer_lines.chosen_lead_time(analysis)
    lead = lead or next(iter(analysis.logistics.suppliers), None)
    product = _product(voice, analysis)
    if lead is None or (lead.measured_median is None and lead.promised_days is None):
        return Lead((voice.say("lead.lead_time.none", product=product),))
    values = {"product": product, "supplier": voice.plain(lead.supplier)}
    if lead.measured_median is None:
        days = offer_lines.business_days(voice, lead.promised_days or 0)
        return Lead((voice.say("lead.lead_time.promise", days=days, **values),), frozenset({"lead_time"}))
    between = offer_lines.lead_span(voice, lead)
    days = offer_lines.business_days(voice, lead.measured_median)
    parts = [voice.say("lead.lead_time.range" if between else "lead.lead_time", days=days, range=between, **values)]
    if lead.promised_days is not None:
        promised = offer_lines.business_days(voice, lead.promised_days)
        parts.append(voice.say("lead.lead_time.kept" if promised == days else "lead.lead_time.promised", days=promised))
    if lead.on_time_share is not None:
        parts.append(voice.say("lead.lead_time.on_time", share=voice.share(lead.on_time_share)))
    return Lead(tuple(parts), frozenset({"lead_time"}))


def landed_cost(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    best = offer_lines.best_offer(analysis)
    if best is None:
        return Lead((voice.say("lead.price.none", product=_product(voice, analysis)),))
    values = {
        "quantity": voice.quantity(best.quantity),
        "total": voice.money(best.total),
        "landed": _per_unit(voice, best.landed_unit_cost),
        "supplier": voice.plain(best.supplier),
    }
    parts = [voice.say("lead.landed", product=_product(voice, analysis), **values)]
    if best.payable is not None and best.payable != best.total:
        parts.append(voice.say("lead.landed.billed", total=voice.money(best.payable)))
    freight = analysis.logistics.freight
    if freight is not None and freight > 0 and best.quantity == analysis.recommendation.quantity:
        parts.append(voice.say("lead.landed.freight", freight=voice.money(freight)))
    return Lead(tuple(parts))


def on_order(voice: Voice, analysis: Analysis, request: Request) -> Lead:
    product = _product(voice, analysis)
    if analysis.demand.on_order <= 0 and not analysis.logistics.arriving:
        return Lead((voice.say("lead.on_order.none", product=product),), frozenset({"on_order"}))
    text = voice.say("lead.on_order", product=product, quantity=voice.quantity(analysis.demand.on_order))
    arriving = [arriving_words(voice, o) for o in analysis.logistics.arriving[:ARRIVING_SHOWN]]
    return Lead((text, *arriving), frozenset({"on_order"}))


def arriving_words(voice: Voice, order: ArrivingOrder) -> str:
    if order.probable_on is not None:
        when = voice.say("arrives.probable", date=voice.on_day(order.probable_on))
    elif order.expected_on is not None:
        when = voice.say("arrives.promised", date=voice.day(order.expected_on))
    else:
        when = voice.say("arrives.unknown")
    number = inert(order.order_number, 40)
    return voice.say("lead.arriving", order=number, quantity=voice.quantity(order.outstanding), when=when)
