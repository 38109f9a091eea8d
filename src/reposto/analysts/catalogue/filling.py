"""What to join to an order that falls short of the supplier's minimum, or of his free freight."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from reposto.model.lists import ListLine, OrderFilling
from reposto.model.quantities import to_cents

SOON_DAYS = 30  # what is due within a month may come with this order; later it is only more stock
ZERO = Decimal("0.00")


def fill_order(
    goods: Decimal,
    freight: Decimal,
    minimum: Decimal | None,
    free_from: Decimal | None,
    others: Iterable[ListLine],
    today: date,
) -> OrderFilling | None:
    """As few lines of `others` (same supplier, not in the order) as lift `goods`, R$, to free freight, or the minimum.

    Due today before due later, each by its day. Free freight is aimed at where there is freight to save and what is due
    soon reaches it; else the minimum, where it isn't reached. None where neither is short.
    """
    due = sorted((line for line in others if _is_due(line, today)), key=lambda line: (_day(line, today), line.sku))
    if free_from is not None and goods < free_from and freight > 0:
        found = _reach("free_freight", goods, free_from, due, freight)
        if found.lines or minimum is None or goods >= minimum:
            return found
    if minimum is not None and goods < minimum:
        return _reach("minimum", goods, minimum, due, ZERO)
    return None


def goods_of(line: ListLine) -> Decimal:
    """R$ of goods of the line's order: today's, or the one that will be due."""
    if line.verdict == "approve":
        return line.goods or ZERO
    if line.later_quantity is None or line.unit_price is None:
        return ZERO
    return to_cents(line.unit_price * Decimal(str(line.later_quantity)))


def _reach(target: str, goods: Decimal, amount: Decimal, due: list[ListLine], saves: Decimal) -> OrderFilling:
    chosen: list[ListLine] = []
    total = ZERO
    for line in due:
        if goods + total >= amount:
            break
        chosen.append(line)
        total += goods_of(line)
    if goods + total < amount:
        return OrderFilling(target, amount, amount - goods, (), ZERO, ZERO)
    return OrderFilling(target, amount, amount - goods, tuple(chosen), total, saves)


def _is_due(line: ListLine, today: date) -> bool:
    if line.failed or goods_of(line) <= 0:
        return False
    return line.verdict == "approve" or (line.verdict == "wait" and _day(line, today) <= today + timedelta(SOON_DAYS))


def _day(line: ListLine, today: date) -> date:
    return today if line.verdict == "approve" else line.order_by or date.max
