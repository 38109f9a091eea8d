"""Purchase orders in sentences: one by its number, lists of those to come, and why text moves none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reposto.language.formats import inert, quantity
from reposto.language.voice import Voice, bullets, lines, locale_of, sentences
from reposto.model.asked import OrderRow
from reposto.model.request import Intent

MOST_ROWS = 10
MOST_LINES = 2  # of an order, in a list


def write_orders_list(
    rows: Sequence[OrderRow], locale: str, today: date, *, late_only: bool = False, supplier: str = "", drafts: int = 0
) -> str:
    """Open orders, those expected first at the head; `late_only`: the overdue ones were asked for."""
    voice = Voice(locale_of(locale), today)
    shown = [row for row in rows if row.late(today)] if late_only else list(rows)
    waiting = voice.count("orders.drafts", drafts) if drafts and not late_only else ""
    if not shown:
        key = "orders.none" + (".late" if late_only else "") + (".supplier" if supplier else "")
        return sentences((voice.say(key, supplier=voice.plain(supplier)), waiting))
    priced = [row.total for row in shown if row.total is not None]
    total = voice.say("orders.total", total=voice.money(sum(priced, Decimal(0)))) if len(priced) == len(shown) else ""
    of = voice.say("orders.of", supplier=voice.plain(supplier)) if supplier else ""
    first = [voice.count("orders.late" if late_only else "orders.open", len(shown), supplier=of, total=total)]
    late = sum(row.late(today) for row in shown)
    if late and not late_only:
        first.append(voice.count("orders.late.too", late))
        shown.sort(key=lambda row: not row.late(today))
    more = len(shown) - MOST_ROWS
    return lines(
        sentences((*first, waiting)),
        bullets([_row(voice, row) for row in shown[:MOST_ROWS]]),
        sentences((voice.count("orders.more", more),)) if more > 0 else "",
    )


def _row(voice: Voice, row: OrderRow) -> str:
    to_come = [line for line in row.lines if line[3] > 0] or list(row.lines)
    named = [_line(voice, line[1], line[3] or line[2], line[4]) for line in to_come[:MOST_LINES]]
    if len(to_come) > MOST_LINES:
        named.append(voice.count("orders.lines.more", len(to_come) - MOST_LINES))
    when = voice.say("orders.when.none")
    if row.expected_on is not None:
        when = voice.say("orders.when", date=voice.short(row.expected_on))
    late = ""
    if row.expected_on is not None and row.late(voice.today):
        late = voice.count("orders.row.late", (voice.today - row.expected_on).days)
    values = {"order": inert(row.number, 40), "supplier": voice.plain(row.supplier), "what": voice.join(named)}
    return f"{voice.say('orders.row', when=when, late=late, **values)}."


def _line(voice: Voice, name: str, amount: float, unit: str) -> str:
    return voice.say("orders.line", quantity=quantity(amount, unit, voice.locale), product=voice.plain(name))


def write_order(row: OrderRow, locale: str, today: date) -> str:
    """How one order stands, with its lines."""
    voice = Voice(locale_of(locale), today)
    values = {"order": inert(row.number, 40), "supplier": voice.plain(row.supplier)}
    parts = [voice.say(f"order.is.{row.status}", date=voice.full(row.ordered_on), **values)]
    if row.status in ("approved", "sent", "partial"):
        parts.append(_due(voice, row))
    if row.total is not None:
        parts.append(voice.say("order.total", total=voice.money(row.total)))
    named = [_state(voice, row, line) for line in row.lines]
    return lines(sentences(parts), bullets(named))


def _due(voice: Voice, row: OrderRow) -> str:
    if row.expected_on is None:
        return voice.say("order.due.none")
    if row.late(voice.today):
        days = (voice.today - row.expected_on).days
        return voice.count("order.due.late", days, date=voice.short(row.expected_on))
    return voice.say("order.due", date=voice.day(row.expected_on))


def _state(voice: Voice, row: OrderRow, line: tuple[str, str, float, float, str]) -> str:
    sku, name, ordered, to_come, unit = line
    whole = row.status in ("draft", "approved", "cancelled") or to_come == ordered
    key = "order.line.done" if to_come <= 0 else "order.line.whole" if whole else "order.line.open"
    values = {"quantity": quantity(to_come, unit, voice.locale), "ordered": quantity(ordered, unit, voice.locale)}
    return f"{voice.say(key, product=voice.product(name, sku), **values)}."


def write_unknown_order(number: str, locale: str) -> str:
    voice = Voice(locale_of(locale), date.min)
    return sentences((voice.say("order.unknown", order=inert(number, 40)),))


def write_several_orders(number: str, rows: Sequence[OrderRow], locale: str) -> str:
    """The figures fit several orders."""
    voice = Voice(locale_of(locale), date.min)
    orders = voice.join([f"**{inert(row.number, 40)}** ({voice.plain(row.supplier)})" for row in rows])
    return voice.say("order.several", order=inert(number, 40), orders=orders)


def write_never(intent: Intent, row: OrderRow | None, locale: str, today: date) -> str:
    """Why no message approves or cancels an order, and how it stands."""
    voice = Voice(locale_of(locale), today)
    approving = intent is Intent.ORDER_APPROVE
    parts = [voice.say("order.never.approve" if approving else "order.never.cancel")]
    if row is None:
        return sentences((*parts, voice.say("order.never.which")))
    if row.status == "draft":
        parts.append(voice.say("order.never.draft"))
    elif row.status in ("approved", "sent", "partial"):
        parts.append(voice.say("order.never.update"))
    return lines(sentences(parts), write_order(row, locale, today))
