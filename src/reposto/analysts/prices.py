"""The price analyst: offers at the quantity in question by landed cost, and whether today's best price is dear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import numpy as np

from reposto.analysts import words
from reposto.analysts.landed import landed_cost, next_tier
from reposto.analysts.leadtime import LeadTime
from reposto.analysts.robust import kendall_z, spread, theil_sen
from reposto.analysts.rounding import orderable
from reposto.model.facts import Offer, PriceObservation, ProductFacts
from reposto.model.findings import (
    Confidence,
    Evidence,
    Missing,
    OfferLine,
    PriceFinding,
    PricePoint,
    PriceTierHint,
)
from reposto.model.quantities import to_unit_price

YEAR = timedelta(days=365)
LEAST_SPREAD = 0.02  # of the median: differences within 2 % are fair even where prices never moved before
MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class _Level:
    """What was usual over the last 12 months, R$ per unit; median and spread of the prices moved to today."""

    average: Decimal
    median: float
    spread: float
    observations: int


def rank_offers(
    facts: ProductFacts,
    quantity: float | None,
    leads: Mapping[int, LeadTime],
    names: Mapping[int, str],
    chosen: int | None = None,
) -> PriceFinding:
    """Compare all offers at `quantity` units (None: each at its smallest orderable lot) and judge today's best price.

    Each offer is worked out for the quantity it would really be bought in (MOQ, packs), ranked by landed cost per
    unit; expired offers and inactive suppliers come after those that can be ordered. See landed.landed_cost. best: the
    offer whose id is `chosen` (a low price with a lot or a lead time nobody can use is not the best), else rank 1.
    trend: Theil-Sen slope of the prices of the last 24 months in % of their median per year, from 4 prices over 90
    days. dearness: best unit price against the 12-month median of what was paid, each price moved to today along the
    trend where that is significant (Mann-Kendall, |z| >= 1.645); dear (cheap) when above (below) it by more than one
    robust standard deviation of the moved prices, at least 2 %. Nothing is raised.
    """
    inactive = {s.id for s in facts.suppliers if not s.active}
    lines = [_line(facts, offer, quantity, leads, names) for offer in facts.offers if offer.tiers]
    lines.sort(key=lambda x: (x.expired or x.supplier_id in inactive, x.landed_unit_cost, x.offer_id))
    ranked = tuple(replace(line, rank=rank) for rank, line in enumerate(lines, 1))
    usable = [x for x in ranked if not x.expired and x.supplier_id not in inactive]
    best = next((x for x in usable if x.offer_id == chosen), usable[0] if usable else None)
    observed = _usable(facts)
    paid = [p for p in observed if p.source == "order"] or [p for p in observed if p.source == "quote"] or observed
    level = _last_year(paid, facts.today)
    return PriceFinding(
        quantity=quantity,
        offers=ranked,
        best_offer_id=best.offer_id if best else None,
        last_paid=paid[-1].unit_price if paid else None,
        last_paid_on=paid[-1].on if paid else None,
        average_12m=level.average if level else None,
        best_vs_average_percent=_against(best, level),
        trend_percent_year=_trend(paid, facts.today),
        dearness=_dearness(best, level),
        history=_months(paid),
        confidence=_confidence(best, level),
        evidence=_evidence(facts, paid),
        missing=_missing(facts, best, paid),
        paid_source=paid[0].source if paid else "order",
    )


def _line(
    facts: ProductFacts,
    offer: Offer,
    quantity: float | None,
    leads: Mapping[int, LeadTime],
    names: Mapping[int, str],
) -> OfferLine:
    unit = facts.product.unit
    wanted = quantity if quantity is not None and quantity > 0 else max(offer.moq, 1.0)
    bought = orderable(wanted, offer, unit)
    cost = landed_cost(offer, bought, facts.company)
    lead = leads.get(offer.supplier_id)
    return OfferLine(
        offer_id=offer.id,
        supplier_id=offer.supplier_id,
        supplier=names.get(offer.supplier_id, f"fornecedor {offer.supplier_id}"),
        quantity=bought,
        unit_price=cost.goods,
        landed_unit_cost=cost.unit,
        total=cost.total,
        moq=offer.moq,
        pack_multiple=offer.pack_multiple,
        promised_lead_time_days=offer.promised_lead_time_days,
        measured_lead_time_days=lead.quantile(0.5) if lead is not None and lead.measured else None,
        on_time_share=round(lead.on_time, 3) if lead is not None and lead.on_time is not None else None,
        valid_until=offer.valid_until,
        expired=offer.valid_until is not None and offer.valid_until < facts.today,
        payment_terms=offer.payment_terms,
        next_tier=_hint(offer, bought, cost.goods),
        payable=cost.payable,
    )


def _hint(offer: Offer, quantity: float, price: Decimal) -> PriceTierHint | None:
    tier = next_tier(offer, quantity)
    if tier is None or price <= 0:
        return None
    saving = float((price - tier.unit_price) / price * 100)
    return PriceTierHint(tier.min_quantity, tier.unit_price, round(saving, 1))


def _usable(facts: ProductFacts) -> list[PriceObservation]:
    """Prices above zero up to today, oldest first."""
    return sorted((p for p in facts.prices if p.unit_price > 0 and p.on <= facts.today), key=lambda p: p.on)


def _last_year(prices: list[PriceObservation], today: date) -> _Level | None:
    """Volume-weighted mean, median and robust spread of the last 12 months; None without a price in them."""
    recent = [p for p in prices if p.on > today - YEAR]
    if not recent:
        return None
    values = np.array([float(p.unit_price) for p in recent])
    age = np.array([float((today - p.on).days) for p in recent])
    if abs(kendall_z(-age, values)) >= 1.645:
        values = values + theil_sen(-age, values) * age
    return _Level(_weighted(recent), float(np.median(values)), spread(values), len(recent))


def _weighted(prices: list[PriceObservation]) -> Decimal:
    """Mean weighted by quantity where every quantity is known, else the plain mean."""
    amounts = [Decimal(str(p.quantity)) if p.quantity and p.quantity > 0 else None for p in prices]
    if any(a is None for a in amounts):
        return to_unit_price(sum((p.unit_price for p in prices), Decimal(0)) / len(prices))
    known = [a for a in amounts if a is not None]
    return to_unit_price(sum((p.unit_price * a for p, a in zip(prices, known, strict=True)), Decimal(0)) / sum(known))


def _against(best: OfferLine | None, level: _Level | None) -> float | None:
    if best is None or level is None:
        return None
    return round(float((best.unit_price / level.average - 1) * 100), 1)


def _dearness(best: OfferLine | None, level: _Level | None) -> Literal["dear", "fair", "cheap"] | None:
    if best is None or level is None:
        return None
    usual = max(level.spread, LEAST_SPREAD * level.median)
    apart = float(best.unit_price) - level.median
    if abs(apart) <= usual + 1e-9:
        return "fair"
    return "dear" if apart > 0 else "cheap"


def _trend(prices: list[PriceObservation], today: date) -> float | None:
    recent = [p for p in prices if p.on > today - 2 * YEAR]
    if len(recent) < 4 or (recent[-1].on - recent[0].on).days < 90:
        return None
    days = np.array([float((p.on - recent[0].on).days) for p in recent])
    values = np.array([float(p.unit_price) for p in recent])
    return round(float(np.clip(theil_sen(days, values) * 365 / np.median(values) * 100, -95, 1000)), 1)


def _months(prices: list[PriceObservation]) -> tuple[PricePoint, ...]:
    by_month: dict[date, list[PriceObservation]] = defaultdict(list)
    for price in prices:
        by_month[price.on.replace(day=1)].append(price)
    return tuple(
        PricePoint(
            month=month,
            mean=_weighted(found),
            low=min(p.unit_price for p in found),
            high=max(p.unit_price for p in found),
            observations=len(found),
        )
        for month, found in sorted(by_month.items())
    )[-MONTHS_SHOWN:]


def _confidence(best: OfferLine | None, level: _Level | None) -> Confidence:
    if best is None:
        return "low"
    return "high" if level is not None and level.observations >= 4 else "medium"


def _evidence(facts: ProductFacts, paid: list[PriceObservation]) -> tuple[Evidence, ...]:
    found = []
    if facts.offers:
        quoted = [o.quoted_on for o in facts.offers if o.quoted_on is not None]
        method = "custo posto: preço da faixa + frete + impostos − créditos − valor do prazo"
        start, end = (min(quoted), max(quoted)) if quoted else (None, None)
        found.append(Evidence("offers", "Ofertas dos fornecedores", len(facts.offers), start, end, method))
    if paid:
        label = "Preços pagos em compras" if paid[0].source == "order" else "Preços cotados"
        method = "média ponderada, mediana e tendência Theil–Sen"
        if facts.prices_repeated == 1:
            method += "; 1 nota que fatura um pedido daqui não conta outra vez"
        elif facts.prices_repeated:
            method += f"; {facts.prices_repeated} notas que faturam pedidos daqui não contam outra vez"
        found.append(Evidence("prices", label, len(paid), paid[0].on, paid[-1].on, method))
    return tuple(found)


def _missing(facts: ProductFacts, best: OfferLine | None, paid: list[PriceObservation]) -> tuple[Missing, ...]:
    found = []
    if not facts.offers:
        text = "Nenhum fornecedor tem oferta para este produto; importe o arquivo de ofertas."
        found.append(Missing("no_offer", text, "offers"))
    elif best is None:
        last = max((o.valid_until for o in facts.offers if o.valid_until), default=None)
        until = f" (a última venceu em {words.day(last)})" if last else ""
        text = f"Nenhuma oferta pode ser usada hoje{until}; importe ofertas atuais."
        found.append(Missing("expired_offers", text, "offers"))
    if not paid:
        text = "Não há preços pagos antes; sem eles não dá para dizer se o preço está caro. Importe pedidos de compra."
        found.append(Missing("no_prices", text, "orders"))
    return tuple(found)
