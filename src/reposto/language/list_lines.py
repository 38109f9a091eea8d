"""Lists made of the products' analyses other than the buy list: what runs out, the stock as a whole, money to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reposto.language.formats import sentence
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.lists import BuyList, ListLine
from reposto.model.stock_lists import StockReview

SHOWN = 10
ZERO = Decimal("0.00")


def write_runouts(found: Sequence[ListLine], products: int, days: int, today: date, locale: str) -> str:
    """What will probably be out within so many days, the first first."""
    voice = Voice(locale_of(locale), today)
    window = voice.say("runout.window", days=voice.days(days))
    if not found:
        return sentence(voice.say("runout.none", window=window, products=voice.count("list.products", products)))
    key = "runout.lead.one" if len(found) == 1 else "runout.lead"
    lead = voice.say(key, items=voice.count("list.items", len(found)), window=window)
    rows = [_runout(voice, line) for line in found[:SHOWN]]
    if len(found) > SHOWN:
        rows.append(voice.count("buy.more", len(found) - SHOWN))
    return lines(sentence(lead), bullets(rows))


def _runout(voice: Voice, line: ListLine) -> str:
    own = Voice(voice.locale, voice.today, line.unit)
    gone = line.available is not None and line.available <= 0
    on = voice.on_day(line.stockout_on) if line.stockout_on is not None else ""
    return sentence(
        voice.say(
            "runout.line",
            product=voice.product(line.name, line.sku),
            when=voice.say("runout.when.now") if gone else voice.say("runout.when", on=on),
            stock=own.quantity(max(line.available or 0.0, 0.0)),
            todo=_todo(voice, line),
        )
    )


def _todo(voice: Voice, line: ListLine) -> str:
    own = Voice(voice.locale, voice.today, line.unit)
    if line.verdict == "approve" and line.quantity and line.payable is not None:
        supplier, total = voice.plain(line.supplier or ""), voice.money(line.payable)
        return voice.say("runout.todo.buy", quantity=own.quantity(line.quantity), supplier=supplier, total=total)
    if line.verdict == "manual_review":
        why = line.missing[0].rstrip(".") if line.missing else ""
        return voice.say("runout.todo.look", why=voice.foreign(why))
    if line.order_by is not None:
        return voice.say("runout.todo.due", by=voice.due(line.order_by))
    return voice.say("runout.todo.wait")


def write_overview(
    stock: StockReview, known: Sequence[ListLine], below: Sequence[ListLine], buying: BuyList, locale: str
) -> str:
    """What the stock is worth, what is empty, what is below its reorder point."""
    voice = Voice(locale_of(locale), buying.today)
    empty = sum(line.available is not None and line.available <= 0 for line in known)
    lead = voice.say(
        "overview.lead",
        value=voice.money(stock.total),
        stocked=voice.count("list.products", stock.stocked),
        products=len(known),
    )
    facts = [voice.count("overview.empty", empty)] if empty else []
    facts.append(voice.count("overview.below", len(below)) if below else voice.say("overview.below.none"))
    if stock.unvalued:
        facts.append(voice.count("overview.unvalued", stock.unvalued))
    buy = ""
    if buying.lines:
        items = voice.count("list.items", len(buying.lines))
        buy = voice.say("overview.buy", items=items, total=voice.money(buying.payable))
    rows = [_below(voice, line) for line in below[:SHOWN]]
    if len(below) > SHOWN:
        rows.append(voice.count("buy.more", len(below) - SHOWN))
    title = voice.say("overview.below.title") if rows else ""
    return lines(sentences((lead, *facts, buy)), title, bullets(rows))


def _below(voice: Voice, line: ListLine) -> str:
    own = Voice(voice.locale, voice.today, line.unit)
    return sentence(
        voice.say(
            "overview.below.line",
            product=voice.product(line.name, line.sku),
            stock=own.quantity(max((line.available or 0.0) + line.on_order, 0.0)),
            point=own.quantity(line.reorder_point or 0.0),
            todo=_todo(voice, line),
        )
    )


def write_planned(buying: BuyList, end: date, locale: str) -> str:
    """Money that the suggestions ask for until a day."""
    voice = Voice(locale_of(locale), buying.today)
    later = sum((line.later_payable or ZERO for line in buying.upcoming), ZERO)
    window = voice.say("spend.planned.window", date=voice.full(end))
    rows = [
        voice.say(
            "spend.planned.now", items=voice.count("list.items", len(buying.lines)), total=voice.money(buying.payable)
        ),
        voice.say(
            "spend.planned.later",
            items=voice.count("list.items", len(buying.upcoming)),
            total=voice.money(later),
            date=voice.full(end),
        ),
    ]
    lead = voice.say("spend.planned", total=voice.money(buying.payable + later), window=window)
    return lines(sentence(lead), bullets(rows), sentence(voice.say("spend.planned.note")))
