"""The card of an answer: one line per point that matters. Says only what the data say."""

from __future__ import annotations

from decimal import Decimal

from reposto.language import offer_lines
from reposto.language.calls import calls_line, taxes_line
from reposto.language.decision import amount_due, late_words
from reposto.language.doubts import grade_words, keeps_line, other_line
from reposto.language.formats import inert, rate, sentence
from reposto.language.price_words import planned_words
from reposto.language.reasons_en import write_steps
from reposto.language.voice import Voice, bullets, told
from reposto.model.findings import (
    Analysis,
    DemandDriver,
    DemandFinding,
    Range,
    RecommendationFinding,
    RoundingStep,
)

STRONG_RHYTHM = 1.2  # a weekday or month this far above the mean is worth a word
STRONG_GROWTH = 10.0  # % against the same half-year a year before: no longer "without a trend"
OLD_COUNT_DAYS = 7  # what was counted longer ago may be gone by now


def write_card(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    """Bullets for what the lead hasn't said. `said` holds names of points: demand, past, stock, coverage, …"""
    points = (
        ("demand", demand_line(voice, analysis.demand, said)),
        ("stock", stock_line(voice, analysis.demand, said)),
        ("order_by", order_by_line(voice, analysis, said)),
        ("quantity", quantity_line(voice, analysis.recommendation, said)),
        ("price", offer_lines.price_line(voice, analysis, said)),
        ("risk", risk_line(voice, analysis.recommendation)),
        ("keeps", keeps_line(voice, analysis.recommendation)),
        ("confidence", confidence_line(voice, analysis)),
        ("other", other_line(voice, analysis)),
        ("calls", calls_line(voice, analysis.recommendation, said)),
        ("taxes", taxes_line(voice, analysis.recommendation)),
        ("next", next_line(voice, analysis)),
    )
    late = analysis.logistics.order_by_overdue
    named = {"order_by": "order_by.late"} if late else {}
    return bullets([voice.say(f"card.{named.get(key, key)}", text=text) for key, text in points if text])


def span(voice: Voice, values: Range) -> str:
    """The range of a quantity; one-sided when its low end is nothing."""
    low, high = voice.amount(values.low), voice.quantity(values.high)
    if values.low <= 0 or low == voice.amount(values.high):
        return voice.say("range.top", high=high)
    return voice.say("range", low=low, high=high)


def likely(voice: Voice, values: Range) -> str:
    """The range with its probability, for a sentence."""
    level, low, high = voice.share(values.level), voice.amount(values.low), voice.quantity(values.high)
    if values.low <= 0 or low == voice.amount(values.high):
        return voice.say("range.likely.top", level=level, high=high)
    return voice.say("range.likely", level=level, low=low, high=high)


def window(voice: Voice, demand: DemandFinding) -> str:
    """The days the forecast is about."""
    start, end = voice.short(demand.horizon_start), voice.short(demand.horizon_end)
    ahead = (demand.horizon_start - voice.today).days
    if ahead > 1:
        return voice.say("window.dates", start=start, end=end)
    if demand.horizon_days == 1:
        return voice.say("window.tomorrow", start=start)
    return voice.say("window.days", n=demand.horizon_days, start=start, end=end)


def demand_line(voice: Voice, demand: DemandFinding, said: frozenset[str]) -> str:
    total: list[str] = []
    if demand.total is not None and "demand" not in said:
        total.append(expected(voice, demand, demand.total))
    if demand.last_period_total is not None and "past" not in said:
        total.append(past_words(voice, demand, "demand.past"))
    shape: list[str] = []
    if demand.per_day and (demand.per_day >= 1 or demand.total is None):  # "0.03 a day" helps nobody
        daily = rate(demand.per_day, voice.locale)
        shape.append(voice.say("demand.rate", rate=daily, unit=inert(voice.unit, 12)))
    sporadic = demand.pattern in ("lumpy", "intermittent", "new")  # too few sales for a rhythm worth naming
    shape += [_trend(voice, demand), _pattern(voice, demand), *([] if sporadic else _rhythm(voice, demand))]
    left_out = voice.count("stockouts", demand.out_of_stock_days) if demand.out_of_stock_days else ""
    drivers = [] if "drivers" in said else [driver_words(voice, d) for d in demand.drivers]
    return told("; ".join(total), ", ".join(p for p in shape if p), *drivers, left_out)


def driver_words(voice: Voice, driver: DemandDriver) -> str:
    """One reason why the forecast isn't what was just sold."""
    if driver.code in ("promotion", "price") and driver.lift_percent is not None and driver.start is not None:
        return planned_words(voice, driver, driver.start)
    if driver.code == "promotion" and driver.start is not None and driver.end is not None:
        when = voice.on_day(driver.start)
        if driver.end != driver.start:
            when = voice.say("window.dates", start=voice.short(driver.start), end=voice.short(driver.end))
        effect = driver.percent or 0.0
        if abs(effect) < 1:
            return voice.say("driver.promotion.flat", when=when)
        return voice.say(f"driver.promotion.{'up' if effect > 0 else 'down'}", when=when, percent=voice.percent(effect))
    if driver.code in ("stockouts_past", "promotion_past") and driver.days is not None:
        return voice.count(f"driver.{driver.code}", driver.days)
    if driver.code == "season" and driver.percent is not None:
        key = "driver.season.up" if driver.percent > 0 else "driver.season.down"
        return voice.say(key, percent=voice.percent(abs(driver.percent)))
    if driver.code == "level" and driver.quantity is not None:
        return voice.say("driver.level", quantity=voice.quantity(driver.quantity))
    return ""


def past_words(voice: Voice, demand: DemandFinding, key: str) -> str:
    """What sold in as many days just past."""
    if not demand.last_period_total:
        return voice.count(f"{key}.none", demand.horizon_days)
    return voice.count(key, demand.horizon_days, past=voice.quantity(demand.last_period_total))


def expected(voice: Voice, demand: DemandFinding, total: Range) -> str:
    """The forecast of the window with its range."""
    if total.high <= 0:
        return voice.say("demand.zero", window=window(voice, demand))
    values = {"total": voice.quantity(total.expected), "range": span(voice, total)}
    return voice.say("demand.total", window=window(voice, demand), **values)


def _trend(voice: Voice, demand: DemandFinding) -> str:
    if demand.trend in ("rising", "falling") and demand.trend_percent_month is not None:
        return voice.say(f"trend.{demand.trend}", percent=voice.percent(demand.trend_percent_month))
    growth = demand.year_growth_percent
    if demand.trend == "stable" and growth is not None and abs(growth) >= STRONG_GROWTH:
        return voice.say("trend.year.up" if growth > 0 else "trend.year.down", percent=voice.percent(abs(growth)))
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
    """What is there, what is coming, and how long it lasts."""
    parts: list[str] = []
    if demand.available is not None and "stock" not in said:
        parts.append(stock_words(voice, demand))
    if demand.available is not None and "on_order" not in said and (parts or demand.on_order > 0):
        coming = voice.quantity(demand.on_order)
        some = demand.on_order > 0
        parts.append(voice.say("stock.on_order", quantity=coming) if some else voice.say("stock.no_orders"))
    return told(", ".join(parts), coverage_line(voice, demand, said))


def stock_words(voice: Voice, demand: DemandFinding) -> str:
    """What is free, and how that comes about when some is reserved."""
    available, on_hand, reserved = demand.available or 0.0, demand.on_hand, demand.reserved
    if on_hand is None or not reserved:
        return voice.free(available) if available else voice.say("stock.none")
    values = {"on_hand": voice.amount(on_hand), "reserved": voice.amount(reserved)}
    if available < 0:
        return voice.say("stock.short", **values)
    return voice.say("stock.split", free=voice.free(available), **values)


def coverage_line(voice: Voice, demand: DemandFinding, said: frozenset[str]) -> str:
    parts = [] if "coverage" in said else [coverage_words(voice, demand)]
    later = demand.stockout_date_with_orders
    if demand.on_order > 0 and later and later != demand.stockout_date and "coverage_orders" not in said:
        parts.append(voice.say("coverage.orders", by=voice.until(later)))
    return "; ".join(p for p in parts if p)


def coverage_words(voice: Voice, demand: DemandFinding) -> str:
    """How long the stock lasts; empty when the data can't say."""
    if demand.available is not None and demand.available <= 0:
        return ""  # "nothing in stock" has said it
    if demand.coverage_days is None:
        return ""
    counted = next((e.end for e in demand.evidence if e.id == "stock" and e.end is not None), None)
    if demand.coverage_days < 1 and counted is not None and (voice.today - counted).days > OLD_COUNT_DAYS:
        return voice.say("coverage.gone", date=voice.short(counted))
    if demand.stockout_date is None:
        long = demand.coverage_days > 365
        return voice.say("coverage.long") if long else voice.say("coverage.days", days=voice.days(demand.coverage_days))
    return voice.say("coverage", days=voice.days(demand.coverage_days), date=voice.day(demand.stockout_date))


def order_by_line(voice: Voice, analysis: Analysis, said: frozenset[str]) -> str:
    logistics = analysis.logistics
    if "order_by" in said or logistics.order_by is None:
        return ""
    review = analysis.recommendation.verdict == "manual_review"
    if review and not logistics.order_by_overdue:
        return ""  # what carries no decision carries no day either
    if logistics.order_by_overdue:
        late = late_words(voice, analysis)
        return told(voice.say("order_by.review" if review else "order_by.now"), late)
    if not logistics.business_days_left:
        return f"{voice.day(logistics.order_by)}."
    left = voice.count("left", logistics.business_days_left)
    return voice.say("order_by.left", date=voice.day(logistics.order_by), left=left)


def quantity_line(voice: Voice, advice: RecommendationFinding, said: frozenset[str]) -> str:
    if advice.quantity is None or advice.quantity <= 0:
        return ""
    what = ""
    due = amount_due(advice)
    if "quantity" not in said and advice.supplier and due is not None:
        key = "quantity.tentative" if advice.verdict == "manual_review" else "quantity.cost"
        values = {"supplier": voice.plain(advice.supplier), "total": voice.money(due)}
        what = voice.say(key, quantity=voice.quantity(advice.quantity), **values)
    lasts = ""
    if advice.coverage_after_days is not None and "covers" not in said:
        lasts = voice.say("quantity.covers", days=voice.days(advice.coverage_after_days))
    why = [] if "needed" in said else needed_words(voice, advice)
    landed = net_words(voice, advice)
    return told(what, *why, lasts, landed) if what else told(*why, lasts, landed) if why else told(landed)


def net_words(voice: Voice, advice: RecommendationFinding) -> str:
    """The landed cost beside the amount billed, where credits and payment terms set them apart."""
    if advice.total is None or advice.payable_total is None or advice.total == advice.payable_total:
        return ""
    return voice.say("quantity.landed", landed=voice.money(advice.total))


def needed_words(voice: Voice, advice: RecommendationFinding) -> list[str]:
    """What the sum asks for when it isn't what will be bought, and each rounding step between."""
    if advice.needed_quantity is None or advice.quantity is None:
        return []
    needed = voice.needed(advice.needed_quantity)
    if needed == voice.quantity(advice.quantity):
        return []
    steps = rounding_words(voice, advice) or [voice.say("quantity.rounded")]
    return [voice.say("quantity.needed", needed=needed), *steps]


def rounding_words(voice: Voice, advice: RecommendationFinding) -> list[str]:
    """The analyst's reasons for each rounding step, in Portuguese as they are, in English from their figures."""
    if voice.locale == "en":
        return [_step_words(voice, step) for step in advice.rounding_steps]
    return [voice.foreign(reason).rstrip(".") for reason in advice.rounding]


def _step_words(voice: Voice, step: RoundingStep) -> str:
    """A rounding step said from its figures."""
    values = {"before": voice.quantity(step.before), "after": voice.quantity(step.after)}
    if step.code in ("moq", "pack"):
        size = voice.quantity(step.size) if step.size else ""
        return voice.say(f"step.{step.code}", size=size, **values)
    price = ""
    if step.price_before is not None and step.price_after is not None:
        was, becomes = voice.unit_price(step.price_before), voice.unit_price(step.price_after)
        price = voice.say("step.price", was=was, becomes=becomes)
    effects = [
        voice.say("step.cheaper", amount=voice.estimate(step.price_saving)) if step.price_saving else "",
        voice.say("step.freight", amount=voice.estimate(step.freight_saving)) if step.freight_saving else "",
        voice.count("step.orders", step.orders_spared, amount=voice.estimate(step.orders_saving))
        if step.orders_saving is not None
        else "",
        voice.say("step.stocking", amount=voice.estimate(step.stocking_cost)) if step.stocking_cost else "",
    ]
    said = voice.join([effect for effect in effects if effect])
    head = voice.say(f"step.{step.code}", price=price, **values)
    return f"{head}; {said}" if said else head


def risk_line(voice: Voice, advice: RecommendationFinding) -> str:
    risk = advice.risk
    chances: list[str] = []
    if risk.stockout_probability is not None:  # where nothing can be ordered, the chance is that of a month without
        key = "risk.stockout.none" if advice.supplier_id is None else "risk.stockout"
        chances.append(voice.say(key, chance=voice.chance(risk.stockout_probability)))
    waiting = risk.stockout_probability_if_waiting
    if chances and waiting is not None and voice.share(waiting) != voice.share(risk.stockout_probability or 0.0):
        plain = 0.005 <= waiting <= 0.995
        chances.append(voice.say("risk.wait", chance=voice.share(waiting) if plain else voice.chance(waiting)))
    money = ""
    if risk.amount_at_risk is not None and risk.amount_at_risk >= 1:
        money = voice.say("risk.amount", amount=about(voice, risk.amount_at_risk))
    causes = [c for c in risk.causes if c.share > 0]
    excess = next((c.amount for c in risk.causes if c.code == "excess" and c.amount), None)
    surplus = voice.say("risk.excess", amount=about(voice, excess)) if excess else ""
    if causes and money:
        worst = voice.say("risk.cause", cause=cause_name(voice, max(causes, key=lambda c: c.share).code))
        money = f"{money}, {worst}"
    explained = voice.foreign(risk.text) if voice.locale != "en" and not chances and not money else ""
    return told(voice.say(f"risk.{risk.level}"), "; ".join(chances), money, surplus, explained)


def about(voice: Voice, amount: Decimal) -> str:
    """An estimate of an estimate: whole R$."""
    return voice.estimate(amount.quantize(Decimal(1)) if amount >= 1 else amount)


def cause_name(voice: Voice, code: str) -> str:
    known = ("demand", "delay", "late_order", "no_supply", "single_supplier", "price", "data_age", "excess")
    return voice.say(f"cause.{code}" if code in known else "cause.other")


def confidence_line(voice: Voice, analysis: Analysis) -> str:
    demand = analysis.demand
    past = ""
    if demand.accuracy is not None:
        error, naive = demand.accuracy.error_percent, demand.accuracy.naive_error_percent
        key = "confidence.better" if error <= naive else "confidence.worse"
        if voice.percent(error) == voice.percent(naive):
            key = "confidence.same"
        past = voice.say(key, error=voice.percent(error), naive=voice.percent(naive))
    until = voice.say("confidence.data", date=voice.full(analysis.data_until)) if analysis.data_until else ""
    return told(grade_words(voice, analysis), past, until)


def next_line(voice: Voice, analysis: Analysis) -> str:
    """What else to do: the analyst's steps without the button's (first) and the usual review (last)."""
    advice = analysis.recommendation
    if advice.verdict == "manual_review":
        return ""
    if voice.locale == "en":
        return " ".join(write_steps(voice, analysis))
    steps = advice.next_steps[1:] if advice.verdict == "approve" else advice.next_steps[:-1]
    if any(call.code in ("hurry", "confirm") for call in advice.calls):  # that says which order, and by when
        steps = tuple(step for step in steps if not step.startswith("Cobrar a entrega"))
    if advice.goods is not None:  # with what to join is said beside the decision
        steps = tuple(step for step in steps if not step.startswith("Juntar outros itens"))
    return " ".join(sentence(voice.foreign(step)) for step in steps)
