"""The analysts' reasons in English, from the figures of the findings; in Portuguese the analysts write them themselves.

Each sentence says what its Portuguese counterpart in analysts/reasons and analysts/lot_reasons does.
"""

from __future__ import annotations

from reposto.language.formats import inert
from reposto.language.offer_lines import chosen_lead_time
from reposto.language.voice import Voice
from reposto.model.findings import Analysis, OfferLine, SupplierLeadTime

_PATTERNS = {
    "lumpy": "Sales are rare and of very different size; that is why the range is wide.",
    "intermittent": "Sales are rare; the average hides weeks without any.",
    "new": "The product is new: the forecast still stands on a few weeks.",
    "dying": "Sales have almost stopped in the last quarter; don't buy beyond the need.",
}
_LIMITS = {
    "new": "the product is new or has almost stopped selling",
    "falling": "sales are falling",
    "year": "the known sales don't show a whole year yet",
    "poor": "past forecasts of this product were far off",
    "worse": "on this product's past, repeating what happened would have been closer than the forecast",
}
NEAR_EXPIRY_DAYS = 7
STRONG_TREND = 3.0  # % a year: less is noise in a price


def write_reasons(voice: Voice, analysis: Analysis) -> list[str]:
    """Why, most decisive first."""
    texts = [*_demand(voice, analysis), *_stock(voice, analysis), *_delivery(voice, analysis)]
    if analysis.recommendation.verdict == "approve":
        texts += [*_need(voice, analysis), *_money(voice, analysis), *_lot(voice, analysis)]
    return [*texts, *_late(voice, analysis), *_choice(voice, analysis), *_price(voice, analysis)]


def _demand(voice: Voice, analysis: Analysis) -> list[str]:
    demand = analysis.demand
    if demand.total is None:
        return []
    low, high = voice.quantity(demand.total.low), voice.quantity(demand.total.high)
    text = (
        f"Expected demand over {voice.days(demand.horizon_days)}: {voice.quantity(demand.total.expected)}, "
        f"between {low} and {high} in {voice.share(demand.total.level)} of the cases"
    )
    if demand.last_period_total is not None:
        text += f"; {voice.quantity(demand.last_period_total)} went out in as many days before"
    texts = [f"{text}."]
    if demand.trend in ("rising", "falling") and demand.trend_percent_month is not None:
        verb = "rise" if demand.trend == "rising" else "fall"
        texts.append(
            f"Sales {verb} by {voice.percent(abs(demand.trend_percent_month))} a month over the last half-year."
        )
    if demand.out_of_stock_days:
        texts.append(f"{voice.days(demand.out_of_stock_days)} without stock were left out of the demand.")
    return [*texts, *([_PATTERNS[demand.pattern]] if demand.pattern in _PATTERNS else [])]


def _stock(voice: Voice, analysis: Analysis) -> list[str]:
    demand = analysis.demand
    if demand.on_hand is None or demand.available is None:
        return []
    text = f"Stock: {voice.quantity(demand.on_hand)}"
    if demand.reserved:
        text += f", {voice.quantity(demand.reserved)} of it reserved, {voice.quantity(demand.available)} free"
    if demand.available > 0 and demand.coverage_days is not None:
        text += f"; it lasts {voice.days(demand.coverage_days)}"
        if demand.stockout_date is not None:
            text += f", until {voice.full(demand.stockout_date)}"
    texts = [f"{text}."]
    if demand.on_order > 0:
        text = f"On order: {voice.quantity(demand.on_order)}"
        if demand.stockout_date_with_orders is not None:
            text += f"; with it the stock lasts until {voice.full(demand.stockout_date_with_orders)}"
        texts.append(f"{text}.")
    return texts


def _delivery(voice: Voice, analysis: Analysis) -> list[str]:
    lead = chosen_lead_time(analysis)
    if lead is None:
        return []
    name = voice.plain(lead.supplier)
    if lead.measured_median is None:
        if lead.promised_days is None:
            return []
        promised = voice.count("business_days", lead.promised_days)
        return [f"{name} promises {promised}; no delivery has confirmed it yet."]
    promise = "" if lead.promised_days is None else f" ({voice.count('business_days', lead.promised_days)} promised)"
    return [f"{name} delivers in {voice.count('business_days', lead.measured_median)}{promise}, by {_base(lead)}."]


def _base(lead: SupplierLeadTime) -> str:
    if not lead.receipts:
        return "deliveries of their other products"
    own = "1 delivery" if lead.receipts == 1 else f"{lead.receipts} deliveries"
    return f"{own} of this product and those of others" if lead.pooled else f"{own} of this product"


def _need(voice: Voice, analysis: Analysis) -> list[str]:
    advice = analysis.recommendation
    if not advice.needed_quantity:
        return []
    return [
        # not the figure first: a bullet that begins "409.9" would be a numbered list, and is escaped
        f"To serve {voice.share(advice.service_level)} of the cases until the next purchase is there, "
        f"{voice.needed(advice.needed_quantity)} would be lacking."
    ]


