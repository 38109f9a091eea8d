"""What was and will be sold, and paid, in the very days that were asked about."""

from __future__ import annotations

from datetime import timedelta

from reposto.language import cards
from reposto.language.decision import Lead
from reposto.language.formats import inert
from reposto.language.voice import Voice, sentences
from reposto.model.asked import PricesPaid, WindowDemand
from reposto.model.request import Window

SAME_PERCENT = 1.0  # nobody calls that more or less


def when(voice: Voice, window: Window) -> str:
    """em outubro; em outubro de 2025; em 2025; ontem (21/11); de 01/10 a 31/12."""
    start, end = window.start, window.end
    if start == end:
        key = "when.yesterday" if start == voice.today - timedelta(days=1) else "when.day"
        return voice.say(key, date=voice.short(start))
    first_to_last = start.day == 1 and (end + timedelta(days=1)).day == 1
    if first_to_last and (start.year, start.month) == (end.year, end.month):
        month = voice.say(f"month.{start.month - 1}")
        this_year = start.year == voice.today.year
        return voice.say("when.month" if this_year else "when.month.year", month=month, year=start.year)
    if first_to_last and start.month == 1 and end.month == 12 and start.year == end.year:
        return voice.say("when.year", year=start.year)
    return voice.say("when.dates", start=voice.short(start), end=voice.short(end))


def demand_lead(voice: Voice, product: str, found: WindowDemand) -> Lead:
    """Sold, expected, or both, and the year before."""
    said = frozenset({"demand", "past", "drivers"})
    days = when(voice, found.window)
    if found.expected is None:
        return Lead((*_sold(voice, product, found, days), *_around(voice, found)), said)
    parts: list[str] = []
    total = found.expected
    if found.sold is not None and found.sold_until is not None and found.total is not None:
        values = {"sold": voice.quantity(found.sold), "until": voice.short(found.sold_until)}
        rest = voice.quantity(total.expected)
        parts.append(
            voice.say("asked.mixed", product=product, when=days, rest=rest, total=voice.quantity(found.total), **values)
        )
    elif total.high <= 0:
        parts.append(voice.say("asked.future.zero", product=product, when=days))
    else:
        likely = cards.likely(voice, total)
        amount = voice.quantity(total.expected)
        parts.append(voice.say("asked.future", product=product, when=days, total=amount, range=likely))
    if found.beyond:
        parts.append(voice.say("asked.future.cut", until=voice.full(found.until)))
    return Lead((*parts, *_around(voice, found)), said)


def _sold(voice: Voice, product: str, found: WindowDemand, days: str) -> list[str]:
    if found.beyond:
        return [voice.say("asked.future.far", product=product, when=days, until=voice.full(found.until))]
    if found.sold is None:
        return [voice.say("asked.sold.none", product=product, when=days)]
    if found.sold <= 0:
        return [voice.say("asked.sold.zero", product=product, when=days)]
    sold = voice.quantity(found.sold)
    if found.sold_until is not None and found.sold_until < found.window.end:
        until = voice.short(found.sold_until)
        return [voice.say("asked.sold.until", product=product, when=days, sold=sold, until=until)]
    return [voice.say("asked.sold", product=product, when=days, sold=sold)]


def _around(voice: Voice, found: WindowDemand) -> list[str]:
    """Where the data begin, the same days a year before, and days on which nothing could be sold."""
    parts: list[str] = []
    if found.starts is not None:
        parts.append(voice.say("asked.sold.starts", date=voice.full(found.starts)))
    if found.year_before is not None:
        sold, change = voice.quantity(found.year_before), found.change_percent
        key = "asked.year_before"
        if change is not None and abs(change) >= SAME_PERCENT:
            key += ".up" if change > 0 else ".down"
        parts.append(voice.say(key, sold=sold, percent=voice.percent(abs(change or 0.0))))
    if found.out_of_stock_days:
        parts.append(voice.count("asked.out_of_stock", found.out_of_stock_days))
    return parts


def write_sold(voice: Voice, product: str, found: WindowDemand) -> str:
    """The fact alone, for an answer without an analysis."""
    return sentences(demand_lead(voice, product, found).parts)


def write_paid(voice: Voice, product: str, window: Window, found: PricesPaid | None) -> str:
    """What was paid in those days, beside the last price."""
    days = when(voice, window)
    if found is None:
        return sentences((voice.say("asked.paid.none", product=product, when=days),))
    values = {"product": product, "when": days, "unit": inert(voice.unit, 12), "price": voice.unit_price(found.mean)}
    if found.source != "order":
        parts = [voice.say("asked.quoted", **values)]
    elif found.low == found.high:
        parts = [voice.say("asked.paid", **values)]
    else:
        low, high = voice.unit_price(found.low), voice.unit_price(found.high)
        parts = [voice.say("asked.paid.mean", low=low, high=high, **values)]
    change = found.change_percent
    if found.latest is not None and change is not None and found.source == "order":
        key = "same" if abs(change) < 0.05 else "up" if change > 0 else "down"
        price = voice.unit_price(found.latest)
        parts.append(voice.say(f"asked.paid.now.{key}", price=price, percent=voice.percent(abs(change))))
    return sentences(parts)
