"""The card of an answer: one line per point that matters, and the table of suppliers. Says only what the data say."""

from __future__ import annotations

from reposto.language.formats import inert, number, rate, sentence
from reposto.language.voice import Voice, bullets
from reposto.model.findings import Analysis, DemandFinding, OfferLine, Range, RecommendationFinding, SupplierLeadTime

CARD_OFFERS = 3  # suppliers in the card's table; the rest stands in the details
STRONG_RHYTHM = 1.2  # a weekday or month this far above the mean is worth a word
FLAT_PERCENT = 1.0  # a price within 1 % of its average is "at" its average


def write_card(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    """Bullets for what the lead hasn't said. `said` holds names of points: demand, past, stock, coverage, …"""
    points = (
        ("demand", demand_line(voice, analysis, said)),
        ("stock", stock_line(voice, analysis.demand, said)),
        ("coverage", coverage_line(voice, analysis.demand, said)),
        ("order_by", order_by_line(voice, analysis, said)),
        ("quantity", quantity_line(voice, analysis.recommendation, said)),
        ("price", price_line(voice, analysis, said)),
        ("lead_time", lead_time_line(voice, analysis, said)),
        ("risk", risk_line(voice, analysis)),
        ("confidence", confidence_line(voice, analysis)),
    )
    return bullets([voice.say(f"card.{key}", text=sentence(text)) for key, text in points if text])


def span(voice: Voice, values: Range) -> str:
    """The range of a quantity; one-sided when its low end is nothing."""
    low, high = voice.amount(values.low), voice.quantity(values.high)
    if values.low <= 0 or low == voice.amount(values.high):
        return voice.say("range.top", high=high)
    return voice.say("range", low=low, high=high)


def window(voice: Voice, demand: DemandFinding) -> str:
    """The days the forecast is about."""
    start, end = voice.short(demand.horizon_start), voice.short(demand.horizon_end)
    ahead = (demand.horizon_start - voice.today).days
    if ahead > 1:
        return voice.say("window.dates", start=start, end=end)
    if demand.horizon_days == 1:
        return voice.say("window.tomorrow", start=start)
    return voice.say("window.days", n=demand.horizon_days, start=start, end=end)


def demand_line(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    demand = analysis.demand
    parts: list[str] = []
    if demand.total is not None and "demand" not in said:
        if demand.total.high <= 0:
            parts.append(voice.say("demand.zero", window=window(voice, demand)))
        else:
            total = voice.quantity(demand.total.expected)
            parts.append(
                voice.say("demand.total", total=total, window=window(voice, demand), range=span(voice, demand.total))
            )
    if demand.last_period_total is not None and "past" not in said:
        parts.append(voice.say("demand.past", past=voice.quantity(demand.last_period_total)))
    if demand.per_day:
        parts.append(voice.say("demand.rate", rate=rate(demand.per_day, voice.locale), unit=inert(voice.unit, 12)))
    parts += [_trend(voice, demand), _pattern(voice, demand), *_rhythm(voice, demand)]
    if demand.out_of_stock_days:
        parts.append(voice.count("stockouts", demand.out_of_stock_days))
    return "; ".join(p for p in parts if p)


def _trend(voice: Voice, demand: DemandFinding) -> str:
    if demand.trend in ("rising", "falling") and demand.trend_percent_month is not None:
        return voice.say(f"trend.{demand.trend}", percent=voice.percent(demand.trend_percent_month))
    return voice.say("trend.stable") if demand.trend == "stable" and demand.pattern == "smooth" else ""


def _pattern(voice: Voice, demand: DemandFinding) -> str:
    known = ("intermittent", "erratic", "lumpy", "new", "dying")
    return voice.say(f"pattern.{demand.pattern}") if demand.pattern in known else ""


def _rhythm(voice: Voice, demand: DemandFinding) -> list[str]:
    parts: list[str] = []
    for key, factors in (("week", demand.weekly_rhythm), ("year", demand.yearly_rhythm)):
        if factors and max(factors) >= STRONG_RHYTHM:
            name = "day" if key == "week" else "month"
            peak = voice.say(f"{name}.{factors.index(max(factors))}")
            parts.append(voice.say(f"rhythm.{key}", **{name: peak}))
    return parts


def stock_line(voice: Voice, demand: DemandFinding, said: frozenset[str]) -> str:
    parts: list[str] = []
    if "stock" not in said and demand.available is not None:
        parts.append(stock_words(voice, demand))
    if "on_order" not in said and demand.available is not None:
        on_order = demand.on_order
        parts.append(
            voice.say("stock.on_order", quantity=voice.quantity(on_order))
            if on_order > 0
            else voice.say("stock.no_orders")
        )
    if parts == [voice.say("stock.no_orders")]:
        return ""
    return "; ".join(parts)


def stock_words(voice: Voice, demand: DemandFinding) -> str:
    """What is free, and how that comes about when some is reserved."""
    available, on_hand, reserved = demand.available or 0.0, demand.on_hand, demand.reserved
    if on_hand is None or not reserved:
        return voice.free(available)
    values = {"on_hand": voice.amount(on_hand), "reserved": voice.amount(reserved)}
    if available < 0:
        return voice.say("stock.short", **values)
    return voice.say("stock.split", free=voice.free(available), **values)


def coverage_line(voice: Voice, demand: DemandFinding, said: frozenset[str]) -> str:
    if "coverage" in said:
        return ""
    parts = [coverage_words(voice, demand)]
    if (
        demand.on_order > 0
        and demand.stockout_date_with_orders
        and demand.stockout_date_with_orders != demand.stockout_date
    ):
        parts.append(voice.say("coverage.orders", by=voice.by_day(demand.stockout_date_with_orders)))
    return "; ".join(p for p in parts if p)


def coverage_words(voice: Voice, demand: DemandFinding) -> str:
    """How long the stock lasts; empty when the data can't say."""
    if demand.available is not None and demand.available <= 0:
        return voice.say("coverage.out")
    if demand.coverage_days is None:
        return ""
    if demand.stockout_date is None:
        return voice.say("coverage.long") if demand.coverage_days > 365 else voice.days(demand.coverage_days)
    return voice.say("coverage", days=voice.days(demand.coverage_days), date=voice.on_day(demand.stockout_date))


def order_by_line(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    logistics = analysis.logistics
    if "order_by" in said or logistics.order_by is None:
        return ""
    if logistics.order_by_overdue:
        return voice.say("order_by.overdue", date=voice.day(logistics.order_by))
    if logistics.business_days_left is None or logistics.business_days_left < 1:
        return voice.day(logistics.order_by)
    left = voice.count("left", logistics.business_days_left)
    return voice.say("order_by.left", date=voice.day(logistics.order_by), left=left)


def quantity_line(voice: Voice, advice: RecommendationFinding, said: frozenset[str]) -> str:
    if advice.quantity is None or advice.quantity <= 0:
        return ""
    parts: list[str] = []
    if "quantity" not in said and advice.supplier and advice.total is not None:
        values = {"supplier": voice.plain(advice.supplier), "total": voice.money(advice.total)}
        parts.append(voice.say("quantity.cost", quantity=voice.quantity(advice.quantity), **values))
    needed = advice.needed_quantity
    if needed is not None and voice.amount(needed) != voice.amount(advice.quantity):
        parts.append(voice.say("quantity.needed", needed=voice.quantity(needed)))
        parts += rounding_words(voice, advice)
    if advice.coverage_after_days is not None and "covers" not in said:
        parts.append(voice.say("quantity.covers", days=voice.days(advice.coverage_after_days)))
    return "; ".join(parts)


def rounding_words(voice: Voice, advice: RecommendationFinding) -> list[str]:
    """The analyst's reasons for each rounding step; they are Portuguese, so English answers do without."""
    if voice.locale == "en":
        return []
    return [voice.foreign(reason).rstrip(".") for reason in advice.rounding]


def price_line(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    prices = analysis.prices
    parts: list[str] = []
    best = best_offer(analysis)
    if best is not None and "price" not in said:
        parts.append(voice.say("price.best", price=voice.unit_price(best.unit_price), unit=inert(voice.unit, 12)))
    gap, average = prices.best_vs_average_percent, prices.average_12m
    if gap is not None and average is not None:
        key = "price.level" if abs(gap) < FLAT_PERCENT else "price.above" if gap > 0 else "price.below"
        parts.append(voice.say(key, percent=voice.percent(gap), average=voice.unit_price(average)))
    if prices.dearness in ("dear", "cheap"):
        parts.append(voice.say(f"price.{prices.dearness}"))
    if prices.last_paid is not None and prices.last_paid_on is not None and "paid" not in said:
        paid = voice.unit_price(prices.last_paid)
        parts.append(voice.say("price.paid", price=paid, date=voice.on_day(prices.last_paid_on)))
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


def business_days(voice: Voice, value: float) -> str:
    return voice.count("business_days", value)


def lead_time_line(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    lead = chosen_lead_time(analysis)
    if lead is None or "lead_time" in said:
        return ""
    parts: list[str] = []
    name = voice.plain(lead.supplier)
    if lead.measured_median is not None:
        days = business_days(voice, lead.measured_median)
        between = lead_span(voice, lead)
        key = "lead_time.range" if between else "lead_time.measured"
        parts.append(voice.say(key, supplier=name, days=days, range=between))
        if lead.promised_days is not None:
            parts.append(voice.say("lead_time.promised", days=business_days(voice, lead.promised_days)))
    elif lead.promised_days is not None:
        parts.append(f"{name} {voice.say('lead_time.promised', days=business_days(voice, lead.promised_days))}")
    if lead.on_time_share is not None:
        parts.append(voice.say("lead_time.on_time", share=voice.share(lead.on_time_share)))
    return "; ".join(parts)


def lead_span(voice: Voice, lead: SupplierLeadTime) -> str:
    """entre 5 e 11, or nothing when both ends are the same whole number of days."""
    if lead.measured_low is None or lead.measured_high is None:
        return ""
    low, high = number(lead.measured_low, 0, voice.locale), number(lead.measured_high, 0, voice.locale)
    return "" if low == high else voice.say("range", low=low, high=high)


def risk_line(voice: Voice, analysis: Analysis) -> str:
    risk = analysis.recommendation.risk
    parts = [voice.say(f"risk.{risk.level}")]
    if risk.stockout_probability is not None:
        parts.append(voice.say("risk.stockout", chance=voice.chance(risk.stockout_probability)))
    if risk.stockout_probability_if_waiting is not None and risk.stockout_probability_if_waiting >= 0.005:
        parts.append(voice.say("risk.wait", chance=voice.chance(risk.stockout_probability_if_waiting)))
    if risk.amount_at_risk is not None and risk.amount_at_risk > 0:
        parts.append(voice.say("risk.amount", amount=voice.money(risk.amount_at_risk)))
    known = [c for c in risk.causes if c.share > 0]
    if known:
        worst = max(known, key=lambda c: c.share)
        parts.append(voice.say("risk.cause", cause=cause_name(voice, worst.code)))
    return "; ".join(parts)


def cause_name(voice: Voice, code: str) -> str:
    known = ("demand", "delay", "single_supplier", "price", "data_age", "excess")
    return voice.say(f"cause.{code}" if code in known else "cause.other")


def confidence_line(voice: Voice, analysis: Analysis) -> str:
    demand = analysis.demand
    parts = [voice.say(f"confidence.{analysis.confidence}")]
    if demand.accuracy is not None:
        error, naive = demand.accuracy.error_percent, demand.accuracy.naive_error_percent
        key = "confidence.better" if error <= naive else "confidence.worse"
        parts.append(voice.say(key, error=voice.percent(error), naive=voice.percent(naive)))
    if demand.method and voice.locale != "en":
        parts.append(voice.say("confidence.method", method=voice.foreign(demand.method)))
    if analysis.data_until is not None:
        parts.append(voice.say("confidence.data", date=voice.full(analysis.data_until)))
    return "; ".join(parts)


def write_offers(voice: Voice, offers: tuple[OfferLine, ...]) -> str:
    """A Markdown table of offers, best landed cost first; empty when there are none."""
    if not offers:
        return ""
    rows = [_offer_row(voice, o) for o in offers]
    return "\n".join([voice.say("table.head", unit=inert(voice.unit, 12)), voice.say("table.rule"), *rows])


def _offer_row(voice: Voice, offer: OfferLine) -> str:
    name = voice.plain(offer.supplier)
    if offer.expired and offer.valid_until is not None:
        name = voice.say("table.expired", supplier=name, date=voice.full(offer.valid_until))
    unknown = voice.say("table.unknown")
    promised, measured = offer.promised_lead_time_days, offer.measured_lead_time_days
    cells = (
        name,
        voice.unit_price(offer.unit_price),
        voice.unit_price(offer.landed_unit_cost),
        unknown if promised is None else business_days(voice, promised),
        unknown if measured is None else business_days(voice, measured),
        voice.quantity(offer.moq),
        voice.money(offer.total),
    )
    return f"| {' | '.join(cells)} |"


def ranked(offers: tuple[OfferLine, ...]) -> tuple[OfferLine, ...]:
    """Offers by rank, those without one last."""
    return tuple(sorted(offers, key=lambda o: (o.rank <= 0, o.rank, o.landed_unit_cost)))
