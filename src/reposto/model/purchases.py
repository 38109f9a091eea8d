"""The same purchase seen twice, in the order and in the supplier's invoice, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reposto.model.facts import PriceObservation

LONGEST_WAIT_DAYS = 120  # from the order to its invoice: imports take months
_SAME_PRICE = 0.005  # of the price: rounding and small change between order and invoice
_CORRECTED_PRICE = 0.15  # a whole order billed at another price: the invoice's is what was paid
_EPSILON = 0.0005  # half of the smallest quantity that is kept


def count_once(seen: Sequence[PriceObservation]) -> tuple[tuple[PriceObservation, ...], int]:
    """Prices without those of invoices whose order is among them, oldest first, and how many were left out.

    `source` "invoice" becomes "order". An invoice bills an order of the same supplier, placed on its day or up to 120
    days before, if the price is the same (within 0.5 %) and no more is billed than is left of it; or if it bills the
    whole order at a price up to 15 % off, which then is the price paid. Each order is billed once, the oldest first.
    """
    prices = sorted(seen, key=lambda p: p.on)
    left = {n: p.quantity for n, p in enumerate(prices) if p.source == "order" and p.quantity}
    repeated = set()
    for at, invoice in enumerate(prices):
        if invoice.source != "invoice":
            continue
        billed = _billed(invoice, [(n, prices[n], rest) for n, rest in left.items()])
        if billed is None:
            prices[at] = replace(invoice, source="order")
            continue
        left[billed] -= invoice.quantity or 0.0
        if not _near(invoice, prices[billed], _SAME_PRICE):
            prices[billed] = replace(prices[billed], unit_price=invoice.unit_price)
        repeated.add(at)
    return tuple(p for n, p in enumerate(prices) if n not in repeated), len(repeated)


def _billed(invoice: PriceObservation, orders: Sequence[tuple[int, PriceObservation, float]]) -> int | None:
    """Which order an invoice bills."""
    quantity = invoice.quantity or 0.0
    if quantity <= 0:
        return None
    fitting = [
        (n, order, rest)
        for n, order, rest in orders
        if order.supplier_id == invoice.supplier_id
        and 0 <= (invoice.on - order.on).days <= LONGEST_WAIT_DAYS
        and rest >= quantity - _EPSILON
    ]
    same = [n for n, order, _ in fitting if _near(invoice, order, _SAME_PRICE)]
    whole = [
        n
        for n, order, rest in fitting
        if abs(rest - quantity) <= _EPSILON
        and abs(rest - (order.quantity or 0.0)) <= _EPSILON
        and _near(invoice, order, _CORRECTED_PRICE)
    ]
    return next(iter([*same, *whole]), None)


def _near(invoice: PriceObservation, order: PriceObservation, share: float) -> bool:
    return abs(float(invoice.unit_price) / float(order.unit_price) - 1) <= share if order.unit_price > 0 else False
