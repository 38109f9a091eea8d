"""Stock, classes and money of the whole catalogue in words: what sales, stock and orders say as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reposto.language.formats import sentence
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.stock_lists import Excess, Idle, Ranked, Spent, StockReview

SHOWN = 8  # rows above the fold of the reader's patience
ZERO = Decimal("0.00")


def write_excess(
    found: StockReview, today: date, idle_days: int, cover_days: int, window_days: int, locale: str
) -> str:
    """Idle stock first, then what is too much; R$ of each."""
    voice = Voice(locale_of(locale), today)
    total = voice.money(found.total)
    basis = sentence(voice.say("excess.basis", days=voice.days(window_days)))
    if not found.idle and not found.excess:
        return lines(sentence(voice.say("excess.none", days=voice.days(cover_days), total=total)), basis)
    parts = [sentence(voice.say("excess.lead", value=voice.money(found.idle_value + found.excess_value), total=total))]
    if found.idle:
        head = voice.say(
            "excess.dead",
            days=voice.days(idle_days),
            items=voice.count("list.items", len(found.idle)),
            value=voice.money(found.idle_value),
        )
        parts += [head, bullets(_some(voice, [_idle(voice, one) for one in found.idle]))]
    if found.excess:
        head = voice.say(
            "excess.over",
            days=voice.days(cover_days),
            items=voice.count("list.items", len(found.excess)),
            value=voice.money(found.excess_value),
        )
        parts += [head, bullets(_some(voice, [_excess(voice, one) for one in found.excess]))]
    return lines(*parts, basis)


def _some(voice: Voice, rows: list[str]) -> list[str]:
    if len(rows) <= SHOWN:
        return rows
    return [*rows[:SHOWN], voice.count("buy.more", len(rows) - SHOWN)]


def _money(voice: Voice, value: Decimal | None) -> str:
    return "–" if value is None else voice.money(value)


def _idle(voice: Voice, one: Idle) -> str:
    own = Voice(voice.locale, voice.today, one.unit)
    last = (
        voice.say("excess.never") if one.last_sold is None else voice.say("excess.last", on=voice.past(one.last_sold))
    )
    named = voice.product(one.name, one.sku)
    stock = own.quantity(one.on_hand)
    return sentence(
        voice.say("excess.dead.line", product=named, stock=stock, value=_money(voice, one.value), last=last)
    )


def _excess(voice: Voice, one: Excess) -> str:
    own = Voice(voice.locale, voice.today, one.unit)
    return sentence(
        voice.say(
            "excess.over.line",
            product=voice.product(one.name, one.sku),
            stock=own.quantity(one.available),
            cover=voice.days(one.cover_days),
            extra=own.quantity(one.extra),
            value=_money(voice, one.value),
        )
    )


def write_abc(found: Sequence[Ranked], skus: Sequence[str], today: date, locale: str) -> str:
    """The curve with the largest products, or the class of those named."""
    voice = Voice(locale_of(locale), today)
    total = sum((one.value for one in found), ZERO)
    if total <= 0:
        return voice.say("abc.none")
    basis = sentence(voice.say("abc.basis"))
    if skus:
        named = [_one(voice, one, len(found)) for one in found if one.sku in skus]
        return lines(bullets(named) if len(named) > 1 else "".join(named), basis)
    by_class = {cls: [one for one in found if one.abc == cls] for cls in "ABC"}
    share = float(sum((one.value for one in by_class["A"]), ZERO) / total)
    lead = voice.say(
        "abc.lead",
        a=voice.count("list.items", len(by_class["A"])),
        share=voice.share(share),
        products=voice.count("list.products", len(found)),
        total=voice.money(total),
    )
    rows = [_class(voice, cls, ones, total) for cls, ones in by_class.items() if ones]
    largest = [
        voice.say(
            "abc.line",
            product=voice.product(one.name, one.sku),
            cls=one.abc,
            xyz=one.xyz,
            value=voice.money(one.value),
            share=voice.percent(100 * one.share),
        )
        for one in found[:SHOWN]
    ]
    return lines(
        sentence(lead), bullets(rows), "\n".join(f"{n}. {row}" for n, row in enumerate(largest, start=1)), basis
    )


def _class(voice: Voice, cls: str, ones: Sequence[Ranked], total: Decimal) -> str:
    value = sum((one.value for one in ones), ZERO)
    counts = {name.lower(): sum(one.xyz == name for one in ones) for name in "XYZ"}
    items = voice.count("list.items", len(ones))
    share = voice.percent(100 * float(value / total))
    return voice.say("abc.row", cls=cls, items=items, value=voice.money(value), share=share, **counts)


def _one(voice: Voice, one: Ranked, products: int) -> str:
    return sentence(
        voice.say(
            "abc.product",
            product=voice.product(one.name, one.sku),
            cls=one.abc,
            xyz=one.xyz,
            value=voice.money(one.value),
            share=voice.percent(100 * one.share),
            rank=one.rank,
            products=voice.count("list.products", products),
        )
    )


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days that a sum is about; `month` where they are one calendar month."""

    start: date
    end: date
    month: bool = False


def write_spent(found: Sequence[Spent], stretch: Stretch, supplier: str | None, today: date, locale: str) -> str:
    """What was ordered in a stretch of days, by supplier."""
    voice = Voice(locale_of(locale), today)
    named = "" if supplier is None else voice.say("spend.supplier", name=voice.plain(supplier))
    window = voice.say("spend.window", start=voice.full(stretch.start), end=voice.full(stretch.end))
    if not found:
        return sentence(voice.say("spend.past.none", window=window, supplier=named))
    total = sum((one.total for one in found), ZERO)
    orders = voice.count("spend.orders", sum(one.orders for one in found))
    lead = voice.say("spend.past", total=voice.money(total), window=window, supplier=named, orders=orders)
    rows = [
        voice.say(
            "spend.row",
            supplier=voice.plain(one.supplier),
            total=voice.money(one.total),
            orders=voice.count("spend.orders", one.orders),
        )
        for one in found
    ]
    unpriced = sum(one.unpriced for one in found)
    notes = [voice.count("spend.unpriced", unpriced)] if unpriced else []
    rest = bullets(_some(voice, rows)) if supplier is None else ""
    return lines(sentence(lead), rest, sentences((*notes, voice.say("spend.basis"))))
