"""From the quantity that is needed to one that can be ordered, with the reason of every step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reposto.analysts import words
from reposto.model.facts import Offer
from reposto.model.findings import RoundingStep
from reposto.model.quantities import is_counted

_SLACK = 1e-9  # a need of 12.0000000001 packs is 12 packs


@dataclass(frozen=True, slots=True)
class Rounded:
    """An orderable quantity and why it differs from what was needed (Portuguese)."""

    quantity: float
    reasons: tuple[str, ...]
    steps: tuple[RoundingStep, ...] = ()  # the same in figures


def round_up(needed: float, offer: Offer | None, unit: str) -> Rounded:
    """Smallest orderable quantity >= needed: whole units if counted, then MOQ, then full packs. 0 stays 0.

    quantity = ceil(max(needed, moq) / pack) x pack. Non-decreasing in `needed`.
    """
    if needed <= 0:
        return Rounded(0.0, ())
    reasons: list[str] = []
    steps: list[RoundingStep] = []
    quantity = needed
    if is_counted(unit):
        quantity = _whole(quantity)
    if offer is None:
        return Rounded(_tidy(quantity, unit), ())
    if offer.moq > quantity + _SLACK:
        reasons.append(
            f"lote mínimo do fornecedor: {words.quantity(quantity, unit)} → {words.quantity(offer.moq, unit)}"
        )
        steps.append(RoundingStep("moq", quantity, offer.moq))
        quantity = offer.moq
    packed = _packs(quantity, offer.pack_multiple)
    if packed > quantity + _SLACK:
        count = round(packed / offer.pack_multiple)
        reasons.append(
            f"embalagem fechada de {words.quantity(offer.pack_multiple, unit)}: "
            f"{words.quantity(quantity, unit)} → {words.quantity(packed, unit)} ({words.number(count)} × "
            f"{words.quantity(offer.pack_multiple, unit)})"
        )
        steps.append(RoundingStep("pack", quantity, packed, offer.pack_multiple))
    return Rounded(_tidy(max(packed, quantity), unit), tuple(reasons), tuple(steps))


def orderable(quantity: float, offer: Offer | None, unit: str) -> float:
    """round_up without the words."""
    if quantity <= 0:
        return 0.0
    whole = _whole(quantity) if is_counted(unit) else quantity
    if offer is None:
        return _tidy(whole, unit)
    return _tidy(_packs(max(whole, offer.moq), offer.pack_multiple), unit)


def orderable_within(most: float, offer: Offer, unit: str) -> float:
    """The largest orderable quantity that doesn't exceed `most`; 0.0 where even the smallest does."""
    pack = offer.pack_multiple if offer.pack_multiple > 0 else 1.0 if is_counted(unit) else 0.001
    quantity = orderable(math.floor(max(most, 0.0) / pack + _SLACK) * pack, offer, unit)
    return quantity if quantity <= most + _SLACK else 0.0


def _packs(quantity: float, pack: float) -> float:
    """Full packs that hold the quantity; a pack of 0 or less means loose goods."""
    return math.ceil(quantity / pack - _SLACK) * pack if pack > 0 else quantity


def _whole(quantity: float) -> float:
    """The next whole number, at least 1."""
    return float(max(math.ceil(quantity - _SLACK), 1))


def _tidy(quantity: float, unit: str) -> float:
    """Whole units stay whole (a pack of 2.5 UN can't be), measured ones keep three decimals."""
    if is_counted(unit):
        return _whole(quantity)
    return max(math.ceil(quantity * 1000 - 1e-6), 1) / 1000