def _money(voice: Voice, analysis: Analysis) -> list[str]:
    advice, freight = analysis.recommendation, analysis.logistics.freight
    if advice.payable_total is None or advice.goods is None:
        return []
    parts = [f"goods {voice.money(advice.goods)}", *([f"freight {voice.money(freight)}"] if freight else [])]
    if freight is not None and advice.payable_total > advice.goods + freight:
        parts.append("the rest IPI and ICMS-ST")
    texts = [f"Value of the order: {voice.money(advice.payable_total)} ({', '.join(parts)})."]
    if advice.total is not None and advice.total != advice.payable_total:
        texts.append(f"Net cost after tax credits and payment terms: {voice.money(advice.total)}.")
    return texts


def _lot(voice: Voice, analysis: Analysis) -> list[str]:
    advice, texts = analysis.recommendation, []
    if advice.order_lines is not None and advice.order_line_cost is not None and advice.order_lines >= 1.05:
        texts.append(
            f"An order's cost is shared by the {_decimal(voice, advice.order_lines)} lines that an order to "
            f"{voice.plain(advice.supplier or '')} usually has: {voice.money(advice.order_line_cost)} each."
        )
    if advice.lot_limit in _LIMITS and advice.lot_limit_days is not None:
        days = voice.days(advice.lot_limit_days)
        far = f"more than {days} of sales" if advice.lot_limit_days > 0 else "more than is needed"
        texts.append(f"I don't propose {far} at once, however low the price: {_LIMITS[advice.lot_limit]}.")
    return texts


def _decimal(voice: Voice, value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if voice.locale == "en" else f"{value:.1f}".replace(".", ",")


def _late(voice: Voice, analysis: Analysis) -> list[str]:
    late = [a for a in analysis.logistics.arriving if a.expected_on is not None and a.expected_on < analysis.today]
    if not late:
        return []
    named = [f"{inert(a.order_number, 40)} (due {voice.full(a.expected_on or analysis.today)})" for a in late[:3]]
    return [f"Late {'order' if len(late) == 1 else 'orders'}: {voice.join(named)}."]


def _choice(voice: Voice, analysis: Analysis) -> list[str]:
    """Why this supplier, where another can be ordered from too."""
    offers = [o for o in analysis.prices.offers if not o.expired]
    chosen = next((o for o in offers if o.offer_id == analysis.recommendation.offer_id), None)
    others = [o for o in offers if chosen is not None and o.supplier_id != chosen.supplier_id]
    if chosen is None or not others:
        return []
    rival = min(others, key=lambda o: o.landed_unit_cost)
    return [_against(voice, chosen, rival)] if rival.landed_unit_cost != chosen.landed_unit_cost else []


def _against(voice: Voice, chosen: OfferLine, rival: OfferLine) -> str:
    name, other = voice.plain(chosen.supplier), voice.plain(rival.supplier)
    costs, against = voice.unit_price(chosen.landed_unit_cost), voice.unit_price(rival.landed_unit_cost)
    if chosen.landed_unit_cost < rival.landed_unit_cost:
        return f"Lowest landed cost: {name}, {costs}, against {against} of {other}."
    return (
        f"{name} costs {costs} landed, {other} {against}: the dearer one comes sooner, or is cheaper over the year in "
        "the lots that are usually bought."
    )


def _price(voice: Voice, analysis: Analysis) -> list[str]:
    prices, texts = analysis.prices, []
    paid = "paid" if prices.paid_source == "order" else "quoted"
    gap = prices.best_vs_average_percent
    if gap is not None and prices.average_12m is not None:
        where = "above" if gap > 0 else "below"
        average = f"the average {paid} over twelve months ({voice.unit_price(prices.average_12m)})"
        apart = f"{voice.percent(abs(gap))} {where} {average}" if abs(gap) >= 0.05 else f"equal to {average}"
        judged = {"dear": ": dear", "cheap": ": cheap", "fair": ": as usual"}.get(prices.dearness or "", "")
        texts.append(f"The best price is {apart}{judged}.")
    trend = prices.trend_percent_year
    if trend is not None and abs(trend) >= STRONG_TREND:
        texts.append(f"Prices {paid} {'rise' if trend > 0 else 'fall'} by {voice.percent(abs(trend))} a year.")
    return texts


def write_steps(voice: Voice, analysis: Analysis) -> list[str]:
    """What else to do, beside the button."""
    advice = analysis.recommendation
    late = [a for a in analysis.logistics.arriving if a.expected_on is not None and a.expected_on < analysis.today]
    steps = []
    offer = next((o for o in analysis.prices.offers if o.offer_id == advice.offer_id), None)
    until = offer.valid_until if offer is not None and not offer.expired else None
    if advice.verdict == "approve" and until is not None and (until - analysis.today).days <= NEAR_EXPIRY_DAYS:
        steps.append(f"Close by {voice.full(until)}: the offer ends that day.")
    if late:
        steps.append(f"Chase {voice.join([inert(a.order_number, 40) for a in late[:3]])}, which should be here.")
    return steps
