"""Several drafts made at once, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reposto.language.formats import inert
from reposto.language.prose import NO_DAY
from reposto.language.voice import Voice, bullets, lines, locale_of


@dataclass(frozen=True, slots=True)
class Ordered:
    """A draft order: its number, the supplier's name, how many lines, R$ as it will be billed."""

    number: str
    supplier: str
    lines: int
    total: Decimal

    def as_data(self) -> dict[str, Any]:
        return {
            "order_number": self.number,
            "supplier": self.supplier,
            "lines": self.lines,
            "total": str(self.total),
        }


def write_orders_created(orders: Sequence[Ordered], locale: str) -> str:
    """Which drafts exist now, and that nothing was sent."""
    voice = Voice(locale_of(locale), NO_DAY)
    total = voice.money(sum((order.total for order in orders), Decimal(0)))
    first = voice.count("lists.ordered", len(orders), total=total)
    rows = [
        voice.say(
            "lists.ordered.row",
            order=inert(order.number, 40),
            supplier=voice.plain(order.supplier),
            items=voice.count("list.items", order.lines),
            total=voice.money(order.total),
        )
        for order in orders
    ]
    return lines(first, bullets(rows))
