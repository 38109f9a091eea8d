"""What to join to an order so that it reaches the supplier's minimum or travels free."""

from __future__ import annotations

from reposto.language.formats import inert
from reposto.language.voice import Voice
from reposto.model.lists import ListLine, OrderFilling, SupplierGroup

LINES_SAID = 3


def filling_words(voice: Voice, supplier: str, found: OrderFilling | None) -> list[str]:
    """One sentence: what is lacking for which sum, what would fill it, and what that saves."""
    if found is None:
        return []
    values = {"supplier": voice.plain(supplier), "short": voice.money(found.short), "amount": voice.money(found.amount)}
    parts = [voice.say(f"fill.{found.target}", **values)]
    if not found.lines:
        parts.append(voice.say("fill.nothing"))
        return ["; ".join(parts)]
    lines = voice.join([_line(voice, line) for line in found.lines[:LINES_SAID]])
    parts.append(voice.say("fill.with.many" if len(found.lines) > 1 else "fill.with", lines=lines))
    if found.saves > 0:
        parts.append(voice.say("fill.saves", amount=voice.money(found.saves)))
    return ["; ".join(parts)]


def group_filling(voice: Voice, group: SupplierGroup) -> list[str]:
    """The same of a supplier's group in a list, where its minimum is said already."""
    parts = [voice.say("fill.spared", amount=voice.money(group.freight_saved))] if group.freight_saved > 0 else []
    if group.filling is not None and (group.filling.lines or group.filling.target == "free_freight"):
        parts += filling_words(voice, group.supplier, group.filling)
    return parts


def _line(voice: Voice, line: ListLine) -> str:
    own = Voice(voice.locale, voice.today, line.unit)
    buying = line.verdict == "approve"
    quantity, total = (line.quantity, line.payable) if buying else (line.later_quantity, line.later_payable)
    return voice.say(
        "fill.line",
        product=f"{inert(line.name)} (SKU {inert(line.sku, 60)})",
        quantity=own.quantity(quantity or 0.0),
        total=voice.money(total) if total is not None else "",
    )
